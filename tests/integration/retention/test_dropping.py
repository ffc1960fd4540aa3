"""What is old and held by nobody goes, whole chunks at a time; the log knows it, and knows what went otherwise."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.retention import drop_at_night
from store import clock
from store.database import connect
from store.errors import SettingsError
from store.retention.deciding import KINDS
from store.retention.dropping import drop_old, look
from store.retention.holds import Subject, lift_hold, place_hold
from store.settings import load_settings
from store.tasks import Caller
from tests.integration.ingest.world import hour_frame
from tests.integration.log.plant import FIRST, KILN, Plant, arrival
from tests.integration.log.tampering import ROWS
from tests.integration.retention.conftest import JUNE, MARCH, NOW

WU = Caller("wu", "10.0.0.9")
YEARS = 5
Gone = set[tuple[str, int]]
MARCHES: Gone = {(kind, 3) for kind in ("message", "reading")}
JUNES: Gone = {(kind, 6) for kind in ("message", "reading")}


def drop(plant: Plant, at: datetime = NOW) -> Gone:
    """Drop what may go; kinds and the months that went (chunks of records and refusals are longer)."""
    with connect(plant.database, name="test", autocommit=True) as connection:
        gone = drop_old(connection, at, YEARS, WU)
    return {(found.chunk.kind, found.chunk.start.astimezone(clock.BEIJING).month) for found in gone} & (
        MARCHES | JUNES
    )


def kept_by(plant: Plant, at: datetime = NOW) -> dict[str, set[str]]:
    """Kind -> what keeps its oldest chunk."""
    with connect(plant.database, name="test") as connection:
        looked = look(connection, at, YEARS)
    return {
        kind: set(next(found for found in looked if found.chunk.kind == kind).decision.reasons)
        for kind in KINDS
    }


def ask(plant: Plant, statement: str) -> list[Any]:
    with connect(plant.database, name="test") as connection:
        return connection.execute(statement.encode()).fetchall()


def hold(plant: Plant, subject: Subject) -> int:
    with connect(plant.database, name="test") as connection:
        return place_hold(connection, subject, "行政诉讼", WU, clock.now())


def test_what_is_old_goes_and_what_is_not_stays(old: Plant) -> None:
    assert drop(old) == MARCHES | JUNES
    for table in ("message", "reading", "device_record", "quarantine"):
        assert ask(old, f"select count(*), min(received_at) > '2026-01-01' from {table}")[0][1], table
    assert drop(old) == set()
    drops = ask(old, "select kind, sum(count), sum(messages) from retention_drop group by kind order by kind")
    assert [(kind, int(count)) for kind, count, _ in drops] == [
        ("device_record", 2), ("message", 12), ("quarantine", 2), ("reading", 24),
    ]  # fmt: skip
    assert (
        ask(old, "select count(*) from audit_event where action = 'retention:chunk:drop' and actor = 'wu'")[
            0
        ][0]
        == 8
    )
    assert ask(old, "select count(*) from log_record where kind = 'retention_drop'")[0][0] == 8


def test_the_log_stays_whole_and_knows_what_went_lawfully(old: Plant) -> None:
    before = old.verify()
    assert before.kept == []
    drop(old)
    old.seal()
    report = old.verify()
    assert report.kept == []
    assert report.unverifiable["leaf_dropped"] == 12
    assert report.unverifiable["record_dropped"] == 2
    assert report.checked["message_decoded"] == before.checked["message_decoded"] - 12


def test_what_went_otherwise_is_named(old: Plant) -> None:
    drop(old)
    old.seal()
    old.run("delete from message where id = (select max(id) from message)")
    assert {found.code for found in old.verify().kept} == {"leaf_row_gone", "message_absent"}


def test_a_drop_that_never_was_explains_nothing(old: Plant) -> None:
    """A chunk taken away by hand, and a record of a drop written by hand with other leaves."""
    old.run("select drop_chunks('message', older_than => timestamptz '2019-04-01')")
    found = {found.code for found in old.verify().kept}
    assert {"leaf_row_gone", "message_absent"} <= found
    old.run(
        "insert into retention_drop (kind, chunk, range_start, range_end, count, messages, ids, leaves, leaf_digest, keep_years,"
        " cutoff, dropped_at, dropped_by) values ('message', 'c', '2019-03-07', '2019-03-14', 6, 6, '{[1,7)}', '{[0,6)}',"
        " sha256('x'), 5, now(), now(), 'x')"
    )
    old.seal()
    assert "drop_differs" in {found.code for found in old.verify().kept}


def test_what_the_log_does_not_have_yet_stays(old: Plant) -> None:
    late = arrival(hour_frame(KILN, MARCH + timedelta(days=2)), MARCH + timedelta(days=2, hours=1))
    old.store(late)
    assert "unsealed" in kept_by(old)["message"]
    assert drop(old) == JUNES
    old.seal()
    assert drop(old) == MARCHES


def test_what_was_never_noted_stays_too(old: Plant) -> None:
    old.run(
        "insert into message (received_at, id, gateway, channel, digest, payload)"
        " select received_at, 999, gateway, channel, digest, payload from message where id = 1"
    )
    old.run("delete from log_pending where kind = 'message'")
    assert "unsealed" in kept_by(old)["message"]
    assert ("message", 3) not in drop(old)


def test_late_data_keep_the_chunk_of_their_time_for_five_years_from_their_receipt(old: Plant) -> None:
    old.store(arrival(hour_frame(KILN, MARCH + timedelta(days=3)), FIRST))
    old.seal()
    assert kept_by(old)["reading"] == {"late_data"}
    assert drop(old) == {("message", 3)} | JUNES


@pytest.mark.parametrize(
    ("start", "end", "stays"),
    [
        (MARCH, MARCH + timedelta(days=7), MARCHES),
        (MARCH + timedelta(days=1), MARCH + timedelta(days=1, hours=1), MARCHES),
        (MARCH - timedelta(days=9), MARCH, set()),  # ends where the chunk begins
        (MARCH, JUNE + timedelta(days=30), MARCHES | JUNES),
    ],
)
def test_a_hold_of_an_outlet_keeps_its_time_until_it_is_lifted(
    old: Plant, start: datetime, end: datetime, stays: Gone
) -> None:
    number = hold(old, Subject("outlet", "outlet-1", start, end))
    assert drop(old) == (MARCHES | JUNES) - stays
    with connect(old.database, name="test") as connection:
        lift_hold(connection, number, "判决生效", WU, clock.now())
    assert drop(old) == stays


def test_a_hold_keeps_the_messages_that_brought_its_data_late(old: Plant) -> None:
    old.store(arrival(hour_frame(KILN, MARCH + timedelta(days=3)), JUNE + timedelta(days=1)))
    old.seal()
    hold(old, Subject("outlet", "outlet-1", MARCH, MARCH + timedelta(days=7)))
    assert drop(old) == {("reading", 6)}


def test_a_hold_of_another_outlet_keeps_no_late_messages_of_this_one(old: Plant) -> None:
    old.store(arrival(hour_frame(KILN, MARCH + timedelta(days=3)), JUNE + timedelta(days=1)))
    old.seal()
    hold(old, Subject("outlet", "outlet-2", MARCH, MARCH + timedelta(days=7)))
    assert drop(old) == JUNES


def in_march(old: Plant, names: Sequence[str]) -> None:
    """Rows of the verification's tests, their acts moved to March 2019."""
    for name in names:
        old.run(ROWS[name])
    old.run(f"update alert set first_seen = '{MARCH}', last_seen = '{MARCH}', cleared_at = null")
    old.run(f"update lead set from_time = '{MARCH}', to_time = '{MARCH + timedelta(days=1)}'")


def test_a_hold_of_an_alert_keeps_what_it_is_about(old: Plant) -> None:
    in_march(old, ["alerts"])
    number = hold(old, Subject("alert", "YJ-20261124-0001"))
    assert drop(old) == JUNES
    with connect(old.database, name="test") as connection:
        lift_hold(connection, number, "结案", WU, clock.now())
    assert drop(old) == MARCHES


@pytest.mark.parametrize(
    ("state", "held"),
    [
        ("state = 'draft'", True),
        ("state = 'submitted'", True),
        ("state = 'filed'", True),
        ("state = 'transferred'", True),  # to the police: for good
        ("state = 'filed', decided_at = now() - interval '30 days'", True),  # may still be sued over
        ("state = 'filed', decided_at = now() - interval '400 days'", False),
        ("state = 'no_case'", False),
        ("state = 'withdrawn'", False),
        ("state = 'talk'", False),
    ],
)
def test_an_open_lead_holds_by_itself(old: Plant, state: str, held: bool) -> None:
    in_march(old, ["alerts", "leads"])
    old.run("update lead set state = 'no_case'")
    old.run(f"update lead set {state} where number = 'XS-20261126-0001'")
    assert drop(old) == ((MARCHES | JUNES) - MARCHES if held else MARCHES | JUNES)


def test_a_closed_lead_can_be_held_by_a_person(old: Plant) -> None:
    in_march(old, ["alerts", "leads"])
    old.run("update lead set state = 'no_case'")
    hold(old, Subject("lead", "XS-20261126-0002"))
    assert drop(old) == JUNES


def test_a_package_that_lies_ready_holds_until_it_is_handed_over(old: Plant) -> None:
    old.run(
        "insert into evidence_package (number, subject_kind, subject_id, site_key, outlet_keys, asked_from, asked_to,"
        " from_time, to_time, formal, estimated_bytes, estimated_seconds, requested_by, origin, created_at)"
        f" values ('ZJ-20261126-0001', 'outlet', 'outlet-1', 1, '{{1}}', '{MARCH}', '{MARCH + timedelta(days=1)}', '{MARCH}',"
        f" '{MARCH + timedelta(days=1)}', false, 1, 1, 'wang', 'cli', now())"
    )
    assert drop(old) == JUNES
    old.run("update evidence_package set state = 'expired'")
    assert drop(old) == MARCHES


def test_the_nightly_job_does_it_unless_it_is_switched_off(
    old: Plant, caplog: pytest.LogCaptureFixture
) -> None:
    off = load_settings(database_url=old.database, home=old.settings.home, retention="off")
    with connect(old.database, name="test", autocommit=True) as connection:
        assert drop_at_night(connection, off, NOW) is None
        assert ask(old, "select count(*) from retention_drop")[0][0] == 0
        with caplog.at_level(logging.INFO):
            assert drop_at_night(connection, old.settings, NOW) == 8
        assert "dropped" in caplog.text
        assert drop_at_night(connection, old.settings, NOW) is None


@pytest.mark.parametrize("years", ["4", "0", "-1", "five"])
def test_less_than_five_years_is_no_setting(monkeypatch: pytest.MonkeyPatch, years: str) -> None:
    monkeypatch.setenv("OUTFALL_RETENTION_YEARS", years)
    with pytest.raises(SettingsError, match="OUTFALL_RETENTION_YEARS"):
        load_settings()

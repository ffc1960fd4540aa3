"""What somebody with every right on the database could do to the log, and how it is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from alerts.attesting.checkpointfile import append_checkpoints, checkpoint_file
from deploy.cli import app
from store import texts
from store.database import connect
from store.errors import StoreError
from store.log.keys import public_keys
from store.log.notes import Signer
from store.log.sealing import StoredCheckpoint, latest
from store.log.verifying.report import Difference
from tests.integration.ingest.world import hour_frame
from tests.integration.log.plant import FIRST, KILN, Plant, arrival, fill

Found = set[tuple[str, str]]


def codes(plant: Plant, **asked: object) -> Found:
    """Code and table of every difference."""
    return {(found.code, found.table) for found in plant.verify(**asked).kept}


@pytest.fixture
def sealed(plant: Plant) -> Plant:
    """A plant with two days of data in the log."""
    fill(plant)
    plant.seal(most=20)
    frames = [hour_frame(KILN, FIRST + timedelta(days=1, hours=number)) for number in range(300)]
    plant.store(*(arrival(frame, FIRST + timedelta(days=14)) for frame in frames))
    plant.seal(most=90)
    return plant


CASES: dict[str, tuple[list[str], Found]] = {
    # what is done, what must be among the differences
    "a message is deleted": (
        ["delete from message where id = (select max(id) from message)"],
        {("leaf_row_gone", "message"), ("message_absent", "reading")},
    ),
    "a message is added without anybody noting it": (
        [
            "drop trigger log_inserted on message",
            "insert into message (received_at, id, gateway, channel, digest, payload)"
            " select received_at, 900, gateway, channel, digest, payload from message where id = 1",
        ],
        {("unsealed", "message"), ("watch_gone", "message")},
    ),
    "a reading is deleted": (
        ["delete from reading where message_id = 1 and factor = 'a21026'"],
        {("reading_missing", "reading")},
    ),
    "a reading is added": (
        [
            "insert into reading (data_time, outlet_key, kind, factor, revision, value, status, message_id, received_at)"
            " select data_time, outlet_key, kind, 'a99999', 1, 5, status, message_id, received_at from reading"
            " where message_id = 1 limit 1"
        ],
        {("reading_underivable", "reading")},
    ),
    "the earlier value is made the later one": (
        [
            "update reading set revision = 9 where revision = 2",
            "update reading r set revision = 2 where revision = 1 and exists (select from reading o where o.revision = 9"
            " and (o.outlet_key, o.kind, o.factor, o.data_time) = (r.outlet_key, r.kind, r.factor, r.data_time))",
            "update reading set revision = 1 where revision = 9",
        ],
        {("revision_order", "reading")},
    ),
    "a refused piece is taken away": (
        ["delete from quarantine where reason = 'unknown_mn'"],
        {("row_gone", "quarantine"), ("quarantine_missing", "quarantine")},
    ),
    "a device record is taken away": (
        ["delete from device_record where ctid = (select max(ctid) from device_record) or cn = '2021'"],
        {("record_missing", "device_record")},
    ),
    "an audit entry is taken away with its record": (
        ["delete from log_record where kind = 'audit_event'", "delete from audit_event"],
        {("leaf_row_gone", "log_record")},
    ),
    "a limit is changed in the open": (
        ["update outlet_version set name = '别的名字' where key = 1"],
        set(),  # a change that the log has seen is no difference
    ),
    "an append-only row is changed in maintenance": (
        ["update audit_event set actor = 'somebody' where id = 1"],
        {("rewritten", "audit_event")},
    ),
    "a table is no longer watched": (
        ["drop trigger log_inserted on audit_event"],
        {("watch_gone", "audit_event")},
    ),
    "the end of the log is cut off": (
        [
            "delete from log_checkpoint where size = (select max(size) from log_checkpoint)",
            "delete from log_run where first_leaf >= (select max(size) from log_checkpoint)",
        ],
        {("tile_differs", "log_tile"), ("unsealed", "message")},
    ),
    "the tree is cut off below its heads": (
        ["delete from log_run where first_leaf > 100"],
        {
            ("size_differs", "log_checkpoint"),
            ("checkpoint_beyond", "log_checkpoint"),
            ("tile_extra", "log_tile"),
        },
    ),
    "a tile is gone": (
        ["delete from log_tile where level = 0 and index = 1"],
        {("tile_missing", "log_tile")},
    ),
    "the whole tree is gone": (
        ["delete from log_tile"],
        {("tile_missing", "log_tile")},
    ),
    "a head says another time": (
        [
            "update log_checkpoint set sealed_at = sealed_at - interval '1 hour'"
            " where size >= (select max(size) from log_checkpoint)"
        ],
        {("checkpoint_differs", "log_checkpoint"), ("clock_back", "log_checkpoint")},
    ),
    "a head carries the signature of another": (
        [
            "update log_checkpoint set note = split_part(note, E'\\n\\n', 1) || E'\\n\\n' || split_part("
            "(select note from log_checkpoint order by size limit 1), E'\\n\\n', 2)"
            " where size = (select max(size) from log_checkpoint)"
        ],
        {("signature_wrong", "log_checkpoint")},
    ),
    "a head is no note": (
        ["update log_checkpoint set note = 'x' where size = (select max(size) from log_checkpoint)"],
        {("note_malformed", "log_checkpoint")},
    ),
    "a record lies in the future of its head": (
        ["update log_run set latest = now() + interval '2 days' where first_leaf = 0"],
        {("sealed_before", "log_run")},
    ),
    "a run hides its rows": (
        [
            "update log_run set latest = earliest - interval '1 year', earliest = earliest - interval '2 years'"
            " where first_leaf = 0"
        ],
        {("run_hides", "log_run")},
    ),
    "a record has a time that no clock tells": (
        ["update log_record set recorded_at = 'infinity' where id = 1"],
        {("unreadable", "log")},
    ),
    "a run names every number there is": (
        ["update log_run set ids = '{[1,)}' where first_leaf = 0"],
        {("run_wrong", "log_run")},
    ),
    "a run names a number too many": (
        ["update log_run set ids = ids + '{[900000000000,1900000000000)}' where first_leaf = 0"],
        {("run_wrong", "log_run")},
    ),
    "a trigger is switched off": (
        ["alter table audit_event disable trigger append_only"],
        {("trigger_disabled", "audit_event")},
    ),
    "what waits is forgotten": (
        [
            "insert into finding (code, from_time, to_time, numbers, rule) values ('x', now(), now(), '{}', 'x/1')",
            "delete from log_pending",
        ],
        {("unsealed", "log_record")},
    ),
    "sealing has stopped": (
        [
            "insert into finding (code, from_time, to_time, numbers, rule) values ('x', now(), now(), '{}', 'x/1')",
            "update log_pending set noted_at = noted_at - interval '11 minutes'",
        ],
        {("pending_stuck", "log_pending")},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_found_when(sealed: Plant, name: str) -> None:
    statements, expected = CASES[name]
    assert codes(sealed) == set()
    for statement in statements:
        sealed.run(statement)
    if name == "a limit is changed in the open":
        sealed.seal()
    found = codes(sealed)
    assert expected <= found, found
    assert bool(expected) == bool(found)


def test_the_log_must_have_been_signed_by_a_key_that_is_known_from_elsewhere(sealed: Plant) -> None:
    with connect(sealed.database, name="test") as connection:
        own = public_keys(connection)[-1].key
    shutil.rmtree(sealed.settings.home / "log")
    assert codes(sealed, trusted=[own]) == set()
    stranger = Signer(own.name, Ed25519PrivateKey.generate()).key
    assert codes(sealed, trusted=[stranger]) == {("key_untrusted", "log_key")}


def test_a_key_that_took_over_in_the_database_is_not_the_one_of_the_file(sealed: Plant) -> None:
    stranger = Signer("outfall/other", Ed25519PrivateKey.generate()).key
    sealed.run(
        f"update log_key set public_key = '\\x{stranger.public_key.hex()}', key_id = '\\x{stranger.key_id.hex()}'"
    )
    found = codes(sealed)
    assert ("key_untrusted", "log_key") in found


def test_an_older_database_is_put_back(sealed: Plant) -> None:
    """The file outside the database has a head that the database has lost."""
    file = checkpoint_file(sealed.settings)

    def append() -> StoredCheckpoint:
        with connect(sealed.database, name="test", autocommit=True) as connection:
            append_checkpoints(connection, file, 0)
            head = latest(connection)
        assert head is not None
        return head

    head = append()
    assert codes(sealed) == set()
    sealed.store(arrival(hour_frame(KILN, FIRST + timedelta(days=30)), FIRST + timedelta(days=31)))
    sealed.seal()
    newer = append()
    with file.open("a", encoding="utf-8") as opened:
        opened.write(newer.note[:40])  # what was written half when the power went is no head
    report = sealed.verify()
    assert report.kept == [] and report.checked["checkpoint_outside"] > 2
    for table, column in (("log_checkpoint", "size >"), ("log_run", "first_leaf >=")):
        sealed.run(f"delete from {table} where {column} {head.size}")
    (lost,) = [found for found in sealed.verify().kept if found.code == "checkpoint_lost"]
    assert lost.key == str(newer.size)


def test_only_what_was_sealed_since_is_made_anew(sealed: Plant) -> None:
    with connect(sealed.database, name="test") as connection:
        size = latest(connection)
    assert size is not None
    whole, part = sealed.verify(), sealed.verify(since=256)
    assert part.kept == []
    assert part.checked["leaf"] == whole.checked["leaf"] - 256
    assert 0 < part.checked["message_decoded"] < whole.checked["message_decoded"]
    sealed.run("delete from reading where message_id = (select max(id) from message)")
    assert codes(sealed, since=256) == {("reading_missing", "reading")}
    assert codes(sealed, since=256, decode=False) == set()
    assert sealed.verify(since=size.size + 1000).checked["leaf"] < 256


def test_the_command_says_it_in_words_and_by_its_exit_code(
    sealed: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTFALL_DATABASE_URL", sealed.database)
    monkeypatch.setenv("OUTFALL_HOME", str(sealed.settings.home))
    run = CliRunner()
    clean = run.invoke(app, ["log", "verify"])
    assert clean.exit_code == 0, clean.output
    assert texts.text("logverify.clean") in clean.stdout
    sealed.run("update message set payload = payload || '\\x20' where id = 2")
    wrong = run.invoke(app, ["log", "verify", "--json"])
    assert wrong.exit_code == 1
    answer = json.loads(wrong.stdout)
    assert not answer["clean"] and answer["counts"]["digest_wrong"] == 1
    (named,) = [found for found in answer["differences"] if found["code"] == "digest_wrong"]
    assert (named["table"], named["key"]) == ("message", "2")
    assert "第 2 号" in named["text"]
    assert "digest_wrong" in run.invoke(app, ["log", "verify", "--no-decode"]).stdout
    monkeypatch.setenv("OUTFALL_DATABASE_URL", "postgresql://outfall@127.0.0.1:1/outfall")
    away = run.invoke(app, ["log", "verify"])
    assert isinstance(away.exception, StoreError) and away.exception.exit_code == 4
    assert run.invoke(app, ["log", "verify", "--key", "nonsense"]).exit_code != 0


def test_every_difference_has_its_sentence() -> None:
    """Whatever code the modules name is in the catalogue, and the catalogue names no other."""
    root = Path(__file__).parents[3]
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("store/log/verifying", "api/logcheck")
        for path in (root / folder).glob("*.py")
    )
    known = {key.rpartition(".")[2] for key in texts.catalogue() if key.startswith("logverify.code.")}
    assert {code for code in known if f'"{code}"' not in sources} == set()
    for code in known:
        assert Difference(code, "message", "7", "digest", None, "x").sentence()
    named: Callable[[str], bool] = known.__contains__
    assert all(map(named, {"leaf_differs", "tile_differs", "reading_missing"}))

"""When something of Outfall itself is normal, wants attention or is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.console.health.checks import Check, bytes_words, checks, days_left, worst
from api.console.health.reads import PARTS, Disk, Found, disk_of
from store.texts import has
from tests.unit.console.samples import NOW, SETTINGS

GIB = 1024**3

WELL: dict[str, list[dict[str, Any]]] = {
    "services": [
        {
            "service": "ingest",
            "instance": "a:1",
            "started_at": NOW,
            "seen_at": NOW,
            "state": {
                "lag_seconds": 0.05,
                "broker_connected": True,
                "messages_unacknowledged": 3,
                "messages_waiting": 0,
            },
        },
        {
            "service": "alerts",
            "instance": "a:2",
            "started_at": NOW,
            "seen_at": NOW,
            "state": {"leader": True},
        },
    ],
    "gateways": [{"gateway": "gw-one", "state": "online"}, {"gateway": "gw-two", "state": "online"}],
    "judging": [{"waiting": 0, "since": None}],
    "outbox": [{"waiting": 0, "oldest": None, "given_up": 0, "failing": 0, "failing_since": None}],
    "handovers": [{"waiting": 0, "oldest": None, "failing": 0, "refused": 0}],
    "jobs": [
        {"name": "seal", "failed": None, "next_at": NOW + timedelta(seconds=9), "running": False},
        {"name": "deadlines", "failed": None, "next_at": NOW, "running": False},
    ],
    "leader": [{"instance": "a:2"}],
    "sealing": [
        {"size": 100, "sealed_at": NOW, "pending": 0, "since": None, "key_name": "k", "key_since": NOW}
    ],
    "outgoing": [{"target": "file", "size": 100, "failures": 0, "last_error": None}],
    "packages": [{"waiting": 0, "oldest": None, "failed": 0}],
    "sizes": [{"name": "database", "bytes": 7 * GIB}],
    "growth": [{"name": "reading", "bytes": GIB, "seconds": 7 * 86400.0}],
    "connections": [{"used": 20, "most": 100, "active": 1, "stuck": 0}],
    "outages": [],
    "migrations": [{"migration_id": "0001_registry"}],
}
DISK = Disk(100 * GIB, 60 * GIB)
EXPECTED = frozenset({"0001_registry"})


def state_of(name: str, disk: Disk | None = DISK, **parts: Any) -> Check:
    """One check of a system that is well but for these parts; a part that is None could not be read."""
    known = {key: value for key, value in {**WELL, **parts}.items() if value is not None}
    found = {check.name: check for check in checks(Found(NOW, known, disk), SETTINGS, EXPECTED)}
    return found[name]


def row(part: str, **given: Any) -> list[dict[str, Any]]:
    """The one row of a part with some of it changed."""
    return [{**WELL[part][0], **given}]


def ingest(**state: Any) -> list[dict[str, Any]]:
    """The heartbeats with another state of ingest."""
    first = WELL["services"][0]
    return [{**first, "state": {**first["state"], **state}}, WELL["services"][1]]


def test_a_system_that_is_well_is_normal_in_everything() -> None:
    found = checks(Found(NOW, WELL, DISK), SETTINGS, EXPECTED)
    assert {check.state for check in found} == {"normal"}
    assert worst([check.state for check in found]) == "normal"


def ago(**span: float) -> Any:
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("name", "parts", "state", "remark"),
    [
        ("services", {"services": WELL["services"][:1]}, "wrong", "alerts never beat"),
        (
            "services",
            {"services": [{**WELL["services"][0], "seen_at": ago(seconds=21)}, WELL["services"][1]]},
            "wrong",
            "ingest lost five beats",
        ),
        ("lag", {"services": ingest(lag_seconds=4.9)}, "normal", "below five seconds"),
        ("lag", {"services": ingest(lag_seconds=5)}, "attention", "five seconds"),
        ("lag", {"services": ingest(lag_seconds=61)}, "wrong", "more than a minute"),
        ("lag", {"services": WELL["services"][1:]}, "unknown", "without ingest nobody knows the lag"),
        ("unacknowledged", {"services": ingest(messages_unacknowledged=1500)}, "attention", "piling up"),
        ("unacknowledged", {"services": ingest(broker_connected=False)}, "wrong", "no broker"),
        (
            "gateways",
            {"gateways": [{"gateway": "a", "state": "offline"}, {"gateway": "b", "state": "online"}]},
            "attention",
            "one company's link",
        ),
        ("gateways", {"gateways": [{"gateway": "a", "state": "offline"}]}, "wrong", "all of them"),
        ("gateways", {"gateways": []}, "normal", "none registered"),
        ("judging", {"judging": row("judging", waiting=9, since=ago(minutes=2))}, "attention", "two minutes"),
        ("judging", {"judging": row("judging", waiting=9, since=ago(minutes=11))}, "wrong", "eleven minutes"),
        (
            "outbox",
            {"outbox": row("outbox", failing=1, failing_since=ago(seconds=9))},
            "attention",
            "a channel fails",
        ),
        (
            "outbox",
            {"outbox": row("outbox", waiting=4, oldest=ago(hours=2))},
            "wrong",
            "nobody was told for two hours",
        ),
        ("outbox", {"outbox": row("outbox", given_up=1)}, "attention", "a message was given up"),
        ("handovers", {"handovers": row("handovers", refused=1)}, "attention", "refused"),
        ("handovers", {"handovers": row("handovers", waiting=1, oldest=ago(hours=25))}, "wrong", "a day"),
        ("jobs", {"leader": []}, "wrong", "nobody leads"),
        ("jobs", {"jobs": row("jobs", failed="ValueError")}, "attention", "the last run failed"),
        ("jobs", {"jobs": row("jobs", next_at=ago(minutes=16))}, "wrong", "long after its time"),
        ("jobs", {"jobs": row("jobs", next_at=ago(minutes=16), running=True)}, "normal", "it runs just now"),
        (
            "sealing",
            {"sealing": row("sealing", pending=5, since=ago(seconds=30))},
            "normal",
            "within its time",
        ),
        (
            "sealing",
            {"sealing": row("sealing", pending=5, since=ago(minutes=5))},
            "attention",
            "five minutes",
        ),
        (
            "sealing",
            {"sealing": row("sealing", pending=5, since=ago(minutes=16))},
            "wrong",
            "a quarter of an hour",
        ),
        ("outgoing", {"outgoing": row("outgoing", failures=1)}, "attention", "one failure"),
        ("outgoing", {"outgoing": row("outgoing", failures=10)}, "wrong", "ten in a row"),
        ("packages", {"packages": row("packages", failed=1)}, "attention", "one failed"),
        ("disk", {"disk": Disk(100 * GIB, 19 * GIB)}, "attention", "below a fifth"),
        ("disk", {"disk": Disk(100 * GIB, 9 * GIB)}, "wrong", "below a tenth"),
        (
            "disk",
            {"growth": [{"name": "reading", "bytes": 60 * GIB, "seconds": 7 * 86400.0}]},
            "wrong",
            "enough today, full in a week",
        ),
        ("disk", {"disk": None}, "unknown", "the disk is elsewhere"),
        ("connections", {"connections": row("connections", used=80)}, "attention", "four fifths"),
        ("connections", {"connections": row("connections", used=95)}, "wrong", "nearly all"),
        ("connections", {"connections": row("connections", stuck=1)}, "attention", "one that does not end"),
        (
            "outages",
            {"outages": [{"cause": "ingest_down", "from_time": ago(hours=2), "to_time": None}]},
            "wrong",
            "lasts",
        ),
        (
            "outages",
            {"outages": [{"cause": "ingest_down", "from_time": ago(days=3), "to_time": ago(days=2)}]},
            "normal",
            "long over",
        ),
        ("schema", {"migrations": []}, "wrong", "a migration is missing"),
    ],
)
def test_a_check_tells_what_is_the_matter(name: str, parts: dict[str, Any], state: str, remark: str) -> None:
    assert state_of(name, **parts).state == state, remark


@pytest.mark.parametrize("part", sorted(set(WELL) - {"growth"}))
def test_a_part_that_cannot_be_read_is_unknown_and_breaks_no_other(part: str) -> None:
    found = Found(NOW, {name: rows for name, rows in WELL.items() if name != part}, DISK)
    states = [check.state for check in checks(found, SETTINGS, EXPECTED)]
    assert "unknown" in states
    assert "wrong" not in states


def test_nothing_at_all_can_be_read_and_every_check_still_speaks() -> None:
    for check in checks(Found(NOW, {}, None), SETTINGS, EXPECTED):
        assert check.state == "unknown"
        assert check.title
        assert check.word
        assert check.do


def test_every_part_has_a_statement_of_the_catalogue() -> None:
    from store.queries import queries

    for group, name in PARTS.values():
        assert queries(group)[name]


def test_every_job_of_this_release_has_a_word(tmp_path: Any) -> None:
    from alerts.timetable import jobs_of

    names = [job.name for job in jobs_of(SETTINGS, lambda: None, NOW)]  # type: ignore[arg-type,return-value]
    assert len(names) > 10
    assert [name for name in names if not has(f"console.health.job.{name}")] == []


def test_the_disk_lasts_as_long_as_last_week_says() -> None:
    growth = [{"name": "reading", "bytes": 7 * GIB, "seconds": 7 * 86400.0}]
    assert days_left(Found(NOW, {"growth": growth}, Disk(100 * GIB, 50 * GIB))) == 50
    assert days_left(Found(NOW, {"growth": []}, DISK)) is None
    assert days_left(Found(NOW, {"growth": growth}, None)) is None


def test_a_home_without_a_local_database_has_no_known_disk(tmp_path: Any) -> None:
    assert disk_of(tmp_path) is None
    (tmp_path / "postgres").mkdir()
    assert disk_of(tmp_path) is not None


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (7_013_000_000, "7.0 GB"), (2 * 10**12, "2.0 TB")],
)
def test_bytes_are_read_by_people(count: int, words: str) -> None:
    assert bytes_words(count) == words

"""What is normal, what wants attention and what is wrong: thresholds and their words. Pure.

A check says its value, where the threshold lies, and what to do beyond it. The texts are ``console.health.check.<name>``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.console import words
from api.console.health.reads import Found
from api.console.platform import HEARTBEAT_PATIENCE, WATCHED
from store.settings import Settings
from store.texts import text

NORMAL, ATTENTION, WRONG, UNKNOWN = "normal", "attention", "wrong", "unknown"
_RANK = (NORMAL, UNKNOWN, ATTENTION, WRONG)

LAG = (timedelta(seconds=5), timedelta(seconds=60))
"""From event to commit. Design goal: a quarter of a second at 2,000 frames a second; a minute is an outage in the making."""

UNACKNOWLEDGED = 1000
JUDGING = (timedelta(minutes=1), timedelta(minutes=10))
HANDOVER = timedelta(days=1)
JOB_LATE = (timedelta(minutes=2), timedelta(minutes=15))
"""How long after its time a job may begin; a leader that died is replaced within seconds."""

UNSEALED = (timedelta(minutes=2), timedelta(minutes=15))
OUTGOING_FAILURES = 10
PACKAGE = timedelta(minutes=30)
FREE = (20, 10)
"""Per cent of the disk that are free."""

DAYS_LEFT = (60, 14)
CONNECTIONS = (75, 90)
"""Per cent of the connections that the server allows."""

OUTAGE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the page. ``since`` is a moment that the value counts from."""

    name: str
    state: str
    value: str
    threshold: str
    since: datetime | None = None

    @property
    def title(self) -> str:
        """What is checked."""
        return text(f"console.health.check.{self.name}.title")

    @property
    def word(self) -> str:
        """The state in a word."""
        return text(f"console.health.state.{self.state}")

    @property
    def do(self) -> str:
        """What to do beyond the threshold."""
        return text(f"console.health.check.{self.name}.do")


def rank(state: str) -> int:
    """How grave a state is; the gravest is the highest."""
    return _RANK.index(state)


def worst(states: Iterable[str]) -> str:
    """The gravest of some states; normal when there are none."""
    return max(states, key=rank, default=NORMAL)


def checks(found: Found, settings: Settings, expected: frozenset[str]) -> list[Check]:
    """Every check, in the order of the path of the data. ``expected`` are the migrations of this release."""
    return [
        _services(found),
        _lag(found),
        _unacknowledged(found, settings),
        _gateways(found),
        _judging(found),
        _outbox(found, settings),
        _handovers(found),
        _jobs(found),
        _sealing(found, settings),
        _outgoing(found),
        _packages(found),
        _disk(found),
        _connections(found),
        _outages(found),
        _schema(found, expected),
    ]


def _unknown(name: str) -> Check:
    return Check(name, UNKNOWN, text("console.health.unread"), "—")


def _level(value: Any, bounds: tuple[Any, Any]) -> str:
    """By two bounds that the value grows towards."""
    return WRONG if value >= bounds[1] else ATTENTION if value >= bounds[0] else NORMAL


def _threshold(bounds: tuple[timedelta, timedelta]) -> str:
    return text(
        "console.health.over",
        attention=words.span_words(bounds[0]),
        wrong=words.span_words(bounds[1]),
    )


def _services(found: Found) -> Check:
    beats = found.rows("services")
    if beats is None:
        return _unknown("services")
    newest = {row["service"]: row["seen_at"] for row in reversed(beats)}
    silent = [name for name in WATCHED if name not in newest or found.at - newest[name] > HEARTBEAT_PATIENCE]
    value = (
        text(
            "console.health.silent",
            names="、".join(text(f"console.health.service.{name}") for name in silent),
        )
        if silent
        else text(
            "console.health.alive",
            count=sum(found.at - row["seen_at"] <= HEARTBEAT_PATIENCE for row in beats),
        )
    )
    return Check(
        "services",
        WRONG if silent else NORMAL,
        value,
        text("console.health.silent_over", span=words.span_words(HEARTBEAT_PATIENCE)),
    )


def _ingest(found: Found) -> Mapping[str, Any] | None:
    """What a living ingest process says of itself."""
    beats = [row for row in found.rows("services") or () if row["service"] == "ingest"]
    return beats[0]["state"] if beats and found.at - beats[0]["seen_at"] <= HEARTBEAT_PATIENCE else None


def _lag(found: Found) -> Check:
    state = _ingest(found)
    if state is None or "lag_seconds" not in state:
        return _unknown("lag")
    lag = timedelta(seconds=float(state["lag_seconds"]))
    value = text("console.health.milliseconds", count=int(lag.total_seconds() * 1000))
    return Check("lag", _level(lag, LAG), value, _threshold(LAG))


def _unacknowledged(found: Found, settings: Settings) -> Check:
    state = _ingest(found)
    if state is None or "messages_unacknowledged" not in state:
        return _unknown("unacknowledged")
    bounds = (min(UNACKNOWLEDGED, settings.receive_maximum), settings.receive_maximum)
    count = int(state["messages_unacknowledged"])
    connected = bool(state.get("broker_connected"))
    value = text(
        "console.health.unacknowledged" if connected else "console.health.broker_away",
        count=count,
        waiting=int(state.get("messages_waiting", 0)),
    )
    level = _level(count, bounds) if connected else WRONG
    return Check(
        "unacknowledged", level, value, text("console.health.over", attention=bounds[0], wrong=bounds[1])
    )


def _gateways(found: Found) -> Check:
    gateways = found.rows("gateways")
    if gateways is None:
        return _unknown("gateways")
    online = sum(1 for row in gateways if row["state"] == "online")
    # A company's link that is down is its own trouble; all of them at once are probably ours.
    state = NORMAL if online == len(gateways) else ATTENTION if online else WRONG
    value = text("console.health.gateways", online=online, total=len(gateways))
    return Check("gateways", state, value, text("console.health.gateways_over"))


def _judging(found: Found) -> Check:
    row = found.row("judging")
    if row is None:
        return _unknown("judging")
    waited = found.at - row["since"] if row["since"] is not None else timedelta(0)
    return Check(
        "judging",
        _level(waited, JUDGING),
        text("console.health.waiting", count=row["waiting"]),
        _threshold(JUDGING),
        row["since"],
    )


def _outbox(found: Found, settings: Settings) -> Check:
    row = found.row("outbox")
    if row is None:
        return _unknown("outbox")
    bounds = (
        timedelta(minutes=settings.notify_merge_minutes),
        timedelta(minutes=max(settings.notify_down_minutes, settings.notify_merge_minutes)),
    )
    waited = found.at - row["oldest"] if row["oldest"] is not None else timedelta(0)
    failed = found.at - row["failing_since"] if row["failing_since"] is not None else timedelta(0)
    state = worst(
        [
            _level(max(waited, failed), bounds),
            ATTENTION if row["failing"] else NORMAL,
            ATTENTION if row["given_up"] else NORMAL,
        ]
    )
    value = text(
        "console.health.outbox", count=row["waiting"], failing=row["failing"], given_up=row["given_up"]
    )
    return Check("outbox", state, value, _threshold(bounds), row["oldest"])


def _handovers(found: Found) -> Check:
    row = found.row("handovers")
    if row is None:
        return _unknown("handovers")
    late = row["oldest"] is not None and found.at - row["oldest"] > HANDOVER
    state = WRONG if late else ATTENTION if row["failing"] or row["refused"] else NORMAL
    value = text(
        "console.health.handovers", count=row["waiting"], failing=row["failing"], refused=row["refused"]
    )
    threshold = text("console.health.handovers_over", span=words.span_words(HANDOVER))
    return Check("handovers", state, value, threshold, row["oldest"])


def job_state(job: Mapping[str, Any], now: datetime) -> str:
    """How a job stands: failed last time, or not begun long after its time."""
    next_at = job["next_at"]
    late = NORMAL
    if next_at is not None and not job["running"]:
        late = _level(now - next_at, JOB_LATE)
    return worst([late, ATTENTION if job["failed"] else NORMAL])


def _jobs(found: Found) -> Check:
    jobs = found.rows("jobs")
    if jobs is None or found.rows("leader") is None:
        return _unknown("jobs")
    states = [job_state(job, found.at) for job in jobs]
    led = bool(found.rows("leader"))
    failed = sum(1 for job in jobs if job["failed"])
    value = (
        text("console.health.jobs", count=len(jobs), failed=failed)
        if led
        else text("console.health.no_leader")
    )
    return Check("jobs", worst([*states, NORMAL if led else WRONG]), value, _threshold(JOB_LATE))


def _sealing(found: Found, settings: Settings) -> Check:
    row = found.row("sealing")
    if row is None:
        return _unknown("sealing")
    waited = found.at - row["since"] if row["since"] is not None else timedelta(0)
    bounds = (UNSEALED[0] + timedelta(seconds=settings.seal_seconds), UNSEALED[1])
    value = text("console.health.sealing", pending=row["pending"], size=row["size"] or 0)
    return Check("sealing", _level(waited, bounds), value, _threshold(bounds), row["since"])


def _outgoing(found: Found) -> Check:
    targets = found.rows("outgoing")
    if targets is None:
        return _unknown("outgoing")
    failing = [row for row in targets if row["failures"]]
    state = worst([WRONG if row["failures"] >= OUTGOING_FAILURES else ATTENTION for row in failing])
    value = (
        "；".join(
            text(
                "console.health.target_failing",
                target=text(f"console.health.target.{row['target']}"),
                count=row["failures"],
            )
            for row in failing
        )
        if failing
        else text("console.health.targets", count=len(targets))
    )
    return Check("outgoing", state, value, text("console.health.outgoing_over", wrong=OUTGOING_FAILURES))


def _packages(found: Found) -> Check:
    row = found.row("packages")
    if row is None:
        return _unknown("packages")
    late = row["oldest"] is not None and found.at - row["oldest"] > PACKAGE
    value = text("console.health.packages", count=row["waiting"], failed=row["failed"])
    threshold = text("console.health.packages_over", span=words.span_words(PACKAGE))
    return Check("packages", ATTENTION if late or row["failed"] else NORMAL, value, threshold, row["oldest"])


def days_left(found: Found) -> int | None:
    """For how many days the free disk lasts at last week's growth; None when the disk or the growth is not known."""
    growth = found.rows("growth")
    if found.disk is None or not growth:
        return None
    per_day = sum(row["bytes"] / row["seconds"] * 86400 for row in growth if row["seconds"])
    return int(found.disk.free / per_day) if per_day > 0 else None


def _disk(found: Found) -> Check:
    sizes = found.rows("sizes")
    if sizes is None:
        return _unknown("disk")
    used = next((row["bytes"] for row in sizes if row["name"] == "database"), 0)
    if found.disk is None:
        value = text("console.health.disk_unknown", size=bytes_words(used))
        return Check("disk", UNKNOWN, value, text("console.health.disk_over", a=FREE[0], w=FREE[1]))
    percent = 100 * found.disk.free // found.disk.total
    left = days_left(found)
    states = [WRONG if percent < FREE[1] else ATTENTION if percent < FREE[0] else NORMAL]
    if left is not None:
        states.append(WRONG if left < DAYS_LEFT[1] else ATTENTION if left < DAYS_LEFT[0] else NORMAL)
    value = text(
        "console.health.disk" if left is None else "console.health.disk_days",
        size=bytes_words(used),
        free=bytes_words(found.disk.free),
        percent=percent,
        days=left,
    )
    threshold = text("console.health.disk_over", a=FREE[0], w=FREE[1])
    return Check("disk", worst(states), value, threshold)


def _connections(found: Found) -> Check:
    row = found.row("connections")
    if row is None:
        return _unknown("connections")
    percent = 100 * row["used"] // row["most"]
    state = worst([_level(percent, CONNECTIONS), ATTENTION if row["stuck"] else NORMAL])
    value = text(
        "console.health.connections",
        used=row["used"],
        most=row["most"],
        active=row["active"],
        stuck=row["stuck"],
    )
    threshold = text("console.health.connections_over", a=CONNECTIONS[0], w=CONNECTIONS[1])
    return Check("connections", state, value, threshold)


def _outages(found: Found) -> Check:
    outages = found.rows("outages")
    if outages is None:
        return _unknown("outages")
    lasting = [row for row in outages if row["to_time"] is None]
    lately = [row for row in outages if row["to_time"] is not None and found.at - row["to_time"] < OUTAGE_DAY]
    state = WRONG if lasting else ATTENTION if lately else NORMAL
    value = text("console.health.outages", lasting=len(lasting), week=len(outages))
    since = min((row["from_time"] for row in lasting), default=None)
    return Check("outages", state, value, text("console.health.outages_over"), since)


def _schema(found: Found, expected: frozenset[str]) -> Check:
    applied = found.rows("migrations")
    if applied is None:
        return _unknown("schema")
    missing = sorted(expected - {row["migration_id"] for row in applied})
    value = (
        text("console.health.schema_missing", names="、".join(missing))
        if missing
        else text("console.health.schema_whole", count=len(expected))
    )
    return Check("schema", WRONG if missing else NORMAL, value, text("console.health.schema_over"))


def bytes_words(count: int) -> str:
    """Bytes as people read them: 7.0 GB, 53.1 MB."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"

"""Pages of readings and ledger hours, from rows to items. Numbers come as text from the database, digit by digit as stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.exports import Kind
from api.replies import Number
from api.wire import page
from store.database import Connection, rows
from store.queries import queries

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query asks for. ``kind`` is the kind of a reading or the span of a period; ``factors`` None = all that have data."""

    outlet_key: int
    outlet: str
    kind: str
    factors: tuple[str, ...] | None
    start: datetime
    end: datetime
    all_revisions: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended; the next begins after it."""

    time: datetime
    factor: str
    revision: int


Page = tuple[list[Item], Place | None]

_READING_NAMES = (
    "time", "kind", "factor", "value", "minimum", "maximum", "total", "folded", "folded_minimum", "folded_maximum", "flag",
    "status", "revision", "extra", "received_at", "message_id",
)  # fmt: skip
READING_COLUMNS = ("outlet", *_READING_NAMES)
_NUMBERS = frozenset(_READING_NAMES[3:10])
READING_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(_NUMBERS, "decimal"),
    **dict.fromkeys(("time", "received_at"), "time"),
    **dict.fromkeys(("revision", "message_id"), "int"),
}
_LEDGER_COUNTS = (
    "received", "accepted", "duplicate", "conflicting", "quarantined",
    "readings_accepted", "readings_duplicate", "readings_conflicting",
)  # fmt: skip
LEDGER_COLUMNS = ("outlet", "hour", *_LEDGER_COUNTS, "quarantined_by_reason", "anomalies")
LEDGER_KINDS: Mapping[str, Kind] = {"hour": "time", **dict.fromkeys(_LEDGER_COUNTS, "int")}


def readings(connection: Connection, wanted: Wanted, place: Place | None, limit: int) -> Page:
    """One page of readings by time, factor (and revision), and its end when more follow."""
    sql = queries("read")
    arguments = page_arguments(wanted, place, limit) | {"kind": wanted.kind}
    arguments["factors"] = factors_of(connection, "reading_factors", wanted, arguments)
    statement = sql["readings_all" if wanted.all_revisions else "readings_latest"]
    fetched, last = page(connection.execute(statement, arguments).fetchall(), limit)
    items = [dict(zip(_READING_NAMES, row, strict=True)) for row in fetched]
    return items, None if last is None else Place(last[0], last[2], last[12])


def reading_cells(outlet: str, item: Item) -> Sequence[object]:
    """The cells of one reading in a table."""
    return [outlet] + [
        Number(item[name]) if name in _NUMBERS and item[name] is not None else item[name]
        for name in _READING_NAMES
    ]


def ledger_cells(outlet: str, item: Item) -> Sequence[object]:
    """The cells of one hour of the ledger in a table; reasons and anomalies as ``name=frames``."""
    read = item["readings"]
    return [
        outlet,
        item["hour"],
        *(item[name] for name in ("received", "accepted", "duplicate", "conflicting")),
        item["quarantined"]["total"],
        *(read[name] for name in ("accepted", "duplicate", "conflicting")),
        _counted(item["quarantined"]["by_reason"]),
        _counted(item["anomalies"]),
    ]


def _counted(frames: Mapping[str, int]) -> str:
    return " ".join(f"{name}={count}" for name, count in sorted(frames.items()))


def page_arguments(wanted: Wanted, place: Place | None, limit: int) -> Item:
    """What a statement that reads one page after a place is given."""
    after = place or Place(wanted.start, "", 0)
    return {
        "outlet_key": wanted.outlet_key,
        # Nothing before the place can follow; as a bound of time it lets the index begin there.
        "from_time": max(wanted.start, after.time),
        "to_time": wanted.end,
        "after_time": after.time,
        "after_factor": after.factor,
        "after_revision": after.revision,
        "most": limit + 1,
    }


def factors_of(connection: Connection, statement: str, wanted: Wanted, arguments: Item) -> list[str]:
    """The factors that are wanted, or else those that the statement finds data of."""
    if wanted.factors is not None:
        return sorted(set(wanted.factors))
    return [row[0] for row in connection.execute(queries("read")[statement], arguments)]


def ledger(
    connection: Connection,
    outlet_key: int,
    start: datetime,
    end: datetime,
    after: datetime | None,
    limit: int,
) -> tuple[list[Item], datetime | None, Item]:
    """Ledger hours after ``after``, the last hour when more follow, and the sums over the whole time."""
    sql = queries("read")
    span = {"outlet_key": outlet_key, "from_time": start, "to_time": end}
    bounds = {**span, "after": after or start - timedelta(hours=1), "most": limit + 1}
    with rows(connection) as cursor:
        hours = [row["hour"] for row in cursor.execute(sql["ledger_hours"], bounds)]
        shown, last = page(hours, limit)
        by_hour: dict[datetime, list[Item]] = defaultdict(list)
        for row in cursor.execute(sql["ledger"], {"outlet_key": outlet_key, "hours": list(shown)}):
            by_hour[row["hour"]].append(row)
        total = ledger_counts(cursor.execute(sql["ledger_total"], span).fetchall())
    return [{"hour": hour} | ledger_counts(by_hour[hour]) for hour in shown], last, total


def unattributed(connection: Connection, outlet_key: int, start: datetime, end: datetime) -> Item:
    """What the outlet's gateway delivered and no outlet could be found for."""
    sql = queries("read")
    span = {"outlet_key": outlet_key, "from_time": start, "to_time": end}
    with rows(connection) as cursor:
        gateway = cursor.execute(sql["gateway_of_outlet"], span).fetchone()
        counts = ledger_counts(cursor.execute(sql["ledger_unattributed"], span).fetchall())
    return {
        "gateway": gateway["gateway"] if gateway else None,
        "received": counts["received"],
        "quarantined": counts["quarantined"],
    }


def ledger_counts(found: Iterable[Mapping[str, Any]]) -> Item:
    """Ledger rows as one object: received = accepted + duplicate + conflicting + quarantined.total."""
    frames = {"received": 0, "accepted": 0, "duplicate": 0, "conflicting": 0}
    read = {"accepted": 0, "duplicate": 0, "conflicting": 0}
    by_reason: dict[str, int] = {}
    anomalies: dict[str, int] = {}
    for row in found:
        disposition = row["disposition"]
        if disposition == "quarantined":
            by_reason[row["reason"]] = by_reason.get(row["reason"], 0) + row["frames"]
        elif disposition == "anomaly":
            anomalies[row["reason"]] = anomalies.get(row["reason"], 0) + row["frames"]
        else:
            frames[disposition] += row["frames"]
            if disposition in read:
                read[disposition] += row["readings"]
    return {
        **frames,
        "quarantined": {"total": sum(by_reason.values()), "by_reason": by_reason},
        "anomalies": anomalies,
        "readings": read,
    }

"""Pages of readings, periods and ledger hours, from rows to items.

Numbers come as text from the database, digit by digit as stored; a year of hours is some 9,000 rows and 300,000 values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.replies import Number
from api.wire import page
from store.clock import BEIJING
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
ReadPage = Callable[[Connection, Wanted, Place | None, int], Page]

_READING_NAMES = (
    "time", "kind", "factor", "value", "minimum", "maximum", "total", "folded", "folded_minimum", "folded_maximum", "flag",
    "status", "revision", "extra", "received_at", "message_id",
)  # fmt: skip
READING_COLUMNS = ("outlet", *_READING_NAMES)
_NUMBERS = frozenset(_READING_NAMES[3:10])


def readings(connection: Connection, wanted: Wanted, place: Place | None, limit: int) -> Page:
    """One page of readings by time, factor (and revision), and its end when more follow."""
    sql = queries("read")
    arguments = _arguments(wanted, place, limit) | {"kind": wanted.kind}
    arguments["factors"] = _factors(connection, "reading_factors", wanted, arguments)
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


def periods(connection: Connection, wanted: Wanted, place: Place | None, limit: int) -> Page:
    """One page of periods by start and factor with the verdicts on them, and its end when more follow."""
    sql = queries("read")
    arguments = _arguments(wanted, place, limit) | {"span": wanted.kind}
    arguments["factors"] = _factors(connection, "period_factors", wanted, arguments)
    fetched, last = page(connection.execute(sql["periods"], arguments, binary=True).fetchall(), limit)
    verdicts = _verdicts(connection, arguments, fetched) if fetched else {}
    items = [_period(wanted, row, verdicts.get(row[:3], [])) for row in fetched]
    return items, None if last is None else Place(_moment(last[0]), last[1], last[2])


def _verdicts(
    connection: Connection, arguments: Mapping[str, Any], fetched: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], list[Item]]:
    found: dict[tuple[Any, ...], list[Item]] = defaultdict(list)
    first_and_last = {"first": fetched[0][0], "last": fetched[-1][0]}
    for row in connection.execute(queries("read")["verdicts"], {**arguments, **first_and_last}, binary=True):
        found[row[:3]].append(
            {
                "result": row[3],
                "basis": row[4],
                "limit_id": row[5],
                "bound": row[6],
                "compared": row[7],
                "multiple": row[8],
                "reasons": row[9],
                "rule": row[10],
            }
        )
    return found


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, BEIJING)


def _period(wanted: Wanted, row: tuple[Any, ...], verdicts: list[Item]) -> Item:
    return {
        "start": _moment(row[0]),
        "span": wanted.kind,
        "outlet": wanted.outlet,
        "factor": row[1],
        "reported": {"measured": row[3], "folded": row[4]},
        "recomputed": {"measured": row[5], "folded": row[6]},
        "after_marking": {"measured": row[7], "folded": row[8]},
        "after_exemption": {"measured": row[9], "folded": row[10]},
        "valid": row[11],
        "reasons": row[12],
        "count": row[13],
        "expected": row[14],
        "revision": row[2],
        "verdicts": verdicts,
    }


_COLUMNS_OF_VALUES = ("reported", "recomputed", "after_marking", "after_exemption")
_VERDICT_COLUMNS = ("result", "basis", "limit_id", "bound", "compared", "multiple")
PERIOD_COLUMNS = (
    "outlet", "start", "span", "factor",
    *(f"{column}_{form}" for column in _COLUMNS_OF_VALUES for form in ("measured", "folded")),
    "valid", "reasons", "count", "expected", "revision", *_VERDICT_COLUMNS, "verdict_reasons",
)  # fmt: skip


def period_cells(item: Item) -> Iterable[list[object]]:
    """The rows of one period in a table: one a verdict, one when there is none."""
    values = [_number(item[column][form]) for column in _COLUMNS_OF_VALUES for form in ("measured", "folded")]
    start = [item["outlet"], item["start"], item["span"], item["factor"], *values]
    start += [item["valid"], " ".join(item["reasons"]), item["count"], item["expected"], item["revision"]]
    for verdict in item["verdicts"] or [dict.fromkeys(_VERDICT_COLUMNS) | {"reasons": []}]:
        numbers = [_number(verdict[name]) for name in ("bound", "compared", "multiple")]
        yield [
            *start,
            verdict["result"],
            verdict["basis"],
            verdict["limit_id"],
            *numbers,
            " ".join(verdict["reasons"]),
        ]


def _number(text: str | None) -> Number | None:
    return None if text is None else Number(text)


def _arguments(wanted: Wanted, place: Place | None, limit: int) -> Item:
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


def _factors(connection: Connection, statement: str, wanted: Wanted, arguments: Item) -> list[str]:
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

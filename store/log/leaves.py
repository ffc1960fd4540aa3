"""Leaves out of the tables: the bytes of messages, period values and records, read by their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, LiteralString

from store.database import Connection, rows
from store.log.canonical import exact_json, message_leaf, period_leaf, record_leaf
from store.log.spans import Ids, Spans, count, multirange, numbers, slices, spans_of
from store.queries import queries

KINDS = ("message", "period", "record")

SLICE = 10_000
"""Rows that are in memory at once."""

SCATTERED = 4
"""From this share of foreign rows on the wanted ones are looked up one by one instead of read past."""

Leaves = Iterator[tuple[int, bytes]]


def read_leaves(
    connection: Connection,
    kind: str,
    ids: Ids,
    earliest: datetime | None = None,
    latest: datetime | None = None,
) -> Leaves:
    """Id and leaf bytes of records of one kind, in the order of their ids; ids that no row has are left out.

    Parameters
    ----------
    kind : ``message``, ``period`` or ``record``
    ids : numbers in any order, a ``range``, or a multirange
    earliest, latest : bounds of receipt, start or recording, both inclusive, where they are known: fewer chunks are looked into
    """
    reader = _READERS[kind]
    bounds = _Bounds(earliest or "-infinity", latest or "infinity")
    for piece in slices(spans_of(ids), SLICE):
        yield from reader(connection, piece, bounds)


@dataclass(frozen=True, slots=True)
class _Bounds:
    earliest: datetime | str
    latest: datetime | str


def _arguments(piece: Spans, bounds: _Bounds) -> dict[str, Any]:
    return {
        "low": piece[0][0],
        "high": piece[-1][1],
        "ids": multirange(piece),
        "earliest": bounds.earliest,
        "latest": bounds.latest,
    }


def _statement(name: str, piece: Spans) -> LiteralString:
    scattered = piece[-1][1] - piece[0][0] > SCATTERED * count(piece)
    return queries("log")[f"{name}_scattered" if scattered else name]


def _asked(name: str, piece: Spans, bounds: _Bounds) -> tuple[LiteralString, dict[str, Any]]:
    arguments = _arguments(piece, bounds)
    statement = _statement(name, piece)
    if "numbers" in statement:
        arguments["numbers"] = list(numbers(piece))
    return statement, arguments


def _messages(connection: Connection, piece: Spans, bounds: _Bounds) -> Leaves:
    # Each piece is planned for itself: a plan for any bounds looks into every chunk.
    found = connection.execute(*_asked("messages", piece, bounds), prepare=False)
    for number, received_at, gateway, channel, packet_id, digest in found:
        yield number, message_leaf(number, received_at, gateway, channel, packet_id, digest)


def _periods(connection: Connection, piece: Spans, bounds: _Bounds) -> Leaves:
    with rows(connection) as cursor:
        periods = cursor.execute(*_asked("periods", piece, bounds), prepare=False).fetchall()
    verdicts = _verdicts(connection, periods)
    for row in periods:
        row["inputs"] = exact_json(row["inputs"])
        yield row["id"], period_leaf(row, verdicts.get(_PERIOD(row), ()))


_PERIOD = itemgetter("outlet_key", "factor", "span", "start", "revision")


def _verdicts(
    connection: Connection, periods: Sequence[Mapping[str, Any]]
) -> dict[Any, list[Mapping[str, Any]]]:
    """The verdicts of every period value, without the columns that they share with it."""
    if not periods:
        return {}
    starts = [row["start"] for row in periods]
    arguments = {
        "outlets": [row["outlet_key"] for row in periods],
        "factors": [row["factor"] for row in periods],
        "spans": [row["span"] for row in periods],
        "starts": starts,
        "revisions": [row["revision"] for row in periods],
        "earliest": min(starts),
        "latest": max(starts),
    }
    found: dict[Any, list[Mapping[str, Any]]] = {}
    with rows(connection) as cursor:
        for row in cursor.execute(queries("log")["verdicts_of_periods"], arguments, prepare=False):
            period = _PERIOD(row)
            for column in ("outlet_key", "factor", "span", "start", "revision"):
                del row[column]
            found.setdefault(period, []).append(row)
    return found


def _records(connection: Connection, piece: Spans, bounds: _Bounds) -> Leaves:
    found = connection.execute(*_asked("records", piece, bounds), prepare=False)
    for number, table, key, recorded_at, content in found:
        yield number, record_leaf(number, table, key, recorded_at, exact_json(content))


_READERS: Mapping[str, Callable[[Connection, Spans, _Bounds], Leaves]] = {
    "message": _messages,
    "period": _periods,
    "record": _records,
}

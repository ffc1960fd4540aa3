"""Reading the messages with everything that was stored of them, in the order of their numbers, with flat memory.

Numbers are gone through in windows. The rows of a window stand in few chunks, because data mostly come soon after they were
measured; what each chunk can hold is asked once at the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from psycopg import sql

from api.logcheck.expected import Content, ReadingKey, Refused, Upload, read_json
from api.logcheck.matching import StoredReading, StoredRefusal, StoredRows
from ingest.arrival import Arrival
from ingest.batch import StoredMessage
from store.database import Connection
from store.queries import queries

WINDOW = 100_000
"""Message numbers gone through at a time."""

AT_ONCE = 2000
"""Rows fetched from the database at a time."""

_LEAST, _MOST = -(2**63), 2**63 - 1
_TIME_COLUMNS = {"reading": "data_time", "device_record": "received_at", "quarantine": "received_at"}
_STATEMENTS = {"reading": "readings", "device_record": "device_records", "quarantine": "quarantined"}


class Taken(NamedTuple):
    """A number of a message: the message, None when there is none, and the rows that name it."""

    id: int
    message: StoredMessage | None
    rows: StoredRows


@dataclass(frozen=True, slots=True)
class _Span:
    """What a chunk holds: times of its rows, numbers of their messages."""

    earliest: datetime
    latest: datetime
    low: int
    high: int


class Sources:
    """The tables that messages become, read side by side over one connection."""

    def __init__(self, connection: Connection, first: int | None = None) -> None:
        """``first`` is the message to begin with; None = whatever number any row names."""
        self._connection = connection
        self._sql = queries("logverify")
        self._spans = {table: self._spans_of(table) for table in _TIME_COLUMNS}
        bounds = connection.execute(self._sql["message_bounds"], {"first": first}).fetchall()
        least, most, count = bounds[0]
        self.messages = int(count)
        self._windows = list(_windows(_LEAST if first is None else first, least, most))

    def _spans_of(self, table: str) -> list[_Span]:
        names = {"table": sql.Identifier(table), "time": sql.Identifier(_TIME_COLUMNS[table])}
        found = self._connection.execute(sql.SQL(self._sql["chunk_spans"]).format(**names)).fetchall()
        return [_Span(*row) for row in found]

    def taken(self) -> Iterator[Taken]:
        """Every message number that any row names, with its rows, in order."""
        for low, high in self._windows:
            yield from self._window(low, high)

    def _window(self, low: int, high: int) -> Iterator[Taken]:
        messages = _Front(self._read("messages", "messages", {"low": low, "high": high}))
        fronts = {table: _Front(self._of_window(table, low, high)) for table in _TIME_COLUMNS}
        everything = (messages, *fronts.values())
        while any(front.id is not None for front in everything):
            number_ = min(front.id for front in everything if front.id is not None)
            found = messages.take(number_)
            rows = StoredRows(
                [_reading(row) for row in fronts["reading"].take(number_)],
                [_upload(row) for row in fronts["device_record"].take(number_)],
                [_refusal(row) for row in fronts["quarantine"].take(number_)],
            )
            if not found:
                yield Taken(number_, None, rows)
            for row in found:
                # Two messages of one number cannot be: the second stands alone, so that it is named.
                yield Taken(number_, _message(row), rows)
                rows = StoredRows((), (), ())

    def _of_window(self, table: str, low: int, high: int) -> Iterator[tuple[Any, ...]]:
        spans = [span for span in self._spans[table] if span.low <= high and span.high >= low]
        if not spans:
            return iter(())
        bounds = {
            "low": low,
            "high": high,
            "earliest": min(span.earliest for span in spans),
            "latest": max(span.latest for span in spans),
        }
        return self._read(table, _STATEMENTS[table], bounds)

    def _read(self, name: str, statement: str, arguments: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(name=f"verify_{name}") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(self._sql[statement], arguments)
            yield from cursor


def _windows(low: int, least: int | None, most: int | None) -> Iterator[tuple[int, int]]:
    """All numbers from ``low`` on in windows; whatever is beyond those of the messages comes in the first and the last."""
    if least is None or most is None:
        yield low, _MOST
        return
    # A number that was changed in a high bit must not make a window of every number up to it.
    for high in range(least + WINDOW, min(most, least + 100_000 * WINDOW), WINDOW):
        yield low, high
        low = high + 1
    yield low, _MOST


class _Front:
    """Rows in the order of their first column, taken group by group."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self.id: int | None = None
        self._next: list[tuple[Any, ...]] = []
        self._advance()

    def _advance(self) -> None:
        found = next(self._groups, None)
        self.id, self._next = (None, []) if found is None else (found[0], list(found[1]))

    def take(self, number_: int) -> Sequence[tuple[Any, ...]]:
        """The rows of this number, if they are next."""
        if self.id != number_:
            return ()
        rows = self._next
        self._advance()
        return rows


def _message(row: tuple[Any, ...]) -> StoredMessage:
    id_, received_at, gateway, channel, payload = row
    return StoredMessage(id_, Arrival(0, None, False, gateway, channel, payload, received_at, b""))


def _reading(row: tuple[Any, ...]) -> StoredReading:
    _, data_time, outlet_key, kind, factor, revision, *said, extra, received_at = row
    content = Content._make((*said, read_json(extra)))
    return StoredReading(ReadingKey(outlet_key, kind, factor, data_time), revision, content, received_at)


def _upload(row: tuple[Any, ...]) -> Upload:
    _, received_at, outlet_key, cn, data_time, body = row
    return Upload(outlet_key, cn, data_time, received_at, read_json(body) or "")


def _refusal(row: tuple[Any, ...]) -> StoredRefusal:
    message_id, received_at, id_, gateway, channel, mn, outlet_key, reason, detail, raw, replayed_at = row
    refused = Refused(message_id, received_at, gateway, channel, mn, outlet_key, reason, bytes(raw))
    return StoredRefusal(id_, refused, detail, tuple(replayed_at or ()))

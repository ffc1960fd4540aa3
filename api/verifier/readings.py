"""The readings of a package: rows of its CSV files in order, and what of them the judgement needs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from alerts.judgement.collecting import Place, Row
from api.verifier.outcome import Check, Malformed
from api.verifier.sources import Source
from store.clock import BEIJING

FOLDER = "data/readings/"
KINDS = ("hour", "minute", "day", "realtime")
"""Minutes come before realtime values: these are kept for the judgement only where minutes are absent."""

COLUMNS = [
    "outlet_key", "kind", "factor", "data_time", "revision", "value", "minimum", "maximum", "total", "folded", "folded_minimum",
    "folded_maximum", "flag", "status", "extra", "message_id", "received_at",
]  # fmt: skip
FACTOR, TIME, REVISION, VALUE, TOTAL, FOLDED, FLAG, STATUS, EXTRA, MESSAGE, RECEIVED = (
    COLUMNS.index(name)
    for name in (
        "factor", "data_time", "revision", "value", "total", "folded", "flag", "status", "extra", "message_id", "received_at",
    )
)  # fmt: skip

Kept = tuple[str, datetime, int, "str | None", "str | None", "str | None", str, datetime]
"""Factor, data time, revision, value, folded, total, status, received at: numbers as text until they are judged."""


class Line(NamedTuple):
    """A row with its place."""

    number: int
    columns: list[str]


def lines_of(source: Source, file: str) -> Iterator[Line]:
    """The rows of a file of readings. Raises Malformed."""
    texts = (line.decode("utf-8") + "\n" for line in source.lines(file))
    rows = csv.reader(texts, strict=True)
    try:
        if next(rows, None) != COLUMNS:
            raise Malformed("readings_malformed", file=file, line=1, why="other columns")
        for columns in rows:
            if len(columns) != len(COLUMNS):
                raise Malformed("readings_malformed", file=file, line=rows.line_num, why="columns")
            yield Line(rows.line_num, columns)
    except (csv.Error, UnicodeDecodeError) as error:
        why = f"{type(error).__name__}: {error}"[:200]
        raise Malformed("readings_malformed", file=file, line=rows.line_num, why=why) from None


class Order:
    """Whether rows come by factor, time and revision, with no revision left out."""

    def __init__(self, check: Check, file: str) -> None:
        self._check = check
        self._file = file
        self._before = ("", "")
        self._revision = 0

    def next(self, line: Line) -> int:
        """The revision of the next row."""
        columns = line.columns
        place = (columns[FACTOR], columns[TIME])
        text = columns[REVISION]
        revision = int(text) if text.isdigit() and len(text) < 6 else 0
        expected = self._revision + 1 if place == self._before else 1
        if place < self._before:
            self._check.fail("readings_out_of_order", file=self._file, line=line.number)
        if revision != expected:
            self._check.fail(
                "revision_missing",
                file=self._file,
                line=line.number,
                factor=place[0],
                time=place[1],
                expected=expected,
            )
        self._before, self._revision = place, revision
        return revision


@dataclass
class Readings:
    """The readings of one outlet as the judgement takes them: by kind, then factor and hour."""

    by_kind: dict[str, dict[Place, list[Kept]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})

    def keep(self, kind: str, columns: list[str], revision: int, received_at: datetime) -> None:
        """Take a row. Raises ValueError for a time that is none."""
        text, factor = columns[TIME], columns[FACTOR]
        place = (factor, _hour_of(text[:13]))
        if kind == "realtime" and place in self.by_kind["minute"]:
            return
        moment = datetime.fromisoformat(text).astimezone(BEIJING)
        value, folded, total = columns[VALUE] or None, columns[FOLDED] or None, columns[TOTAL] or None
        status = sys.intern(columns[STATUS])
        kept = (factor, moment, revision, value, folded, total, status, received_at)
        self.by_kind[kind].setdefault(place, []).append(kept)

    def of(self, kind: str, factors: tuple[str, ...], hour: datetime, known_at: datetime) -> list[Row]:
        """The rows of an hour that had been received by then, in the order of time and revision. Raises ValueError."""
        rows = [
            (factor, moment, revision, _number(value), _number(folded), _number(total), status)
            for name in factors
            for factor, moment, revision, value, folded, total, status, received_at in self.by_kind[kind].get(
                (name, hour), ()
            )
            if received_at <= known_at
        ]
        rows.sort(key=lambda row: (row[1], row[2]))
        return rows

    def places(self, kind: str) -> Iterator[Place]:
        """Where there are readings of a kind."""
        yield from self.by_kind[kind]


@lru_cache(maxsize=1024)
def _hour_of(text: str) -> datetime:
    """The hour of a time in UTC that is cut off behind its hour."""
    return datetime.fromisoformat(f"{text}:00:00+00:00").astimezone(BEIJING)


def _number(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]!r} is no number") from None

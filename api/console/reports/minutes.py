"""The rows of the table of an hour: its minute values as they were sent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from api.console.overview.cards import status_word
from api.console.reports.model import NOTHING, Cell, Head, Row, Sign
from api.console.reports.periods import Period

NORMAL = "normal"
STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Minute:
    """A reading of one factor in its last revision; numbers are the text that was sent."""

    time: datetime
    factor: str
    value: str | None
    folded: str | None
    status: str


def minute_rows(period: Period, heads: Sequence[Head], minutes: Sequence[Minute]) -> list[Row]:
    """A row a moment. Values keep the decimals that they were sent with: those are evidence."""
    by_time: dict[datetime, dict[str, Minute]] = {}
    for minute in minutes:
        by_time.setdefault(minute.time, {})[minute.factor] = minute
    return [
        Row(period.label(time), tuple(_cell(head, found.get(head.factor)) for head in heads), start=time)
        for time, found in sorted(by_time.items())
    ]


def _cell(head: Head, minute: Minute | None) -> Cell:
    if minute is None:
        return NOTHING
    value = _decimal(minute.folded if head.measure == "folded" else minute.value)
    if minute.status == NORMAL:
        return Cell(value)
    sign = Sign.STOPPED if minute.status == STOPPED else Sign.INVALID
    return Cell(value, (sign,), status_word(minute.status))


def _decimal(written: str | None) -> Decimal | None:
    try:
        found = None if written is None else Decimal(written)
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None

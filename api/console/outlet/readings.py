"""The revisions of one reading in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from api.console import words
from api.console.overview import status_word
from ingest.hj212.marks import UNKNOWN, normalise
from ingest.hj212.typed import Measurement
from store.texts import text

_METRICS = (
    ("value", "Avg", "Rtd"),
    ("minimum", "Min", "Min"),
    ("maximum", "Max", "Max"),
    ("total", "Cou", "Cou"),
    ("folded", "ZsAvg", "ZsRtd"),
    ("folded_minimum", "ZsMin", "ZsMin"),
    ("folded_maximum", "ZsMax", "ZsMax"),
)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One revision.

    Attributes
    ----------
    values : (metric, its word, value as sent) of what came
    flag, meaning : the letter, and what the standard says of it; None and the word for a value without one
    delay : how long after the end of its period it was received, in words
    """

    revision: int
    values: tuple[tuple[str, str, str], ...]
    flag: str | None
    meaning: str
    status: str
    extra: tuple[tuple[str, str], ...]
    message_id: int
    received_at: datetime
    delay: str


def reading_rows(rows: Iterable[Mapping[str, Any]], kind: str, length: timedelta) -> list[ReadingRow]:
    """Rows of ``revisions`` in words, in their order; ``length`` is that of their period."""
    return [_row(row, kind, length) for row in rows]


def flag_meaning(flag: str | None) -> str:
    """What the standards say of a flag (hj212.md §10), and what of one that is none of theirs or did not come."""
    if not flag or not flag.strip():
        return text("console.outlet.letter.none")
    status, _ = normalise(flag.strip())
    return text("console.outlet.letter.other") if status == UNKNOWN else status_word(status)


def agrees(item: Measurement, stored: Mapping[str, Any]) -> bool:
    """Whether today's decoder reads in the bytes what is stored: every number, and the flag."""
    numbers = all(
        (None if given is None else Decimal(given)) == stored[column]
        for column, given in (
            ("value", item.value),
            ("minimum", item.minimum),
            ("maximum", item.maximum),
            ("total", item.total),
            ("folded", item.folded),
            ("folded_minimum", item.folded_minimum),
            ("folded_maximum", item.folded_maximum),
        )
    )
    return numbers and (item.flag or None) == (stored["flag"] or None) and item.status == stored["status"]


def _row(row: Mapping[str, Any], kind: str, length: timedelta) -> ReadingRow:
    values = []
    for column, period, realtime in _METRICS:
        metric = realtime if kind == "realtime" else period
        if row[column] is not None:
            values.append((metric, text(f"console.outlet.metric.{metric}"), words.number(row[column])))
    flag = row["flag"]
    late = row["received_at"] - (row["data_time"] + length)
    return ReadingRow(
        row["revision"],
        tuple(values),
        flag,
        flag_meaning(flag),
        status_word(row["status"]),
        tuple((name, str(value)) for name, value in (row["extra"] or {}).items()),
        row["message_id"],
        row["received_at"],
        text("console.outlet.before_end", span=words.span_words(-late))
        if late < timedelta(0)
        else words.span_words(late),
    )

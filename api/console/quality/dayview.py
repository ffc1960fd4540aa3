"""One day of an outlet hour by hour: for each factor what became of the hour and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.markpages.effectviews import result_word
from api.console.outletview import reason_word
from store.clock import BEIJING, HOUR
from store.model import Outlet
from store.texts import text


@dataclass(frozen=True, slots=True)
class HourCell:
    """One factor in one hour. ``kind`` is a result of design §2, ``valid``, or ``waiting`` for one that is not judged yet."""

    kind: str
    word: str
    reasons: tuple[str, ...]
    share: str
    revision: int


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour of every factor, in the order of the outlet."""

    start: datetime
    label: str
    cells: tuple[HourCell, ...]


@dataclass(frozen=True, slots=True)
class DayTable:
    """``sums`` are, for each factor, how many hours came out as what: (kind, word, hours)."""

    factors: tuple[tuple[str, str], ...]
    rows: tuple[HourRow, ...]
    sums: tuple[tuple[tuple[str, str, int], ...], ...]


def day_table(outlet: Outlet, rows: Iterable[Mapping[str, Any]], start: datetime, now: datetime) -> DayTable:
    """The table of a day out of ``day_hours``; hours to come are left out."""
    found = {(row["start"].astimezone(BEIJING), row["factor"]): row for row in rows}
    hours = [start + number * HOUR for number in range(24) if start + number * HOUR < now]
    table = tuple(
        HourRow(
            hour,
            words.hour_label(hour).partition(" ")[2],
            tuple(_cell(found.get((hour, factor))) for factor in outlet.factors),
        )
        for hour in hours
    )
    sums = []
    for place in range(len(outlet.factors)):
        counted = Counter((row.cells[place].kind, row.cells[place].word) for row in table)
        sums.append(tuple((kind, word, count) for (kind, word), count in counted.most_common()))
    return DayTable(tuple((code, words.factor_name(code)) for code in outlet.factors), table, tuple(sums))


def _cell(row: Mapping[str, Any] | None) -> HourCell:
    if row is None:
        return HourCell("waiting", text("console.quality.day.waiting"), (), "", 0)
    kind = kind_of(row)
    codes = dict.fromkeys([*row["reasons"], *(row["verdict_reasons"] or ())])
    return HourCell(
        kind=kind,
        word=result_word(kind),
        reasons=tuple(reason_word(code) for code in codes),
        share=f"{row['count']}/{row['expected']}",
        revision=row["revision"],
    )


def kind_of(row: Mapping[str, Any]) -> str:
    """What became of an hour; one that no limit judges is valid, invalid or missing."""
    if row["status"] == "missing":
        return "missing"
    if row["result"] in (None, "no_limit"):
        return "valid" if row["valid"] else "invalid"
    return str(row["result"])

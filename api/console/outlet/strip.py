"""The validity strip: one cell an hour, or a day or a month over a longer time, by what became of its periods. Pure.

A cell says the gravest thing in it; its title counts everything. Kinds are told apart by pattern and by the words of the legend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.console import words
from api.console.outletview import result_of
from store.clock import BEIJING, DAY, HOUR, day_start, hour_start
from store.texts import text

GRAVEST = ("exceeded", "invalid", "missing", "undetermined", "exempt", "compliant", "no_limit", "not_judged")
"""What a cell shows when several things happened in it."""

LEGEND = ("exceeded", "exempt", "invalid", "missing", "undetermined", "valid")

MOST_HOURS = timedelta(days=8)
MOST_DAYS = timedelta(days=400)

NONE = "none"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``kind`` is one of LEGEND, or ``none`` where no period is known."""

    x: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip of a factor. ``counts`` are (kind, word, number of periods) of what occurs, for the legend."""

    factor: str
    name: str
    cells: tuple[Cell, ...]
    counts: tuple[tuple[str, str, int], ...]
    unit: str
    summary: str


def cell_unit(start: datetime, end: datetime) -> str:
    """Whether a cell is an hour, a day or a month."""
    length = end - start
    return "hour" if length <= MOST_HOURS else "day" if length <= MOST_DAYS else "month"


def strip(
    factor: str, span: str, rows: Iterable[Mapping[str, Any]], start: datetime, end: datetime, now: datetime
) -> Strip:
    """The strip of a time from rows of ``strip_cells``. Cells that are still to come are empty."""
    unit = cell_unit(start, end)
    found: dict[datetime, Counter[str]] = {}
    total: Counter[str] = Counter()
    for row in rows:
        result = result_of(row["result"], row["valid"], row["status"])
        cell = _begin(row["cell"], unit)
        found.setdefault(cell, Counter())[result] += row["periods"]
        total[_kind(result)] += row["periods"]
    cells = tuple(
        _cell(x, begin, unit, found.get(begin, Counter()))
        for x, begin in enumerate(_begins(start, min(end, max(now, start + HOUR)), unit))
    )
    counts = tuple((kind, _word(kind), total[kind]) for kind in LEGEND if total[kind])
    name = words.factor_name(factor)
    parts = text("console.outlet.strip.join").join(
        text("console.outlet.strip.count", what=word, count=count) for _, word, count in counts
    )
    told = parts or text("console.outlet.strip.nothing")
    return Strip(
        factor,
        name,
        cells,
        counts,
        text(f"console.outlet.strip.unit_{unit}"),
        text("console.outlet.strip.summary", name=name, span=text(f"console.kind.{span}"), counts=told),
    )


def _cell(x: int, begin: datetime, unit: str, results: Counter[str]) -> Cell:
    label = {"hour": words.hour_label, "day": words.day_label}.get(unit, _month_label)(begin)
    gravest = next((result for result in GRAVEST if results[result]), None)
    if gravest is None:
        return Cell(
            x,
            NONE,
            text("console.outlet.strip.cell", when=label, counts=text("console.outlet.strip.no_period")),
        )
    kinds: Counter[str] = Counter()
    for result, count in results.items():
        kinds[_kind(result)] += count
    if unit == "hour":
        counts = _word(_kind(gravest))
    else:
        counts = text("console.outlet.strip.join").join(
            text("console.outlet.strip.count", what=_word(kind), count=kinds[kind])
            for kind in LEGEND
            if kinds[kind]
        )
    return Cell(x, _kind(gravest), text("console.outlet.strip.cell", when=label, counts=counts))


def _kind(result: str) -> str:
    return result if result in LEGEND else "valid"


def _word(kind: str) -> str:
    return text("console.outlet.strip.valid") if kind == "valid" else text(f"console.result.{kind}")


def _month_label(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m")


def _begin(moment: datetime, unit: str) -> datetime:
    if unit == "hour":
        return hour_start(moment)
    day = day_start(moment)
    return day if unit == "day" else day.astimezone(BEIJING).replace(day=1)


def _begins(start: datetime, end: datetime, unit: str) -> Sequence[datetime]:
    begins = []
    begin = _begin(start, unit)
    while begin < end:
        begins.append(begin)
        if unit == "hour":
            begin += HOUR
        elif unit == "day":
            begin += DAY
        else:
            begin = (begin + 32 * DAY).replace(day=1)
    return begins

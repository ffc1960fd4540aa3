"""The calendar of an outlet: for each day how complete and how valid its hours are. Pure (regulation.md D.3)."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from store.clock import BEIJING, DAY, day_start

METRICS = ("complete", "immediate", "valid")
"""传输率 with what was re-transmitted (补全), at once (即时), and 有效率."""

LEVELS = ("full", "good", "low", "poor", "none", "nothing")
LOW = Decimal(75)
"""Below it nothing counts as sufficient: the old threshold of the transmission rate, and that of HJ 356-2019 7."""

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Counts:
    """Hours of one day over some factors.

    Attributes
    ----------
    due : to be expected, without those that leave the statistics (stopped, daily standard check)
    in_time : that came by 13:00 of the next day; None where the day is not published, so that nobody has counted it
    revision : of the published statistics, the largest; None = counted from the period values
    """

    due: int = 0
    in_time: int | None = 0
    received: int = 0
    valid: int = 0
    stopped: int = 0
    revision: int | None = None

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            self.due + other.due,
            None if self.in_time is None or other.in_time is None else self.in_time + other.in_time,
            self.received + other.received,
            self.valid + other.valid,
            self.stopped + other.stopped,
            max((one for one in (self.revision, other.revision) if one is not None), default=None),
        )

    def share(self, metric: str) -> Decimal | None:
        """Per cent of what was due; None when nothing was due or it is not known."""
        got = {"complete": self.received, "immediate": self.in_time, "valid": self.valid}[metric]
        return HUNDRED * got / self.due if self.due and got is not None else None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar; ``counts`` is None for a day without data, and for one to come."""

    start: datetime
    counts: Counts | None
    level: str
    share: Decimal | None
    ahead: bool

    @property
    def figure(self) -> str:
        """What stands in the cell: whole per cents, never rounded up to a hundred; a dash for a day of which nothing was due."""
        if self.share is not None:
            return str(self.share.to_integral_value(ROUND_DOWN))
        return "" if self.counts is None else "–"


def level_of(share: Decimal | None, threshold: Decimal) -> str:
    """The level of a share: full, good (at the threshold or above), low, poor (below 75 %), none (0), nothing (no share)."""
    if share is None:
        return "nothing"
    if share >= HUNDRED:
        return "full"
    if share >= threshold:
        return "good"
    if share >= LOW:
        return "low"
    return "poor" if share > 0 else "none"


def published(rows: Iterable[Mapping[str, Any]], factor: str | None) -> dict[datetime, Counts]:
    """Counts of the published days; of one factor, or of all together."""
    found: dict[datetime, Counts] = {}
    for row in rows:
        if factor not in (None, row["factor"]):
            continue
        hours = row["numbers"]["transmission"]["hours"]
        counts = Counts(
            due=hours["due"],
            in_time=hours["in_time"],
            received=hours["received"],
            valid=hours["valid"],
            stopped=hours["stopped"],
            revision=row["revision"],
        )
        day = row["start"].astimezone(BEIJING)
        found[day] = found[day].plus(counts) if day in found else counts
    return found


def counted(rows: Iterable[Mapping[str, Any]], factor: str | None) -> dict[datetime, Counts]:
    """Counts from the period values, for days that are not published; when data came is not known of them."""
    found: dict[datetime, Counts] = {}
    for row in rows:
        if factor not in (None, row["factor"]):
            continue
        due = row["hours"] - row["stopped"]
        counts = Counts(
            due=due,
            in_time=None,
            received=due - row["missing"],
            valid=row["valid"],
            stopped=row["stopped"],
        )
        day = row["start"].astimezone(BEIJING)
        found[day] = found[day].plus(counts) if day in found else counts
    return found


def days_of(
    counts: Mapping[datetime, Counts],
    start: datetime,
    end: datetime,
    metric: str,
    threshold: Decimal,
    now: datetime,
) -> list[Day]:
    """Every day of [start, end), in order."""
    found = []
    day = start
    while day < end:
        known = counts.get(day)
        share = known.share(metric) if known is not None else None
        found.append(Day(day, known, level_of(share, threshold), share, day > now))
        day += DAY
    return found


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in the drawing."""

    x: int
    y: int
    day: Day


@dataclass(frozen=True, slots=True)
class Grid:
    """The drawing: cells of one size, and the names of rows or columns where they stand."""

    width: int
    height: int
    cell_width: int
    cell_height: int
    cells: tuple[Cell, ...]
    names: tuple[tuple[int, int, str], ...]


YEAR_CELL, YEAR_LEFT, YEAR_TOP = (28, 24), 40, 20
MONTH_CELL, MONTH_TOP = (104, 62), 30


def year_grid(days: Iterable[Day]) -> Grid:
    """A row a month, a column a day of the month; ``names`` are numbers: months at the left, every fifth day above."""
    width, height = YEAR_CELL
    cells = tuple(
        Cell(YEAR_LEFT + (day.start.day - 1) * width, YEAR_TOP + (day.start.month - 1) * height, day)
        for day in days
    )
    names = [(YEAR_LEFT - 8, YEAR_TOP + row * height + 16, str(row + 1)) for row in range(12)]
    names += [
        (YEAR_LEFT + (number - 1) * width + width // 2, YEAR_TOP - 6, str(number))
        for number in (1, 5, 10, 15, 20, 25, 30)
    ]
    return Grid(YEAR_LEFT + 31 * width, YEAR_TOP + 12 * height, width, height, cells, tuple(names))


def month_grid(days: Iterable[Day]) -> Grid:
    """A row a week from Monday on, a column a day of the week; ``names`` are the numbers of the days of the week from 0."""
    width, height = MONTH_CELL
    cells: list[Cell] = []
    row = 0
    for day in days:
        column = day.start.weekday()
        if column == 0 and cells:
            row += 1
        cells.append(Cell(column * width, MONTH_TOP + row * height, day))
    names = tuple((number * width + width // 2, MONTH_TOP - 10, str(number)) for number in range(7))
    return Grid(7 * width, MONTH_TOP + (row + 1) * height, width, height, tuple(cells), names)


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """The calendar month of a moment."""
    first = day_start(moment).replace(day=1)
    return first, first + calendar.monthrange(first.year, first.month)[1] * DAY


def year_of(moment: datetime) -> tuple[datetime, datetime]:
    """The calendar year of a moment."""
    first = day_start(moment).replace(month=1, day=1)
    return first, first.replace(year=first.year + 1)

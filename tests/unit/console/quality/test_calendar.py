"""Days, levels and the drawing of the calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.console.quality.calendar import (
    Counts,
    counted,
    days_of,
    level_of,
    month_grid,
    month_of,
    published,
    year_grid,
    year_of,
)
from api.console.quality.pages import unknown
from store.clock import BEIJING, DAY

FIRST = datetime(2026, 2, 1, tzinfo=BEIJING)
NINETY = Decimal(90)


@pytest.mark.parametrize(
    ("share", "level", "remark"),
    [
        (None, "nothing", "nothing was due"),
        ("100", "full", "everything came"),
        ("99.999", "good", "one hour is lacking: never full"),
        ("90", "good", "the threshold itself is reached"),
        ("89.99", "low", "just below the threshold"),
        ("75", "low", "three quarters"),
        ("74.9", "poor", "below three quarters"),
        ("0.1", "poor", "something came"),
        ("0", "none", "nothing came"),
    ],
)
def test_levels_of_a_share(share: str | None, level: str, remark: str) -> None:
    assert level_of(None if share is None else Decimal(share), NINETY) == level, remark


def statistic(factor: str, day: int = 0, revision: int = 1, **hours: int) -> dict[str, Any]:
    known = {"due": 24, "in_time": 24, "received": 24, "valid": 24, "stopped": 0} | hours
    numbers = {"transmission": {"hours": known}}
    return {"factor": factor, "start": FIRST + day * DAY, "revision": revision, "numbers": numbers}


def test_factors_of_a_day_are_added_and_the_largest_revision_is_told() -> None:
    rows = [statistic("a"), statistic("b", revision=3, received=12, in_time=6, valid=0)]
    assert published(rows, None) == {FIRST: Counts(48, 30, 36, 24, 0, 3)}
    assert published(rows, "b")[FIRST].share("complete") == Decimal(50)
    assert published(rows, "b")[FIRST].share("immediate") == Decimal(25)
    assert published(rows, "b")[FIRST].share("valid") == Decimal(0)


def test_a_day_that_is_only_counted_leaves_stopped_hours_out_and_knows_no_time_of_receipt() -> None:
    rows = [{"factor": "a", "start": FIRST, "hours": 24, "missing": 3, "stopped": 4, "valid": 15}]
    counts = counted(rows, None)[FIRST]
    assert counts == Counts(due=20, in_time=None, received=17, valid=15, stopped=4, revision=None)
    assert counts.share("immediate") is None


def test_every_day_is_there_those_without_data_and_those_to_come_too() -> None:
    days = days_of(
        {FIRST: Counts(24, 24, 23, 24, 0, 1), FIRST + DAY: Counts(0, 0, 0, 0, 24, 1)},
        FIRST,
        FIRST + 4 * DAY,
        "complete",
        NINETY,
        FIRST + timedelta(days=2, hours=9),
    )
    assert [(day.level, day.figure, day.ahead) for day in days] == [
        ("good", "95", False),
        ("nothing", "–", False),
        ("nothing", "", False),
        ("nothing", "", True),
    ]


def test_a_figure_is_never_rounded_up_to_a_hundred() -> None:
    counts = {FIRST: Counts(1000, 999, 999, 999, 0, 1)}
    (day,) = days_of(counts, FIRST, FIRST + DAY, "complete", NINETY, FIRST + DAY)
    assert (day.figure, day.level) == ("99", "good")


def test_a_month_is_drawn_in_weeks_from_monday_on() -> None:
    start, end = month_of(FIRST + 9 * DAY)
    assert (start, end) == (FIRST, datetime(2026, 3, 1, tzinfo=BEIJING))
    grid = month_grid(days_of({}, start, end, "valid", NINETY, end))
    # The first of February 2026 is a Sunday: alone in its week.
    places = [(cell.x // grid.cell_width, cell.y) for cell in grid.cells]
    assert places[0][0] == 6 and places[1][0] == 0 and places[1][1] > places[0][1]
    assert len(set(places)) == 28
    assert max(cell.y for cell in grid.cells) + grid.cell_height == grid.height


@pytest.mark.parametrize(("year", "days"), [(2026, 365), (2028, 366)])
def test_a_year_is_drawn_a_row_a_month_without_two_days_in_one_place(year: int, days: int) -> None:
    start, end = year_of(datetime(year, 7, 1, tzinfo=BEIJING))
    grid = year_grid(days_of({}, start, end, "valid", NINETY, end))
    assert len({(cell.x, cell.y) for cell in grid.cells}) == days
    assert all(cell.x + grid.cell_width <= grid.width for cell in grid.cells)
    assert all(cell.y + grid.cell_height <= grid.height for cell in grid.cells)


def test_days_without_counts_are_asked_for_in_stretches() -> None:
    known = {FIRST: Counts(), FIRST + 3 * DAY: Counts()}
    assert unknown(known, FIRST, FIRST + 5 * DAY) == [
        (FIRST + DAY, FIRST + 3 * DAY),
        (FIRST + 4 * DAY, FIRST + 5 * DAY),
    ]
    assert unknown(known, FIRST, FIRST + DAY) == []

"""The data of the chart."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from api.console.series import factor_series, limit_lines
from store.clock import BEIJING, HOUR
from tests.unit.console.samples import NOW, limit, outlet

START = datetime(2026, 1, 15, 0, tzinfo=BEIJING)
WINDOW = (START, START + 12 * HOUR)


def reading(
    hour: int, value: str | None, folded: str | None = None, status: str = "normal"
) -> dict[str, Any]:
    return {
        "data_time": START + hour * HOUR,
        "value": None if value is None else Decimal(value),
        "folded": None if folded is None else Decimal(folded),
        "status": status,
    }


def milliseconds(hour: int) -> int:
    return int((START + hour * HOUR).timestamp() * 1000)


def test_neighbouring_hours_of_one_state_are_one_hatched_stretch() -> None:
    rows = [
        reading(0, "1"),
        reading(1, "2", status="fault"),
        reading(2, "3", status="fault"),
        reading(3, "4"),
    ]
    panel = factor_series(outlet(folds=False), "a21026", "hour", WINDOW, rows, {})
    assert [(start, end) for start, end, _ in panel["invalid"]] == [(milliseconds(1), milliseconds(3))]
    assert [point[1] for point in panel["points"]] == [1.0, 2.0, 3.0, 4.0]


def test_exceeded_hours_are_marked_and_hours_that_were_judged_but_never_came_break_the_line() -> None:
    results = {
        START: "compliant",
        START + HOUR: "exceeded",
        START + 2 * HOUR: "missing",
        START + 3 * HOUR: "invalid",
    }
    rows = [reading(0, "9", "1"), reading(1, "9", "300")]
    panel = factor_series(outlet(limit()), "a21026", "hour", WINDOW, rows, results)
    assert [(point[1], point[2]) for point in panel["points"]] == [
        (1.0, False),
        (300.0, True),
        (None, False),
        (None, False),
    ]
    assert [word for _, _, word in panel["invalid"]] == ["缺失", "无效"]


def test_a_limit_is_drawn_only_for_the_time_it_was_in_force() -> None:
    change = START + 6 * HOUR
    shown = outlet(limit(maximum="400", valid_to=change), limit(maximum="200", valid_from=change))
    lines = limit_lines(shown, "a21026", WINDOW)
    assert [(line["from"], line["to"], line["value"]) for line in lines] == [
        (milliseconds(0), milliseconds(6), 400.0),
        (milliseconds(6), milliseconds(12), 200.0),
    ]


def test_a_range_has_two_lines_and_an_outlet_that_is_not_judged_has_none() -> None:
    ph = limit(maximum="9", minimum=Decimal(6))
    assert [line["value"] for line in limit_lines(outlet(ph), "a21026", WINDOW)] == [6.0, 9.0]
    assert limit_lines(outlet(ph, judged=False), "a21026", WINDOW) == []


def test_a_stretch_of_realtime_has_the_length_of_what_it_spans() -> None:
    rows = [
        {"data_time": NOW + timedelta(minutes=minute), "value": Decimal(1), "folded": None, "status": "fault"}
        for minute in range(3)
    ]
    panel = factor_series(outlet(folds=False), "a21026", "realtime", (NOW, NOW + HOUR), rows, {})
    assert all(start <= end for start, end, _ in panel["invalid"])

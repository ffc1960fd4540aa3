"""The panel of a factor: lines, holes, signs, marks and limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.console.outlet import panels
from api.console.outlet.choice import Asked, Choice, choose
from store.clock import BEIJING, HOUR
from tests.unit.console.samples import NOW, limit, outlet

START = datetime(2026, 1, 15, tzinfo=BEIJING)
HOUR_MS = 3_600_000


def at(hour: float) -> int:
    return panels.milliseconds(START) + int(hour * HOUR_MS)


def choice(kind: str = "hour", *columns: str, basis: str = "folded") -> Choice:
    asked = Asked(("a21026",), kind, start="2026-01-15", end="2026-01-16", columns=columns, basis=basis)
    return choose(outlet(limit()), asked, NOW)


def period(hour: int, value: float | None, result: str | None = "compliant", **given: Any) -> tuple[Any, ...]:
    row = {
        "after_marking": value,
        "after_exemption": value,
        "valid": True,
        "status": "normal",
        "compared": value,
        "flag": "N",
        "sent": "normal",
        "judged": True,
        **given,
    }
    return (
        at(hour), value, row["after_marking"], row["after_exemption"], row["valid"], row["status"], result, row["compared"],
        row["flag"], row["sent"], row["judged"],
    )  # fmt: skip


def hours(rows: list[tuple[Any, ...]], *columns: str) -> dict[str, Any]:
    shown = choice("hour", *columns)
    drawn = panels.periods(rows, shown.columns, HOUR_MS, (at(0), at(24)))
    return panels.panel(outlet(limit()), "a21026", shown, drawn, [], "cement")


def test_the_three_columns_of_an_hour_are_three_lines() -> None:
    rows = [period(0, 250.0, "exempt", after_marking=250.0, after_exemption=None)]
    panel = hours(rows, "reported", "after_marking", "after_exemption")
    assert [(line["name"], line["points"]) for line in panel["lines"]] == [
        ("标记前", [[at(0), 250.0]]),
        ("标记后", [[at(0), 250.0]]),
        ("豁免后", [[at(0), None]]),
    ]


def test_an_absent_hour_breaks_the_line() -> None:
    panel = hours([period(0, 1.0), period(3, 2.0)])
    assert panel["lines"][0]["points"] == [[at(0), 1.0], [at(1), None], [at(3), 2.0]]


def test_exceeded_hours_have_a_sign_also_where_the_drawn_column_has_no_value() -> None:
    panel = hours([period(0, 250.0, "exceeded"), period(1, None, "exceeded", compared=260.0)])
    assert panel["exceeded"] == [[at(0), 250.0], [at(1), 260.0]]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (period(0, 5.0, "invalid", valid=False, sent="calibration", flag="C"), ["校准"]),
        (period(0, None, "missing", valid=False, status="missing", sent=None, flag=None), ["缺失"]),
        (period(0, 5.0, "undetermined", valid=False), ["无法判定"]),
        (period(0, 5.0), []),
        (period(0, 5.0, None, judged=False), []),  # sent, and not computed yet
    ],
)
def test_what_is_no_normal_valid_hour_is_hatched_with_its_word(
    row: tuple[Any, ...], words: list[str]
) -> None:
    assert [word for _, _, word in hours([row])["invalid"]] == words


def test_letters_stand_at_points_that_are_not_n() -> None:
    rows = [
        period(0, 5.0),
        period(1, 6.0, flag="C", sent="calibration"),
        period(2, 7.0, flag="n"),
        period(3, 8.0, flag=None),
    ]
    assert hours(rows)["flags"] == [[at(1), 6.0, "C", "校准"]]


def test_a_long_series_of_hours_is_thinned_and_keeps_what_exceeded() -> None:
    rows = [
        period(hour, 10.0 + hour % 7, "exceeded" if hour == 4321 else "compliant") for hour in range(8760)
    ]
    shown = choice()
    drawn = panels.periods(rows, shown.columns, HOUR_MS, (at(0), at(8760)))
    assert not drawn.whole and drawn.readings == 8760
    assert len(drawn.points) < 2000
    assert [point.at for point in drawn.points if point.result == "exceeded"] == [at(4321)]


def test_readings_that_are_all_drawn_have_holes_where_several_intervals_brought_nothing() -> None:
    rows = [(at(0), 1.0, "N", "normal"), (at(0) + 60_000, 2.0, "N", "normal"), (at(1), 3.0, "D", "fault")]
    drawn = panels.whole(rows, 180_000, 0)
    assert [(point.at, point.values[0]) for point in drawn.points] == [
        (at(0), 1.0),
        (at(0) + 60_000, 2.0),
        (at(0) + 60_001, None),
        (at(1), 3.0),
    ]
    assert drawn.stretches == [[at(1), at(1), "故障"]]


def test_thinned_readings_come_in_the_order_of_time_with_stretches_and_holes() -> None:
    rows = [
        ("normal", "N", 20_000, [2.0, float(at(3))], [9.0, float(-at(4))], at(4), [[at(3), 2 * HOUR_MS]]),
        ("normal", "N", 19_990, [1.0, float(at(0))], [1.0, float(-at(0))], at(0.5), [[at(0), 0]]),
        ("fault", "D", 10, None, None, at(1), [[at(0.75), HOUR_MS // 4]]),
    ]
    drawn = panels.thinned(rows, HOUR_MS, 600_000)
    assert [(point.at, point.values[0]) for point in drawn.points] == [
        (at(0), 1.0),
        (at(1) + 600_000, None),
        (at(3), 2.0),
        (at(4), 9.0),
    ]
    assert drawn.stretches == [[at(0.75), at(1) + 600_000, "故障"]]
    assert (drawn.readings, drawn.whole) == (40_000, False)


def test_a_status_that_lasts_to_the_end_is_hatched_to_the_end() -> None:
    rows = [("stopped", "F", 5, [0.0, float(at(1))], [0.0, float(-at(1))], at(2), [[at(1), 0]])]
    assert panels.thinned(rows, HOUR_MS, 0).stretches == [[at(1), at(2), "停运"]]


def test_marks_say_what_they_are_and_late_ones_that_they_count_for_nothing() -> None:
    mark = {"category": "device", "label": "fault", "late": False, "begins": 1, "ends": 2}
    assert panels.mark_cell(mark, "cement")[2:] == ["device", "设备标记：故障", False]
    assert "逾期" in panels.mark_cell({**mark, "late": True}, "cement")[3]
    assert (
        panels.mark_cell({**mark, "category": "condition", "label": "unheard_of"}, "cement")[3]
        == "工况标记：unheard_of"
    )


def test_the_gap_of_a_series_follows_the_cadence_of_its_monitor() -> None:
    assert panels.gap_of(outlet(), "realtime") == timedelta(seconds=180)
    assert panels.gap_of(outlet(), "minute") == timedelta(minutes=15)
    assert panels.gap_of(outlet(), "hour") == HOUR * 3 / 2
    assert panels.period_of(outlet(monitor=None), "minute") == timedelta(minutes=10)


def test_measured_values_are_shown_when_they_are_asked_for() -> None:
    assert panels.folds(outlet(limit()), "a21026", "folded")
    assert not panels.folds(outlet(limit()), "a21026", "measured")
    assert not panels.folds(outlet(limit()), "a01012", "folded")  # without a limit nothing is folded
    assert not panels.folds(outlet(limit(), folds=False), "a21026", "folded")

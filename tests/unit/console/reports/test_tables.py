"""Report tables made from judged periods: every cell that tells something apart, means, totals, and what is never shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.statistics.facts import Fact
from api.console.reports.minutes import Minute
from api.console.reports.model import Cell, Sign
from api.console.reports.rounding import Places
from store.clock import HOUR
from tests.unit.alerts.statistics.build import fact
from tests.unit.console.reports.plant import (
    BARE_STACK,
    DAY,
    DISCHARGE,
    STACK,
    cell,
    line,
    marked,
    table,
)

ONE_DAY = timedelta(days=1)


def test_pollutants_come_first_then_flow_then_what_the_stack_measures_besides() -> None:
    found = table(STACK, "day")
    assert [(head.factor, head.measure) for head in found.heads] == [
        ("a21026", "measured"), ("a21026", "folded"), ("a21026", "mass"), ("a00000", "value"), ("a00000", "volume"),
        ("a19001", "value"),
    ]  # fmt: skip
    assert [head.judged for head in found.heads] == [False, True, False, False, False, False]


def test_a_stack_that_does_not_fold_and_has_no_flow_shows_neither_folded_values_nor_mass() -> None:
    found = table(BARE_STACK, "day")
    assert [(head.factor, head.measure, head.judged) for head in found.heads] == [
        ("a21026", "measured", True),
        ("a19001", "value", False),
    ]


def test_an_hour_has_no_mass() -> None:
    assert {head.measure for head in table(STACK, "hour").heads} == {"measured", "folded", "value"}


CELLS = [
    (fact(DAY, "12.345"), "12.34", "half to even"),
    (fact(DAY, "12.355"), "12.36", "half to even, up"),
    (fact(DAY, "10"), "10.00", "as many decimals as the factor has"),
    (fact(DAY, "211.07", result="exceeded"), "211.07 ▲", "exceeded"),
    (
        fact(DAY, "200.0004", result="exceeded"),
        "200.0004 ▲",
        "as many decimals as show the side of the limit",
    ),
    (fact(DAY, "200", result="compliant"), "200.00", "equal is compliant and may look equal"),
    (fact(DAY, "211.07", result="exempt"), "211.07 △", "exempt keeps its value"),
    (
        fact(DAY, None, status="fault", reported="999", reasons=("flag_fault",)),
        "999.00 ×",
        "what was sent, counted out",
    ),
    (fact(DAY, None, status="missing"), "缺", "nothing came"),
    (fact(DAY, None, status="stopped", reported="0"), "0.00 停", "the source stood"),
    (fact(DAY, "12.3", valid=False, reasons=("flag_missing",)), "12.30 ?", "undetermined is neither"),
    (fact(DAY, "12.3", reasons=("taken_minutes_left_out",)), "12.30 标", "a device mark took minutes out"),
]


@pytest.mark.parametrize(("hour", "shown", "remark"), CELLS)
def test_an_hour_of_a_day(hour: Fact, shown: str, remark: str) -> None:
    found = table(BARE_STACK, "day", {"a21026": [hour]})
    assert cell(found, 0, "a21026", "measured").shown == shown, remark


def test_the_folded_value_is_judged_and_the_measured_beside_it_is_not() -> None:
    found = table(STACK, "day", {"a21026": [fact(DAY, "180", folded="211.07", result="exceeded")]})
    assert cell(found, 0, "a21026", "measured").shown == "180.00"
    assert cell(found, 0, "a21026", "folded").shown == "211.07 ▲"


def test_what_an_invalid_hour_would_be_folded_is_not_invented() -> None:
    found = table(STACK, "day", {"a21026": [fact(DAY, None, status="fault", reported="999")]})
    assert cell(found, 0, "a21026", "folded").shown == "×"


def test_a_working_condition_mark_is_shown_beside_an_exceedance() -> None:
    hour = fact(DAY, "211.07", result="exceeded", reasons=("condition_mark_without_exemption",))
    found = table(BARE_STACK, "day", {"a21026": [hour]}, said=marked(0))
    shown = cell(found, 0, "a21026", "measured")
    assert shown.shown == "211.07 ▲ 标"
    assert "没有登记适用的豁免" in shown.why


def test_hours_before_the_first_data_and_hours_to_come_are_empty_and_not_missing() -> None:
    hours = {"a21026": [fact(DAY + 5 * HOUR, "10")]}
    found = table(BARE_STACK, "day", hours, until=DAY + 8 * HOUR)
    shown = [row.cells[0].shown for row in found.rows]
    assert shown == ["—"] * 5 + ["10.00", "缺", "缺"] + ["—"] * 16
    assert not found.complete
    assert cell(found, "count", "a21026", "measured").shown == "1/3"


def test_the_daily_mean_is_the_judged_one_and_not_that_of_the_rounded_rows() -> None:
    hours = {"a21026": [fact(DAY, "10"), fact(DAY + HOUR, "20")]}
    found = table(BARE_STACK, "day", hours, {"a21026": [fact(DAY, "14.125")]})
    assert cell(found, "mean", "a21026", "measured").shown == "14.12"


def test_a_day_without_enough_hours_has_no_mean_that_counts() -> None:
    day = fact(DAY, None, status="fault", reported="15", reasons=("too_few_valid_hours",))
    found = table(BARE_STACK, "day", {"a21026": [fact(DAY, "10")]}, {"a21026": [day]})
    shown = cell(found, "mean", "a21026", "measured")
    assert shown.signs == (Sign.INVALID,)
    assert shown.why == "有效小时数不足"


def test_extremes_and_counts_leave_out_what_does_not_count() -> None:
    hours = [
        fact(DAY, "10"),
        fact(DAY + HOUR, "30", result="exceeded"),
        fact(DAY + 2 * HOUR, None, status="fault", reported="999"),
        fact(DAY + 3 * HOUR, "0.5", valid=False, reasons=("flag_missing",)),
        fact(DAY + 4 * HOUR, None, status="missing"),
    ]
    found = table(BARE_STACK, "day", {"a21026": hours}, until=DAY + 5 * HOUR)
    assert cell(found, "maximum", "a21026", "measured").shown == "30.00"
    assert cell(found, "minimum", "a21026", "measured").shown == "10.00"
    assert cell(found, "count", "a21026", "measured").shown == "2/5"
    assert cell(found, "exceeded", "a21026", "measured").shown == "1"
    assert cell(found, "limit", "a21026", "measured").shown == "≤ 200（小时均值）"


def test_mass_is_measured_concentration_times_flow_and_the_total_is_rounded_once() -> None:
    hours = [DAY + number * HOUR for number in range(24)]
    found = table(
        STACK,
        "day",
        {
            # 0.0004 kg an hour: every row rounds to nothing, the day does not.
            "a21026": [fact(hour, "1", folded="99") for hour in hours],
            "a00000": [fact(hour, "0.000111") for hour in hours],
        },
    )
    assert {row.cells[2].shown for row in found.rows} == {"0.000"}
    assert cell(found, "total", "a21026", "mass").value == Decimal("0.000")
    finer = table(
        STACK,
        "day",
        {"a21026": [fact(hour, "100") for hour in hours], "a00000": [fact(hour, "10") for hour in hours]},
    )
    # 100 mg/m3 x 10 m3/s x 3600 s = 3.6 kg an hour
    assert cell(finer, 0, "a21026", "mass").shown == "3.600"
    assert cell(finer, "total", "a21026", "mass").shown == "86.400"
    assert cell(finer, 0, "a00000", "volume").shown == "36000"
    assert cell(finer, "total", "a00000", "volume").shown == "864000"


def test_emission_that_stands_in_says_so_and_is_no_exceedance() -> None:
    hours = [DAY + number * HOUR for number in range(24)]
    values = [fact(hour, "100") for hour in hours[:23]]
    values.append(fact(hours[23], None, status="fault", reported="9999", reasons=("flag_fault",)))
    found = table(
        STACK, "day", {"a21026": values, "a00000": [fact(hour, "10") for hour in hours]}, until=DAY + ONE_DAY
    )
    last = cell(found, 23, "a21026", "mass")
    assert (last.shown, last.strong) == ("3.600 ◇", False)
    assert cell(found, 23, "a21026", "measured").signs == (Sign.INVALID,)
    assert cell(found, "total", "a21026", "mass").shown == "86.400 ◇"


def test_an_hour_without_flow_has_no_mass_rather_than_none_emitted() -> None:
    found = table(STACK, "day", {"a21026": [fact(DAY, "100")]}, until=DAY + HOUR)
    assert cell(found, 0, "a21026", "mass").value is None
    assert cell(found, 0, "a00000", "volume").shown == "—"


def test_a_month_of_a_stack_says_how_many_hours_of_a_day_were_exceeded() -> None:
    month = {
        "a21026": [fact(DAY + number * HOUR, "211", folded="211", result="exceeded") for number in range(3)]
    }
    days = {"a21026": [fact(DAY, "150", folded="150"), fact(DAY + ONE_DAY, "90", folded="90")]}
    found = table(STACK, "month", month, days)
    assert found.rows[5].label == "05-06"
    assert cell(found, 5, "a21026", "folded").shown == "150.00 ▲3"
    assert cell(found, 6, "a21026", "folded").shown == "90.00"
    assert cell(found, "exceeded", "a21026", "folded").shown == "3"
    assert cell(found, "mean", "a21026", "folded").shown == "120.00 ×"
    assert cell(found, "mean", "a21026", "folded").why == "有效 2 天，少于规定的 25 天"


def test_a_month_of_water_is_judged_by_the_day_and_adds_up_its_volume() -> None:
    days = {
        "w01018": [fact(DAY, "60.04", result="exceeded"), fact(DAY + ONE_DAY, "20", result="compliant")],
        "w00000": [fact(DAY, "10", volume="864"), fact(DAY + ONE_DAY, "10", volume="1000.5")],
    }
    found = table(DISCHARGE, "month", {"w01018": [fact(DAY, "61")]}, days, until=DAY + 2 * ONE_DAY)
    assert cell(found, 5, "w01018", "measured").shown == "60.0 ▲"
    # 60.04 mg/L x 864 m3 / 1000
    assert cell(found, 5, "w01018", "mass").shown == "51.875"
    assert cell(found, "total", "w01018", "mass").shown == "71.885"
    assert cell(found, "total", "w00000", "volume").shown == "1864"
    assert cell(found, "limit", "w01018", "measured").shown == "≤ 50（日均值）"


def test_ph_has_no_mean_but_the_range_of_its_hours() -> None:
    hours = {
        "w01001": [fact(DAY, "7.12"), fact(DAY + HOUR, "7.453"), fact(DAY + 2 * HOUR, None, reported="14")]
    }
    found = table(DISCHARGE, "month", hours, {"w01001": [fact(DAY, None, valid=True, reasons=("ph_range",))]})
    assert cell(found, 5, "w01001", "value").shown == "7.12～7.45"
    assert cell(found, "mean", "w01001", "value").shown == "7.12～7.45"


def test_a_quarter_has_its_months() -> None:
    days = {"a21026": [fact(DAY + number * ONE_DAY, "100", folded="80") for number in range(26)]}
    found = table(STACK, "quarter", {}, days)
    assert [row.label for row in found.rows] == ["2026-04", "2026-05", "2026-06"]
    # The plant sent its first data in May: nothing was due before, and May has all its days but five.
    assert cell(found, 0, "a21026", "folded").shown == "—"
    assert cell(found, 1, "a21026", "folded").shown == "80.00"
    assert cell(found, "mean", "a21026", "folded").shown == "80.00"


def test_minutes_are_shown_with_the_digits_that_were_sent() -> None:
    minutes = [
        Minute(DAY + timedelta(minutes=10), "a21026", "12.3450", "10.1", "normal"),
        Minute(DAY, "a21026", "12.3", None, "normal"),
        Minute(DAY, "a19001", "21.5", None, "fault"),
        Minute(DAY, "a00000", "NaN", None, "normal"),
    ]
    found = table(STACK, "hour", minutes=minutes)
    assert [row.label for row in found.rows] == ["00:00:00", "00:10:00"]
    assert [one.shown for one in found.rows[0].cells] == ["12.3", "—", "—", "21.5 ×"]
    assert [one.shown for one in found.rows[1].cells] == ["12.3450", "10.1", "—", "—"]
    assert "exceeded" not in [row.name for row in found.summary], "minutes are not judged"


def test_a_setting_decides_the_decimals_and_the_table_says_so() -> None:
    hours = {"a21026": [fact(DAY, "12.3456")]}
    assert cell(table(BARE_STACK, "day", hours), 0, "a21026", "measured").shown == "12.35"
    found = table(BARE_STACK, "day", hours, places=Places(3, {"a21026": 3}))
    assert cell(found, 0, "a21026", "measured").shown == "12.346"
    assert any("OUTFALL_REPORT_DECIMALS" in said for said in found.places)


def test_a_limit_that_changed_within_the_time_says_from_when() -> None:
    old, new = BARE_STACK.limits[0], BARE_STACK.limits[0]
    middle = DAY + ONE_DAY
    changed = replace(
        BARE_STACK,
        limits=(replace(old, valid_to=middle), replace(new, maximum=Decimal(100), valid_from=middle)),
    )
    found = table(changed, "month", {"a21026": [fact(DAY, "10")]})
    assert cell(found, "limit", "a21026", "measured").shown == (
        "≤ 200（小时均值，至 2026-05-07 前）；≤ 100（小时均值，2026-05-07 起）"
    )


def test_a_table_of_nothing_says_that_it_is_empty() -> None:
    assert table(STACK, "day").empty
    assert table(STACK, "quarter").empty
    assert not table(STACK, "day", {"a21026": [fact(DAY, "1")]}).empty


def test_the_legend_has_the_signs_that_occur_and_no_others() -> None:
    hours = {"a21026": [fact(DAY, "211", result="exceeded"), fact(DAY + HOUR, None, status="missing")]}
    assert table(BARE_STACK, "day", hours, until=DAY + 2 * HOUR).signs == [Sign.EXCEEDED, Sign.MISSING]


def test_lines_that_would_be_empty_are_left_out() -> None:
    names = [row.name for row in table(BARE_STACK, "day", {"a21026": [fact(DAY, "1")]}).summary]
    assert names == ["limit", "mean", "maximum", "minimum", "count", "exceeded"]
    assert line(table(BARE_STACK, "day"), "limit").label == "限值"


def test_a_cell_of_nothing_is_a_dash() -> None:
    assert Cell().shown == "—"

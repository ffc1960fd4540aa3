"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console import words
from store.clock import BEIJING
from tests.unit.console.samples import NOW


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        (timedelta(seconds=4), "刚刚"),
        (timedelta(seconds=-4), "刚刚"),  # clocks differ a little
        (timedelta(seconds=20), "20 秒前"),
        (timedelta(seconds=119), "1 分钟前"),
        (timedelta(hours=3, minutes=59), "3 小时前"),
        (timedelta(days=4), "4 天前"),
        (timedelta(minutes=-5), "超前 5 分钟"),  # a logger whose clock runs ahead
    ],
)
def test_a_time_is_told_in_its_largest_whole_unit(back: timedelta, expected: str) -> None:
    assert words.ago(NOW - back, NOW) == expected


def test_an_hour_is_named_by_its_start_in_beijing() -> None:
    assert words.hour_label(datetime.fromisoformat("2026-01-15T10:00:00+00:00")) == "01-15 18~19"
    assert words.hour_label(datetime(2026, 1, 15, 23, tzinfo=BEIJING)) == "01-15 23~24"


def test_an_hour_of_the_last_day_needs_no_date_and_an_older_one_does() -> None:
    assert words.short_period(NOW - timedelta(hours=5), "hour", NOW) == "09~10"
    assert words.short_period(NOW - timedelta(hours=30), "hour", NOW) == "01-14"
    assert words.short_period(NOW, "day", NOW) == "01-15"


@pytest.mark.parametrize(
    ("value", "bound", "expected"),
    [
        ("35.004", "35", "35.004"),  # two decimals would hide that it is above
        ("34.996", "35", "34.996"),
        ("35.04", "35", "35.04"),
        ("35", "35", "35.00"),  # equal is compliant and may look equal
        ("2.345", None, "2.34"),  # half to even
        ("2.355", None, "2.36"),
        ("211.07142857", "200", "211.07"),
        ("0.0000004", "0", "0.0000004"),  # beyond the most places it is shown whole
    ],
)
def test_a_computed_value_is_shown_with_the_decimals_that_decide(
    value: str, bound: str | None, expected: str
) -> None:
    assert words.computed(Decimal(value), None if bound is None else Decimal(bound)) == expected


@given(
    st.decimals(min_value=-1000, max_value=1000, places=6),
    st.decimals(min_value=-1000, max_value=1000, places=3),
)
def test_the_shown_value_lies_on_the_side_of_the_bound_where_the_value_lies(
    value: Decimal, bound: Decimal
) -> None:
    shown = Decimal(words.computed(value, bound))
    assert (shown > bound) == (value > bound)
    assert (shown < bound) == (value < bound)


def test_a_reported_value_keeps_every_decimal_that_came() -> None:
    assert words.number(Decimal("12.300")) == "12.300"
    assert words.number(Decimal("1E-7")) == "0.0000001"
    assert words.number(None) == "—"


def test_a_configured_number_has_no_trailing_zeros_and_no_exponent() -> None:
    assert words.plain(Decimal("200.0")) == "200"
    assert words.plain(Decimal("0.50")) == "0.5"


@pytest.mark.parametrize(
    ("share", "expected"), [("0.055", "5.5 %"), ("0.614", "61 %"), ("1.32", "132 %"), ("0", "0.0 %")]
)
def test_a_share_is_a_percentage(share: str, expected: str) -> None:
    assert words.percent(Decimal(share)) == expected


def test_the_flow_is_called_flow_and_a_strange_code_stays_itself() -> None:
    assert words.factor_name("w00000") == "流量"
    assert words.factor_name("a21026") == "二氧化硫"
    assert words.factor_name("x99999") == "x99999"
    assert words.factor_unit("w01001") == ""

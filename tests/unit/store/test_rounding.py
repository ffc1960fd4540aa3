"""Rounding as GB/T 8170-2008 has it (regulation.md A.1)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rounding import deciding, decimals_of, half_even, shown

ROUNDED = [
    # value, decimals, expected, remark
    ("2.345", 2, "2.34", "half goes to the even digit below"),
    ("2.355", 2, "2.36", "half goes to the even digit above; a binary float would give 2.35"),
    ("2.3451", 2, "2.35", "more than half goes up"),
    ("2.34499", 2, "2.34", "less than half goes down"),
    ("15.4546", 0, "15", "once: step by step it would become 15.455, 15.46, 15.5, 16"),
    ("0.5", 0, "0", "zero is even"),
    ("1.5", 0, "2", "one is odd"),
    ("-2.345", 2, "-2.34", "a negative value goes to the even digit as well"),
    ("35", 2, "35.00", "decimals are added"),
    ("1E+30", 1, "1" + "0" * 30 + ".0", "as large as it comes"),
]


@pytest.mark.parametrize(("value", "places", "expected", "remark"), ROUNDED, ids=[row[3] for row in ROUNDED])
def test_a_half_goes_to_the_even_digit(value: str, places: int, expected: str, remark: str) -> None:
    assert format(half_even(Decimal(value), places), "f") == expected, remark


SHOWN = [
    # value, bound, expected, remark
    ("35.04", "35", "35.04", "two decimals suffice"),
    ("35.004", "35", "35.004", "two would read 35.00 > 35"),
    ("34.996", "35", "34.996", "two would read 35.00 and hide that it is compliant"),
    ("35", "35", "35.00", "equal is compliant and may look equal"),
    ("35.0000004", "35", "35.0000004", "beyond the most decimals it is shown whole"),
    ("211.07142857", "200", "211.07", "far from the bound"),
]


@pytest.mark.parametrize(("value", "bound", "expected", "remark"), SHOWN, ids=[row[3] for row in SHOWN])
def test_as_many_decimals_are_shown_as_decide(value: str, bound: str, expected: str, remark: str) -> None:
    assert shown(Decimal(value), Decimal(bound)) == expected, remark


@pytest.mark.parametrize(("value", "decimals"), [("200", 0), ("0.50", 2), ("2E+2", 0), ("10.125", 3)])
def test_the_decimals_of_a_limit_are_those_it_is_written_with(value: str, decimals: int) -> None:
    assert decimals_of(Decimal(value)) == decimals


NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=9, allow_nan=False)


@given(NUMBERS, st.integers(0, 8))
def test_a_rounded_value_is_at_most_half_a_unit_away(value: Decimal, places: int) -> None:
    assert abs(half_even(value, places) - value) * 2 <= Decimal(1).scaleb(-places)


@given(NUMBERS, NUMBERS)
def test_a_shown_value_is_on_the_side_of_the_bound_where_the_value_is(value: Decimal, bound: Decimal) -> None:
    seen = deciding(value, bound)
    assert (seen > bound, seen == bound) == (value > bound, value == bound)

"""The value-against-limit bar."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.bar import draw


@pytest.mark.parametrize(
    ("value", "level", "fill", "cut"),
    [
        ("0", "low", "0.0", False),
        ("-1", "low", "0.0", False),  # below detection some analysers send small negatives
        ("100", "low", "40.0", False),
        ("179.99", "low", "72.0", False),
        ("180", "near", "72.0", False),
        ("200", "near", "80.0", False),  # equal is compliant: the filling ends at the mark
        ("200.01", "over", "80.0", False),
        ("250", "over", "100.0", False),
        ("4000", "over", "100.0", True),
    ],
)
def test_a_ceiling_stands_at_four_fifths(value: str, level: str, fill: str, cut: bool) -> None:
    bar = draw(Decimal(value), None, Decimal(200))
    assert bar is not None
    assert (bar.level, bar.fill, bar.cut, bar.ticks) == (level, fill, cut, ("80.0",))


@pytest.mark.parametrize(
    ("value", "level", "marker"),
    [
        ("7.5", "low", "50.0"),
        ("6", "near", "16.7"),  # the bounds belong to the range
        ("9", "near", "83.3"),
        ("5.99", "over", "16.4"),
        ("9.01", "over", "83.6"),
        ("14", "over", "100.0"),
    ],
)
def test_a_range_has_a_marker_between_its_bounds(value: str, level: str, marker: str) -> None:
    bar = draw(Decimal(value), Decimal(6), Decimal(9))
    assert bar is not None
    assert (bar.level, bar.marker, bar.fill) == (level, marker, None)


def test_there_is_no_bar_without_a_ceiling_or_with_one_of_zero() -> None:
    assert draw(Decimal(1), None, None) is None
    assert draw(Decimal(1), Decimal(6), None) is None
    assert draw(Decimal(1), None, Decimal(0)) is None


@given(
    st.decimals(min_value=-10_000, max_value=10_000, places=4),
    st.decimals(min_value=Decimal("0.001"), max_value=10_000, places=3),
)
def test_over_means_strictly_above_and_the_filling_stays_inside(value: Decimal, maximum: Decimal) -> None:
    bar = draw(value, None, maximum)
    assert bar is not None and bar.fill is not None
    assert (bar.level == "over") == (value > maximum)
    assert 0 <= float(bar.fill) <= 100

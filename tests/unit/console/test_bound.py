"""Which limit a live value is shown against."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from api.console.bound import bounds_text, in_words, shown_bound
from store.clock import BEIJING
from tests.unit.console.samples import NOW, limit, warm

WARM = limit("w21003", "5", condition=warm(above="12"))
COLD = limit("w21003", "8", condition=warm(at_most="12"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"w01010": Decimal("12.1")}, "≤ 5"),
        ({"w01010": Decimal("12")}, "≤ 8"),  # at most twelve degrees the number in brackets holds
        ({}, "≤ 5"),  # temperature unknown: the stricter one
    ],
)
def test_the_water_temperature_decides_which_ammonia_limit_is_shown(
    values: dict[str, Decimal], expected: str
) -> None:
    bound = shown_bound((WARM, COLD), "w21003", values, NOW)
    assert bound is not None and bound.text == expected


def test_a_limit_that_is_not_in_force_now_is_not_shown() -> None:
    old = limit(maximum="400", valid_to=datetime(2020, 1, 1, tzinfo=BEIJING))
    coming = limit(maximum="100", valid_from=datetime(2030, 1, 1, tzinfo=BEIJING))
    assert shown_bound((old, coming), "a21026", {}, NOW) is None
    bound = shown_bound((old, coming, limit()), "a21026", {}, NOW)
    assert bound is not None and bound.text == "≤ 200"


def test_the_strictest_of_several_wins() -> None:
    bound = shown_bound((limit(maximum="200"), limit(maximum="35", standard="许可证")), "a21026", {}, NOW)
    assert bound is not None and bound.clause == "许可证 表1"


def test_a_bound_reads_as_the_standards_print_it() -> None:
    assert bounds_text(Decimal(6), Decimal(9)) == "6～9"
    assert bounds_text(Decimal("0.50"), None) == "≥ 0.5"
    assert in_words(WARM).condition == "水温＞12 °C"
    assert in_words(COLD).condition == "水温≤12 °C"

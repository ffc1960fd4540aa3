"""The strip of the last thirty days."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.console.unit.calendar import DAYS, calendars, kind_of
from store.clock import BEIJING
from tests.unit.console.samples import limit, outlet

FIRST = datetime(2026, 1, 1, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("results", "kind", "remark"),
    [
        ({"compliant": 23, "exceeded": 1}, "exceeded", "one exceeded hour makes the day"),
        ({"compliant": 23, "exempt": 1}, "exempt", "an exempt hour is told"),
        ({"compliant": 20, "invalid": 4}, "compliant", "most of it"),
        ({"compliant": 4, "invalid": 20}, "invalid", "invalid is not compliant"),
        ({"missing": 24}, "missing", "nothing came"),
        ({"missing": 12, "compliant": 12}, "missing", "half of it missing is not compliant"),
        ({"no_limit": 24}, "none", "without a limit there is nothing to say"),
        ({}, "none", "no verdict"),
    ],
)
def test_what_a_day_is_called(results: dict[str, int], kind: str, remark: str) -> None:
    assert kind_of(results) == kind, remark


def test_every_day_has_its_square_word_and_counts_and_undetermined_counts_as_invalid() -> None:
    shown = outlet(limit())
    rows = [
        {"outlet_key": 7, "day": FIRST, "result": "exceeded", "periods": 2},
        {"outlet_key": 7, "day": FIRST, "result": "compliant", "periods": 22},
        {"outlet_key": 7, "day": FIRST + timedelta(days=1), "result": "undetermined", "periods": 24},
    ]
    (strip,) = calendars([shown], rows, FIRST)
    assert len(strip.days) == DAYS
    assert [day.kind for day in strip.days[:3]] == ["exceeded", "invalid", "none"]
    assert strip.days[0].said == "2026-01-01：超标（超标 2，达标 22，无效 0，缺失 0）"
    assert [day.label for day in strip.told] == ["2026-01-02", "2026-01-01"]
    assert "超标 1 天" in strip.sums


def test_an_outlet_that_is_not_judged_has_no_strip() -> None:
    assert calendars([outlet(limit(), judged=False)], [], FIRST) == ()

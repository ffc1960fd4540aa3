"""Days and minutes that forms and addresses give."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.console.spans import (
    day_field,
    day_given,
    days_given,
    last_day_field,
    minute_field,
    minute_given,
)
from store.clock import BEIJING
from store.errors import Refused

NOW = datetime(2026, 1, 15, 14, 5, tzinfo=BEIJING)


@pytest.mark.parametrize(
    "text", ["", "2026-01-15", "tomorrow", "2026-13-01T00:00", "1066-10-14T09:00", "9999-01-01T00:00"]
)
def test_a_minute_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        minute_given(text)
    assert refused.value.code == "local_time_wrong"


def test_a_minute_is_beijing_time_whatever_seconds_come_with_it() -> None:
    assert minute_given("2026-01-15T08:30") == datetime(2026, 1, 15, 8, 30, tzinfo=BEIJING)
    assert minute_given("2026-01-15T08:30:59") == minute_given(" 2026-01-15 08:30 ")
    assert minute_field(minute_given("2026-01-15T08:30")) == "2026-01-15T08:30"


@pytest.mark.parametrize(
    ("first", "last", "start", "end", "remark"),
    [
        ("", "", "2026-01-09", "2026-01-16", "the usual days up to today"),
        ("2026-01-01", "", "2026-01-01", "2026-01-08", "the usual days from a day on"),
        ("2026-01-14", "", "2026-01-14", "2026-01-16", "not beyond today"),
        ("", "2026-01-10", "2026-01-04", "2026-01-11", "the usual days up to a day"),
        ("2026-01-02", "2026-01-03", "2026-01-02", "2026-01-04", "the last day counts"),
        ("2026-01-09", "2026-01-03", "2025-12-28", "2026-01-04", "a first day after the last is left out"),
        ("nonsense", "2026-01-03", "2025-12-28", "2026-01-04", "what is no day is left out"),
    ],
)
def test_days_of_an_address(first: str, last: str, start: str, end: str, remark: str) -> None:
    found = days_given(first, last, now=NOW, usual=7, longest=31)
    assert (day_field(found[0]), day_field(found[1])) == (start, end), remark
    assert last_day_field(found[1]) == day_field(found[1] - timedelta(days=1))


def test_more_days_than_can_be_shown_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        days_given("2025-01-01", "2026-01-01", now=NOW, usual=7, longest=31)
    assert refused.value.facts == {"days": 31}
    days_given("2025-12-02", "2026-01-01", now=NOW, usual=7, longest=31)


def test_a_day_far_away_is_none() -> None:
    assert day_given("2199-12-31") is None
    assert day_given(None) is None

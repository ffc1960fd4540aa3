"""The calendar of the statistics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.statistics.spans import SPANS, before, span_of
from tests.unit.alerts.statistics.build import at

CASES = [
    # span, moment, start, end, remark
    ("day", "2026-05-06 23", "2026-05-06 00", "2026-05-07 00", "the last hour of a day"),
    ("month", "2028-02-29 12", "2028-02-01 00", "2028-03-01 00", "a leap day"),
    ("month", "2026-12-31 23", "2026-12-01 00", "2027-01-01 00", "the last month of a year"),
    ("quarter", "2026-05-06 08", "2026-04-01 00", "2026-07-01 00", "the second quarter"),
    ("quarter", "2026-11-24 00", "2026-10-01 00", "2027-01-01 00", "the last quarter ends with the year"),
    ("year", "2026-01-01 00", "2026-01-01 00", "2027-01-01 00", "the first hour of a year"),
]


@pytest.mark.parametrize(("name", "moment", "start", "end", "remark"), CASES, ids=[row[4] for row in CASES])
def test_a_span_holds_its_moment(name: str, moment: str, start: str, end: str, remark: str) -> None:
    span = span_of(name, at(moment))
    assert (span.start, span.end) == (at(start), at(end)), remark


def test_a_moment_elsewhere_belongs_to_the_beijing_day() -> None:
    assert span_of("day", datetime(2026, 5, 5, 16, tzinfo=UTC)).start == at("2026-05-06 00")


def test_hours_and_days_end_where_the_data_end() -> None:
    month = span_of("month", at("2026-05-06 00"))
    assert len(month.hours(month.start, month.end)) == 744
    assert month.hours(at("2026-05-30 22"), month.end)[0] == at("2026-05-30 22")
    assert month.hours(month.start, at("2026-05-01 02")) == [at("2026-05-01 00"), at("2026-05-01 01")]
    assert month.hours(at("2026-06-01 00"), at("2026-07-01 00")) == []
    assert month.whole_days(at("2026-05-02 07"), at("2026-05-04 23")) == [
        at("2026-05-02 00"),
        at("2026-05-03 00"),
    ]


@given(st.sampled_from(SPANS), st.integers(0, 90 * 366 * 24))
def test_spans_follow_each_other_without_a_gap(name: str, hours: int) -> None:
    moment = datetime(2005, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    span = span_of(name, moment)
    assert span.start <= moment < span.end
    assert before(span).end == span.start
    assert span_of(name, span.end).start == span.end

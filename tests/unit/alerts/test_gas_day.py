"""A day of a stack is a statistic (HJ 76: 20 valid hours)."""

from __future__ import annotations

import pytest

from alerts.judgement.day import judge_day
from alerts.judgement.values import Rules
from tests.unit.alerts.build import DAY, SO2, hours, limit, subject

CASES = [
    (24, True, None, "a full day"),
    (20, True, None, "exactly 20 hours"),
    (19, False, "too_few_valid_hours", "19 hours"),
    (0, False, "too_few_valid_hours", "all hours faulty"),
]


@pytest.mark.parametrize(("valid", "expected", "reason", "remark"), CASES, ids=[row[3] for row in CASES])
def test_a_day_needs_twenty_valid_hours(valid: int, expected: bool, reason: str | None, remark: str) -> None:
    judged = hours(dict.fromkeys(range(24), "100"), status=dict.fromkeys(range(valid, 24), "fault"))
    (period,) = judge_day(subject(factors=(SO2,)), DAY, {SO2: judged}, {}, Rules())
    assert (period.valid, period.count) == (expected, valid), remark
    assert reason is None or reason in period.reasons
    assert period.status == ("normal" if expected else "fault")


def test_a_day_of_gas_has_no_verdict_unless_a_limit_is_by_the_day() -> None:
    judged = {SO2: hours(dict.fromkeys(range(24), "300"))}
    (statistic,) = judge_day(subject(limit(SO2, maximum="200"), factors=(SO2,)), DAY, judged, {}, Rules())
    assert statistic.verdicts == ()
    by_day = subject(limit(SO2, basis="day", maximum="200"), factors=(SO2,))
    (judged_day,) = judge_day(by_day, DAY, judged, {}, Rules())
    assert judged_day.verdicts[0].result == "exceeded"


def test_a_day_of_which_nothing_came_is_missing() -> None:
    judged = {SO2: hours(dict.fromkeys(range(24), "0"), status=dict.fromkeys(range(24), "missing"))}
    (period,) = judge_day(subject(factors=(SO2,)), DAY, judged, {}, Rules())
    assert (period.status, period.valid, period.reasons) == ("missing", False, ("data_missing",))

"""The decision order of regulation.md C.4 for an hour of a stack."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.judgement.values import FactorHour, Rules, Sample
from store.clock import HOUR
from tests.unit.alerts.build import O2, SO2, START, judge, limit, minutes, reading, subject

PLAIN = subject(limit(SO2, maximum="200"))


def frame(value: str | None, status: str = "normal") -> Sample:
    return reading(value, status=status)


TABLE = [
    # frame, minutes, result, valid, reasons that must be there, remark
    (None, (), "missing", False, {"data_missing"}, "step 1: nothing came"),
    (frame("201"), (), "exceeded", True, {"above_maximum"}, "step 7: above"),
    (frame("200"), (), "compliant", True, set(), "step 5: equal is compliant"),
    (frame("200.0000001"), (), "exceeded", True, set(), "the unrounded value is compared"),
    (frame("999", "fault"), (), "invalid", False, {"flag_fault"}, "step 2 before 5: never exceeded"),
    (frame("1", "stopped"), (), "invalid", False, {"flag_stopped"}, "step 2 before 5: never compliant"),
    (frame("1", "manual"), (), "invalid", False, {"flag_manual"}, "a typed-in value is no measurement"),
    (frame("999", "over_range"), (), "invalid", False, {"over_range_suspected_exceedance"}, "over range is reviewed"),
    (frame("999", "unknown"), (), "undetermined", False, {"flag_missing"}, "a missing mark is not N"),
    (frame(None), (), "invalid", False, {"value_not_a_number"}, "no number"),
    (frame("1"), minutes((44, "1", "normal"), (16, "1", "fault")), "invalid", False,
     {"flag_fault", "too_few_valid_minutes"}, "16 faulty minutes disprove the N of the hour"),
    (frame("1"), minutes((45, "1", "normal"), (15, "1", "fault")), "compliant", True, set(), "15 do not"),
    (frame("1"), minutes((40, "1", "normal"), (10, "1", "calibration"), (10, "1", "maintenance")), "invalid", False,
     {"too_few_valid_minutes"}, "the mixed case"),
    (frame("1"), minutes((10, "1", "normal")), "compliant", True, {"minutes_incomplete"}, "minutes not received prove nothing"),
    (frame("201"), minutes((60, "1", "unknown")), "exceeded", True, set(), "minutes without marks prove nothing"),
    (None, minutes((45, "201", "normal")), "exceeded", True, {"hour_frame_missing"}, "45 minutes make an hour"),
    (None, minutes((44, "201", "normal")), "invalid", False, {"too_few_valid_minutes"}, "44 do not"),
    (None, minutes((40, "201", "normal"), (10, "1", "unknown")), "undetermined", False, {"flag_missing"},
     "it depends on minutes without marks"),
    (None, minutes((30, "1", "normal"), (30, None, "normal")), "invalid", False, {"too_few_valid_minutes"},
     "a minute without a number is not valid"),
    (frame(None), minutes((60, "201", "normal")), "exceeded", True, {"value_not_a_number"}, "the minutes stand in"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("hour", "minute", "result", "valid", "reasons", "remark"), TABLE, ids=[row[5] for row in TABLE]
)
def test_the_first_step_that_applies_decides(
    hour: Sample | None,
    minute: tuple[Sample, ...],
    result: str,
    valid: bool,
    reasons: set[str],
    remark: str,
) -> None:
    period = judge(PLAIN, {SO2: FactorHour(frame=hour, minutes=minute)}, SO2)
    (verdict,) = period.verdicts
    assert verdict.result == result, remark
    assert period.valid is valid, remark
    assert reasons <= set(verdict.reasons), remark
    assert verdict.bound == 200


def test_an_invalid_hour_keeps_what_was_reported_and_drops_it_only_after_marking() -> None:
    period = judge(PLAIN, {SO2: FactorHour(frame=frame("999", "fault"))}, SO2)
    assert period.reported.measured == 999
    assert period.after_marking.measured is None
    assert period.after_exemption.measured is None


def test_the_multiple_is_exact() -> None:
    (verdict,) = judge(PLAIN, {SO2: FactorHour(frame=frame("211.07"))}, SO2).verdicts
    assert verdict.multiple == Decimal("0.05535")


def test_a_mean_that_is_exactly_the_limit_is_compliant_and_the_smallest_step_above_is_not() -> None:
    of = subject(limit(SO2, maximum="33.3"))
    thirds = minutes((20, "33.2", "normal"), (20, "33.3", "normal"), (20, "33.4", "normal"))
    assert judge(of, {SO2: FactorHour(minutes=thirds)}, SO2).verdicts[0].result == "compliant"
    above = (*thirds[:-1], reading("33.400000000001", at=thirds[-1].at))
    assert judge(of, {SO2: FactorHour(minutes=above)}, SO2).verdicts[0].result == "exceeded"


def test_ten_minute_readings_stand_for_ten_minutes_each() -> None:
    of = subject(limit(SO2, maximum="200"), minute=600)
    four = minutes((4, "10", "normal"), (2, "10", "fault"), every=10)
    five = minutes((5, "10", "normal"), (1, "10", "fault"), every=10)
    assert judge(of, {SO2: FactorHour(frame=frame("10"), minutes=four)}, SO2).verdicts[0].result == "invalid"
    period = judge(of, {SO2: FactorHour(frame=frame("10"), minutes=five)}, SO2)
    assert (period.verdicts[0].result, period.count, period.expected) == ("compliant", 50, 60)


def test_minutes_denser_than_registered_do_not_count_twice() -> None:
    of = subject(limit(SO2, maximum="200"), minute=600)
    period = judge(of, {SO2: FactorHour(minutes=minutes((60, "10", "normal")))}, SO2)
    assert period.count == 60
    assert period.inputs["seconds"] == {"normal": 3600}


def test_realtime_readings_stand_in_for_minutes() -> None:
    every_half = [reading("201", at=START + timedelta(seconds=30 * place)) for place in range(120)]
    period = judge(PLAIN, {SO2: FactorHour(realtime=tuple(every_half))}, SO2)
    assert period.count == 60
    assert period.inputs["source"] == "realtime"
    assert period.verdicts[0].result == "exceeded"


@pytest.mark.parametrize(("judged_on", "expected"), [("reported", "compliant"), ("recomputed", "exceeded")])
def test_a_setting_says_which_value_is_judged_when_both_exist(judged_on: str, expected: str) -> None:
    received = {SO2: FactorHour(frame=frame("199"), minutes=minutes((60, "210", "normal")))}
    period = judge(PLAIN, received, SO2, rules=Rules(hour_judged_on=judged_on))
    assert period.verdicts[0].result == expected
    assert "reported_recomputed_differ" in period.reasons


def test_a_monitor_known_to_send_no_marks_can_be_taken_as_valid() -> None:
    of = subject(limit(SO2, maximum="200"), missing_flag="valid")
    assert judge(of, {SO2: FactorHour(frame=frame("201", "unknown"))}, SO2).verdicts[0].result == "exceeded"


def test_every_limit_in_force_gets_a_verdict_of_its_own() -> None:
    of = subject(limit(SO2, key=1, maximum="200"), limit(SO2, key=2, maximum="35"))
    verdicts = judge(of, {SO2: FactorHour(frame=frame("100"))}, SO2).verdicts
    assert [(verdict.limit_key, verdict.result) for verdict in verdicts] == [
        (1, "compliant"),
        (2, "exceeded"),
    ]


def test_a_dated_limit_switches_in_the_middle_of_a_day() -> None:
    switch = START + 2 * HOUR
    of = subject(
        limit(SO2, key=1, maximum="600", valid_to=switch), limit(SO2, key=2, maximum="50", valid_from=switch)
    )
    found = [
        (verdict.limit_key, verdict.result)
        for hour in range(4)
        for verdict in judge(
            of, {SO2: FactorHour(frame=frame("100"))}, SO2, start=START + hour * HOUR
        ).verdicts
    ]
    assert found == [(1, "compliant"), (1, "compliant"), (2, "exceeded"), (2, "exceeded")]


def test_no_limit_is_neither_pass_nor_fail() -> None:
    (verdict,) = judge(subject(), {SO2: FactorHour(frame=frame("100"))}, SO2).verdicts
    assert (verdict.result, verdict.limit_key, verdict.bound) == ("no_limit", None, None)


def test_an_inlet_gets_values_but_no_verdicts() -> None:
    of = subject(limit(SO2, maximum="1"), judged=False)
    period = judge(of, {SO2: FactorHour(frame=frame("100")), O2: FactorHour(frame=frame("10"))}, SO2)
    assert period.verdicts == ()
    assert period.valid


def test_an_overlimit_below_a_minimum_has_no_multiple() -> None:
    (verdict,) = judge(
        subject(limit(SO2, minimum="6", maximum="9")), {SO2: FactorHour(frame=frame("5.99"))}, SO2
    ).verdicts
    assert (verdict.result, verdict.bound, verdict.bound_side, verdict.multiple) == (
        "exceeded",
        6,
        "min",
        None,
    )

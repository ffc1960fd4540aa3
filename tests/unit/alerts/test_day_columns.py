"""Days with marks, exemptions and the choices of an outlet (regulation.md A.5, B.1, B.2, C.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.judgement.day import judge_day
from alerts.judgement.day_values import HourResult
from alerts.judgement.subject import Subject
from alerts.judgement.values import Period, Rules
from store.model import Condition, Options
from tests.unit.alerts.build import (
    COD,
    DAY,
    FLOW,
    NH3,
    PH,
    SO2,
    TEMPERATURE,
    hours,
    limit,
    reading,
    subject,
)

ALL = range(24)
TP = "w21011"


def with_options(of: Subject, **options: object) -> Subject:
    return replace(of, options=Options(**options))  # type: ignore[arg-type]


def standing(judged: list[HourResult], numbers: range) -> list[HourResult]:
    """The same hours, some of them under a condition mark 停运."""
    return [
        replace(hour, covered=("stopped",)) if number in numbers else hour
        for number, hour in enumerate(judged)
    ]


def day(of: Subject, factor: str, judged: Mapping[str, list[HourResult]]) -> Period:
    return next(period for period in judge_day(of, DAY, judged, {}, Rules()) if period.factor == factor)


RUNNING = [
    # valid hours, hours that stood, day rule, valid day, expected, reason, remark
    (18, 0, "75pct_running", True, 24, None, "18 of 24 running hours are 75 %"),
    (17, 0, "75pct_running", False, 24, "too_few_valid_hours", "17 of 24 are not"),
    (9, 12, "75pct_running", True, 12, None, "9 of 12 running hours"),
    (8, 12, "75pct_running", False, 12, "too_few_valid_hours", "8 of 12"),
    (0, 24, "75pct_running", False, 0, "flag_stopped", "a source that stood all day has no valid day"),
    (18, 0, "20h", False, 24, "too_few_valid_hours", "by the default rule 18 hours are too few"),
    (12, 12, "20h", False, 24, "too_few_valid_hours", "the default rule does not care what stood"),
    (20, 4, "20h", True, 24, None, "20 valid hours"),
]


@pytest.mark.parametrize(
    ("valid", "stood", "rule", "enough", "expected", "reason", "remark"),
    RUNNING,
    ids=[row[6] for row in RUNNING],
)
def test_an_older_permit_counts_the_running_hours_of_a_stack(
    valid: int, stood: int, rule: str, enough: bool, expected: int, reason: str | None, remark: str
) -> None:
    marks = {number: "fault" if number < 24 - stood else "stopped" for number in range(valid, 24)}
    of = with_options(subject(factors=(SO2,)), day_rule=rule)
    period = day(of, SO2, {SO2: hours(dict.fromkeys(ALL, "100"), status=marks)})
    assert (period.valid, period.expected, period.count) == (enough, expected, valid), remark
    assert reason is None or period.reasons[0] == reason, remark


def test_hours_that_a_mark_says_stood_leave_the_running_mean() -> None:
    judged = standing(hours({number: "10" if number < 6 else "100" for number in ALL}), range(6))
    running = day(with_options(subject(factors=(SO2,)), day_rule="75pct_running"), SO2, {SO2: judged})
    usual = day(subject(factors=(SO2,)), SO2, {SO2: judged})
    assert (running.after_marking.measured, running.inputs["stopped"]) == (100, 6)
    assert usual.after_marking.measured == Decimal(
        "77.5"
    )  # (6 x 10 + 18 x 100) / 24: a working condition leaves the data


def test_an_exempt_hour_leaves_the_third_column_of_a_day_of_a_stack() -> None:
    judged = hours({number: "100" if number < 20 else "400" for number in ALL})
    judged = [replace(hour, exempt=number >= 20) for number, hour in enumerate(judged)]
    period = day(subject(factors=(SO2,)), SO2, {SO2: judged})
    assert (period.after_marking.measured, period.after_exemption.measured) == (150, 100)
    assert (period.valid, period.count, period.inputs["exempt"]) == (True, 24, 4)


def test_an_exempt_hour_leaves_the_third_column_of_a_day_of_water_but_not_the_verdict() -> None:
    judged = hours({number: "30" if number < 18 else "150" for number in ALL})
    judged = [replace(hour, exempt=number >= 18) for number, hour in enumerate(judged)]
    flow = hours(dict.fromkeys(ALL, "1"), volumes=dict.fromkeys(ALL, "100"))
    of = subject(limit(COD, basis="day", maximum="50"), medium="water", factors=(COD, FLOW))
    period = day(of, COD, {COD: judged, FLOW: flow})
    assert (period.after_marking.measured, period.after_exemption.measured) == (60, 30)
    assert (period.verdicts[0].result, period.verdicts[0].compared) == ("exceeded", 60)


def test_a_day_without_exempt_hours_has_the_same_value_in_both_columns() -> None:
    period = day(subject(factors=(SO2,)), SO2, {SO2: hours(dict.fromkeys(ALL, "100"))})
    assert period.after_exemption == period.after_marking


DUE = [
    # hours with known flow, of them with discharge, hours that a mark says stood, valid hours, valid day, due, remark
    (24, 24, 0, 18, True, 24, "discharge all day"),
    (12, 12, 12, 9, True, 12, "no flow data at night, and a mark says there was none to have"),
    (12, 12, 0, 9, False, 24, "an unknown flow is not zero: those hours are due"),
    (24, 24, 12, 12, False, 24, "a mark does not make a known discharge undue"),
]


@pytest.mark.parametrize(
    ("known", "flowing", "stood", "valid", "enough", "due", "remark"), DUE, ids=[row[6] for row in DUE]
)
def test_an_hour_that_stood_is_due_only_where_water_is_known_to_have_flowed(
    known: int, flowing: int, stood: int, valid: int, enough: bool, due: int, remark: str
) -> None:
    values = hours(dict.fromkeys(ALL, "10"), status=dict.fromkeys(range(valid, 24), "missing"))
    values = standing(values, range(24 - stood, 24))
    volumes = {number: "5" if number < flowing else "0" for number in range(known)}
    flow = hours(dict.fromkeys(ALL, "1"), volumes=volumes)
    of = subject(medium="water", factors=(COD, FLOW))
    period = day(of, COD, {COD: values, FLOW: flow})
    assert (period.valid, period.expected) == (enough, due), remark


def test_low_values_that_no_check_confirmed_leave_the_day_undetermined_for_that_reason() -> None:
    judged = [
        replace(hour, valid=False, reasons=("low_value_unconfirmed",)) if number < 10 else hour
        for number, hour in enumerate(hours(dict.fromkeys(ALL, "3")))
    ]
    of = subject(limit(COD, basis="day", maximum="50"), medium="water", factors=(COD,))
    verdict = day(of, COD, {COD: judged}).verdicts[0]
    assert (verdict.result, verdict.reasons[0]) == ("undetermined", "low_value_unconfirmed")


WARM = Condition(TEMPERATURE, above=Decimal(12), at_most=None)
COLD = Condition(TEMPERATURE, above=None, at_most=Decimal(12))
AMMONIA = (
    limit(NH3, key=1, basis="day", maximum="5", condition=WARM),
    limit(NH3, key=2, basis="day", maximum="8", condition=COLD),
)
TEMPERATURES = [
    # option, limit that holds, temperature used, remark; twelve hours of 11 and twelve of 14 degrees
    ("mean", 1, "12.5", "the mean is above 12"),
    ("minimum", 2, "11", "the lowest hour is not"),
    ("maximum", 1, "14", "the highest hour is"),
]


@pytest.mark.parametrize(("way", "key", "used", "remark"), TEMPERATURES, ids=[row[3] for row in TEMPERATURES])
def test_the_outlet_says_which_temperature_of_the_day_decides(
    way: str, key: int, used: str, remark: str
) -> None:
    of = with_options(subject(*AMMONIA, medium="water", factors=(NH3, TEMPERATURE)), temperature=way)
    judged = {
        NH3: hours(dict.fromkeys(ALL, "6")),
        TEMPERATURE: hours({number: "11" if number < 12 else "14" for number in ALL}),
    }
    period = day(of, NH3, judged)
    (verdict,) = period.verdicts
    assert (verdict.limit_key, verdict.result) == (key, "exceeded" if key == 1 else "compliant"), remark
    assert Decimal(period.inputs["conditions"][TEMPERATURE]) == Decimal(used)
    assert period.inputs.get("temperature", "mean") == way


OLD = Condition(None, None, None, built_by=date(2005, 12, 31))
NEW = Condition(None, None, None, built_from=date(2006, 1, 1))
PHOSPHORUS = (
    limit(TP, key=1, basis="day", maximum="1", condition=OLD),
    limit(TP, key=2, basis="day", maximum="0.5", condition=NEW),
)
BUILT = [
    # built, limit and result, remark; the daily mean is 0.8
    (date(2005, 12, 31), [(1, "compliant")], "built by the end of 2005: 1 mg/L"),
    (date(2006, 1, 1), [(2, "exceeded")], "built from 2006: 0.5 mg/L"),
    (None, [(1, "undetermined"), (2, "undetermined")], "an unknown construction date decides nothing"),
]


@pytest.mark.parametrize(("built", "expected", "remark"), BUILT, ids=[row[2] for row in BUILT])
def test_the_limit_of_phosphorus_follows_the_construction_date(
    built: date | None, expected: list[tuple[int, str]], remark: str
) -> None:
    of = with_options(subject(*PHOSPHORUS, medium="water", factors=(TP,)), built=built)
    period = day(of, TP, {TP: hours(dict.fromkeys(ALL, "0.8"))})
    assert [(verdict.limit_key, verdict.result) for verdict in period.verdicts] == expected, remark
    assert period.inputs.get("built") == (None if built is None else built.isoformat())


@pytest.mark.parametrize(
    ("comparison", "result", "compared"), [("unrounded", "exceeded", "50.4"), ("rounded", "compliant", "50")]
)
def test_the_outlet_says_whether_the_daily_mean_is_rounded_before_it_is_compared(
    comparison: str, result: str, compared: str
) -> None:
    of = subject(limit(COD, basis="day", maximum="50"), medium="water", factors=(COD,))
    period = day(with_options(of, comparison=comparison), COD, {COD: hours(dict.fromkeys(ALL, "50.4"))})
    assert (period.verdicts[0].result, period.verdicts[0].compared) == (result, Decimal(compared))


def test_a_day_frame_of_a_starting_source_stands_in_for_hours_that_never_came() -> None:
    of = subject(limit(SO2, basis="day", maximum="200"), factors=(SO2,))
    frames = {SO2: reading("150", at=DAY, status="starting")}
    (period,) = judge_day(of, DAY, {}, frames, Rules())
    assert (period.verdicts[0].result, period.verdicts[0].compared) == ("compliant", 150)


@given(st.lists(st.tuples(st.integers(55, 95), st.booleans()), min_size=24, max_size=24))
def test_a_day_of_ph_is_judged_on_its_valid_extremes_alone(drawn: list[tuple[int, bool]]) -> None:
    values = {number: str(Decimal(tenths) / 10) for number, (tenths, _) in enumerate(drawn)}
    marks = {number: "fault" for number, (_, broken) in enumerate(drawn) if broken}
    of = subject(limit(PH, basis="day", minimum="6", maximum="9"), medium="water", factors=(PH,))
    (verdict,) = day(of, PH, {PH: hours(values, status=marks)}).verdicts
    valid = [tenths for number, (tenths, _) in enumerate(drawn) if number not in marks]
    if len(valid) < 18:
        assert verdict.result == "invalid"
    else:
        assert (verdict.result == "exceeded") is (min(valid) < 60 or max(valid) > 90)

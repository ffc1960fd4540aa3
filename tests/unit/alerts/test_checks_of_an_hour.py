"""Failed checks, low values and the transmission chain (regulation.md B.1, B.2)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.judgement.statements import out_of_control
from alerts.judgement.values import FactorHour, Period
from store.checks import ChainCheck, Check
from store.clock import HOUR
from store.model import Options
from tests.unit.alerts.build import (
    COD,
    FLOW,
    NH3,
    PH,
    SO2,
    START,
    chain,
    check,
    judge,
    limit,
    mark,
    minute,
    minutes,
    reading,
    said,
    subject,
)

WATER = subject(limit(COD, maximum="400"), medium="water", factors=(COD, NH3, FLOW))

CHECKS = [
    # checks as (minute from the start of the hour, passed), valid, remark
    ((), True, "no check says nothing"),
    (((-600, True),), True, "the last one passed"),
    (((-600, True), (600, True)), True, "between two passed ones"),
    (((-600, True), (600, False)), False, "back to the last passed one"),
    (((-600, False), (600, True)), False, "forward to the next passed one"),
    (((-600, False),), False, "failed and not passed since"),
    (((-900, True), (-600, False), (-300, False), (600, True)), False, "failed twice, not passed yet"),
    (((-900, False), (-600, True), (600, True)), True, "passed again since"),
    (((-600, True), (600, True), (1200, False)), True, "the failed one reaches back to the passed one before it only"),
    (((600, False),), False, "no passed one is known before the failed one: nothing vouches for the hour"),
    (((0, True), (600, False)), False, "passed at the start of the hour: the hour lies behind it"),
    (((-600, False), (0, True)), True, "passed at its start after a failed one: good again from here"),
    (((-600, False), (60, True)), False, "passed at its end: the hour lies before it"),
    (((60, True), (600, False), (-600, True)), True, "passed at its end, failed later"),
    (((-600, True), (59, True), (600, False)), False, "one minute of the composite analysis is out of control"),
    (((-600, False), (1, True)), False, "so is the first minute here"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "valid", "remark"), CHECKS, ids=[row[2] for row in CHECKS])
def test_an_hour_of_water_next_to_a_failed_check_is_invalid(
    made: tuple[tuple[int, bool], ...], valid: bool, remark: str
) -> None:
    checks = [check(at, passed, key=place + 1) for place, (at, passed) in enumerate(made)]
    period = judge(WATER, {COD: FactorHour(reading("500"))}, COD, statements=said(checks=checks))
    assert period.valid is valid, remark
    assert period.verdicts[0].result == ("exceeded" if valid else "invalid"), remark
    assert ("quality_check_failed" in period.reasons) is not valid, remark
    assert period.status == ("normal" if valid else "out_of_control"), remark
    assert period.reported.measured == 500, "the raw value stays"


def test_a_failed_check_of_one_factor_leaves_the_others() -> None:
    failed = said(checks=[check(-60, False)])
    assert judge(WATER, {NH3: FactorHour(reading("1"))}, NH3, statements=failed).valid


def test_an_uncontrolled_hour_names_the_checks_around_it() -> None:
    made = [check(-60, True, key=3), check(120, False, key=4)]
    period = judge(WATER, {COD: FactorHour(reading("1"))}, COD, statements=said(checks=made))
    assert period.inputs["checks"] == [
        {"id": 3, "kind": "standard", "passed": True, "at": "2026-05-06T07:00:00+08:00"},
        {"id": 4, "kind": "standard", "passed": False, "at": "2026-05-06T10:00:00+08:00"},
    ]


STACK = subject(limit(SO2, maximum="200"))
GAS = [
    # passed before at minute, failed at minute, result, remark
    (-60, 60, "invalid", "the whole hour is out of control"),
    (45, 120, "exceeded", "its last 15 minutes are: the other 45 stand"),
    (44, 120, "invalid", "16 minutes are more than 15"),
]


@pytest.mark.parametrize(("passed", "failed", "result", "remark"), GAS, ids=[row[3] for row in GAS])
def test_the_minutes_of_a_stack_that_is_out_of_control_are_taken_out(
    passed: int, failed: int, result: str, remark: str
) -> None:
    made = [
        check(passed, True, factor=SO2, kind="calibration", key=1),
        check(failed, False, factor=SO2, kind="calibration", key=2),
    ]
    received = {SO2: FactorHour(reading("190"), minutes((45, "210", "normal"), (15, "130", "normal")))}
    period = judge(STACK, received, SO2, statements=said(checks=made))
    assert period.verdicts[0].result == result, remark
    assert period.after_marking.measured == (None if result == "invalid" else 210), remark


def test_a_mark_ranks_above_an_uncontrolled_time_and_both_are_told() -> None:
    period = judge(
        WATER,
        {COD: FactorHour(reading("1"))},
        COD,
        statements=said(mark(0, 60, "maintenance"), checks=[check(-60, False)]),
    )
    assert period.status == "maintenance"
    assert period.reasons == ("device_mark",)
    half = said(mark(0, 20, "maintenance"), checks=[check(-60, False)])
    both = judge(WATER, {COD: FactorHour(reading("1"))}, COD, statements=half)
    assert (both.status, both.reasons) == ("out_of_control", ("device_mark", "quality_check_failed"))


def test_the_hour_of_a_standard_check_is_known() -> None:
    def told(*checks: Check) -> bool:
        period = judge(WATER, {COD: FactorHour(reading("40"))}, COD, statements=said(checks=checks))
        return bool(period.inputs.get("standard_check", False))

    assert told(check(0, True))
    assert told(check(59, True))
    assert not told(check(60, True))
    assert not told(check(-1, True))
    assert not told(check(30, True, kind="comparison"))
    assert told(check(20, True, key=1), check(30, True, kind="comparison", key=2))


LOW = [
    # factor, value, detection limit, checks, valid, value that counts, reason, remark
    (COD, "0", None, ((-60, True),), True, "2", "low_value_corrected", "COD of zero, confirmed: 2 mg/L"),
    (COD, "-0.3", None, ((-60, True),), True, "2", "low_value_corrected", "small and negative"),
    (COD, "3.9", "4", ((-60, True),), True, "2", "low_value_corrected", "below the detection limit of 4"),
    (COD, "4", "4", ((-60, True),), True, "4", None, "at the detection limit it is a measurement"),
    (COD, "1.5", None, ((-60, True),), True, "1.5", None, "without a detection limit only zero and below are low"),
    (COD, "0", None, (), False, "0", "low_value_unconfirmed", "no check ever"),
    (COD, "0", None, ((60, True),), False, "0", "low_value_unconfirmed", "a check after it does not confirm alone"),
    (COD, "0", None, ((30, True),), True, "2", "low_value_corrected", "a check within the hour does"),
    (COD, "0", None, ((-60, True), (600, True)), True, "2", "low_value_corrected", "passed before and after"),
    (COD, "0", None, ((-60, True), (600, False)), False, None, "quality_check_failed", "failed after: out of control"),
    (COD, "0", None, ((-60, False),), False, None, "quality_check_failed", "failed before: out of control"),
    (NH3, "-1", None, ((-60, True),), True, "0.01", "low_value_corrected", "NH3-N: 0.01"),
    ("w21011", "0", None, ((-60, True),), True, "0.005", "low_value_corrected", "TP: 0.005"),
    ("w21001", "0", None, ((-60, True),), True, "0.025", "low_value_corrected", "TN: 0.025"),
    (PH, "0", None, (), True, "0", None, "no correction is known for other factors"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("factor", "value", "detection", "made", "valid", "counts", "reason", "remark"),
    LOW,
    ids=[row[7] for row in LOW],
)
def test_a_low_value_counts_as_corrected_once_it_is_confirmed(
    factor: str,
    value: str,
    detection: str | None,
    made: tuple[tuple[int, bool], ...],
    valid: bool,
    counts: str | None,
    reason: str | None,
    remark: str,
) -> None:
    options = Options(detection=((factor, Decimal(detection)),) if detection else ())
    of = subject(medium="water", factors=(factor,), options=options)
    checks = [check(at, passed, factor=factor, key=place + 1) for place, (at, passed) in enumerate(made)]
    period = judge(of, {factor: FactorHour(reading(value))}, factor, statements=said(checks=checks))
    assert period.valid is valid, remark
    assert period.after_marking.measured == (None if counts is None else Decimal(counts)), remark
    assert period.reported.measured == Decimal(value), "what was reported stays"
    assert (reason is None and period.reasons == ()) or reason in period.reasons, remark


def test_a_low_value_against_a_limit_is_judged_corrected_or_not_at_all() -> None:
    received = {COD: FactorHour(reading("-5"))}
    confirmed = judge(WATER, received, COD, statements=said(checks=[check(-60, True)])).verdicts[0]
    assert (confirmed.result, confirmed.compared) == ("compliant", Decimal(2))
    assert judge(WATER, received, COD).verdicts[0].result == "undetermined"


def test_no_flow_goes_before_a_low_value() -> None:
    received = {COD: FactorHour(reading("0")), FLOW: FactorHour(reading("0"))}
    period = judge(WATER, received, COD)
    assert (period.verdicts[0].result, period.reasons) == ("invalid", ("flow_zero",))


CHAINS = [
    # instrument, logger, platform, valid, remark
    ("100", None, "101", True, "exactly 1 % is allowed"),
    ("100", None, "101.01", False, "1.01 % above the instrument"),
    ("100", None, "98.99", False, "1.01 % below"),
    ("100", "100.9", "100", True, "the logger 0.9 % above"),
    ("100", "101.1", "100", False, "instrument and logger differ, platform and instrument agree"),
    (
        "100",
        "99.5",
        "100.6",
        False,
        "platform and logger differ by 1.1 %, each is within 1 % of the instrument",
    ),
    ("0", None, "0", True, "zero and zero agree"),
    ("0", None, "0.01", False, "nothing is 1 % of zero"),
    ("-2", None, "-2.01", True, "0.5 % of a negative value"),
]


@pytest.mark.parametrize(
    ("instrument", "logger", "platform", "valid", "remark"), CHAINS, ids=[row[4] for row in CHAINS]
)
def test_links_that_differ_by_more_than_one_per_cent_make_the_platform_value_invalid(
    instrument: str, logger: str | None, platform: str, valid: bool, remark: str
) -> None:
    of = subject(medium="water", factors=("w01012",))
    link: ChainCheck = chain(instrument, logger, factor="w01012")
    period = judge(of, {"w01012": FactorHour(reading(platform))}, "w01012", statements=said(links=[link]))
    assert period.valid is valid, remark
    assert (period.reasons == ("chain_differs",)) is not valid, remark


def test_a_chain_comparison_speaks_of_its_own_hour_only() -> None:
    received = {COD: FactorHour(reading("40"))}
    statements = said(links=[chain("80")])
    assert not judge(WATER, received, COD, statements=statements).valid
    assert judge(WATER, received, COD, start=START + HOUR, statements=statements).valid


outcomes = st.lists(
    st.tuples(st.integers(-300, 300), st.booleans()), unique_by=lambda pair: pair[0], max_size=8
)


@given(outcomes)
def test_a_minute_is_out_of_control_exactly_when_the_check_before_or_after_it_failed(
    made: list[tuple[int, bool]],
) -> None:
    checks = tuple(check(at, passed, key=at) for at, passed in sorted(made))
    spans = out_of_control(checks, START, START + HOUR)
    for number in range(60):
        before = [passed for at, passed in sorted(made) if at <= number]
        after = [passed for at, passed in sorted(made) if at > number]
        expected = (before[-1:] == [False]) or (after[:1] == [False])
        found = any(span.from_time <= minute(number) < span.to_time for span in spans)
        assert found is expected, number


@given(outcomes, st.decimals(min_value="-10", max_value=900, places=1))
def test_an_uncontrolled_hour_is_never_exceeded_nor_compliant(
    made: list[tuple[int, bool]], value: Decimal
) -> None:
    checks = [check(at, passed, key=at) for at, passed in made]
    period: Period = judge(WATER, {COD: FactorHour(reading(str(value)))}, COD, statements=said(checks=checks))
    out = "quality_check_failed" in period.reasons
    assert (period.verdicts[0].result == "invalid") is out
    assert (period.after_marking.measured is None) is out

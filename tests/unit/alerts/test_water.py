"""Hours and days of water (regulation.md A.5, B.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from alerts.judgement.day import judge_day
from alerts.judgement.day_values import HourResult
from alerts.judgement.subject import Subject
from alerts.judgement.values import FactorHour, Period, Rules, Sample
from store.clock import BEIJING
from store.clock import DAY as ONE_DAY
from store.model import Condition
from tests.unit.alerts.build import (
    COD,
    DAY,
    FLOW,
    NH3,
    PH,
    TEMPERATURE,
    hours,
    judge,
    limit,
    minutes,
    reading,
    subject,
)

ALL = range(24)


def water(*limits: object, factors: tuple[str, ...] = (COD, FLOW)) -> Subject:
    return subject(*limits, medium="water", factors=factors)  # type: ignore[arg-type]


def day(
    of: Subject,
    factor: str,
    judged: Mapping[str, list[HourResult]],
    frames: Mapping[str, Sample] | None = None,
    *,
    start: datetime = DAY,
    rules: Rules | None = None,
) -> Period:
    periods = judge_day(of, start, judged, frames or {}, rules or Rules())
    return next(period for period in periods if period.factor == factor)


COD_DAY = limit(COD, basis="day", maximum="50")


def flow_of(volumes: Mapping[int, str]) -> list[HourResult]:
    return hours(dict.fromkeys(volumes, "1"), volumes=volumes)


HOURS = [
    # frame of COD, frame of flow, status, valid, reason, remark
    (reading("40"), reading("10", total="36"), True, None, "a plain hour"),
    (reading("40"), reading("0", total="0"), False, "flow_zero", "no flow, no valid value"),
    (reading("40"), None, True, None, "an unknown flow is not zero"),
    (reading("40", status="maintenance"), reading("10"), False, "flag_maintenance", "marked"),
    (reading("40", status="unknown"), reading("10"), False, "flag_missing", "no mark"),
    (None, reading("10"), False, "data_missing", "no value"),
]


@pytest.mark.parametrize(("value", "flow", "valid", "reason", "remark"), HOURS, ids=[row[4] for row in HOURS])
def test_validity_of_an_hour_of_water(
    value: Sample | None, flow: Sample | None, valid: bool, reason: str | None, remark: str
) -> None:
    period = judge(water(COD_DAY), {COD: FactorHour(frame=value), FLOW: FactorHour(frame=flow)}, COD)
    assert period.valid is valid, remark
    assert reason is None or reason in period.reasons, remark


def test_an_hour_of_water_has_no_verdict_unless_a_limit_is_by_the_hour() -> None:
    received = {COD: FactorHour(frame=reading("500"))}
    assert judge(water(COD_DAY), received, COD).verdicts == ()
    by_hour = water(limit(COD, maximum="400"))
    assert judge(by_hour, received, COD).verdicts[0].result == "exceeded"


def test_one_abnormal_value_makes_an_hour_without_a_frame_abnormal() -> None:
    good = judge(water(), {COD: FactorHour(minutes=minutes((6, "40", "normal"), every=10))}, COD)
    bad = judge(
        water(), {COD: FactorHour(minutes=minutes((5, "40", "normal"), (1, "40", "fault"), every=10))}, COD
    )
    assert (good.valid, good.after_marking.measured) == (True, Decimal(40))
    assert (bad.valid, bad.status) == (False, "fault")


VOLUMES = [
    (reading("10", total="30"), "30", "Cou is taken as it is"),
    (reading("10"), "36.0", "10 L/s are 36 m3/h"),
    (reading(None), None, "no number, no volume"),
    (reading("10", status="fault"), None, "a faulty flow is not known"),
]


@pytest.mark.parametrize(("flow", "volume", "remark"), VOLUMES, ids=[row[2] for row in VOLUMES])
def test_the_volume_of_an_hour(flow: Sample, volume: str | None, remark: str) -> None:
    period = judge(water(), {FLOW: FactorHour(frame=flow)}, FLOW)
    assert period.inputs.get("volume") == volume, remark


def test_a_day_is_weighted_by_flow() -> None:
    values = {number: "30" if number < 12 else "60" for number in ALL}
    volumes = {number: "100" if number < 12 else "300" for number in ALL}
    period = day(water(COD_DAY), COD, {COD: hours(values), FLOW: flow_of(volumes)})
    assert period.recomputed.measured == Decimal("52.5")  # (30x1200 + 60x3600) / 4800; the plain mean is 45
    assert period.verdicts[0].result == "exceeded"
    assert period.inputs["weighting"] == "until_next_valid"


WEIGHTINGS = [
    # way, expected, remark: hour 1 is invalid; volumes 10, 90, 20; values 40, -, 70
    ("until_next_valid", Fraction(40 * 100 + 70 * 20, 120), "the value before the gap stands for its volume"),
    ("same_hour", Fraction(40 * 10 + 70 * 20, 30), "the gap's volume belongs to nobody"),
]


@pytest.mark.parametrize(("way", "expected", "remark"), WEIGHTINGS, ids=[row[0] for row in WEIGHTINGS])
def test_the_two_ways_of_weighting_a_gap_differ(way: str, expected: Fraction, remark: str) -> None:
    volumes = {0: "10", 1: "90", 2: "20", **dict.fromkeys(range(3, 24), "0")}
    values = hours({0: "40", 1: "0", 2: "70"}, status={1: "fault"})
    period = day(
        water(COD_DAY), COD, {COD: values, FLOW: flow_of(volumes)}, rules=Rules(water_day_weighting=way)
    )
    # Two of three due hours are below 75 %, so the day is invalid and its value is only shown.
    assert period.recomputed.measured is not None
    assert abs(Fraction(period.recomputed.measured) - expected) < Fraction(1, 10**20), remark
    assert period.verdicts[0].result == "invalid"


def test_what_flowed_before_the_first_valid_value_is_not_counted() -> None:
    values = {number: "40" if number == 6 else "10" for number in range(6, 24)}
    volumes = {number: "1000" if number < 6 else "10" for number in ALL}
    period = day(water(COD_DAY), COD, {COD: hours(values), FLOW: flow_of(volumes)})
    assert period.valid
    assert period.inputs["volume"] == "180"


ENOUGH = [
    # valid hours, hours with flow, valid day, remark
    (18, 24, True, "18 of 24"),
    (17, 24, False, "17 of 24"),
    (8, 10, True, "8 of 10 discharge hours"),
    (7, 10, False, "7 of 10"),
    (3, 4, True, "3 of 4: a station that runs in the morning"),
    (0, 0, False, "no discharge at all"),
]


@pytest.mark.parametrize(("valid", "flowing", "enough", "remark"), ENOUGH, ids=[row[3] for row in ENOUGH])
def test_a_day_needs_three_quarters_of_the_values_that_were_due(
    valid: int, flowing: int, enough: bool, remark: str
) -> None:
    values = hours(dict.fromkeys(ALL, "10"), status={number: "fault" for number in ALL if number >= valid})
    volumes = {number: "5" if number < flowing else "0" for number in ALL}
    period = day(water(COD_DAY), COD, {COD: values, FLOW: flow_of(volumes)})
    assert period.valid is enough, remark
    assert period.expected == flowing
    if flowing == 0:
        assert period.reasons == ("flow_zero",)


def test_without_flow_the_mean_is_arithmetic_and_says_so() -> None:
    values = {number: "30" if number < 12 else "60" for number in ALL}
    period = day(water(COD_DAY, factors=(COD,)), COD, {COD: hours(values)})
    assert period.recomputed.measured == 45
    assert period.reasons == ("unweighted",)
    assert period.expected == 24


def test_an_unknown_flow_in_between_is_told() -> None:
    volumes = {number: "10" for number in ALL if number != 5}
    period = day(water(COD_DAY), COD, {COD: hours(dict.fromkeys(ALL, "10")), FLOW: flow_of(volumes)})
    assert "flow_incomplete" in period.reasons


def test_hours_without_marks_leave_the_day_undetermined() -> None:
    values = hours(dict.fromkeys(ALL, "99"), status=dict.fromkeys(ALL, "unknown"))
    period = day(water(COD_DAY), COD, {COD: values})
    assert (period.verdicts[0].result, period.verdicts[0].reasons[0]) == ("undetermined", "flag_missing")


def test_a_reported_day_stands_in_when_no_hour_came() -> None:
    period = day(water(COD_DAY), COD, {}, {COD: reading("51", at=DAY)})
    assert (period.verdicts[0].result, period.verdicts[0].compared) == ("exceeded", 51)
    assert "hours_not_received" in period.reasons


def test_a_reported_day_does_not_heal_invalid_hours() -> None:
    values = hours(dict.fromkeys(ALL, "10"), status=dict.fromkeys(ALL, "fault"))
    period = day(water(COD_DAY), COD, {COD: values}, {COD: reading("10", at=DAY)})
    assert period.verdicts[0].result == "invalid"


@pytest.mark.parametrize(("judged_on", "result"), [("recomputed", "compliant"), ("reported", "exceeded")])
def test_a_setting_says_which_day_value_is_judged(judged_on: str, result: str) -> None:
    values = hours(dict.fromkeys(ALL, "10"))
    period = day(
        water(COD_DAY),
        COD,
        {COD: values},
        {COD: reading("51", at=DAY)},
        rules=Rules(day_judged_on=judged_on),
    )
    assert period.verdicts[0].result == result
    assert (period.reported.measured, period.recomputed.measured) == (51, 10)


WARM = Condition(TEMPERATURE, above=Decimal(12), at_most=None)
COLD = Condition(TEMPERATURE, above=None, at_most=Decimal(12))
SWITCH = (
    limit(NH3, key=1, basis="day", maximum="5", condition=WARM),
    limit(NH3, key=2, basis="day", maximum="8", condition=COLD),
)
TEMPERATURES = [
    ("12.01", [(1, "exceeded")], "above 12 the number outside the bracket holds"),
    ("12", [(2, "compliant")], "at 12 the one inside"),
    ("7", [(2, "compliant")], "winter"),
    (None, [(1, "undetermined"), (2, "undetermined")], "an unknown temperature decides nothing"),
]


@pytest.mark.parametrize(
    ("celsius", "expected", "remark"), TEMPERATURES, ids=[row[2] for row in TEMPERATURES]
)
def test_the_limit_of_ammonia_follows_the_water_temperature(
    celsius: str | None, expected: list[tuple[int, str]], remark: str
) -> None:
    judged = {NH3: hours(dict.fromkeys(ALL, "6"))}
    if celsius is not None:
        judged[TEMPERATURE] = hours(dict.fromkeys(ALL, celsius))
    period = day(water(*SWITCH, factors=(NH3, TEMPERATURE)), NH3, judged)
    assert [(verdict.limit_key, verdict.result) for verdict in period.verdicts] == expected, remark
    if celsius is not None:
        assert Decimal(period.inputs["conditions"][TEMPERATURE]) == Decimal(celsius)
    else:
        assert "condition_unknown" in period.verdicts[0].reasons


RANGE = limit(PH, basis="day", minimum="6", maximum="9", valid_to=datetime(2026, 3, 1, tzinfo=BEIJING))
INSTANT = limit(
    PH, key=2, basis="instant", minimum="6", maximum="9", valid_from=datetime(2026, 3, 1, tzinfo=BEIJING)
)
PH_DAYS = [
    ("6", "9", "compliant", None, "the range is closed"),
    ("5.9", "7", "exceeded", "min", "one hour below"),
    ("7", "9.01", "exceeded", "max", "one hour above"),
]


@pytest.mark.parametrize(
    ("low", "high", "result", "side", "remark"), PH_DAYS, ids=[row[4] for row in PH_DAYS]
)
def test_ph_is_judged_by_its_extremes_and_never_averaged(
    low: str, high: str, result: str, side: str | None, remark: str
) -> None:
    before = datetime(2026, 2, 28, tzinfo=BEIJING)
    values = hours({number: low if number == 3 else high if number == 4 else "7" for number in ALL})
    period = day(water(RANGE, INSTANT, factors=(PH,)), PH, {PH: values}, start=before)
    (verdict,) = period.verdicts
    assert verdict.result == result, remark
    assert "ph_range" in verdict.reasons
    assert period.recomputed.measured is None
    assert side is None or verdict.bound_side == side
    assert (period.inputs["low"], period.inputs["high"]) == (min(low, "7"), high)


def test_the_amendment_of_2026_ends_the_daily_ph_limit() -> None:
    values = hours(dict.fromkeys(ALL, "5"))
    of = water(RANGE, INSTANT, factors=(PH,))
    last = day(of, PH, {PH: values}, start=datetime(2026, 3, 1, tzinfo=BEIJING) - ONE_DAY)
    first = day(of, PH, {PH: values}, start=datetime(2026, 3, 1, tzinfo=BEIJING))
    assert last.verdicts[0].result == "exceeded"
    assert (first.verdicts[0].result, first.verdicts[0].reasons[0]) == (
        "no_limit",
        "instant_limit_alerts_only",
    )

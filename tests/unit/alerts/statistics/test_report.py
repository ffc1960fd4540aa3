"""The statistics of an outlet put together, from material made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.judgement.statements import Statements, statements_of
from alerts.statistics.facts import Fact
from alerts.statistics.material import Material
from alerts.statistics.record import numbers_of
from alerts.statistics.report import Report
from alerts.statistics.spans import Span, span_of
from store.checks import Check
from store.clock import DAY as ONE_DAY
from store.clock import HOUR as ONE_HOUR
from store.model import Cadence, Monitor, Outlet
from store.rounding import shown
from tests.unit.alerts.statistics.build import (
    COD,
    DAY,
    FLOW_GAS,
    FLOW_WATER,
    SO2,
    at,
    fact,
    facts,
    hours_from,
)

MAY_6 = span_of("day", DAY)


def outlet(medium: str, *factors: str, judged: bool = True, day: bool = True) -> Outlet:
    monitor = Monitor(
        outlet_key=1, mn="888888800000010000000001", gateway="gw-test", protocol="2017", password=None, sm4_key=None,
        previous_sm4_key=None, timestamps="start", missing_flag="undetermined", acknowledge_crc="hj212",
        cadence=Cadence(60, None, True, day),
    )  # fmt: skip
    return Outlet(
        key=1, id="test-outlet", site_key=1, site_id="test-site", name="测试排口", medium=medium, oxygen_reference=None,
        factors=factors, judged=judged, monitor=monitor, limits=(),
    )  # fmt: skip


def material(
    hours: Mapping[str, list[Fact]],
    days: Mapping[str, list[Fact]] | None = None,
    said: Statements | None = None,
) -> Material:
    """Everything came within the hour after its period; looked at two days later."""
    by_factor = {factor: facts(known) for factor, known in hours.items()}
    begun = min((start for known in by_factor.values() for start in known), default=None)
    until = DAY + 2 * ONE_DAY
    made = Material(
        begun=begun,
        until=until,
        days_until=until,
        hours=by_factor,
        days={factor: facts(known) for factor, known in (days or {}).items()},
        hour_receipts={
            factor: {start: start + ONE_HOUR for start, one in known.items() if not one.missing}
            for factor, known in by_factor.items()
        },
    )
    return made if said is None else replace(made, statements=said)


def check(moment: datetime, *, passed: bool = True, kind: str = "standard") -> Check:
    return Check(
        id=1, outlet_key=1, factor=COD, kind=kind, checked_at=moment, passed=passed, measured=None, reference=None,
        source="device", filed_by="device", received_at=moment,
    )  # fmt: skip


def said(*checks: Check) -> Statements:
    return statements_of((), checks, (), DAY - 40 * ONE_DAY, DAY + 2 * ONE_DAY)


def test_23_of_24_values_with_a_standard_check_are_all_of_them() -> None:
    hours = hours_from(DAY, 24)
    known = [fact(hour) for hour in hours if hour.hour != 3]
    known.append(fact(hours[3], None, status="calibration", reasons=("flag_calibration",)))
    checked = Report(
        outlet("water", COD), material({COD: known}, said=said(check(hours[3] + timedelta(minutes=20))))
    )
    unchecked = Report(outlet("water", COD), material({COD: known}))
    counts = checked.statistic(COD, MAY_6).transmission_hours
    assert (counts.due, counts.received, counts.valid, counts.checks) == (23, 23, 23, 1)
    assert counts.effective == 100
    rate = unchecked.statistic(COD, MAY_6).transmission_hours.valid_rate
    assert rate is not None and shown(rate) == "95.83"


def test_a_standard_check_of_a_factor_outside_the_four_leaves_nothing_out() -> None:
    hours = hours_from(DAY, 24)
    known = {"w01001": [fact(hour) for hour in hours[1:]]}
    of_ph = replace(check(hours[0]), factor="w01001")
    made = replace(material(known, said=said(of_ph)), begun=DAY)
    assert Report(outlet("water", "w01001"), made).statistic("w01001", MAY_6).transmission_hours.due == 24


def broken_day(manual: int, *checks: Check) -> Report:
    """A valid day of 20 kg, then a day without a valid mean: 1000 m3 and some values entered by hand."""
    day_before = DAY - ONE_DAY
    hours = [fact(hour, None, status="fault") for hour in hours_from(DAY, 24 - manual)]
    hours += [
        fact(hour, None, status="manual", reported="60")
        for hour in hours_from(DAY + (24 - manual) * ONE_HOUR, manual)
    ]
    days = {
        COD: [fact(day_before, "20"), fact(DAY, None, reasons=("too_few_valid_hours",))],
        FLOW_WATER: [fact(day_before, "1", volume="1000"), fact(DAY, "1", volume="1000")],
    }
    known = {COD: [fact(day_before), *hours], FLOW_WATER: []}
    return Report(outlet("water", COD, FLOW_WATER), material(known, days, said(*checks)))


def test_after_a_failed_check_four_manual_values_stand_in_before_the_largest_day() -> None:
    failed = check(DAY + 2 * ONE_HOUR, passed=False), check(DAY - timedelta(hours=5))
    for manual, checks, kg, remark in (
        (4, failed, 60, "60 mg/L x 1000 m3"),
        (3, failed, None, "three are too few, and no valid day ended before the last passed check"),
        (4, (), 20, "a normal period takes the largest of the days before"),
    ):
        found = broken_day(manual, *checks).statistic(COD, MAY_6).emission
        assert found is not None
        assert found.substitutes[0].each == (None if kg is None else Decimal(kg)), remark
        assert found.without == (1 if kg is None else 0), remark


def test_a_source_that_stood_has_no_gap_and_no_rate() -> None:
    known = {SO2: [fact(hour, None, status="stopped") for hour in hours_from(DAY, 48)], FLOW_GAS: []}
    found = Report(outlet("gas", SO2, FLOW_GAS), material(known)).statistic(SO2, span_of("quarter", DAY))
    assert found.capture is not None and found.capture.rate is None and found.capture.at_least(Decimal(75))
    assert found.transmission_hours.effective is None
    assert found.emission is not None
    assert (found.emission.total, found.emission.substitutes, found.emission.without) == (0, (), 0)


def test_an_outlet_that_was_never_heard_of_has_nothing_due() -> None:
    report = Report(outlet("gas", SO2), material({}))
    found = report.statistic(SO2, span_of("year", DAY))
    assert (found.hours.due, found.days_due, found.transmission_hours.due) == (0, 0, 0)
    assert (found.by_hour, found.no_mass) == (None, "no_flow")
    assert not report.begun_by(MAY_6)


def test_an_inlet_is_counted_and_not_judged() -> None:
    known = [fact(hour, result="exceeded") for hour in hours_from(DAY, 24)]
    found = Report(outlet("gas", SO2, judged=False), material({SO2: known})).statistic(SO2, MAY_6)
    assert (found.by_hour, found.by_day, found.exceeded_days, found.hours.valid) == (None, None, 0, 24)


def test_day_frames_are_due_only_where_the_monitor_sends_them() -> None:
    known = {SO2: [fact(hour) for hour in hours_from(DAY, 24)]}
    without = Report(outlet("gas", SO2, day=False), material(known)).statistic(SO2, MAY_6)
    with_days = Report(outlet("gas", SO2), material(known, {SO2: [fact(DAY)]})).statistic(SO2, MAY_6)
    assert without.transmission_days is None
    assert with_days.transmission_days is not None
    assert (with_days.transmission_days.due, with_days.transmission_days.received) == (1, 0)


def test_a_rate_never_looks_like_a_hundred_when_it_is_not() -> None:
    year = span_of("year", DAY)
    hours = year.hours(at("2025-01-01 00"), year.end)
    known = [fact(hour, result="compliant") for hour in hours]
    known[5] = replace(known[5], result="exceeded")
    made = replace(material({SO2: known}), until=year.end, days_until=year.end)
    numbers = numbers_of(Report(outlet("gas", SO2), made).statistic(SO2, year), Decimal(90))
    assert numbers["attainment"]["hours"]["rate"] == "99.99"  # 8759 of 8760
    assert numbers["complete"] is True


def test_a_span_that_goes_on_is_counted_up_to_now() -> None:
    month = span_of("month", DAY)
    known = {SO2: [fact(hour) for hour in hours_from(DAY, 48)]}
    found = Report(outlet("gas", SO2), material(known)).statistic(SO2, month)
    assert (found.until, found.complete, found.hours.due) == (DAY + 2 * ONE_DAY, False, 48)
    later = Report(outlet("gas", SO2), material(known)).statistic(
        SO2, Span("day", month.end, month.end + ONE_DAY)
    )
    assert (later.until, later.hours.due) == (month.end, 0)

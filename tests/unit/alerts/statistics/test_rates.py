"""Capture rate, transmission rate, attainment and validity of a month, by hand from regulation.md B.1, B.2, D.2 and D.3."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.judgement.statements import statements_of
from alerts.statistics.attainment import Attainment, attainment, days_with_exceeded_hours
from alerts.statistics.capture import Capture, capture
from alerts.statistics.facts import marked_stopped, result_of, stopped_hours
from alerts.statistics.spans import span_of
from alerts.statistics.transmission import Transmission, in_time_until, transmission
from alerts.statistics.validity import mean_of_days, month_of_gas, month_of_running_hours, month_of_water
from store.clock import BEIJING
from store.clock import HOUR as ONE_HOUR
from store.marks import Mark
from store.rounding import shown
from tests.unit.alerts.statistics.build import DAY, SO2, at, days_from, fact, facts, hours_from

CAPTURES = [
    # quarter hours, invalid, stopped, rate as shown, reaches 75 %, remark
    (2184, 0, 0, "100.00", True, "a whole second quarter"),
    (2184, 546, 0, "75.00", True, "exactly three quarters suffice"),
    (2184, 547, 0, "74.95", False, "one hour less does not"),
    (2160, 300, 960, "75.00", True, "(2160 - 300 - 960) / (2160 - 960): a kiln that stood for 40 days"),
    (2208, 2208, 0, "0.00", False, "nothing came all quarter"),
    (2208, 0, 2208, None, True, "a source that stood all quarter has no rate and lacks nothing"),
]


@pytest.mark.parametrize(
    ("hours", "invalid", "stopped", "rate", "enough", "remark"), CAPTURES, ids=[row[5] for row in CAPTURES]
)
def test_the_capture_rate_of_a_quarter(
    hours: int, invalid: int, stopped: int, rate: str | None, enough: bool, remark: str
) -> None:
    found = Capture(hours, invalid, stopped)
    assert (None if found.rate is None else shown(found.rate)) == rate, remark
    assert found.at_least(Decimal(75)) is enough, remark


def test_an_hour_that_stood_is_not_invalid_and_an_absent_one_is() -> None:
    hours = hours_from(DAY, 10)
    found = capture(hours, valid=set(hours[:6]), stopped={hours[0], hours[9]})
    assert found == Capture(hours=10, invalid=3, stopped=2)  # hours 6, 7 and 8


HOURS = hours_from(DAY, 24)
FULL = "100.00 100.00 100.00 100.00 100.00"
TRANSMISSIONS = [
    # hour numbers: in time, received, valid, standard checks, stopped
    # due; rates: immediate, completed, valid, effective at once and in the end
    (range(24), range(24), range(24), [], [], (24, FULL), "a full day"),
    (range(23), range(23), range(23), [23], [], (23, FULL), "23 of 24 with a standard check"),
    (range(24), range(24), range(23), [23], [], (23, FULL), "the check hour was sent, marked"),
    (range(22), range(22), range(22), [22, 23], [], (23, "95.65 95.65 95.65 91.49 91.49"), "only one check hour a day leaves"),
    (range(23), range(23), range(23), [], [], (24, "95.83 95.83 95.83 91.84 91.84"), "without a check the absent hour counts"),
    (range(24), range(24), range(24), [2], [], (24, FULL), "a valid check hour stays"),
    (range(12), range(24), range(24), [], [], (24, "50.00 100.00 100.00 50.00 100.00"), "half was re-transmitted later"),
    (range(20), range(20), range(18), [], [20, 21, 22, 23], (20, "100.00 100.00 90.00 90.00 90.00"), "four hours stood"),
    ([], [], [], [], range(24), (0, "- - - - -"), "stood all day: no rate"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("in_time", "received", "valid", "checks", "stopped", "expected", "remark"),
    TRANSMISSIONS,
    ids=[row[6] for row in TRANSMISSIONS],
)
def test_the_effective_transmission_rate_of_a_day(
    in_time: range,
    received: range,
    valid: range,
    checks: list[int],
    stopped: range,
    expected: tuple[int, str],
    remark: str,
) -> None:
    def starts(numbers: range | list[int]) -> set[datetime]:
        return {HOURS[number] for number in numbers}

    found = transmission(
        HOURS,
        in_time=starts(in_time),
        received=starts(received),
        valid=starts(valid),
        checks=starts(checks),
        stopped=starts(stopped),
    )
    rates = (found.immediate, found.completed, found.valid_rate, found.effective_immediate, found.effective)
    assert (found.due, " ".join("-" if rate is None else shown(rate) for rate in rates)) == expected, remark


def test_the_rate_of_an_outlet_is_that_of_all_its_values() -> None:
    both = Transmission(due=24, in_time=24, received=24, valid=24) + Transmission(
        due=23, in_time=0, received=23, valid=20
    )
    assert both == Transmission(due=47, in_time=24, received=47, valid=44)


def test_exactly_the_threshold_is_the_threshold() -> None:
    # 9/10 x 10/10: a rate of 90 % must not come out as 89.99…
    assert Transmission(due=10, in_time=9, received=9, valid=10).effective == 90


def test_what_came_until_one_o_clock_of_the_next_day_came_at_once() -> None:
    assert in_time_until(at("2026-05-06 00")) == in_time_until(at("2026-05-06 23")) == at("2026-05-07 13")


COUNTS = st.integers(0, 200)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_effective_rate_is_between_nothing_and_either_rate(
    due: int, in_time: int, more: int, valid: int
) -> None:
    counts = sorted((in_time, more))
    found = Transmission(due, min(counts[0], due), min(counts[1], due), min(valid, due))
    if due == 0:
        assert found.effective is None
        return
    assert found.effective is not None and found.effective_immediate is not None
    assert found.completed is not None and found.valid_rate is not None
    assert 0 <= found.effective_immediate <= found.effective <= min(found.completed, found.valid_rate) <= 100


def mark(
    start: str, end: str, label: str = "stopped", category: str = "condition", factor: str | None = None
) -> Mark:
    def moment(text: str) -> datetime:
        return datetime.strptime(text, "%H:%M").replace(year=2026, month=5, day=6, tzinfo=BEIJING)

    return Mark(
        id=1, outlet_key=1, category=category, label=label, factor=factor, from_time=moment(start), to_time=moment(end),
        reason="检修", channel="manual", filed_by="张三", received_at=DAY, deadline=DAY, late=False, withdrawn_at=None,
    )  # fmt: skip


STANDING = [
    # marks, the hour from 08 stood, remark
    ([mark("08:00", "09:00")], True, "the whole hour"),
    ([mark("08:00", "08:45")], True, "45 minutes"),
    ([mark("08:00", "08:44")], False, "44 minutes"),
    ([mark("07:00", "08:30"), mark("08:20", "08:50")], True, "two marks that overlap: 50 minutes"),
    ([mark("08:00", "08:30"), mark("08:00", "08:30")], False, "the same half hour twice is half an hour"),
    ([mark("08:00", "09:00", label="starting")], False, "starting is not standing"),
    ([mark("08:00", "09:00", factor="a34013")], False, "said of another factor"),
    ([], False, "nothing was said"),
]


@pytest.mark.parametrize(("marks", "stood", "remark"), STANDING, ids=[row[2] for row in STANDING])
def test_a_mark_of_45_minutes_lets_an_hour_leave_the_statistics(
    marks: list[Mark], stood: bool, remark: str
) -> None:
    said = statements_of(marks, (), (), DAY, DAY + 24 * ONE_HOUR)
    assert marked_stopped(said, SO2, at("2026-05-06 08")) is stood, remark


def test_the_flag_of_a_stopped_source_lets_an_hour_leave_too() -> None:
    known = facts([fact(HOURS[0], None, status="stopped"), fact(HOURS[1])])
    assert stopped_hours(SO2, known, statements_of((), (), (), DAY, DAY)) == {HOURS[0]}


def test_invalid_undetermined_missing_and_exempt_hours_are_never_compliant() -> None:
    results = ["compliant"] * 17 + ["exceeded"] * 3 + ["invalid", "undetermined", "exempt"]
    known = facts(fact(hour, result=result) for hour, result in zip(HOURS, results, strict=False))
    found = attainment(HOURS, known, absent="missing")
    assert found == Attainment(17, 3, exempt=1, invalid=1, undetermined=1, missing=1)
    assert found.rate == 85  # 17 of 20


def test_nothing_judged_gives_no_attainment_and_no_limit_no_rate() -> None:
    assert attainment(HOURS, facts([fact(HOURS[0])]), absent=None) is None
    without = attainment(HOURS[:1], facts([fact(HOURS[0], result="no_limit")]), absent=None)
    assert without is not None and without.rate is None and without.no_limit == 1


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (["compliant", "exceeded"], "exceeded"),  # above the stricter of two limits
        (["exempt", "compliant"], "exempt"),
        (["compliant", "undetermined"], "undetermined"),  # the condition of the other limit is not known
        (["no_limit"], "no_limit"),
        ([], None),
    ],
)
def test_a_period_has_the_worst_result_of_its_limits(results: list[str], expected: str | None) -> None:
    assert result_of(results) == expected


def test_an_exceeded_day_of_a_stack_has_at_least_one_exceeded_hour() -> None:
    hours = hours_from(DAY, 72)
    exceeded = {hours[3], hours[4], hours[50]}
    known = facts(fact(hour, result="exceeded" if hour in exceeded else "compliant") for hour in hours)
    assert days_with_exceeded_hours(hours, known) == 2


MONTHS = [
    # month, valid days, gas, water, remark
    ("2026-05-01 00", 25, True, True, "25 of 31"),
    ("2026-05-01 00", 24, False, True, "24 of 31: 77 % of the days, one day short for gas"),
    ("2026-05-01 00", 23, False, False, "23 of 31 are 74 %"),
    ("2026-04-01 00", 23, False, True, "23 of 30"),
    ("2026-04-01 00", 22, False, False, "22 of 30 are 73 %"),
    ("2026-02-01 00", 23, True, True, "February: 23 suffice for gas"),
    ("2026-02-01 00", 22, False, True, "22 of 28"),
    ("2026-02-01 00", 21, False, True, "21 of 28 are exactly 75 %"),
    ("2026-02-01 00", 20, False, False, "20 of 28"),
    ("2028-02-01 00", 22, False, True, "a leap February: 22 of 29"),
    ("2028-02-01 00", 21, False, False, "21 of 29 are 72 %"),
]


@pytest.mark.parametrize(("month", "days", "gas", "water", "remark"), MONTHS, ids=[row[4] for row in MONTHS])
def test_how_many_days_a_month_needs(month: str, days: int, gas: bool, water: bool, remark: str) -> None:
    span = span_of("month", at(month))
    assert (month_of_gas(span, days).valid, month_of_water(span, days).valid) == (gas, water), remark


@pytest.mark.parametrize(
    ("valid", "running", "enough"),
    [(300, 400, True), (299, 400, False), (0, 0, False), (8, 10, True), (7, 10, False)],
)
def test_an_older_permit_asks_for_three_quarters_of_the_running_hours(
    valid: int, running: int, enough: bool
) -> None:
    assert month_of_running_hours(valid, running).valid is enough


def test_the_mean_of_a_month_is_that_of_its_valid_days() -> None:
    days = days_from(DAY, 4)
    known = facts([fact(days[0], "10"), fact(days[1], "20"), fact(days[2], "90", valid=False)])
    found = mean_of_days(days, known)
    assert (found.measured, found.folded, found.days) == (15, None, 2)

"""Mass emission and what stands in for invalid periods, by hand from regulation.md A.2, B.1 (tables 5 and 6) and B.2."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.statistics.capture import Capture
from alerts.statistics.emission import (
    emission,
    gas_hour,
    gas_hours,
    milligrams,
    water_days,
    water_hours,
    water_mass,
)
from alerts.statistics.spans import Span, span_of
from alerts.statistics.substitution import (
    FROM_MANUAL,
    MANUAL_REVIEW,
    NOTHING_BEFORE,
    hours_back,
    substitute_day,
    substitute_hours,
)
from store.clock import day_start
from tests.unit.alerts.statistics.build import DAY, at, days_from, fact, facts, hours_from

MG = Decimal(1)

GAS = [
    # mg/m3, m3/s, kg, remark
    ("35", "100", "12.6", "35 mg/m3 x 360 000 m3/h x 10^-6"),
    ("200", "83.333333", "59.99999976", "every digit of the flow counts"),
    ("0", "100", "0", "nothing emitted"),
    ("35", "0", "0", "no flow"),
]


@pytest.mark.parametrize(("concentration", "flow", "kg", "remark"), GAS, ids=[row[3] for row in GAS])
def test_the_mass_of_an_hour_of_a_stack(concentration: str, flow: str, kg: str, remark: str) -> None:
    assert gas_hour(Decimal(concentration), Decimal(flow), MG) == Decimal(kg), remark


def test_mass_counts_with_the_measured_and_never_with_the_folded_value() -> None:
    start = at("2026-05-06 08")
    kg = gas_hours(facts([fact(start, "40", folded="55")]), facts([fact(start, "100")]), MG)
    assert kg == {start: Decimal("14.4")}  # 40 x 360 000 x 10^-6; folded it would be 19.8


def test_an_hour_without_usable_oxygen_has_a_mass_and_one_without_a_mark_has_none() -> None:
    first, second, third = hours_from(DAY, 3)
    values = facts(
        [
            fact(first, "40", valid=False, reasons=("o2_missing",)),
            fact(second, "40", valid=False, reasons=("flag_missing",)),
            fact(third, None, reasons=("flag_fault",)),
        ]
    )
    flows = facts(fact(hour, "100") for hour in (first, second, third))
    assert gas_hours(values, flows, MG) == {first: Decimal("14.4")}


def test_an_hour_without_a_valid_flow_has_no_mass() -> None:
    start = at("2026-05-06 08")
    assert gas_hours(facts([fact(start)]), facts([fact(start, None)]), MG) == {}
    assert gas_hours(facts([fact(start)]), {}, MG) == {}


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        ("a21026", "1"),
        ("w01018", "1"),
        ("w20111", "0.001"),
        ("a01012", None),
        ("w01001", None),
        ("x99999", None),
    ],
)
def test_only_concentrations_have_a_mass(factor: str, expected: str | None) -> None:
    found = milligrams(factor)
    assert found == (None if expected is None else Decimal(expected))


def test_the_mass_of_water_is_the_daily_mean_times_the_volume_of_the_day() -> None:
    assert water_mass(Decimal("32.5"), Decimal("20000"), MG) == 650  # 32.5 g/m3 x 20 000 m3
    valid, dry, broken = days_from(DAY, 3)
    means = facts([fact(valid, "32.5"), fact(dry, None, reasons=("flow_zero",)), fact(broken, None)])
    flows = facts(fact(day, "1", volume="20000") for day in (valid, dry, broken))
    assert water_days(means, flows, MG) == {valid: 650, dry: 0}


def test_an_hour_of_water_weighs_its_own_volume() -> None:
    start = at("2026-05-06 08")
    assert water_hours(facts([fact(start, "30")]), facts([fact(start, "1", volume="800")]), MG) == {start: 24}


BANDS = [
    # quarter hours, invalid hours, consecutive invalid hours, valid hours looked back on, remark
    (2000, 200, 24, 180, "exactly 90 %, 24 hours"),
    (2000, 200, 25, 720, "exactly 90 %, more than 24 hours"),
    (2000, 201, 1, 2160, "below 90 %, any length"),
    (2000, 500, 400, 2160, "exactly 75 %"),
    (2000, 501, 1, None, "below 75 % the table has nothing: a person decides"),
]


@pytest.mark.parametrize(("hours", "invalid", "run", "back", "remark"), BANDS, ids=[row[4] for row in BANDS])
def test_the_bands_of_tables_5_and_6(
    hours: int, invalid: int, run: int, back: int | None, remark: str
) -> None:
    assert hours_back(Capture(hours, invalid, 0), run) == back, remark


def good(quarter: Span) -> Capture:
    return Capture(2000, 0, 0)


def poor(quarter: Span) -> Capture:
    return Capture(2000, 600, 0)


def run_of(
    count: int, absent: range, peaks: dict[int, str]
) -> tuple[list[datetime], dict[datetime, Decimal]]:
    """Hours with 1 kg each, other masses at ``peaks``, none in ``absent``."""
    hours = hours_from(DAY, count)
    masses = {
        hour: Decimal(peaks.get(number, "1")) for number, hour in enumerate(hours) if number not in absent
    }
    return hours, masses


def test_a_short_gap_takes_the_largest_of_the_previous_180_valid_hours() -> None:
    # hour 20 is the 180th valid hour before the gap at 200, hour 19 the 181st
    hours, masses = run_of(230, range(200, 203), {19: "99", 20: "7", 100: "5", 210: "50"})
    (found,) = substitute_hours(hours, masses, set(), good)
    assert (found.each, found.way, found.taken_at, found.previous) == (7, "max_180_hours", hours[20], 180)
    assert found.starts == tuple(hours[200:203])


def test_a_gap_of_more_than_a_day_looks_back_720_valid_hours() -> None:
    hours, masses = run_of(1000, range(900, 925), {179: "99", 180: "8", 800: "5"})
    (found,) = substitute_hours(hours, masses, set(), good)
    assert (found.each, found.way, found.taken_at) == (8, "max_720_hours", hours[180])


def test_previous_hours_are_counted_without_the_invalid_ones_between_them() -> None:
    # hours 100 to 119 are invalid as well: the 180 valid hours before 200 reach back to hour 0
    hours, masses = run_of(210, range(100, 120), {0: "9"})
    del masses[hours[200]]
    last = substitute_hours(hours, masses, set(), good)[-1]
    assert (last.each, last.taken_at, last.previous) == (9, hours[0], 180)


def test_a_poor_quarter_has_no_substitution_and_says_so() -> None:
    hours, masses = run_of(230, range(200, 203), {})
    (found,) = substitute_hours(hours, masses, set(), poor)
    assert (found.each, found.way) == (None, MANUAL_REVIEW)


def test_an_hour_in_which_the_source_stood_is_no_gap_and_ends_one() -> None:
    hours, masses = run_of(240, range(200, 230), {})
    found = substitute_hours(hours, masses, set(hours[210:215]), good)
    assert [(len(one.starts), one.way) for one in found] == [(10, "max_180_hours"), (15, "max_180_hours")]


def test_without_any_valid_hour_before_nothing_stands_in() -> None:
    hours, masses = run_of(30, range(5), {})
    (found,) = substitute_hours(hours, masses, set(), good)
    assert (found.each, found.way) == (None, NOTHING_BEFORE)


def test_each_hour_of_a_gap_over_two_quarters_follows_its_own_quarter() -> None:
    start = at("2026-06-30 20")
    hours = [start - timedelta(hours=200) + timedelta(hours=number) for number in range(230)]
    masses = {hour: Decimal(1) for hour in hours if not start <= hour < start + timedelta(hours=8)}
    second = span_of("quarter", start)
    found = substitute_hours(
        hours, masses, set(), lambda quarter: good(quarter) if quarter == second else poor(quarter)
    )
    assert [(len(one.starts), one.way) for one in found] == [(4, "max_180_hours"), (4, MANUAL_REVIEW)]


def test_a_day_of_water_takes_the_largest_of_the_last_30_valid_days_before_the_last_passed_check() -> None:
    days = days_from(DAY, 40)
    masses = {day: Decimal(10) for day in days[:35]}
    masses |= {days[0]: Decimal(99), days[1]: Decimal(20), days[32]: Decimal(50)}
    # the check passed at 02:00 of day 31: the last whole day before it is day 30, the thirtieth back day 1
    found = substitute_day(days[36], masses, days[31] + timedelta(hours=2), normal=True)
    assert (found.each, found.way, found.taken_at, found.previous) == (20, "max_30_days", days[1], 30)


def test_without_a_known_check_the_day_itself_ends_the_look_back() -> None:
    days = days_from(DAY, 3)
    found = substitute_day(days[2], {days[0]: Decimal(5), days[1]: Decimal(4)}, None, normal=True)
    assert (found.each, found.taken_at, found.previous) == (5, days[0], 2)
    assert substitute_day(days[0], {}, None, normal=True).way == NOTHING_BEFORE


MANUAL = [
    # normal, manual values, kg, way, remark; the day has 1000 m3
    (False, ["20", "30", "40", "50"], "35", FROM_MANUAL, "four manual values: mean 35 mg/L"),
    (False, ["20", "30", "40"], "77", "max_30_days", "three are too few"),
    (True, ["20", "30", "40", "50"], "77", "max_30_days", "a normal period takes the largest"),
]


@pytest.mark.parametrize(("normal", "manual", "kg", "way", "remark"), MANUAL, ids=[row[4] for row in MANUAL])
def test_manual_data_come_first_in_a_non_normal_period(
    normal: bool, manual: list[str], kg: str, way: str, remark: str
) -> None:
    days = days_from(DAY, 2)
    found = substitute_day(
        days[1],
        {days[0]: Decimal(77)},
        None,
        normal=normal,
        manual=[Decimal(value) for value in manual],
        kilograms=lambda value: water_mass(value, Decimal(1000), MG),
    )
    assert (found.each, found.way) == (Decimal(kg), way), remark


def test_a_month_shows_measured_and_substituted_mass_apart() -> None:
    month = span_of("month", DAY)
    hours = month.hours(month.start, month.end)
    masses = {hour: Decimal("0.5") for hour in hours}
    masses[hours[30]] = Decimal(2)
    for hour in hours[100:110]:
        del masses[hour]
    found = emission(month, hours, masses, substitute_hours(hours, masses, set(), good), day_start)
    assert len(found.parts) == 31
    assert (found.measured, found.substituted, found.total) == (Decimal("368.5"), 20, Decimal("388.5"))
    assert (found.parts[4].measured, found.parts[4].substituted, found.without) == (Decimal("7.0"), 20, 0)


def test_what_cannot_be_substituted_is_counted_as_absent() -> None:
    day = span_of("day", DAY)
    hours = day.hours(day.start, day.end)
    masses = {hour: Decimal(1) for hour in hours[:20]}
    found = emission(day, hours, masses, substitute_hours(hours, masses, set(), poor), lambda hour: hour)
    assert (found.total, found.without) == (20, 4)


MASSES = st.lists(st.one_of(st.none(), st.just("stood"), st.integers(0, 100)), min_size=1, max_size=300)


@given(MASSES)
def test_every_hour_has_a_mass_or_stood_or_has_a_stand_in_and_never_two(
    given_: list[int | str | None],
) -> None:
    hours = hours_from(DAY, len(given_))
    masses = {hour: Decimal(mass) for hour, mass in zip(hours, given_, strict=True) if isinstance(mass, int)}
    stopped = {hour for hour, mass in zip(hours, given_, strict=True) if mass == "stood"}
    found = substitute_hours(hours, masses, stopped, good)
    stood_in = [hour for one in found for hour in one.starts]
    assert sorted([*stood_in, *masses, *stopped]) == hours
    for one in found:
        assert one.taken_at is None or (one.taken_at < one.starts[0] and masses[one.taken_at] == one.each)
        assert one.each is None or one.each <= max(masses.values())


@given(MASSES, st.integers(0, 48))
def test_a_mass_of_later_does_not_change_what_stands_in_before(
    given_: list[int | str | None], more: int
) -> None:
    hours = hours_from(DAY, len(given_) + more)
    masses = {hour: Decimal(mass) for hour, mass in zip(hours, given_, strict=False) if isinstance(mass, int)}
    masses |= {hour: Decimal(1000) for hour in hours[len(given_) :]}
    for one in substitute_hours(hours, masses, set(), good):
        assert one.each is None or one.each <= 100

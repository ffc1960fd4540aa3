"""日超标小时动态预警: what the hours so far say of the day, and when it cannot be brought back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.judgement.arithmetic import mean
from alerts.judgement.values import Period, Rules
from alerts.judgement.weighting import weigh
from alerts.rules.forecast_day import Slot, examine, unavoidable_after
from alerts.rules.shape import Noticed, Window
from store.clock import HOUR
from store.model import Bound, Condition, Options
from tests.unit.alerts.build import COD, DAY, FLOW, NH3, PH, TEMPERATURE, limit, subject
from tests.unit.alerts.rules.views import number, period, window

L = Decimal(50)
ONE = Decimal(1)
HOURS = [DAY + place * HOUR for place in range(24)]


def even(*values: str | None, invalid: Sequence[int] = ()) -> list[Slot]:
    """A day of equal hours: None has not come; ``invalid`` hours came and do not count."""
    given_ = [*values, *[None] * (24 - len(values))]
    return [
        Slot(number(value) if place not in invalid else None, value is None and place not in invalid, ONE)
        for place, value in enumerate(given_)
    ]


def weighted(*hours: tuple[str | None, str | None]) -> list[Slot]:
    """A day of (value, volume) hours; None is not known yet."""
    slots = [Slot(number(value), value is None, number(volume)) for value, volume in hours]
    return slots + [Slot()] * (24 - len(slots))


# Limit 50: a day of equal hours is lost once the sum of its valid values is above 50 x 24 = 1,200.
EVEN: list[tuple[str, list[Slot], int | None]] = [
    ("100 an hour: twelve hours give 1,200, which is equal", even(*["100"] * 12), None),
    ("... thirteen give 1,300", even(*["100"] * 13), 13),
    ("1,300 in the first hour is enough for the whole day", even("1300"), 1),
    ("60 an hour needs 21 hours: 1,260", even(*["60"] * 24), 21),
    ("two hours that do not count leave 22: twelve times 100 are above 1,100",
     even(*["100"] * 6, None, None, *["100"] * 6, invalid=(6, 7)), 14),
    ("an hour that did not come may still come as zero", even(*["100"] * 6, None, *["100"] * 6), None),
    ("a day that stays at the limit is never lost", even(*["50"] * 24), None),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "slots", "expected"), EVEN, ids=[row[0] for row in EVEN])
def test_the_hour_from_which_not_even_zeros_help(
    remark: str, slots: list[Slot], expected: int | None
) -> None:
    assert unavoidable_after(slots, L, "same_hour", None, True) == expected


# Limit 50, ten cubic metres an hour so far: sum (C - 50) x Q against what can still flow.
WEIGHTED: list[tuple[str, list[Slot], str, str | None, int | None]] = [
    ("without a bound of the flow clean water can always dilute",
     weighted(*[("500", "10")] * 20), "until_next_valid", None, None),
    ("... until the last hour has come: 24 x 450 x 10", weighted(*[("500", "10")] * 24), "until_next_valid", None, 24),
    ("10 m3/h at the most: 3 x 450 x 10 = 13,500 > 21 x 50 x 10 = 10,500, 2 x 4,500 = 9,000 < 11,000",
     weighted(*[("500", "10")] * 4), "until_next_valid", "10", 3),
    ("40 m3/h at the most: 7 x 4,500 = 31,500 < 17 x 50 x 40 = 34,000, 8 x 4,500 = 36,000 > 32,000",
     weighted(*[("500", "10")] * 10), "until_next_valid", "40", 8),
    ("a dirty hour of little water weighs little: 450 x 0.1 = 45",
     weighted(("500", "0.1"), ("40", "10")), "until_next_valid", "10", None),
    ("an hour whose flow is not known may have been dry", weighted(("9000", None)), "until_next_valid", "10", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("remark", "slots", "way", "cap", "expected"), WEIGHTED, ids=[row[0] for row in WEIGHTED]
)
def test_the_hour_from_which_not_even_clean_water_helps(
    remark: str, slots: list[Slot], way: str, cap: str | None, expected: int | None
) -> None:
    assert unavoidable_after(slots, L, way, number(cap), False) == expected


values = st.integers(0, 400).map(lambda tenths: Decimal(tenths) / 2)
kinds = st.sampled_from(["valid", "valid", "valid", "invalid", "open"])


@st.composite
def days(draw: st.DrawFn, volumes: st.SearchStrategy[Decimal | None]) -> list[Slot]:
    """A day as it stands, hour by hour: values, hours that do not count, hours that did not come."""
    slots = []
    for _ in range(24):
        kind = draw(kinds)
        value = draw(values) if kind == "valid" else None
        slots.append(Slot(value, kind == "open", draw(volumes)))
    return slots


def completed(
    draw: st.DataObject, slots: Sequence[Slot], passed: int, cap: Decimal, even_: bool
) -> list[Slot]:
    """The day once it is over: what was open or lay ahead got any value of zero or more, or none, and any volume up to a cap."""
    done = []
    for place, slot in enumerate(slots):
        ahead = place >= passed
        value, volume = (None, ONE if even_ else None) if ahead else (slot.value, slot.volume)
        if ahead or slot.open:
            value = draw.draw(st.none() | st.just(Decimal(0)) | values)
        if volume is None:
            volume = draw.draw(st.sampled_from([Decimal(0), cap / 3, cap]))
        done.append(Slot(value, False, volume))
    return done


@given(days(st.just(ONE)), st.data())
@settings(max_examples=200, deadline=None)
def test_once_unavoidable_an_even_day_is_above_whatever_follows(
    slots: list[Slot], data: st.DataObject
) -> None:
    after = unavoidable_after(slots, L, "same_hour", None, True)
    if after is None:
        return
    done = completed(data, slots, after, ONE, True)
    found = mean([slot.value for slot in done if slot.value is not None])
    assert found is not None and found.value() > L


@given(
    days(st.none() | st.integers(0, 30).map(Decimal)),
    st.sampled_from(["until_next_valid", "same_hour"]),
    st.data(),
)
@settings(max_examples=300, deadline=None)
def test_once_unavoidable_a_weighted_day_is_above_whatever_follows(
    slots: list[Slot], way: str, data: st.DataObject
) -> None:
    cap = Decimal(30)
    after = unavoidable_after(slots, L, way, cap, False)
    if after is None:
        return
    done = completed(data, slots, after, cap, False)
    valid = {hour: slot.value for hour, slot in zip(HOURS, done, strict=True) if slot.value is not None}
    volumes = {hour: slot.volume for hour, slot in zip(HOURS, done, strict=True) if slot.volume is not None}
    found = weigh(HOURS, volumes, sorted(valid), way).mean(valid)
    assert found is not None and found.value() > L


def water(*limits: Any, factors: Sequence[str] = (COD, FLOW), options: Options | None = None) -> Any:
    return subject(*limits, medium="water", factors=factors, options=options or Options())


def day_of(factor: str, hours: Sequence[str | None]) -> list[Period]:
    return [
        period(factor, value, start=DAY + place * HOUR)
        for place, value in enumerate(hours)
        if value is not None
    ]


def flows(count: int, volume: str = "10") -> list[Period]:
    return [
        period(FLOW, "2.8", start=DAY + place * HOUR, inputs={"volume": volume}) for place in range(count)
    ]


def looking(of: Any, *periods: Period, hours: int) -> Window:
    at = DAY + hours * HOUR + timedelta(minutes=5)
    return window(of, *periods, starts=[DAY], at=at, rules=Rules())


def noticed(of: Any, *periods: Period, hours: int) -> list[Noticed]:
    return examine(looking(of, *periods, hours=hours))


COD_LIMIT = limit(COD, basis="day", maximum="50", key=3)


def test_six_hours_above_are_enough_and_five_are_not() -> None:
    assert noticed(water(COD_LIMIT), *day_of(COD, ["60"] * 5), *flows(5), hours=5) == []
    (found,) = noticed(water(COD_LIMIT), *day_of(COD, ["60"] * 6), *flows(6), hours=6)
    assert (found.start, found.factor, found.limit_key) == (DAY, COD, 3)
    assert found.numbers["compared"] == "60"
    assert found.numbers["hours"] == 6


def test_without_a_bound_of_the_flow_two_numbers_are_told_apart() -> None:
    (found,) = noticed(water(COD_LIMIT), *day_of(COD, ["500"] * 6), *flows(6), hours=6)
    assert found.numbers["unavoidable_from"] is None
    assert found.numbers["unavoidable_at_this_flow_from"] == "2026-05-06T03:00:00+08:00"
    assert found.numbers["volume_an_hour_at_most"] == "10"


def test_a_registered_bound_of_the_flow_makes_it_provable() -> None:
    # 2.778 L/s are 10.0008 m3/h: the third hour gives 13,500 against 21 x 50 x 10.0008 = 10,500.84.
    options = Options(bounds=(Bound(FLOW, None, Decimal("2.778"), "设计流量"),))
    (found,) = noticed(water(COD_LIMIT, options=options), *day_of(COD, ["500"] * 6), *flows(6), hours=6)
    assert found.numbers["unavoidable_from"] == "2026-05-06T03:00:00+08:00"


def test_an_outlet_without_flow_is_averaged_plainly() -> None:
    (found,) = noticed(water(COD_LIMIT, factors=(COD,)), *day_of(COD, ["100"] * 13), hours=13)
    assert found.numbers["unavoidable_from"] == "2026-05-06T13:00:00+08:00"


def test_the_day_mean_so_far_is_weighted_like_the_day() -> None:
    # 100 mg/L over 1 m3 and 40 mg/L over 99 m3: 40.6 is no exceedance, though the plain mean of 70 would be.
    volumes = [period(FLOW, "1", start=DAY + place * HOUR, inputs={"volume": text}) for place, text in
               enumerate(["1", "99", "1", "99", "1", "99"])]  # fmt: skip
    assert noticed(water(COD_LIMIT), *day_of(COD, ["100", "40"] * 3), *volumes, hours=6) == []


def test_a_day_that_is_over_is_not_forecast() -> None:
    assert noticed(water(COD_LIMIT), *day_of(COD, ["60"] * 24), *flows(24), hours=24) == []


WARM = limit(NH3, basis="day", maximum="5", key=5, condition=Condition(TEMPERATURE, Decimal(12), None))
COLD = limit(NH3, basis="day", maximum="8", key=8, condition=Condition(TEMPERATURE, None, Decimal(12)))

TEMPERATURES = [
    ("6 mg/L in warm water is above 5, but only 8 would be sure", "15", "6", 5, None),
    ("9 mg/L in warm water: 22 hours of 9 are above 24 x 8 = 192", "15", "9", 5, 22),
    ("6 mg/L in water of exactly 12 degrees is below 8", "12", "6", None, None),
    ("9 mg/L in cold water is above 8", "12", "9", 8, 22),
]


@pytest.mark.parametrize(
    ("remark", "temperature", "value", "key", "after"), TEMPERATURES, ids=[row[0] for row in TEMPERATURES]
)
def test_the_limit_of_ammonia_follows_the_water_temperature_so_far(
    remark: str, temperature: str, value: str, key: int | None, after: int | None
) -> None:
    of = water(WARM, COLD, factors=(NH3, TEMPERATURE))
    found = noticed(of, *day_of(NH3, [value] * 23), *day_of(TEMPERATURE, [temperature] * 23), hours=23)
    assert [one.limit_key for one in found] == ([] if key is None else [key])
    if found:
        expected = None if after is None else (DAY + after * HOUR).isoformat()
        assert found[0].numbers["unavoidable_from"] == expected


def test_one_hour_of_ph_outside_the_range_decides_the_day() -> None:
    of = water(limit(PH, basis="day", minimum="6", maximum="9"), factors=(PH, FLOW))
    assert noticed(of, *day_of(PH, ["9", "6"]), hours=2) == []
    (found,) = noticed(of, *day_of(PH, ["7", "5.9", "7"]), hours=3)
    assert (found.numbers["bound"], found.numbers["bound_side"]) == ("6", "min")
    assert found.numbers["unavoidable_from"] == (DAY + 2 * HOUR).isoformat()


def test_hours_out_of_the_judgement_weigh_nothing() -> None:
    of = water(COD_LIMIT, factors=(COD,))
    bad = [period(COD, "900", start=DAY + place * HOUR, status="fault") for place in range(8)]
    assert noticed(of, *bad, *day_of(COD, [*[None] * 8, *["40"] * 6]), hours=14) == []

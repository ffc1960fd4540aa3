"""Marks and flags of an hour against a model that counts its minutes one by one."""

from __future__ import annotations

from fractions import Fraction

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.judgement.values import FactorHour
from store.marks import Mark
from tests.unit.alerts.build import (
    COD,
    SO2,
    START,
    judge,
    limit,
    mark,
    minute,
    minutes,
    reading,
    said,
    subject,
)

STACK = subject(limit(SO2, maximum="200"))
COUNTING = {"normal", "starting", "stopping", "banked"}

runs = st.lists(
    st.tuples(
        st.integers(1, 25),
        st.integers(0, 400),
        st.sampled_from(
            ["normal", "normal", "normal", "starting", "banked", "calibration", "fault", "maintenance"]
        ),
    ),
    min_size=1,
    max_size=8,
)
filed = st.lists(
    st.tuples(
        st.integers(-30, 70),
        st.integers(1, 30),
        st.sampled_from(["fault", "calibration", "maintenance"]),
        st.booleans(),
    ),
    max_size=3,
)


def a_whole_hour(parts: list[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """Sixty minutes of (value, status); the last run fills the hour."""
    every = [(str(value), status) for count, value, status in parts for _ in range(count)]
    return (every + [every[-1]] * 60)[:60]


def device_marks(made: list[tuple[int, int, str, bool]]) -> list[Mark]:
    return [
        mark(first, first + length, label, key=place + 1, channel="manual" if by_hand else "automatic")
        for place, (first, length, label, by_hand) in enumerate(made)
    ]


@given(runs, filed)
@settings(deadline=None)
def test_an_hour_stands_on_the_minutes_that_nothing_takes_out(
    parts: list[tuple[int, int, str]], made: list[tuple[int, int, str, bool]]
) -> None:
    hour = a_whole_hour(parts)
    marks = device_marks(made)
    taken = [any(one.from_time <= minute(number) < one.to_time for one in marks) for number in range(60)]
    counting = [status in COUNTING and not out for (_, status), out in zip(hour, taken, strict=True)]
    hidden = any(status in COUNTING and out for (_, status), out in zip(hour, taken, strict=True))
    came = minutes(*((1, value, status) for value, status in hour))
    period = judge(STACK, {SO2: FactorHour(reading("777"), came)}, SO2, statements=said(*marks))
    assert period.count == sum(counting)
    assert period.valid is (sum(counting) >= 45)
    assert period.reported.measured == 777
    if not period.valid:
        assert (period.verdicts[0].result, period.after_marking.measured) == ("invalid", None)
        assert period.status not in ("normal", "missing")
        return
    left = [int(value) for (value, _), counts in zip(hour, counting, strict=True) if counts]
    expected = Fraction(sum(left), len(left)) if hidden else Fraction(777)
    assert period.after_marking.measured is not None
    assert abs(Fraction(period.after_marking.measured) - expected) < Fraction(1, 10**40)
    assert period.verdicts[0].result == ("exceeded" if expected > 200 else "compliant")


@given(filed, st.integers(0, 900))
@settings(deadline=None)
def test_an_hour_of_water_is_untouched_or_taken_out_whole(
    made: list[tuple[int, int, str, bool]], value: int
) -> None:
    of = subject(limit(COD, maximum="400"), medium="water", factors=(COD,))
    marks = device_marks(made)
    touched = any(one.from_time < minute(60) and one.to_time > START for one in marks)
    received = {COD: FactorHour(reading(str(value + 1)))}
    plain, marked = judge(of, received, COD), judge(of, received, COD, statements=said(*marks))
    if touched:
        assert (marked.valid, marked.verdicts[0].result) == (False, "invalid")
    else:
        assert marked == plain


@given(runs, filed)
@settings(deadline=None)
def test_what_an_hour_keeps_survives_its_way_through_json(
    parts: list[tuple[int, int, str]], made: list[tuple[int, int, str, bool]]
) -> None:
    """A stored hour is compared with a judged one: what changes on the way would make a revision of every look."""
    came = minutes(*((1, value, status) for value, status in a_whole_hour(parts)))
    statements = said(*device_marks(made), mark(0, 60, "starting", category="condition", key=9))
    inputs = judge(STACK, {SO2: FactorHour(reading("1"), came)}, SO2, statements=statements).inputs
    assert orjson.loads(orjson.dumps(inputs)) == inputs


@given(runs, filed)
@settings(deadline=None)
def test_marks_that_take_no_effect_change_nothing(
    parts: list[tuple[int, int, str]], made: list[tuple[int, int, str, bool]]
) -> None:
    received = {
        SO2: FactorHour(reading("1"), minutes(*((1, value, status) for value, status in a_whole_hour(parts))))
    }
    marks = [
        mark(first, first + length, label, key=place, late=late, withdrawn=not late)
        for place, (first, length, label, late) in enumerate(made)
    ]
    assert judge(STACK, received, SO2, statements=said(*marks)) == judge(STACK, received, SO2)

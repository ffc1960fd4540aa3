"""What a value is compared with and how: rounding, instantaneous limits, construction date (regulation.md A.1, A.5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.judgement.arithmetic import rounded_like
from alerts.judgement.subject import Subject
from alerts.judgement.values import FactorHour
from store.model import Condition, Limit, Options
from tests.unit.alerts.build import COD, PH, SO2, judge, limit, mark, reading, said, subject

ROUNDED = Options(comparison="rounded")
ROUNDING = [
    # limit, value, compared when rounded, result rounded, result unrounded, remark
    ("35", "35.04", "35", "compliant", "exceeded", "35.04 > 35, and 35 is not"),
    ("35", "35.5", "36", "exceeded", "exceeded", "half to even: 36"),
    ("34", "34.5", "34", "compliant", "exceeded", "half to even: 34"),
    ("34", "34.500001", "35", "exceeded", "exceeded", "above the half"),
    ("15", "15.4546", "15", "compliant", "exceeded", "once, never step by step: not 15.455, 15.46, 15.5, 16"),
    ("2.34", "2.345", "2.34", "compliant", "exceeded", "2.345 is 2.34"),
    ("2.35", "2.355", "2.36", "exceeded", "exceeded", "2.355 is 2.36"),
    ("0.5", "0.549", "0.5", "compliant", "exceeded", "one decimal"),
    ("0.50", "0.549", "0.55", "exceeded", "exceeded", "the limit is written with two"),
    ("200", "200", "200", "compliant", "compliant", "equal is compliant either way"),
]


@pytest.mark.parametrize(
    ("bound", "value", "compared", "rounded", "unrounded", "remark"),
    ROUNDING,
    ids=[row[5] for row in ROUNDING],
)
def test_the_rounded_value_is_compared_only_where_the_outlet_says_so(
    bound: str, value: str, compared: str, rounded: str, unrounded: str, remark: str
) -> None:
    received = {SO2: FactorHour(reading(value))}
    plain = judge(subject(limit(SO2, maximum=bound)), received, SO2)
    other = judge(subject(limit(SO2, maximum=bound), options=ROUNDED), received, SO2)
    assert (plain.verdicts[0].result, plain.verdicts[0].compared) == (unrounded, Decimal(value)), remark
    assert (other.verdicts[0].result, other.verdicts[0].compared) == (rounded, Decimal(compared)), remark
    assert other.after_marking.measured == Decimal(value), "the value itself is never rounded"
    told = "compared_rounded" in other.verdicts[0].reasons
    assert told is (Decimal(value) != Decimal(compared)), remark


def test_a_minimum_is_compared_with_its_own_decimals() -> None:
    of = subject(limit(SO2, minimum="6.0", maximum="9"), options=ROUNDED)
    low = judge(of, {SO2: FactorHour(reading("5.94"))}, SO2).verdicts[0]
    assert (low.result, low.bound_side, low.compared) == ("exceeded", "min", Decimal("5.9"))
    assert judge(of, {SO2: FactorHour(reading("5.96"))}, SO2).verdicts[0].result == "compliant"


@given(
    st.decimals(min_value=-999, max_value=9999, places=4, allow_nan=False),
    st.sampled_from(["1", "1.0", "1.00", "1.000"]),
)
def test_rounding_moves_a_value_by_at_most_half_a_step_and_ties_go_to_even(value: Decimal, like: str) -> None:
    found = rounded_like(value, Decimal(like))
    assert found is not None
    step = Fraction(1, 10 ** (len(like) - 2 if "." in like else 0))
    moved = abs(Fraction(found) - Fraction(value))
    assert moved <= step / 2
    assert (Fraction(found) / step).denominator == 1
    if moved == step / 2:
        assert int(Fraction(found) / step) % 2 == 0


def water(*limits: Limit, instant: str = "alert") -> Subject:
    return subject(*limits, medium="water", factors=(COD, PH), options=Options(instant=instant))


INSTANT = limit(COD, key=5, basis="instant", maximum="60")


def test_an_instantaneous_limit_only_alerts_unless_the_outlet_is_set_to_judge_by_it() -> None:
    received = {COD: FactorHour(reading("61"))}
    alerting = judge(water(INSTANT), received, COD)
    assert (alerting.verdicts, alerting.reasons) == ((), ("instant_limit_alerts_only",))
    judged = judge(water(INSTANT, instant="judge"), received, COD)
    (verdict,) = judged.verdicts
    assert (verdict.limit_key, verdict.basis, verdict.result) == (5, "instant", "exceeded")
    assert judged.reasons == ()


def test_an_instantaneous_limit_stands_beside_that_of_the_hour() -> None:
    of = subject(
        limit(SO2, key=1, maximum="200"),
        limit(SO2, key=2, basis="instant", maximum="300"),
        options=Options(instant="judge"),
    )
    verdicts = judge(of, {SO2: FactorHour(reading("250"))}, SO2).verdicts
    assert [(verdict.basis, verdict.result) for verdict in verdicts] == [
        ("hour", "exceeded"),
        ("instant", "compliant"),
    ]


def test_an_invalid_hour_is_not_judged_by_an_instantaneous_limit_either() -> None:
    received = {COD: FactorHour(reading("61"))}
    period = judge(water(INSTANT, instant="judge"), received, COD, statements=said(mark(0, 60)))
    assert period.verdicts[0].result == "invalid"


OLD = limit(COD, key=1, maximum="60", condition=Condition(None, None, None, built_by=date(2005, 12, 31)))
NEW = limit(COD, key=2, maximum="50", condition=Condition(None, None, None, built_from=date(2006, 1, 1)))
BUILT = [
    (date(2005, 12, 31), [(1, "compliant")], "the last day of the old ones"),
    (date(2006, 1, 1), [(2, "exceeded")], "the first day of the new ones"),
    (None, [(1, "undetermined"), (2, "undetermined")], "nobody knows"),
]


@pytest.mark.parametrize(("built", "expected", "remark"), BUILT, ids=[row[2] for row in BUILT])
def test_a_limit_may_depend_on_when_the_plant_was_built(
    built: date | None, expected: list[tuple[int, str]], remark: str
) -> None:
    of = subject(OLD, NEW, medium="water", factors=(COD,), options=Options(built=built))
    verdicts = judge(of, {COD: FactorHour(reading("55"))}, COD).verdicts
    assert [(verdict.limit_key, verdict.result) for verdict in verdicts] == expected, remark
    if built is None:
        assert "condition_unknown" in verdicts[0].reasons


def test_a_condition_does_not_take_a_value_that_was_marked_out() -> None:
    warm = limit(COD, key=1, maximum="50", condition=Condition("w01010", Decimal(12), None))
    of = subject(warm, medium="water", factors=(COD,))
    received = {COD: FactorHour(reading("55")), "w01010": FactorHour(reading("15"))}
    assert judge(of, received, COD).verdicts[0].result == "exceeded"
    marked = said(mark(0, 60, factor="w01010"))
    assert judge(of, received, COD, statements=marked).verdicts[0].result == "undetermined"

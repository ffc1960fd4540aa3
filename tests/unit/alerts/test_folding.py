"""Conversion to the reference oxygen (regulation.md A.2)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.judgement.arithmetic import fold, single
from alerts.judgement.factors import FOLDED
from alerts.judgement.values import FactorHour, Period
from store.factors import factors
from tests.unit.alerts.build import O2, SO2, VELOCITY, judge, limit, minutes, reading, subject

LIMIT = limit(SO2, maximum="200")


def folded_hour(
    avg: str | None, o2: str | None, *, zs: str | None = None, o2_status: str = "normal"
) -> Period:
    received = {SO2: FactorHour(frame=reading(avg, folded=zs))}
    if o2 is not None:
        received[O2] = FactorHour(frame=reading(o2, status=o2_status))
    return judge(subject(LIMIT, reference="10"), received, SO2)


CASES = [
    # Avg, O2, ZsAvg, expected compared, result, a reason, remark
    ("200", "10", None, "200", "compliant", "folded_by_platform", "at the reference nothing changes; equal is compliant"),
    ("200.01", "10", None, "200.01", "exceeded", "folded_by_platform", "strictly above"),
    ("200", "11", None, "220", "exceeded", "folded_by_platform", "200 x 11 / 10"),
    ("200", "8", None, str(Decimal(2200) / 13), "compliant", "folded_by_platform", "below the reference it lowers: no clamp"),
    ("30", "19", None, "165", "compliant", "folded_by_platform", "19 % is not above 19 %"),
    ("30", "19.1", None, None, "compliant", "o2_high", "above 19 %: computed and flagged"),
    ("50", "20.9", None, "5500", "exceeded", "o2_high", "a leaking duct inflates the value"),
    ("50", "21", None, None, "undetermined", "o2_out_of_range", "21 % cannot be folded"),
    ("50", "22.5", None, None, "undetermined", "o2_out_of_range", "nor above"),
    ("50", None, None, None, "undetermined", "o2_missing", "no oxygen"),
    ("50", "25", "48", None, "undetermined", "o2_out_of_range", "unusable oxygen spoils also what the device folded"),
    ("250", "10", "211.07", "211.07", "exceeded", "reported_recomputed_differ", "judged as the device says, and told"),
    ("250", None, "199", "199", "compliant", "o2_missing", "what the device folded needs no oxygen of ours"),
    ("210", "10", "206", "206", "exceeded", "above_maximum", "less than 2 % apart"),
]  # fmt: skip


@pytest.mark.parametrize(("avg", "o2", "zs", "compared", "result", "reason", "remark"), CASES)
def test_folding_by_the_table(
    avg: str, o2: str | None, zs: str | None, compared: str | None, result: str, reason: str, remark: str
) -> None:
    period = folded_hour(avg, o2, zs=zs)
    (verdict,) = period.verdicts
    assert verdict.result == result, remark
    assert reason in verdict.reasons, remark
    if compared is not None:
        assert verdict.compared is not None
        assert abs(verdict.compared - Decimal(compared)) < Decimal("1e-20"), remark


def test_less_than_two_per_cent_apart_is_no_difference() -> None:
    assert "reported_recomputed_differ" not in folded_hour("210", "10", zs="206").reasons
    assert "reported_recomputed_differ" in folded_hour("210", "10", zs="205.7").reasons


def test_an_undetermined_hour_keeps_its_measured_value_and_is_not_valid() -> None:
    period = folded_hour("50", "21")
    assert (period.after_marking.measured, period.after_marking.folded) == (Decimal(50), None)
    assert not period.valid


def test_oxygen_marked_as_faulty_cannot_be_folded_with() -> None:
    assert folded_hour("50", "10", o2_status="fault").verdicts[0].reasons[0] == "o2_invalid"


def test_only_concentrations_are_folded() -> None:
    for code, factor in factors().items():
        mass_by_volume = factor.unit is not None and factor.unit.endswith("/m³")
        if factor.medium == "gas" and code.startswith(("a2", "a3")):
            assert code in FOLDED, code
        if code in FOLDED:
            assert mass_by_volume, code
    period = judge(subject(reference="10"), {VELOCITY: FactorHour(frame=reading("12"))}, VELOCITY)
    assert period.after_marking.folded is None
    assert period.valid


def test_an_outlet_without_reference_counts_the_measured_value() -> None:
    received = {SO2: FactorHour(frame=reading("201", folded="150")), O2: FactorHour(frame=reading("20.5"))}
    (verdict,) = judge(subject(LIMIT), received, SO2).verdicts
    assert (verdict.result, verdict.compared) == ("exceeded", Decimal(201))


def test_both_ways_of_folding_the_hour_are_kept() -> None:
    half = minutes((30, "100", "normal"), (30, "300", "normal"))
    oxygen = minutes((30, "8", "normal"), (30, "12", "normal"))
    received = {
        SO2: FactorHour(frame=reading("200", folded="235"), minutes=half),
        O2: FactorHour(frame=reading("10"), minutes=oxygen),
    }
    period = judge(subject(LIMIT, reference="10"), received, SO2)
    assert period.recomputed.folded == 200  # of the means: 200 x 11 / 11
    by_minutes = Fraction(100 * 11, 13) / 2 + Fraction(300 * 11, 9) / 2  # 225.6...
    assert abs(Fraction(Decimal(period.inputs["folded_minutes"])) - by_minutes) < Fraction(1, 10**20)
    assert "reported_recomputed_differ" in period.reasons
    explained = {**received, SO2: FactorHour(frame=reading("200", folded="225"), minutes=half)}
    assert "reported_recomputed_differ" not in judge(subject(LIMIT, reference="10"), explained, SO2).reasons


numbers = st.decimals(min_value=0, max_value=9999, places=3, allow_nan=False)
oxygen_values = st.decimals(min_value=0, max_value="20.9", places=2, allow_nan=False)


@given(
    numbers,
    st.decimals(min_value=0, max_value="20.9", places=2, allow_nan=False),
    st.sampled_from(["3", "6", "8", "10", "15"]),
)
def test_folding_is_the_formula_to_fifty_digits(measured: Decimal, oxygen: Decimal, reference: str) -> None:
    exact = Fraction(measured) * (21 - Fraction(reference)) / (21 - Fraction(oxygen))
    assert abs(Fraction(fold(single(measured), single(oxygen), Decimal(reference))) - exact) <= exact / 10**49

"""The decision order of regulation.md C.4, step by step.

Steps 1 to 4 are about the period and the same for every limit; steps 5 to 7 are taken once for each limit in force. The first
step that returns an outcome decides. Nothing is deleted at any step: an invalid period keeps its values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.arithmetic import multiple_of, rounded_like
from alerts.judgement.exemptions import NO_COVER, Cover
from alerts.judgement.marks import MEASURED, reasons_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import EMPTY, UNKNOWN, Columns, Verdict
from store.model import Limit


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step says: a result word of design §2, and why."""

    result: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One period of one factor, ready to be decided.

    Attributes
    ----------
    present : whether any raw data of the period came
    status : the mark that counts for the period
    shortage : why there is not enough valid input; empty = there is enough
    folds, unusable_oxygen : whether the value is folded, and why that cannot be done
    low, high : smallest and largest value to compare; the same number except for a day of pH
    notes : reasons that are told but decide nothing
    taken : why statements (device marks, failed checks) take the period out; empty = they do not
    doubts : why a value that was not taken out cannot be relied on either way
    cover : the working-condition marks over the period and what they may exempt
    """

    present: bool
    status: str
    shortage: tuple[str, ...]
    folds: bool
    unusable_oxygen: tuple[str, ...]
    low: Decimal | None
    high: Decimal | None
    notes: tuple[str, ...]
    taken: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    cover: Cover = NO_COVER


@dataclass(frozen=True, slots=True)
class Comparison:
    """A value beside a bound: strictly above the maximum or strictly below the minimum is exceeded (A.1)."""

    exceeded: bool
    bound: Decimal | None
    side: str
    compared: Decimal | None
    multiple: Decimal | None


def step_1_raw_data_are_there(case: Case) -> Outcome | None:
    """No raw data: missing."""
    return None if case.present else Outcome("missing", ("data_missing",))


def step_2_mark_allows_it(case: Case) -> Outcome | None:
    """A flag or a statement that makes the data invalid: invalid, never compliant and never exceeded. No flag: undetermined.

    A starting, stopping or banked source leaves its data as they are (C.1).
    """
    if case.taken:
        return Outcome("invalid", case.taken + case.shortage)
    if case.status in MEASURED:
        return None
    result = "undetermined" if case.status == UNKNOWN else "invalid"
    return Outcome(result, reasons_of(case.status) + case.shortage)


def step_3_enough_is_valid(case: Case) -> Outcome | None:
    """Too few valid minutes of an hour or hours of a day: invalid. Enough, but not to be relied on: undetermined."""
    if case.shortage:
        return Outcome("invalid", case.shortage)
    return Outcome("undetermined", case.doubts) if case.doubts else None


def step_4_it_can_be_folded(case: Case) -> Outcome | None:
    """Folding is due but the oxygen is unusable: undetermined."""
    return Outcome("undetermined", case.unusable_oxygen) if case.folds and case.unusable_oxygen else None


PERIOD_STEPS: tuple[Callable[[Case], Outcome | None], ...] = (
    step_1_raw_data_are_there,
    step_2_mark_allows_it,
    step_3_enough_is_valid,
    step_4_it_can_be_folded,
)


def step_5_compare(limit: Limit, case: Case, comparison: str = "unrounded") -> Comparison:
    """Compare with the dated limit; equality is compliant.

    The unrounded value is compared, unless the outlet is configured for the rounded one (修约值比较法, GB/T 8170-2008 4.3.3):
    then the value is rounded, once and half to even, to the decimals of the limit.
    """
    low, high = case.low, case.high
    if comparison == "rounded":
        low = rounded_like(case.low, limit.minimum if limit.minimum is not None else limit.maximum)
        high = rounded_like(case.high, limit.maximum if limit.maximum is not None else limit.minimum)
    if limit.maximum is not None and high is not None and high > limit.maximum:
        return Comparison(True, limit.maximum, "max", high, multiple_of(high, limit.maximum))
    if limit.minimum is not None and low is not None and low < limit.minimum:
        return Comparison(True, limit.minimum, "min", low, None)
    bound, side = shown_bound(limit)
    return Comparison(False, bound, side, high if side == "max" else low, None)


def step_6_exemption(comparison: Comparison, cover: Cover) -> Outcome | None:
    """An exceeded period that a working-condition mark covers: exempt with an exemption that has quota left, else exceeded.

    The default is no exemption (C.5); then the mark is only shown with the exceeded value.
    """
    if not comparison.exceeded or not cover.labels:
        return None
    (crossed,) = step_7_result(comparison).reasons
    if cover.exempts(comparison.compared):
        return Outcome("exempt", (crossed, "exempt_under_condition_mark"))
    return Outcome("exceeded", (crossed, *cover.refusals(comparison.compared)))


def step_7_result(comparison: Comparison) -> Outcome:
    """Otherwise exceeded or compliant."""
    if not comparison.exceeded:
        return Outcome("compliant", ())
    return Outcome("exceeded", ("above_maximum" if comparison.side == "max" else "below_minimum",))


def standing(case: Case) -> Outcome | None:
    """The outcome of steps 1 to 4; None when the period can be compared."""
    for step in PERIOD_STEPS:
        outcome = step(case)
        if outcome is not None:
            return outcome
    return None


def verdicts(
    subject: Subject,
    factor: str,
    span: str,
    start: datetime,
    case: Case,
    outcome: Outcome | None,
    conditions: Mapping[str, Decimal],
    rule: str,
) -> tuple[Verdict, ...]:
    """One verdict for each limit in force at ``start``, or a single one that says there is no limit.

    Gas is judged by the hour and water by the day: for the other span there is no verdict unless a limit has that basis. An
    instantaneous limit is judged by the hour only where the outlet is configured so (A.5).
    """
    if not subject.judged:
        return ()
    limits = [
        (limit, holding)
        for limit in applying(subject, factor, span, start)
        if (holding := _holds(limit, conditions, subject)) is not False
    ]
    if limits:
        return tuple(_against(subject, limit, holding, case, outcome, rule) for limit, holding in limits)
    if (span == "hour") is not subject.gas:
        return ()
    if outcome is None:
        outcome = Outcome("no_limit", ("no_limit",))
        if alerting_only(subject, factor, start):
            outcome = Outcome("no_limit", ("instant_limit_alerts_only",))
    reasons = tuple(dict.fromkeys(outcome.reasons + case.notes))
    return (Verdict(None, outcome.result, span, None, None, case.high, None, reasons, rule),)


def left_by(found: Sequence[Verdict], kept: Columns) -> Columns:
    """The value after exemption (豁免后): what is left after marking, unless the period is exempt."""
    return EMPTY if any(verdict.result == "exempt" for verdict in found) else kept


def applying(subject: Subject, factor: str, span: str, start: datetime) -> list[Limit]:
    """The limits that a period of a span is judged against, conditions not looked at."""
    limits = subject.in_force(factor, span, start)
    if span == "hour" and subject.options.instant == "judge":
        limits += subject.in_force(factor, "instant", start)
    return limits


def alerting_only(subject: Subject, factor: str, start: datetime) -> bool:
    """Whether an instantaneous limit is in force that an automatic value may only alert against (A.5)."""
    return subject.options.instant != "judge" and bool(subject.in_force(factor, "instant", start))


def _holds(limit: Limit, conditions: Mapping[str, Decimal], subject: Subject) -> bool | None:
    return True if limit.condition is None else limit.condition.holds(conditions, subject.options.built)


def _against(
    subject: Subject, limit: Limit, holding: bool | None, case: Case, outcome: Outcome | None, rule: str
) -> Verdict:
    if outcome is None and holding is None:
        outcome = Outcome("undetermined", ("condition_unknown",))
    if outcome is not None:
        bound, side = shown_bound(limit)
        reasons = outcome.reasons + case.notes
        return Verdict(limit.key, outcome.result, limit.basis, bound, side, case.high, None, reasons, rule)
    method = subject.options.comparison
    comparison = step_5_compare(limit, case, method)
    final = step_6_exemption(comparison, case.cover) or step_7_result(comparison)
    notes = case.notes
    if method == "rounded" and comparison.compared not in (case.low, case.high):
        notes += ("compared_rounded",)
    return Verdict(
        limit.key,
        final.result,
        limit.basis,
        comparison.bound,
        comparison.side,
        comparison.compared,
        comparison.multiple,
        final.reasons + notes,
        rule,
    )


def shown_bound(limit: Limit) -> tuple[Decimal | None, str]:
    """The bound that is shown when none was crossed: the maximum where there is one."""
    return (limit.minimum, "min") if limit.maximum is None else (limit.maximum, "max")

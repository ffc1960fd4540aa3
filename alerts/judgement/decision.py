"""The decision order of regulation.md C.4, step by step.

Steps 1 to 4 are about the period and the same for every limit; steps 5 to 7 are taken once for each limit in force. The first
step that returns an outcome decides. Nothing is deleted at any step: an invalid period keeps its values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.arithmetic import multiple_of
from alerts.judgement.marks import reasons_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import NORMAL, UNKNOWN, Verdict
from store.model import Condition, Limit


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
    """

    present: bool
    status: str
    shortage: tuple[str, ...]
    folds: bool
    unusable_oxygen: tuple[str, ...]
    low: Decimal | None
    high: Decimal | None
    notes: tuple[str, ...]


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
    """A mark that makes the data invalid: invalid, never compliant and never exceeded. No mark at all: undetermined."""
    if case.status == NORMAL:
        return None
    result = "undetermined" if case.status == UNKNOWN else "invalid"
    return Outcome(result, reasons_of(case.status) + case.shortage)


def step_3_enough_is_valid(case: Case) -> Outcome | None:
    """Too few valid minutes of an hour or hours of a day: invalid."""
    return Outcome("invalid", case.shortage) if case.shortage else None


def step_4_it_can_be_folded(case: Case) -> Outcome | None:
    """Folding is due but the oxygen is unusable: undetermined."""
    return Outcome("undetermined", case.unusable_oxygen) if case.folds and case.unusable_oxygen else None


PERIOD_STEPS: tuple[Callable[[Case], Outcome | None], ...] = (
    step_1_raw_data_are_there,
    step_2_mark_allows_it,
    step_3_enough_is_valid,
    step_4_it_can_be_folded,
)


def step_5_compare(limit: Limit, case: Case) -> Comparison:
    """Compare the unrounded value with the dated limit; equality is compliant."""
    if limit.maximum is not None and case.high is not None and case.high > limit.maximum:
        return Comparison(True, limit.maximum, "max", case.high, multiple_of(case.high, limit.maximum))
    if limit.minimum is not None and case.low is not None and case.low < limit.minimum:
        return Comparison(True, limit.minimum, "min", case.low, None)
    bound, side = shown_bound(limit)
    return Comparison(False, bound, side, case.high if side == "max" else case.low, None)


def step_6_exemption(comparison: Comparison) -> Outcome | None:
    """An exceeded period that a working-condition mark covers, with an exemption that has a source and quota left: exempt.

    No marks are known yet and the default is no exemption (C.5), so nothing is exempt.
    """
    return None


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

    Gas is judged by the hour and water by the day: for the other span there is no verdict unless a limit has that basis.
    """
    if not subject.judged:
        return ()
    limits = [
        (limit, holding)
        for limit in subject.in_force(factor, span, start)
        if (holding := holds(limit.condition, conditions)) is not False
    ]
    if limits:
        return tuple(_against(limit, holding, span, case, outcome, rule) for limit, holding in limits)
    if (span == "hour") is not subject.gas:
        return ()
    if outcome is None:
        instant = subject.in_force(factor, "instant", start)
        outcome = Outcome("no_limit", ("instant_limit_alerts_only",) if instant else ("no_limit",))
    return (
        Verdict(None, outcome.result, span, None, None, case.high, None, outcome.reasons + case.notes, rule),
    )


def _against(
    limit: Limit, holding: bool | None, span: str, case: Case, outcome: Outcome | None, rule: str
) -> Verdict:
    if outcome is None and holding is None:
        outcome = Outcome("undetermined", ("condition_unknown",))
    if outcome is not None:
        bound, side = shown_bound(limit)
        reasons = outcome.reasons + case.notes
        return Verdict(limit.key, outcome.result, span, bound, side, case.high, None, reasons, rule)
    comparison = step_5_compare(limit, case)
    final = step_6_exemption(comparison) or step_7_result(comparison)
    return Verdict(
        limit.key,
        final.result,
        span,
        comparison.bound,
        comparison.side,
        comparison.compared,
        comparison.multiple,
        final.reasons + case.notes,
        rule,
    )


def holds(condition: Condition | None, known: Mapping[str, Decimal]) -> bool | None:
    """Whether the condition of a limit holds; None when its factor is not known for the period."""
    if condition is None:
        return True
    value = known.get(condition.factor)
    if value is None:
        return None
    if condition.above is not None and not value > condition.above:
        return False
    return not (condition.at_most is not None and value > condition.at_most)


def shown_bound(limit: Limit) -> tuple[Decimal | None, str]:
    """The bound that is shown when none was crossed: the maximum where there is one."""
    return (limit.minimum, "min") if limit.maximum is None else (limit.maximum, "max")

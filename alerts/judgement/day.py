"""One day of an outlet from its judged hours: a statistic for gas, the judged value for municipal water (A.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from alerts.judgement import decision
from alerts.judgement.day_values import Draft, HourResult
from alerts.judgement.factors import FLOW
from alerts.judgement.gas_day import gas_draft
from alerts.judgement.subject import Subject
from alerts.judgement.values import EMPTY, Period, Rules, Sample
from alerts.judgement.water_day import discharge_of, water_draft


def judge_day(
    subject: Subject,
    day: datetime,
    hours: Mapping[str, Sequence[HourResult]],
    frames: Mapping[str, Sample],
    rules: Rules,
) -> list[Period]:
    """The period values of one day, one for each factor of the outlet.

    Parameters
    ----------
    day : start of a Beijing day
    hours : judged hours of the day by factor, in order; hours that were never judged are absent
    frames : day readings of the device (2031) by factor
    """
    drafts = _drafts(subject, day, hours, frames, rules)
    outcomes = {factor: decision.standing(draft.case) for factor, draft in drafts.items()}
    conditions: dict[str, Decimal] = {}
    for factor, draft in drafts.items():
        if outcomes[factor] is None and draft.judged.measured is not None:
            conditions[factor] = draft.judged.measured
    return [
        _period(subject, day, factor, draft, outcomes[factor], conditions) for factor, draft in drafts.items()
    ]


def _drafts(
    subject: Subject,
    day: datetime,
    hours: Mapping[str, Sequence[HourResult]],
    frames: Mapping[str, Sample],
    rules: Rules,
) -> dict[str, Draft]:
    if subject.gas:
        return {
            factor: gas_draft(subject, factor, hours.get(factor, ()), frames.get(factor), rules)
            for factor in subject.factors
        }
    discharge = discharge_of(day, hours.get(FLOW, ()))
    return {
        factor: water_draft(subject, factor, hours.get(factor, ()), frames.get(factor), discharge, rules)
        for factor in subject.factors
    }


def _period(
    subject: Subject,
    day: datetime,
    factor: str,
    draft: Draft,
    outcome: decision.Outcome | None,
    conditions: Mapping[str, Decimal],
) -> Period:
    case = draft.case
    kept = draft.judged if outcome is None or outcome.result == "undetermined" else EMPTY
    used = {
        limit.condition.factor: format(conditions[limit.condition.factor], "f")
        for limit in subject.in_force(factor, "day", day)
        if limit.condition is not None and limit.condition.factor in conditions
    }
    return Period(
        start=day,
        factor=factor,
        span="day",
        reported=draft.reported,
        recomputed=draft.recomputed,
        after_marking=kept,
        after_exemption=kept,
        valid=outcome is None,
        status=draft.status(outcome is None),
        reasons=(outcome.reasons if outcome else ()) + case.notes,
        count=draft.count,
        expected=draft.expected,
        inputs={**draft.inputs, "conditions": used} if used else draft.inputs,
        rule=draft.rule,
        verdicts=decision.verdicts(subject, factor, "day", day, case, outcome, conditions, draft.rule),
    )

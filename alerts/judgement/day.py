"""One day of an outlet from its judged hours: a statistic for gas, the judged value for municipal water (A.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from alerts.judgement import decision
from alerts.judgement.day_values import Draft, HourResult
from alerts.judgement.factors import FLOW, WATER_TEMPERATURE
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
    conditions = {
        factor: value
        for factor in subject.condition_factors
        if factor in drafts
        and outcomes[factor] is None
        and (value := _condition(subject, factor, drafts[factor], hours.get(factor, ()))) is not None
    }
    return [
        _period(subject, day, factor, draft, outcomes[factor], conditions) for factor, draft in drafts.items()
    ]


def _condition(subject: Subject, factor: str, draft: Draft, hours: Sequence[HourResult]) -> Decimal | None:
    """The daily value that conditions of limits ask for. Of the water temperature it is the mean unless the outlet is configured
    otherwise: GB 18918 does not say over what time it is taken (A.5)."""
    way = subject.options.temperature
    if factor != WATER_TEMPERATURE or way == "mean":
        return draft.judged.measured
    values = [hour.measured for hour in hours if hour.valid and hour.measured is not None]
    return (min if way == "minimum" else max)(values, default=None)


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
    open_ = outcome is None or outcome.result == "undetermined"
    conditional = [limit.condition for limit in subject.in_force(factor, "day", day) if limit.condition]
    used = {
        condition.factor: format(conditions[condition.factor], "f")
        for condition in conditional
        if condition.factor is not None and condition.factor in conditions
    }
    inputs = {**draft.inputs, "conditions": used} if used else dict(draft.inputs)
    if WATER_TEMPERATURE in used and subject.options.temperature != "mean":
        inputs["temperature"] = subject.options.temperature
    if subject.options.built is not None and any(condition.factor is None for condition in conditional):
        inputs["built"] = subject.options.built.isoformat()
    return Period(
        start=day,
        factor=factor,
        span="day",
        reported=draft.reported,
        recomputed=draft.recomputed,
        after_marking=draft.judged if open_ else EMPTY,
        after_exemption=draft.exempted if open_ else EMPTY,
        valid=outcome is None,
        status=draft.status(outcome is None),
        reasons=(outcome.reasons if outcome else ()) + case.notes,
        count=draft.count,
        expected=draft.expected,
        inputs=inputs,
        rule=draft.rule,
        verdicts=decision.verdicts(subject, factor, "day", day, case, outcome, conditions, draft.rule),
    )

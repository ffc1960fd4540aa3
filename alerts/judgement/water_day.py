"""One day of a water outlet: the flow-weighted mean of its valid hours (HJ 356-2019 7, regulation.md B.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.judgement.arithmetic import EXACT, Mean, differ, mean
from alerts.judgement.day_values import HOURS_A_DAY, Draft, HourResult, hours_of, received, statuses
from alerts.judgement.decision import Case
from alerts.judgement.factors import FLOW, PH, UNWEIGHTED
from alerts.judgement.minutes import status_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import EMPTY, NORMAL, UNKNOWN, Columns, Rules, Sample
from alerts.judgement.weighting import weigh

RULE = "day-water/1"

DUE_QUARTERS = 3
"""HJ 356-2019 7: at least three quarters of the values that should have been obtained (24 -> 18, 10 -> 8)."""


@dataclass(frozen=True, slots=True)
class Discharge:
    """When and how much flowed that day.

    Attributes
    ----------
    volumes : m3 in each hour whose flow is known
    due : hours in which a value should have been obtained: all but those known to be without flow
    """

    hours: Sequence[datetime]
    volumes: Mapping[datetime, Decimal]
    due: int


@dataclass(frozen=True, slots=True)
class _Value:
    """The recomputed value of a day: one number, or a range for pH."""

    mean: Decimal | None
    low: Decimal | None
    high: Decimal | None
    notes: tuple[str, ...]
    inputs: Mapping[str, Any]


def discharge_of(day: datetime, flow: Sequence[HourResult]) -> Discharge:
    """The discharge of a day from the judged hours of its flow; without any known flow every hour is due."""
    hours = hours_of(day)
    volumes = {hour.start: hour.volume for hour in flow if hour.volume is not None}
    return Discharge(hours, volumes, sum(1 for hour in hours if volumes.get(hour, Decimal(1)) > 0))


def water_draft(
    subject: Subject,
    factor: str,
    hours: Sequence[HourResult],
    frame: Sample | None,
    discharge: Discharge,
    rules: Rules,
) -> Draft:
    """The day of one factor beside what the device reported for it."""
    due = HOURS_A_DAY if factor == FLOW else discharge.due
    valid = {hour.start: hour.measured for hour in hours if hour.valid and hour.measured is not None}
    came = received(hours)
    value = _value(factor, valid, discharge, rules)
    reported = Columns(frame.value) if frame else EMPTY
    status, shortage = _sufficiency(hours, len(valid), due)
    on_reported = False
    if frame is not None and not came:
        on_reported, shortage = True, ()
        status = status_of(frame, subject.missing_flag)
        value = replace(value, notes=("hours_not_received",))
    elif frame is not None and rules.day_judged_on == "reported":
        on_reported = factor != PH and status_of(frame, subject.missing_flag) == NORMAL
    if differ(reported.measured, value.mean):
        value = replace(value, notes=(*value.notes, "reported_recomputed_differ"))
    low, high = (reported.measured, reported.measured) if on_reported else (value.low, value.high)
    return Draft(
        case=Case(came or frame is not None, status, shortage, False, (), low, high, value.notes),
        reported=reported,
        recomputed=Columns(value.mean),
        judged=reported if on_reported else Columns(value.mean),
        count=len(valid),
        expected=due,
        inputs={
            "judged_on": "reported" if on_reported else "recomputed",
            "frame": frame.revision if frame else None,
            "hours": statuses(hours),
            **value.inputs,
        },
        rule=RULE,
        hour_statuses=statuses(hours),
    )


def _sufficiency(hours: Sequence[HourResult], valid: int, due: int) -> tuple[str, tuple[str, ...]]:
    """Status of the day and why it is not enough. Hours whose marks are missing could still make it enough: undetermined."""
    if due == 0:
        return NORMAL, ("flow_zero",)
    if valid * 4 >= due * DUE_QUARTERS:
        return NORMAL, ()
    possible = valid + sum(1 for hour in hours if hour.undetermined)
    if possible * 4 >= due * DUE_QUARTERS:
        return UNKNOWN, ()
    return NORMAL, ("too_few_valid_hours",)


def _value(factor: str, valid: Mapping[datetime, Decimal], discharge: Discharge, rules: Rules) -> _Value:
    if factor == PH:
        # There is no mean of pH: the smallest and the largest valid hour stand against the closed range (product rule).
        if not valid:
            return _Value(None, None, None, ("ph_range",), {})
        low, high = min(valid.values()), max(valid.values())
        inputs = {"low": format(low, "f"), "high": format(high, "f")}
        return _Value(None, low, high, ("ph_range",), inputs)
    found: Mean | None = None
    notes: tuple[str, ...] = ()
    inputs = {}
    if factor not in UNWEIGHTED:
        weights = weigh(discharge.hours, discharge.volumes, sorted(valid), rules.water_day_weighting)
        found = weights.mean(valid)
        if found is None:
            notes = ("unweighted",) if valid else ()
        else:
            notes = () if weights.complete else ("flow_incomplete",)
            inputs = {"weighting": rules.water_day_weighting, "volume": format(found.weight, "f")}
    elif factor == FLOW and discharge.volumes:
        total = Decimal(0)
        for volume in discharge.volumes.values():
            total = EXACT.add(total, volume)
        inputs = {"volume": format(total, "f")}
    found = found or mean(list(valid.values()))
    number = found.value() if found else None
    return _Value(number, number, number, notes, inputs)

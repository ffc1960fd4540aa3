"""One day of a water outlet: the flow-weighted mean of its valid hours (HJ 356-2019 7, regulation.md B.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.judgement.arithmetic import EXACT, Mean, differ, mean
from alerts.judgement.day_values import (
    HOURS_A_DAY,
    Draft,
    HourResult,
    hours_of,
    received,
    statuses,
    told_hours,
)
from alerts.judgement.decision import Case
from alerts.judgement.factors import FLOW, PH, UNWEIGHTED
from alerts.judgement.marks import MEASURED
from alerts.judgement.minutes import status_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import EMPTY, NORMAL, Columns, Rules, Sample
from alerts.judgement.weighting import weigh

RULE = "day-water/2"

DUE_QUARTERS = 3
"""HJ 356-2019 7: at least three quarters of the values that should have been obtained (24 -> 18, 10 -> 8)."""


@dataclass(frozen=True, slots=True)
class Discharge:
    """When and how much flowed that day.

    Attributes
    ----------
    volumes : m3 in each hour whose flow is known
    """

    hours: Sequence[datetime]
    volumes: Mapping[datetime, Decimal]

    def due(self, hours: Sequence[HourResult]) -> int:
        """Hours in which a value of a factor should have been obtained: with flow, or with unknown flow while the source ran."""
        stopped = {hour.start for hour in hours if hour.stopped}
        return sum(
            1
            for hour in self.hours
            if (self.volumes[hour] > 0 if hour in self.volumes else hour not in stopped)
        )


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
    return Discharge(hours, volumes)


def water_draft(
    subject: Subject,
    factor: str,
    hours: Sequence[HourResult],
    frame: Sample | None,
    discharge: Discharge,
    rules: Rules,
) -> Draft:
    """The day of one factor beside what the device reported for it."""
    due = HOURS_A_DAY if factor == FLOW else discharge.due(hours)
    valid = {hour.start: hour.measured for hour in hours if hour.valid and hour.measured is not None}
    exempt = {hour.start for hour in hours if hour.exempt}
    came = received(hours)
    value = _value(factor, valid, discharge, rules)
    reported = Columns(frame.value) if frame else EMPTY
    status = NORMAL
    shortage, doubts = _sufficiency(hours, len(valid), due, discharge)
    on_reported = False
    if frame is not None and not came:
        on_reported, shortage, doubts = True, (), ()
        status = status_of(frame, subject.missing_flag)
        value = replace(value, notes=("hours_not_received",))
    elif frame is not None and rules.day_judged_on == "reported":
        on_reported = factor != PH and status_of(frame, subject.missing_flag) in MEASURED
    if differ(reported.measured, value.mean):
        value = replace(value, notes=(*value.notes, "reported_recomputed_differ"))
    low, high = (reported.measured, reported.measured) if on_reported else (value.low, value.high)
    judged = reported if on_reported else Columns(value.mean)
    kept = {start: number for start, number in valid.items() if start not in exempt}
    return Draft(
        case=Case(
            came or frame is not None, status, shortage, False, (), low, high, value.notes, doubts=doubts
        ),
        reported=reported,
        recomputed=Columns(value.mean),
        judged=judged,
        exempted=Columns(_value(factor, kept, discharge, rules).mean) if exempt else judged,
        count=len(valid),
        expected=due,
        inputs={
            "judged_on": "reported" if on_reported else "recomputed",
            "frame": frame.revision if frame else None,
            **told_hours(hours),
            **value.inputs,
        },
        rule=RULE,
        hour_statuses=statuses(hours),
    )


def _sufficiency(
    hours: Sequence[HourResult], valid: int, due: int, discharge: Discharge
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why the day has not enough, and why that is in doubt: hours that are undetermined could still make it enough."""
    if due == 0:
        return ("flow_zero",) if discharge.volumes else ("flag_stopped",), ()
    if valid * 4 >= due * DUE_QUARTERS:
        return (), ()
    open_hours = [hour for hour in hours if hour.undetermined]
    if (valid + len(open_hours)) * 4 >= due * DUE_QUARTERS:
        return (), tuple(dict.fromkeys(reason for hour in open_hours for reason in hour.doubts))
    return ("too_few_valid_hours",), ()


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

"""One day of a stack: a statistic of its valid hours (HJ 76 App. B); only the hour decides exceedance."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.judgement.arithmetic import mean
from alerts.judgement.day_values import HOURS_A_DAY, Draft, HourResult, received, statuses
from alerts.judgement.decision import Case
from alerts.judgement.minutes import status_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import EMPTY, NORMAL, Columns, Rules, Sample

RULE = "day-gas/1"

VALID_HOURS = 20
"""HJ 76 App. B: a day needs at least 20 valid hours."""


def gas_draft(
    subject: Subject, factor: str, hours: Sequence[HourResult], frame: Sample | None, rules: Rules
) -> Draft:
    """The mean of the valid hours, measured and folded, beside what the device reported for the day."""
    valid = [hour for hour in hours if hour.valid]
    measured = mean([hour.measured for hour in valid if hour.measured is not None])
    folded = mean([hour.folded for hour in valid if hour.folded is not None])
    recomputed = Columns(measured.value() if measured else None, folded.value() if folded else None)
    reported = Columns(frame.value, frame.folded) if frame else EMPTY
    came = received(hours)
    status = NORMAL
    shortage: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    on_reported = False
    if frame is not None and not came:
        on_reported, notes = True, ("hours_not_received",)
        status = status_of(frame, subject.missing_flag)
    elif len(valid) < VALID_HOURS:
        shortage = ("too_few_valid_hours",)
    elif frame is not None and rules.day_judged_on == "reported":
        on_reported = status_of(frame, subject.missing_flag) == NORMAL
    judged = reported if on_reported else recomputed
    folds = subject.folds(factor)
    unusable = ("folded_not_reported",) if folds and judged.folded is None else ()
    value = judged.folded if folds else judged.measured
    return Draft(
        case=Case(came or frame is not None, status, shortage, folds, unusable, value, value, notes),
        reported=reported,
        recomputed=recomputed,
        judged=judged,
        count=len(valid),
        expected=HOURS_A_DAY,
        inputs={
            "judged_on": "reported" if on_reported else "recomputed",
            "frame": frame.revision if frame else None,
            "hours": statuses(hours),
        },
        rule=RULE,
        hour_statuses=statuses(hours),
    )

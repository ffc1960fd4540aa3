"""One day of a stack: a statistic of its valid hours (HJ 76 App. B); only the hour decides exceedance."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.judgement.arithmetic import mean
from alerts.judgement.day_values import HOURS_A_DAY, Draft, HourResult, received, statuses, told_hours
from alerts.judgement.decision import Case
from alerts.judgement.marks import MEASURED
from alerts.judgement.minutes import status_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import EMPTY, NORMAL, Columns, Rules, Sample

RULE = "day-gas/2"

VALID_HOURS = 20
"""HJ 76 App. B: a day needs at least 20 valid hours."""

RUNNING_QUARTERS = 3
"""HJ/T 75-2007, which some permits still name: three quarters of the running hours (day rule ``75pct_running``, B.1)."""


def gas_draft(
    subject: Subject, factor: str, hours: Sequence[HourResult], frame: Sample | None, rules: Rules
) -> Draft:
    """The mean of the valid hours, measured and folded, beside what the device reported for the day."""
    by_running = subject.options.day_rule == "75pct_running"
    running = HOURS_A_DAY - sum(1 for hour in hours if hour.stopped)
    valid = [hour for hour in hours if hour.valid and not (by_running and hour.stopped)]
    enough = 0 < running * RUNNING_QUARTERS <= len(valid) * 4 if by_running else len(valid) >= VALID_HOURS
    recomputed = _mean(valid)
    exempted = _mean([hour for hour in valid if not hour.exempt])
    reported = Columns(frame.value, frame.folded) if frame else EMPTY
    came = received(hours)
    status = NORMAL
    shortage: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    on_reported = False
    if frame is not None and not came:
        on_reported, notes = True, ("hours_not_received",)
        status = status_of(frame, subject.missing_flag)
    elif not enough:
        shortage = ("too_few_valid_hours",) if running or not by_running else ("flag_stopped",)
    elif frame is not None and rules.day_judged_on == "reported":
        on_reported = status_of(frame, subject.missing_flag) in MEASURED
    judged = reported if on_reported else recomputed
    folds = subject.folds(factor)
    unusable = ("folded_not_reported",) if folds and judged.folded is None else ()
    value = judged.folded if folds else judged.measured
    return Draft(
        case=Case(came or frame is not None, status, shortage, folds, unusable, value, value, notes),
        reported=reported,
        recomputed=recomputed,
        judged=judged,
        exempted=exempted if any(hour.exempt for hour in hours) else judged,
        count=len(valid),
        expected=running if by_running else HOURS_A_DAY,
        inputs={
            "judged_on": "reported" if on_reported else "recomputed",
            "frame": frame.revision if frame else None,
            **({"day_rule": subject.options.day_rule} if by_running else {}),
            **told_hours(hours),
        },
        rule=RULE,
        hour_statuses=statuses(hours),
    )


def _mean(hours: Sequence[HourResult]) -> Columns:
    measured = mean([hour.measured for hour in hours if hour.measured is not None])
    folded = mean([hour.folded for hour in hours if hour.folded is not None])
    return Columns(measured.value() if measured else None, folded.value() if folded else None)

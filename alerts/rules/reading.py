"""What several rules ask of a judged period."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from alerts.judgement.factors import FLOW
from alerts.judgement.marks import MEASURED
from alerts.judgement.minutes import NO_MINUTES
from alerts.judgement.subject import Subject
from alerts.judgement.values import UNKNOWN, Period
from alerts.rules.shape import Subjected, Window
from store.clock import BEIJING, HOUR
from store.marks import Mark
from store.model import Limit

STOPPED = "stopped"
"""Label of the mark, and status of the flag, of a source that does not run (停运)."""


def text(value: Decimal | None) -> str | None:
    """A decimal with all its digits, never an exponent."""
    return None if value is None else format(value, "f")


def moment(at: datetime) -> str:
    """A time as it stands in numbers and evidence: Beijing time."""
    return at.astimezone(BEIJING).isoformat()


def stretch(start: datetime, end: datetime) -> list[str]:
    """From and to, as evidence."""
    return [moment(start), moment(end)]


def sent(period: Period) -> Decimal | None:
    """The number that the outlet itself gave: the reported measured value, else what its minutes say."""
    return period.recomputed.measured if period.reported.measured is None else period.reported.measured


def said(subject: Subject, period: Period) -> Decimal | None:
    """The number that a limit would meet, marks apart: folded where the outlet folds."""
    for columns in (period.reported, period.recomputed):
        value = columns.folded if subject.folds(period.factor) else columns.measured
        if value is not None:
            return value
    return None


def measured(period: Period) -> bool:
    """Whether the mark of the period lets its value pass as a measurement; no mark says nothing against it."""
    return period.status in MEASURED or period.status == UNKNOWN


def stopped(window: Window, start: datetime, factor: str) -> bool:
    """Whether the source did not run for any part of the hour: by its flag or by an effective mark."""
    period = window.hours.get((factor, start))
    if period is not None and period.status == STOPPED:
        return True
    return any(
        mark.label == STOPPED and mark.effective and mark.covers(factor) and overlaps(mark, start)
        for mark in window.marks
    )


def overlaps(mark: Mark, start: datetime) -> bool:
    """Whether a mark touches the hour from ``start``."""
    return mark.from_time < start + HOUR and start < mark.to_time


def still(window: Window, start: datetime) -> bool:
    """Whether a water outlet is known to have discharged nothing in the hour."""
    if window.subject.gas:
        return False
    flow = window.hours.get((FLOW, start))
    value = sent(flow) if flow is not None else None
    if value is None:
        mean = window.minutes.get((FLOW, start), NO_MINUTES).mean()
        value = mean.value() if mean else None
    return value is not None and value <= 0


def bound_for(subject: Subject, factor: str, moment_: datetime) -> Limit | None:
    """The laxest maximum that an hourly value of the factor is held against.

    Gas has hour limits. Water is judged by the day: its hours are held against the daily maximum, which decides nothing and only
    says that the hour was bad. Of limits that depend on a condition the laxest counts, so that no doubt weighs against anybody.
    """
    for basis in ("hour", "day"):
        limits = [limit for limit in subject.in_force(factor, basis, moment_) if limit.maximum is not None]
        free = [limit for limit in limits if limit.condition is None]
        bound = [limit for limit in limits if limit.condition is not None]
        chosen = [min(free, key=_maximum)] if free else []
        chosen += [max(bound, key=_maximum)] if bound else []
        if chosen:
            return min(chosen, key=_maximum)
    return None


def _maximum(limit: Limit) -> Decimal:
    return Decimal(0) if limit.maximum is None else limit.maximum


def clean(window: Window, span: str) -> set[Subjected]:
    """Periods whose value passes as a measurement: where nothing was noticed they prove that it is over."""
    return {
        (period.factor, period.start)
        for period in window.periods(span)
        if measured(period) and sent(period) is not None
    }

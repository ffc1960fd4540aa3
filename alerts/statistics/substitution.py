"""What stands in for the emission of invalid periods (HJ 75-2017 tables 5 and 6, HJ 356-2019 8; regulation.md B.1, B.2).

Substitution is about mass alone: concentration, flow and stack parameters are never replaced, and a substituted value is never
evidence of an exceedance.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from alerts.judgement.arithmetic import mean
from alerts.statistics.capture import Capture
from alerts.statistics.spans import Span, span_of
from store.clock import DAY

GOOD, SUFFICIENT = Decimal(90), Decimal(75)
"""Capture rates in per cent that divide the bands of tables 5 and 6."""

SHORT_HOURS = 24
"""Up to so many consecutive invalid hours the shorter look back suffices."""

VALID_DAYS_BACK = 30
"""HJ 356-2019 8: the largest of the last 30 valid days before the last passed check."""

MANUAL_VALUES = 4
"""HJ 356-2019 8: manual data stand in when there are at least four a day."""

MANUAL_REVIEW = "manual_review_required"
NOTHING_BEFORE = "no_previous_valid_period"
FROM_MANUAL = "manual_data"


@dataclass(frozen=True, slots=True)
class Substitute:
    """Consecutive hours of a stack, or one day of water, without an emission of their own.

    Attributes
    ----------
    starts : the periods, in order
    each : kg that stand in for each of them; None when nothing may, for the reason in ``way``
    way : ``max_180_hours``, ``max_720_hours``, ``max_2160_hours``, ``max_30_days``, ``manual_data``, or why there is none
    taken_at : start of the period whose emission it is
    previous : valid periods that were looked at
    """

    starts: tuple[datetime, ...]
    each: Decimal | None
    way: str
    taken_at: datetime | None = None
    previous: int = 0

    def within(self, span: Span) -> Substitute | None:
        """What of it lies in a span; None when nothing does."""
        if self.starts[-1] < span.start or self.starts[0] >= span.end:
            return None
        starts = tuple(start for start in self.starts if span.start <= start < span.end)
        return replace(self, starts=starts) if starts else None


def hours_back(captured: Capture, consecutive: int) -> int | None:
    """Table 5 and 6: how many previous valid hours are looked at; None when the table has no substitution (below 75 %)."""
    if captured.at_least(GOOD):
        return 180 if consecutive <= SHORT_HOURS else 720
    return 2160 if captured.at_least(SUFFICIENT) else None


def substitute_hours(
    hours: Sequence[datetime],
    emissions: Mapping[datetime, Decimal],
    stopped: Container[datetime],
    captured: Callable[[Span], Capture],
) -> list[Substitute]:
    """What stands in for the hours of a stack that have no emission and in which the source did not stand.

    "Previous" is before the first of the consecutive hours: an uncontrolled time begins at the last passed check (失控, B.1):
    that is the last calibration. Fewer valid hours than the table names are taken as they are.

    Parameters
    ----------
    hours : consecutive hours, from far enough back to hold the previous valid ones
    emissions : kg of the hours whose concentration and flow are both valid
    captured : capture of a quarter, by which the band is chosen; an hour belongs to the band of its own quarter
    """
    valid = [hour for hour in hours if hour in emissions]
    found: list[Substitute] = []
    for absent, group in groupby(hours, key=lambda hour: hour not in emissions and hour not in stopped):
        if not absent:
            continue
        run = tuple(group)
        before = valid[: bisect_left(valid, run[0])]
        for quarter, part in groupby(run, key=lambda hour: span_of("quarter", hour)):
            back = hours_back(captured(quarter), len(run))
            found.append(_largest(tuple(part), before, back, emissions))
    return found


def _largest(
    starts: tuple[datetime, ...],
    before: Sequence[datetime],
    back: int | None,
    emissions: Mapping[datetime, Decimal],
) -> Substitute:
    if back is None:
        return Substitute(starts, None, MANUAL_REVIEW)
    previous = before[-back:]
    if not previous:
        return Substitute(starts, None, NOTHING_BEFORE)
    taken = max(previous, key=lambda hour: emissions[hour])
    return Substitute(starts, emissions[taken], f"max_{back}_hours", taken, len(previous))


def substitute_day(
    day: datetime,
    masses: Mapping[datetime, Decimal],
    passed: datetime | None,
    *,
    normal: bool,
    manual: Sequence[Decimal] = (),
    kilograms: Callable[[Decimal], Decimal | None] = lambda value: None,
) -> Substitute:
    """What stands in for the mass of a day of water without a valid daily mean.

    Parameters
    ----------
    masses : kg of the valid days
    passed : last passed check up to the start of the day; None = none is known, then the day itself bounds the look back
    normal : False in a non-normal period (around a failed check), where manual data come first
    manual : manual concentrations of the day
    kilograms : mass of the day at a mean concentration; None when the day's volume is not known
    """
    if not normal and len(manual) >= MANUAL_VALUES:
        average = mean(manual)
        mass = kilograms(average.value()) if average else None
        if mass is not None:
            return Substitute((day,), mass, FROM_MANUAL, day, len(manual))
    bound = day if passed is None else passed
    previous = sorted(start for start in masses if start + DAY <= bound)[-VALID_DAYS_BACK:]
    if not previous:
        return Substitute((day,), None, NOTHING_BEFORE)
    taken = max(previous, key=lambda start: masses[start])
    return Substitute((day,), masses[taken], "max_30_days", taken, len(previous))

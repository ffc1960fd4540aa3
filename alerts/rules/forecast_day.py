"""日超标小时动态预警: the hours of the running day already point above the day's limit (regulation.md D.1).

It also says from which hour on the exceedance can no longer be avoided: from then on the daily mean stays above the limit
whatever the remaining hours are, as long as they are not below zero, should the day become valid. A flow-weighted mean can always
be diluted by more water: it is unavoidable only where a bound of the flow is registered. Without one it is said what holds if no
hour flows more than the fullest one so far, as a number of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.judgement.arithmetic import EXACT, mean
from alerts.judgement.day_values import hours_of
from alerts.judgement.factors import FLOW, PH, UNWEIGHTED
from alerts.judgement.values import MISSING
from alerts.judgement.water_hour import CUBIC_METRES_AN_HOUR
from alerts.judgement.weighting import weigh
from alerts.rules.limits import Against, against
from alerts.rules.reading import moment, stretch, text
from alerts.rules.shape import Noticed, Rule, Window
from store.clock import HOUR

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Slot:
    """One hour of a day as far as it is known.

    Attributes
    ----------
    value : its valid value; None when it has none
    open : nothing is known of it yet, or it did not come: it may still get any value of zero or more
    volume : m3 that flowed (1 where the mean is not weighted); None when not known, which may become anything up to the cap
    """

    value: Decimal | None = None
    open: bool = True
    volume: Decimal | None = None


def sure_margin(slots: Sequence[Slot], maximum: Decimal, way: str, cap: Decimal | None) -> Decimal | None:
    """The least that ``sum((C - L) x Q)`` over a day can still become; above zero the mean is above L whatever comes.

    Each hour is taken at its worst on its own: an open hour at zero, an unknown volume at nothing or at the cap, whichever pulls
    lower. None when an unknown volume has no cap and would pull without end.

    Parameters
    ----------
    way : weighting of the day: ``until_next_valid`` (a value stands until the next valid one) or ``same_hour``
    cap : most m3 that can flow in an hour; None = not known
    """
    total = ZERO
    carried: Decimal | None = None
    for slot in slots:
        if slot.value is not None:
            carried = slot.value
        elif slot.open:
            carried = min(ZERO, carried) if carried is not None and way != "same_hour" else ZERO
        elif way == "same_hour":
            carried = None
        if carried is None:
            continue
        gap = EXACT.subtract(carried, maximum)
        volume = slot.volume
        if volume is None:
            volume = cap if gap < 0 else ZERO
        if volume is None:
            return None
        total = EXACT.add(total, EXACT.multiply(gap, volume))
    return total


def unavoidable_after(
    slots: Sequence[Slot], maximum: Decimal, way: str, cap: Decimal | None, even: bool
) -> int | None:
    """How many hours of the day must have passed until nothing can bring it back; None while something could.

    Parameters
    ----------
    slots : every hour of the day, in order
    even : every hour weighs the same: the mean is not weighted by flow
    """
    unknown = Slot(volume=ONE if even else None)
    since: int | None = None
    for passed in range(1, len(slots) + 1):
        seen = [*slots[:passed], *[unknown] * (len(slots) - passed)]
        margin = sure_margin(seen, maximum, way, cap)
        if margin is None or margin <= 0:
            since = None
        elif since is None:
            since = passed
    return since


def examine(window: Window) -> list[Noticed]:
    """The running day of every factor with a day limit."""
    found = []
    subject = window.subject
    for day in window.starts:
        if not window.current(day, "day") or not subject.judged:
            continue
        for factor in subject.factors:
            if not subject.in_force(factor, "day", day):
                continue
            noticed = _range(window, factor, day) if factor == PH else _mean(window, factor, day)
            if noticed is not None:
                found.append(noticed)
    return found


def _mean(window: Window, factor: str, day: datetime) -> Noticed | None:
    limit = against(window.subject, factor, "day", day, _conditions(window, day))
    slots = _slots(window, factor, day)
    hours = hours_of(day)
    values = {hour: slot.value for hour, slot in zip(hours, slots, strict=True) if slot.value is not None}
    if limit is None or not values:
        return None
    even = _even(window, factor)
    way = "same_hour" if even else window.rules.water_day_weighting
    volumes = {hour: slot.volume for hour, slot in zip(hours, slots, strict=True) if slot.volume is not None}
    weighted = None if even else weigh(hours, volumes, sorted(values), way).mean(values)
    so_far = weighted or mean(list(values.values()))
    if so_far is None or so_far.value() <= limit.maximum:
        return None
    cap = _cap(window)
    after = unavoidable_after(slots, limit.sure, way, cap, even)
    if after is None and len(values) < window.thresholds.forecast_hours:
        return None
    numbers = _numbers(so_far.value(), limit.maximum, "max", len(values), day, after)
    if not even and cap is None and volumes:
        fullest = max(volumes.values())
        if_so = unavoidable_after(slots, limit.sure, way, fullest, even)
        numbers["unavoidable_at_this_flow_from"] = _end(day, if_so)
        numbers["volume_an_hour_at_most"] = text(fullest)
    return _noticed(factor, day, numbers, values, limit)


def _range(window: Window, factor: str, day: datetime) -> Noticed | None:
    """pH has no mean: one valid hour outside the closed range and the day is exceeded, whatever comes (B.2)."""
    limits = [limit for limit in window.subject.in_force(factor, "day", day) if limit.condition is None]
    hours = hours_of(day)
    slots = _slots(window, factor, day)
    values = {hour: slot.value for hour, slot in zip(hours, slots, strict=True) if slot.value is not None}
    for place, hour in enumerate(hours):
        value = values.get(hour)
        for limit in limits:
            if value is None:
                continue
            if limit.maximum is not None and value > limit.maximum:
                bound, side = limit.maximum, "max"
            elif limit.minimum is not None and value < limit.minimum:
                bound, side = limit.minimum, "min"
            else:
                continue
            numbers = _numbers(value, bound, side, len(values), day, place + 1)
            return _noticed(factor, day, numbers, {hour: value}, Against(limit, bound, bound))
    return None


def _slots(window: Window, factor: str, day: datetime) -> list[Slot]:
    even = _even(window, factor)
    slots = []
    for hour in hours_of(day):
        slot = Slot(volume=ONE if even else _volume(window, hour))
        period = window.hours.get((factor, hour))
        if period is not None and period.status != MISSING:
            kept = period.after_marking
            value = kept.folded if window.subject.folds(factor) else kept.measured
            slot = replace(slot, value=value if period.valid else None, open=False)
        slots.append(slot)
    return slots


def _volume(window: Window, hour: datetime) -> Decimal | None:
    """What flowed in the hour; flow that came and is of no use weighs nothing, flow that may still come is not known."""
    flow = window.hours.get((FLOW, hour))
    if flow is None or flow.status == MISSING:
        return None
    volume = flow.inputs.get("volume")
    return ZERO if volume is None else Decimal(volume)


def _even(window: Window, factor: str) -> bool:
    subject = window.subject
    return subject.gas or factor in UNWEIGHTED or FLOW not in subject.factors


def _cap(window: Window) -> Decimal | None:
    """m3 an hour at the registered upper bound of the flow."""
    for bound in window.subject.options.bounds:
        if bound.factor == FLOW and bound.maximum is not None:
            return EXACT.multiply(bound.maximum, CUBIC_METRES_AN_HOUR)
    return None


def _conditions(window: Window, day: datetime) -> dict[str, Decimal]:
    """Means so far of the factors that decide which limit holds."""
    means = {}
    for factor in window.subject.condition_factors:
        found = mean([slot.value for slot in _slots(window, factor, day) if slot.value is not None])
        if found is not None:
            means[factor] = found.value()
    return means


def _numbers(
    value: Decimal, bound: Decimal, side: str, hours: int, day: datetime, after: int | None
) -> dict[str, Any]:
    return {
        "compared": text(value),
        "bound": text(bound),
        "bound_side": side,
        "hours": hours,
        "unavoidable_from": _end(day, after),
    }


def _end(day: datetime, passed: int | None) -> str | None:
    return None if passed is None else moment(day + passed * HOUR)


def _noticed(
    factor: str, day: datetime, numbers: dict[str, Any], values: dict[datetime, Decimal], limit: Against
) -> Noticed:
    evidence = {"hours": stretch(min(values), max(values) + HOUR)}
    return Noticed(factor, day, numbers, evidence, FORECAST.innocent_causes, limit.limit.key)


FORECAST = Rule(
    "hour_forecast",
    "day",
    ("hours",),
    examine,
    lambda _: set(),
    settings=("forecast_hours",),
    innocent_causes=("device_marked", "invalid_hours"),
    keeps_late=False,
    passes=True,
    trigger="hour",
)

"""数据超限值: minute, hourly and daily values outside what the instrument or plain sense allows (regulation.md D.1).

The bounds stand in the sites file with their source; without them nothing is noticed. A value outside is suspicious, not
exceeded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from alerts.rules.reading import clean, measured, moment, said, sent, text
from alerts.rules.shape import Noticed, Rule, Subjected, Window
from store.model import Bound


def crossed(bound: Bound, value: Decimal) -> tuple[Decimal, str] | None:
    """The side of a bound that a value is strictly beyond, or None."""
    if bound.maximum is not None and value > bound.maximum:
        return bound.maximum, "max"
    if bound.minimum is not None and value < bound.minimum:
        return bound.minimum, "min"
    return None


def minutes(window: Window) -> list[Noticed]:
    """Hours with valid minutes outside; the numbers are those of the farthest minute."""
    found = []
    for bound in window.subject.options.bounds:
        for start in window.starts:
            came = window.minutes.get((bound.factor, start))
            if came is None:
                continue
            outside = {at: side for at, value in came.valid.items() if (side := crossed(bound, value))}
            if outside:
                worst = max(outside, key=lambda at: (abs(came.valid[at] - outside[at][0]), at))
                numbers = _numbers(came.valid[worst], *outside[worst]) | {
                    "minutes": len(outside),
                    "at": moment(worst),
                }
                evidence = {"minutes": [moment(at) for at in outside]}
                found.append(_noticed(bound, start, numbers, evidence))
    return found


def periods(window: Window, span: str) -> list[Noticed]:
    """Hours or days whose measured value is outside."""
    found = []
    bounds = {bound.factor: bound for bound in window.subject.options.bounds}
    if not bounds:
        return []
    for period in window.periods(span):
        bound = bounds.get(period.factor)
        value = sent(period)
        if bound is None or value is None or not measured(period):
            continue
        side = crossed(bound, value)
        if side is not None:
            numbers = _numbers(value, *side) | {"folded": text(said(window.subject, period))}
            found.append(_noticed(bound, period.start, numbers, {f"{span}s": [moment(period.start)]}))
    return found


def _numbers(value: Decimal, limit: Decimal, side: str) -> dict[str, object]:
    return {"compared": text(value), "bound": text(limit), "bound_side": side}


def _noticed(
    bound: Bound, start: datetime, numbers: dict[str, object], evidence: Mapping[str, object]
) -> Noticed:
    return Noticed(bound.factor, start, numbers, evidence, ("device_marked",), clause=bound.source)


def whole_hours(window: Window) -> set[Subjected]:
    """Hours with enough minutes to say that it is over, none of them outside."""
    least = window.thresholds.forecast_minutes
    return {
        (factor, start)
        for (factor, start), came in window.minutes.items()
        if start in window.starts and came.valid_seconds >= least * 60
    }


_CAUSES = ("device_marked",)

MINUTE = Rule("bound_minute", "hour", ("minutes",), minutes, whole_hours, innocent_causes=_CAUSES)
HOUR_BOUND = Rule(
    "bound_hour",
    "hour",
    ("hours",),
    lambda window: periods(window, "hour"),
    lambda window: clean(window, "hour"),
    innocent_causes=_CAUSES,
)
DAY_BOUND = Rule(
    "bound_day",
    "day",
    ("days",),
    lambda window: periods(window, "day"),
    lambda window: clean(window, "day"),
    innocent_causes=_CAUSES,
)

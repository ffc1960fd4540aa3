"""数据缺失（日）: a day that cannot be formed because hours never came (regulation.md D.1, B.1, B.2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.judgement.values import MISSING, Period
from alerts.rules.reading import moment
from alerts.rules.shape import Noticed, Rule, Subjected, Window
from store.clock import DAY, HOUR


def examine(window: Window) -> list[Noticed]:
    """Days that are not valid and miss enough hours. A day that misses of every factor counts once for the outlet."""
    found = []
    for start in window.starts:
        periods = {period.factor: period for period in window.periods("day") if period.start == start}
        if not periods or not window.subject.judged or _explained(window, start):
            continue
        short = {
            factor: missing_hours(period) for factor, period in periods.items() if _short(window, period)
        }
        if len(short) == len(periods):
            hours = max(short.values())
            found.append(_noticed(None, start, {"hours": hours, "factors": sorted(short)}))
        else:
            limited = [factor for factor in short if any(of == factor for of, _ in window.subject.limits)]
            found += [_noticed(factor, start, {"hours": short[factor]}) for factor in limited]
    return found


def missing_hours(period: Period) -> int:
    """Hours of a judged day that never came."""
    return int(period.inputs.get("hours", {}).get(MISSING, 24 if period.status == MISSING else 0))


def _short(window: Window, period: Period) -> bool:
    return not period.valid and missing_hours(period) >= window.thresholds.missing_hours


def _explained(window: Window, day: datetime) -> bool:
    """Whether known outages leave too few hours of the day unexplained: they have an alert or a record of their own."""
    gone = timedelta(0)
    reached = day
    for start, end in sorted(window.known):
        here = max(reached, start)
        until = min(day + DAY, end)
        if until > here:
            gone += until - here
            reached = until
    least = window.thresholds.missing_hours * HOUR
    return gone > timedelta(0) and all(
        missing_hours(period) * HOUR - gone < least for period in window.periods("day") if period.start == day
    )


def _noticed(factor: str | None, start: datetime, numbers: dict[str, object]) -> Noticed:
    return Noticed(factor, start, numbers, {"days": [moment(start)]}, MISSING_DAY.innocent_causes)


def ends(window: Window) -> set[Subjected]:
    """A day of which enough came: of a factor for the factor, of any factor for the outlet."""
    came = {
        (period.factor, period.start)
        for period in window.periods("day")
        if missing_hours(period) < window.thresholds.missing_hours
    }
    return came | {(None, start) for _, start in came}


MISSING_DAY = Rule(
    "data_missing_day",
    "day",
    ("days", "outages"),
    examine,
    ends,
    settings=("missing_hours",),
    innocent_causes=("outlet_silent", "gateway_offline", "own_outage"),
    keeps_late=False,
)

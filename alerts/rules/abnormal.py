"""数据异常（负值、零值、超量程）: hourly values that no working monitor at a running source should give (regulation.md D.1)."""

from __future__ import annotations

from decimal import Decimal

from alerts.judgement.factors import OXYGEN, PH
from alerts.judgement.values import OVER_RANGE, Period
from alerts.rules.reading import clean, measured, moment, sent, still, stopped, stretch, text
from alerts.rules.shape import Noticed, Rule, Window
from store.clock import HOUR

BELOW_ZERO = frozenset({"w01010", "a01001", "a01007", "a01008", "a01012", "a01013"})
"""Factors that may be below zero: temperatures, and the static pressure of a stack (hj212.md §11)."""

LOW_CONFIRMED = "low_value_corrected"
"""Note of a judged hour: a low value that a passed standard check confirms (HJ 356-2019 6.1)."""

ZERO = Decimal(0)


def negative(window: Window) -> list[Noticed]:
    """负值: a value below zero of something that cannot be below zero."""
    return [
        _noticed(period, value, NEGATIVE)
        for period in window.periods("hour")
        if (value := _lowest(period)) is not None
        and value < ZERO
        and period.factor not in BELOW_ZERO
        and measured(period)
        and not _explained(window, period)
    ]


def zero(window: Window) -> list[Noticed]:
    """零值: exactly zero for the hour. Only of what a limit is set for, and of oxygen and pH, which are never zero."""
    return [
        _noticed(period, ZERO, ZERO_VALUE)
        for period in window.periods("hour")
        if sent(period) == ZERO
        and (period.factor in (OXYGEN, PH) or _limited(window, period.factor))
        and measured(period)
        and not _explained(window, period)
    ]


def over_range(window: Window) -> list[Noticed]:
    """超量程: the device says T for the hour, or for some of its minutes."""
    found = []
    for period in window.periods("hour"):
        seconds = int(period.inputs.get("seconds", {}).get(OVER_RANGE, 0))
        if period.status != OVER_RANGE and not seconds:
            continue
        numbers = {
            "value": text(sent(period)),
            "minutes": seconds // 60 or None,
            "hour": period.status == OVER_RANGE,
        }
        evidence = {"hours": [moment(period.start)]}
        found.append(Noticed(period.factor, period.start, numbers, evidence))
    return found


def _lowest(period: Period) -> Decimal | None:
    values = [value for value in (sent(period), period.reported.folded) if value is not None]
    return min(values, default=None)


def _limited(window: Window, factor: str) -> bool:
    return any(of == factor for of, _ in window.subject.limits)


def _explained(window: Window, period: Period) -> bool:
    """Whether one of the innocent causes applies."""
    return (
        LOW_CONFIRMED in period.reasons
        or stopped(window, period.start, period.factor)
        or still(window, period.start)
    )


def _noticed(period: Period, value: Decimal, rule: Rule) -> Noticed:
    return Noticed(
        period.factor,
        period.start,
        {"value": text(value)},
        {"hours": [moment(period.start)], "period": stretch(period.start, period.start + HOUR)},
        rule.innocent_causes,
    )


_CAUSES = ("device_marked", "source_stopped", "no_discharge", "low_value_confirmed")

NEGATIVE = Rule(
    "abnormal_negative",
    "hour",
    ("hours", "marks"),
    negative,
    lambda window: clean(window, "hour"),
    innocent_causes=_CAUSES,
)

ZERO_VALUE = Rule(
    "abnormal_zero",
    "hour",
    ("hours", "marks"),
    zero,
    lambda window: clean(window, "hour"),
    innocent_causes=_CAUSES,
)

OVER = Rule(
    "abnormal_over_range",
    "hour",
    ("hours",),
    over_range,
    lambda window: clean(window, "hour"),
)

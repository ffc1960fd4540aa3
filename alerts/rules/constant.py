"""数据异常（恒值）: the same value reading after reading (regulation.md D.1, D.4 *constant*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.judgement.factors import ANALYSED, FLOW, OXYGEN, PH
from alerts.rules.reading import clean, measured, moment, sent, still, stopped, text
from alerts.rules.shape import Noticed, Rule, Thresholds, Window
from store.clock import HOUR

WATCHED = frozenset({OXYGEN, PH, FLOW, "a00000", "a01011"})
"""Besides what a limit is set for: oxygen, pH, flow and velocity are never quite still. Temperature and pressure may be."""

REACH = 2
"""Hours in which a run of N is looked for, as a multiple of N: hours under checks and marks between are left out, not counted."""

MINUTES_REACH = timedelta(hours=2)
"""How far back a run of minutes is followed; sparser minutes than that are judged by the hours."""

Run = Sequence[tuple[datetime, Decimal]]


def examine(window: Window) -> list[Noticed]:
    """An hour shows it when the last N hourly values up to it are the same, or the last N minute values within it."""
    found = []
    for factor in window.subject.factors:
        if factor not in WATCHED and not any(of == factor for of, _ in window.subject.limits):
            continue
        values: dict[datetime, Decimal] = {}
        for of, hour in window.hours:
            if of == factor and (value := _hour_value(window, factor, hour)) is not None:
                values[hour] = value
        for start in window.starts:
            by_hours = _hours(values, start, window.thresholds.constant_hours)
            by_minutes = _minutes(window, factor, start)
            run, unit = (by_hours, "hour") if by_hours else (by_minutes, "minute")
            if run:
                found.append(_noticed(factor, start, run, unit))
    return found


def _hours(values: Mapping[datetime, Decimal], start: datetime, need: int) -> Run:
    """The last N values that count up to the hour from ``start`` when they are all the same; empty otherwise."""
    if start not in values:
        return ()
    run = [(start, values[start])]
    for place in range(1, REACH * need):
        hour = start - place * HOUR
        if hour not in values:
            continue
        if values[hour] != run[0][1]:
            return ()
        run.append((hour, values[hour]))
        if len(run) == need:
            return run[::-1]
    return ()


def _hour_value(window: Window, factor: str, hour: datetime) -> Decimal | None:
    """The value of an hour that counts: a measurement other than zero, of a source that runs, that can be told from zero."""
    period = window.hours.get((factor, hour))
    if period is None or not measured(period):
        return None
    value = sent(period)
    if value is None or _unremarkable(window, factor, hour, value) or _checked(window, factor, hour):
        return None
    return value


def _minutes(window: Window, factor: str, start: datetime) -> Run:
    """The last N valid minute values up to the newest of the hour when they are all the same; empty otherwise, and for what is
    analysed once an hour: the minutes repeat the last result."""
    need = window.thresholds.constant_minutes
    here = window.minutes.get((factor, start))
    if here is None or not here.valid or factor in ANALYSED:
        return ()
    run: list[tuple[datetime, Decimal]] = []
    hour = start
    while len(run) < need and start - hour < MINUTES_REACH:
        minutes = window.minutes.get((factor, hour))
        for at, value in reversed(list(minutes.valid.items()) if minutes is not None else []):
            if run and value != run[0][1]:
                return ()
            run.append((at, value))
            if len(run) == need:
                break
        hour -= HOUR
    if len(run) < need or _unremarkable(window, factor, start, run[0][1]):
        return ()
    return run[::-1]


def _unremarkable(window: Window, factor: str, hour: datetime, value: Decimal) -> bool:
    """Zero has its own rule; below the detection limit, at a standing source or without discharge nothing need move."""
    detection = window.subject.detection.get(factor)
    return (
        value == 0
        or (detection is not None and value <= detection)
        or stopped(window, hour, factor)
        or still(window, hour)
    )


def _checked(window: Window, factor: str, hour: datetime) -> bool:
    return any(check.factor == factor and hour <= check.checked_at < hour + HOUR for check in window.checks)


def _noticed(factor: str, start: datetime, run: Run, unit: str) -> Noticed:
    numbers = {"value": text(run[0][1]), "readings": len(run), "of": unit, "since": moment(run[0][0])}
    evidence = {f"{unit}s": [moment(at) for at, _ in run]}
    return Noticed(factor, start, numbers, evidence, CONSTANT.innocent_causes)


def _back(thresholds: Thresholds) -> timedelta:
    return max(REACH * thresholds.constant_hours * HOUR, MINUTES_REACH)


CONSTANT = Rule(
    "abnormal_constant",
    "hour",
    ("hours", "minutes", "marks", "checks"),
    examine,
    lambda window: clean(window, "hour"),
    settings=("constant_minutes", "constant_hours"),
    innocent_causes=(
        "device_marked",
        "standard_check",
        "zero_value",
        "below_detection",
        "source_stopped",
        "no_discharge",
    ),
    back=_back,
)

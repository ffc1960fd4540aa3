"""自动监测设备维护: hours in which the monitor was calibrated, serviced or faulty (regulation.md C.1, D.1). For the record."""

from __future__ import annotations

from datetime import datetime

from alerts.judgement.marks import INTERRUPTING
from alerts.judgement.values import MISSING
from alerts.rules.reading import moment, overlaps
from alerts.rules.shape import Noticed, Rule, Subjected, Window

STATES = frozenset({*INTERRUPTING, "power_failure", "comm_fault"})
"""Flags and labels of device marks that speak of the monitor, not of the source."""


def examine(window: Window) -> list[Noticed]:
    """One notice an hour for the whole outlet, with the states and the factors they concern."""
    found = []
    for start in window.starts:
        factors = {
            factor: states for factor in window.subject.factors if (states := _states(window, factor, start))
        }
        if factors:
            kinds = sorted({state for states in factors.values() for state in states})
            numbers = {
                "states": kinds,
                "factors": {factor: sorted(states) for factor, states in factors.items()},
            }
            found.append(Noticed(None, start, numbers, {"hours": [moment(start)]}))
    return found


def _states(window: Window, factor: str, start: datetime) -> set[str]:
    period = window.hours.get((factor, start))
    states: set[str] = set()
    if period is not None:
        states |= {period.status} | set(period.inputs.get("seconds", {}))
    states &= STATES
    states |= {
        mark.label
        for mark in window.marks
        if mark.category == "device" and mark.effective and mark.covers(factor) and overlaps(mark, start)
    }
    return states


def ends(window: Window) -> set[Subjected]:
    """An hour that was received."""
    received = {period.start for period in window.periods("hour") if period.status != MISSING}
    return {(None, start) for start in received}


MAINTENANCE = Rule(
    "device_maintenance",
    "hour",
    ("hours", "marks"),
    examine,
    ends,
    keeps_late=False,
)

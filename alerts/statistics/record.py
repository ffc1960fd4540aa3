"""A statistic as JSON: what the API answers and what is published.

Rates are in per cent, masses in kg; both are rounded once, half to even, after everything was decided on exact numbers.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from alerts.statistics.attainment import Attainment
from alerts.statistics.capture import REQUIRED, Capture
from alerts.statistics.emission import Emission, Part
from alerts.statistics.report import Statistic
from alerts.statistics.substitution import Substitute
from alerts.statistics.transmission import Transmission
from store.clock import DAY, HOUR
from store.rounding import half_even, shown

RATE_PLACES = 2
MEAN_PLACES = 4
"""Two more than most limits have; a mean of a month decides nothing."""

KG_PLACES = 6
"""Milligrams: an hour of mercury is a few grams."""


def numbers_of(statistic: Statistic, threshold: Decimal) -> dict[str, Any]:
    """The numbers of a statistic. ``threshold`` is the effective transmission rate that is asked for, in per cent."""
    mean = statistic.mean
    by_hour, by_day = statistic.by_hour, statistic.by_day
    return {
        "until": statistic.until.isoformat(),
        "complete": statistic.complete,
        "hours": _hours(statistic),
        "days": {"due": statistic.days_due, "valid": mean.days},
        "mean": {"measured": _mean(mean.measured), "folded": _mean(mean.folded)},
        "validity": _validity(statistic),
        "capture": None if statistic.capture is None else _capture(statistic.capture),
        "transmission": {
            "hours": transmission_numbers(statistic.transmission_hours, threshold),
            "days": None
            if statistic.transmission_days is None
            else transmission_numbers(statistic.transmission_days, threshold),
        },
        "attainment": {
            "hours": None if by_hour is None else _attainment(by_hour),
            "days": None if by_day is None else _attainment(by_day),
            "exceeded_hours": by_hour.exceeded if by_hour else 0,
            "exceeded_days": statistic.exceeded_days,
        },
        "emission": None
        if statistic.emission is None
        else _emission(statistic.emission, statistic.parts, HOUR if statistic.gas else DAY),
        "no_emission": statistic.no_mass,
    }


def transmission_numbers(counts: Transmission, threshold: Decimal) -> dict[str, Any]:
    """Counts and rates of a transmission; the effective rates show on which side of the threshold they are."""
    return {
        "due": counts.due,
        "in_time": counts.in_time,
        "received": counts.received,
        "valid": counts.valid,
        "stopped": counts.stopped,
        "standard_checks": counts.checks,
        "immediate": _rate(counts.immediate),
        "completed": _rate(counts.completed),
        "valid_rate": _rate(counts.valid_rate),
        "effective_immediate": _rate(counts.effective_immediate, threshold),
        "effective": _rate(counts.effective, threshold),
    }


def _hours(statistic: Statistic) -> dict[str, int]:
    counts = statistic.hours
    return {
        "due": counts.due,
        "valid": counts.valid,
        "undetermined": counts.undetermined,
        "invalid": counts.invalid,
        "missing": counts.missing,
        "stopped": counts.stopped,
    }


def _validity(statistic: Statistic) -> dict[str, Any] | None:
    found = statistic.validity
    if found is None:
        return None
    return {"valid": found.valid, "have": found.have, "need": found.need, "unit": found.unit}


def _capture(found: Capture) -> dict[str, Any]:
    return {
        "rate": _rate(found.rate, REQUIRED),
        "required": format(REQUIRED, "f"),
        "enough": found.at_least(REQUIRED),
        "hours": found.hours,
        "invalid": found.invalid,
        "stopped": found.stopped,
    }


def _attainment(found: Attainment) -> dict[str, Any]:
    return {
        "compliant": found.compliant,
        "exceeded": found.exceeded,
        "exempt": found.exempt,
        "invalid": found.invalid,
        "undetermined": found.undetermined,
        "missing": found.missing,
        "no_limit": found.no_limit,
        # 100.00 % must not hide one exceeded hour of many thousand.
        "rate": _rate(found.rate, Decimal(100)),
    }


def _emission(found: Emission, parts: tuple[Part, ...], period: timedelta) -> dict[str, Any]:
    return {
        "measured_kg": _kg(found.measured),
        "substituted_kg": _kg(found.substituted),
        "total_kg": _kg(found.total),
        "without": found.without,
        "substitutes": [_substitute(one, period) for one in found.substitutes],
        "parts": [
            {
                "start": part.start.isoformat(),
                "measured_kg": _kg(part.measured),
                "substituted_kg": _kg(part.substituted),
            }
            for part in parts
        ],
    }


def _substitute(one: Substitute, period: timedelta) -> dict[str, Any]:
    return {
        "from": one.starts[0].isoformat(),
        "to": (one.starts[-1] + period).isoformat(),
        "periods": len(one.starts),
        "each_kg": None if one.each is None else _kg(one.each),
        "way": one.way,
        "taken_at": None if one.taken_at is None else one.taken_at.isoformat(),
        "previous": one.previous,
    }


def _rate(value: Decimal | None, bound: Decimal | None = None) -> str | None:
    return None if value is None else shown(value, bound, RATE_PLACES)


def _mean(value: Decimal | None) -> str | None:
    return None if value is None else format(half_even(value, MEAN_PLACES), "f")


def _kg(value: Decimal) -> str:
    return format(half_even(value, KG_PLACES), "f")

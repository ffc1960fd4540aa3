"""The mass of one factor at one outlet: what was measured and what stands in, over all the time that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.statements import Statements, out_of_control
from alerts.statistics.capture import Capture, capture
from alerts.statistics.emission import (
    Emission,
    Part,
    emission,
    gas_hours,
    volume_of,
    water_days,
    water_hours,
    water_mass,
)
from alerts.statistics.facts import Facts
from alerts.statistics.spans import Span, span_of
from alerts.statistics.substitution import Substitute, substitute_day, substitute_hours
from store.clock import DAY, HOUR, day_start

GAS_FLOW = "a00000"
WATER_FLOW = "w00000"

MANUAL = "manual"
"""Status of a value that was entered by hand (flag S): no measurement, but manual data of a non-normal period (B.2)."""


@dataclass(frozen=True, slots=True)
class Mass:
    """kg of every period that has a mass, and what stands in for those that have none.

    Attributes
    ----------
    hourly : kg of the hours of water, shown inside a day; the mass of a day of water is its own (daily mean times volume)
    """

    measured: Mapping[datetime, Decimal]
    substitutes: Sequence[Substitute]
    hourly: Mapping[datetime, Decimal] | None = None

    def over(self, span: Span, periods: Sequence[datetime]) -> Emission:
        """The mass of a span, of which ``periods`` have ended."""
        return emission(span, periods, self.measured, self.substitutes, part_of(span))

    def hours_of(self, day: Span) -> tuple[Part, ...]:
        """The hours of a day of water, for display."""
        known = sorted(start for start in self.hourly or {} if day.start <= start < day.end)
        return tuple(Part(start, (self.hourly or {})[start], Decimal(0)) for start in known)


def part_of(span: Span) -> Callable[[datetime], datetime]:
    """The part of a span that a period is shown in: the hour in a day, the day in a month, the month beyond."""
    if span.name == "day":
        return lambda start: start
    return day_start if span.name == "month" else lambda start: span_of("month", start).start


def gas_mass(
    unit: Decimal,
    concentrations: Facts,
    flows: Facts,
    hours: Sequence[datetime],
    stopped: frozenset[datetime],
) -> Mass:
    """The mass of a stack by the hour.

    ``hours`` are all due hours that are known, far enough back to look for previous valid ones. The band of tables 5 and 6 goes
    by the hours that gave a mass: a broken flow meter loses the emission as much as a broken analyser.
    """
    masses = gas_hours(concentrations, flows, unit)
    known: dict[Span, Capture] = {}

    def captured(quarter: Span) -> Capture:
        if quarter not in known:
            inside = [hour for hour in hours if quarter.start <= hour < quarter.end]
            known[quarter] = capture(inside, masses, stopped)
        return known[quarter]

    return Mass(masses, substitute_hours(hours, masses, stopped, captured))


def water_mass_of(
    unit: Decimal,
    factor: str,
    means: Facts,
    daily_flows: Facts,
    values: Facts,
    hourly_flows: Facts,
    days: Sequence[datetime],
    stopped: frozenset[datetime],
    statements: Statements,
) -> Mass:
    """The mass of water by the day.

    Parameters
    ----------
    means, daily_flows : day facts of the factor and of the flow
    values, hourly_flows : hour facts of both
    days : due days, in order
    stopped : hours in which the source stood; a day of them alone has no mass and no gap
    """
    masses = water_days(means, daily_flows, unit)
    checks = statements.checks.get(factor, ())
    substitutes = []
    for day in days:
        if day in masses or all(day + number * HOUR in stopped for number in range(24)):
            continue
        passed = [check.checked_at for check in checks if check.passed and check.checked_at <= day]
        volume = volume_of(daily_flows.get(day))
        manual = [
            fact.reported
            for number in range(24)
            if (fact := values.get(day + number * HOUR)) is not None
            and fact.status == MANUAL
            and fact.reported is not None
        ]
        substitutes.append(
            substitute_day(
                day,
                masses,
                passed[-1] if passed else None,
                normal=not out_of_control(checks, day, day + DAY),
                manual=manual,
                kilograms=lambda mean, volume=volume: (  # type: ignore[misc]
                    None if volume is None else water_mass(mean, volume, unit)
                ),
            )
        )
    return Mass(masses, substitutes, water_hours(values, hourly_flows, unit))

"""The statistics of one outlet, put together from its material."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.statistics.attainment import Attainment, attainment, days_with_exceeded_hours
from alerts.statistics.capture import Capture, capture
from alerts.statistics.emission import Emission, Part, milligrams
from alerts.statistics.facts import Facts, stopped_hours
from alerts.statistics.mass import GAS_FLOW, WATER_FLOW, Mass, gas_mass, water_mass_of
from alerts.statistics.material import Material, Receipts, standard_check_hours
from alerts.statistics.spans import Span
from alerts.statistics.transmission import CHECKED_DAILY, Transmission, in_time_until, transmission
from alerts.statistics.validity import (
    Mean,
    Sufficiency,
    mean_of_days,
    month_of_gas,
    month_of_running_hours,
    month_of_water,
)
from store.clock import BEIJING, DAY, HOUR, day_start
from store.model import Outlet

RULE = "statistics/1"

NO_FLOW = "no_flow"
"""Why a concentration has no mass: the outlet measures no flow."""


@dataclass(frozen=True, slots=True)
class HourCounts:
    """The due hours of a span, each counted once; one in which the source stood counts as stopped, whatever its data say."""

    due: int
    valid: int
    undetermined: int
    invalid: int
    missing: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Statistic:
    """Everything that is counted of one factor over one span.

    Attributes
    ----------
    until : up to when the span is counted; its end once it is complete
    validity : of a month; None for other spans, no norm says when those are valid
    capture : of a quarter of a stack
    by_hour, by_day : attainment by the span of the verdicts; None where nothing is judged by it
    emission : None for a factor that is no concentration; ``no_mass`` says why a concentration has none
    parts : the mass in pieces
    """

    factor: str
    span: Span
    gas: bool
    until: datetime
    hours: HourCounts
    days_due: int
    mean: Mean
    validity: Sufficiency | None
    capture: Capture | None
    transmission_hours: Transmission
    transmission_days: Transmission | None
    by_hour: Attainment | None
    by_day: Attainment | None
    exceeded_days: int
    emission: Emission | None
    parts: tuple[Part, ...]
    no_mass: str | None

    @property
    def complete(self) -> bool:
        """Whether the whole span has passed."""
        return self.until >= self.span.end


class Report:
    """Makes the statistics of one outlet from one material; what spans share is worked out once.

    ``factors`` are those its monitor is registered for: a factor that only has a limit is measured by hand and never due.
    """

    def __init__(self, outlet: Outlet, material: Material) -> None:
        self.outlet = outlet
        self.factors = outlet.factors
        self._material = material
        self._gas = outlet.medium == "gas"
        self._stopped: dict[str, frozenset[datetime]] = {}
        self._masses: dict[str, Mass] = {}
        self._due: dict[Span, Sequence[datetime]] = {}

    def statistic(self, factor: str, span: Span) -> Statistic:
        """The statistics of one factor over one span."""
        hours, days = self._hours(span), self._days(span)
        facts, day_facts = self._facts(factor), self._material.days.get(factor, {})
        stopped = self._stood(factor)
        counts = _counts(hours, facts, stopped)
        mean = mean_of_days(days, day_facts)
        judged = self.outlet.judged
        by_day = attainment(days, day_facts, absent=None if self._gas else "missing") if judged else None
        emission, parts, no_mass = self._emission(factor, span, hours, days)
        exceeded = 0
        if judged:
            exceeded = (
                days_with_exceeded_hours(hours, facts) if self._gas else by_day.exceeded if by_day else 0
            )
        return Statistic(
            factor=factor,
            span=span,
            gas=self._gas,
            until=max(span.start, min(span.end, self._material.until)),
            hours=counts,
            days_due=len(days),
            mean=mean,
            validity=self._validity(span, mean, counts) if span.name == "month" else None,
            capture=self._capture(span, factor) if self._gas and span.name == "quarter" else None,
            transmission_hours=self._sent_hours(factor, hours),
            transmission_days=self._sent_days(factor, days),
            by_hour=attainment(hours, facts, absent="missing" if self._gas else None) if judged else None,
            by_day=by_day,
            exceeded_days=exceeded,
            emission=emission,
            parts=parts,
            no_mass=no_mass,
        )

    def begun_by(self, span: Span) -> bool:
        """Whether the outlet had begun to send before the end of a span."""
        return self._material.begun is not None and self._material.begun < span.end

    def transmission(self, span: Span) -> Transmission:
        """The hours of every factor of the outlet together."""
        hours = self._hours(span)
        return sum((self._sent_hours(factor, hours) for factor in self.factors), Transmission())

    def _hours(self, span: Span) -> Sequence[datetime]:
        if span not in self._due:
            begun = self._material.begun
            self._due[span] = [] if begun is None else span.hours(begun, self._material.until)
        return self._due[span]

    def _days(self, span: Span) -> list[datetime]:
        begun = self._material.begun
        return [] if begun is None else span.whole_days(begun, self._material.days_until)

    def _facts(self, factor: str) -> Facts:
        return self._material.hours.get(factor, {})

    def _stood(self, factor: str) -> frozenset[datetime]:
        """Hours in which the source stood, in all the time that was loaded."""
        if factor not in self._stopped:
            self._stopped[factor] = stopped_hours(factor, self._facts(factor), self._material.statements)
        return self._stopped[factor]

    def _validity(self, month: Span, mean: Mean, counts: HourCounts) -> Sufficiency:
        if not self._gas:
            return month_of_water(month, mean.days)
        if self.outlet.options.day_rule == "75pct_running":
            return month_of_running_hours(counts.valid, counts.due - counts.stopped)
        return month_of_gas(month, mean.days)

    def _capture(self, quarter: Span, factor: str) -> Capture:
        facts, hours = self._facts(factor), self._hours(quarter)
        valid = {start for start in hours if start in facts and facts[start].valid}
        return capture(hours, valid, self._stood(factor))

    def _sent_hours(self, factor: str, hours: Sequence[datetime]) -> Transmission:
        material, facts = self._material, self._facts(factor)
        receipts = material.hour_receipts.get(factor, {})
        checks: frozenset[datetime] = frozenset()
        if factor in CHECKED_DAILY:
            checks = standard_check_hours(material.statements, factor)
        return transmission(
            hours,
            stopped=self._stood(factor),
            checks=checks,
            in_time=_in_time(hours, receipts),
            received=receipts,
            valid={start for start in hours if start in facts and facts[start].valid},
        )

    def _sent_days(self, factor: str, days: Sequence[datetime]) -> Transmission | None:
        monitor = self.outlet.monitor
        if monitor is None or not monitor.cadence.day:
            return None
        facts, stood = self._material.days.get(factor, {}), self._stood(factor)
        receipts = self._material.day_receipts.get(factor, {})
        return transmission(
            days,
            stopped={day for day in days if all(day + number * HOUR in stood for number in range(24))},
            in_time=_in_time(days, receipts),
            received=receipts,
            valid={day for day in days if day in facts and facts[day].valid},
        )

    def _emission(
        self, factor: str, span: Span, hours: Sequence[datetime], days: Sequence[datetime]
    ) -> tuple[Emission | None, tuple[Part, ...], str | None]:
        unit = milligrams(factor)
        if unit is None:
            return None, (), None
        if (GAS_FLOW if self._gas else WATER_FLOW) not in self.factors:
            return None, (), NO_FLOW
        mass = self._mass(factor, unit)
        found = mass.over(span, hours if self._gas else days)
        inside_a_day = span.name == "day" and not self._gas
        return found, mass.hours_of(span) if inside_a_day else found.parts, None

    def _mass(self, factor: str, unit: Decimal) -> Mass:
        if factor not in self._masses:
            material = self._material
            begun = material.begun or material.until
            if self._gas:
                first = max(material.since.get(factor, begun), begun)
                hours = Span("all", first, material.until).hours(first, material.until)
                self._masses[factor] = gas_mass(
                    unit, self._facts(factor), self._facts(GAS_FLOW), hours, self._stood(factor)
                )
            else:
                self._masses[factor] = water_mass_of(
                    unit,
                    factor,
                    material.days.get(factor, {}),
                    material.days.get(WATER_FLOW, {}),
                    self._facts(factor),
                    self._facts(WATER_FLOW),
                    Span("all", begun, material.days_until).whole_days(begun, material.days_until),
                    self._stood(factor),
                    material.statements,
                )
        return self._masses[factor]


def _in_time(periods: Sequence[datetime], receipts: Receipts) -> set[datetime]:
    """The periods that came by 13:00 of the day after; periods come in order, so a day's moment is worked out once."""
    found: set[datetime] = set()
    day = until = datetime.min.replace(tzinfo=BEIJING)
    for start in periods:
        received_at = receipts.get(start)
        if received_at is None:
            continue
        if start - day >= DAY:
            day, until = day_start(start), in_time_until(start)
        if received_at <= until:
            found.add(start)
    return found


def _counts(hours: Sequence[datetime], facts: Facts, stopped: frozenset[datetime]) -> HourCounts:
    kinds = {"valid": 0, "undetermined": 0, "invalid": 0, "missing": 0, "stopped": 0}
    for hour in hours:
        fact = facts.get(hour)
        if hour in stopped:
            kinds["stopped"] += 1
        elif fact is None or fact.missing:
            kinds["missing"] += 1
        elif fact.valid:
            kinds["valid"] += 1
        else:
            kinds["undetermined" if fact.undetermined else "invalid"] += 1
    return HourCounts(due=len(hours), **kinds)

"""The cells of emission mass and of volume. Pure.

Mass is measured concentration times flow, never the folded one (regulation.md A.2). What stands in for invalid periods is added
and says so; a total that lacks periods which nothing stands in for says that it is too low.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from alerts.judgement.arithmetic import EXACT
from alerts.statistics.emission import (
    SECONDS_AN_HOUR,
    ZERO,
    Part,
    gas_hours,
    milligrams,
    water_days,
    water_hours,
)
from alerts.statistics.mass import GAS_FLOW, WATER_FLOW
from alerts.statistics.material import Material
from alerts.statistics.report import Report, Statistic
from alerts.statistics.spans import span_of
from api.console.reports.model import NOTHING, Cell, Sign
from api.console.reports.periods import Period
from api.console.reports.rounding import Places
from store.clock import day_start
from store.model import Outlet


@dataclass(frozen=True, slots=True)
class Masses:
    """Masses and volumes of one outlet over the time of one table."""

    outlet: Outlet
    of: Period
    places: Places
    material: Material
    report: Report
    _statistics: dict[str, Statistic] = field(default_factory=dict)
    _known: dict[str, frozenset[datetime]] = field(default_factory=dict)
    _volumes: dict[datetime, Decimal] = field(default_factory=dict)

    def mass(self, factor: str, start: datetime) -> Cell:
        """kg of one row."""
        part = {one.start: one for one in self._statistic(factor).parts}.get(start)
        if part is None or not self._anything(factor, part):
            return NOTHING
        total = EXACT.add(part.measured, part.substituted)
        signs = (Sign.SUBSTITUTED,) if part.substituted > 0 else ()
        return Cell(
            self.places.rounded(total, factor, "mass"), signs, Sign.SUBSTITUTED.means if signs else ""
        )

    def total(self, factor: str) -> Cell:
        """kg of the whole time: rounded once from the exact sum."""
        emission = self._statistic(factor).emission
        if emission is None or not any(self._anything(factor, part) for part in emission.parts):
            return NOTHING
        signs = [Sign.SUBSTITUTED] if emission.substituted > 0 else []
        if emission.without:
            signs.append(Sign.INCOMPLETE)
        return Cell(self.places.rounded(emission.total, factor, "mass"), tuple(signs))

    def volume(self, start: datetime) -> Cell:
        """m³ of one row."""
        found = self._volumes_by_row().get(start)
        return NOTHING if found is None else Cell(self.places.rounded(found, self._flow, "volume"))

    def total_volume(self) -> Cell:
        """m³ of the whole time."""
        found = self._volumes_by_row()
        if not found:
            return NOTHING
        total = ZERO
        for value in found.values():
            total = EXACT.add(total, value)
        signs = (Sign.INCOMPLETE,) if self._lacks_flow() else ()
        return Cell(self.places.rounded(total, self._flow, "volume"), signs)

    @property
    def _flow(self) -> str:
        return GAS_FLOW if self.outlet.medium == "gas" else WATER_FLOW

    def _statistic(self, factor: str) -> Statistic:
        if factor not in self._statistics:
            self._statistics[factor] = self.report.statistic(factor, self.of.span)
        return self._statistics[factor]

    def _anything(self, factor: str, part: Part) -> bool:
        """Whether a part has a mass at all: a sum of nothing is zero and would say that nothing was emitted."""
        return part.substituted > 0 or part.start in self._measured(factor)

    def _measured(self, factor: str) -> frozenset[datetime]:
        """The rows in which some period has a measured mass."""
        if factor not in self._known:
            unit = milligrams(factor) or Decimal(1)
            hours, days = self.material.hours, self.material.days
            periods: Mapping[datetime, Decimal]
            if self.outlet.medium == "gas":
                periods = gas_hours(hours.get(factor, {}), hours.get(GAS_FLOW, {}), unit)
            elif self.of.kind == "day":
                periods = water_hours(hours.get(factor, {}), hours.get(WATER_FLOW, {}), unit)
            else:
                periods = water_days(days.get(factor, {}), days.get(WATER_FLOW, {}), unit)
            self._known[factor] = frozenset(self._row_of(start) for start in periods)
        return self._known[factor]

    def _row_of(self, start: datetime) -> datetime:
        if self.of.kind == "day":
            return start
        return day_start(start) if self.of.kind == "month" else span_of("month", start).start

    def _volumes_by_row(self) -> Mapping[datetime, Decimal]:
        if not self._volumes:
            for start, value in self._volume_of_periods().items():
                if self.of.start <= start < self.of.end:
                    row = self._row_of(start)
                    self._volumes[row] = EXACT.add(self._volumes.get(row, ZERO), value)
        return self._volumes

    def _volume_of_periods(self) -> Mapping[datetime, Decimal]:
        """m³ by hour, and of water beyond a day by day."""
        if self.outlet.medium == "gas":
            return {
                start: EXACT.multiply(fact.measured, SECONDS_AN_HOUR)
                for start, fact in self.material.hours.get(GAS_FLOW, {}).items()
                if fact.valid and fact.measured is not None
            }
        facts = (self.material.hours if self.of.kind == "day" else self.material.days).get(WATER_FLOW, {})
        return {start: fact.volume for start, fact in facts.items() if fact.volume is not None}

    def _lacks_flow(self) -> bool:
        """Whether hours (of water beyond a day: days) that have passed have no volume."""
        begun = self.material.begun
        if begun is None:
            return False
        hourly = self.outlet.medium == "gas" or self.of.kind == "day"
        due = (
            self.of.span.hours(begun, self.material.until)
            if hourly
            else self.of.span.whole_days(begun, self.material.days_until)
        )
        known = self._volume_of_periods()
        return any(start not in known for start in due)

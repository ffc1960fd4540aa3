"""Mass emission in kg: measured concentration times flow, never the folded one (regulation.md A.2, B.1, B.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.arithmetic import EXACT
from alerts.statistics.facts import NO_DISCHARGE, Fact, Facts
from alerts.statistics.spans import Span
from alerts.statistics.substitution import Substitute
from store.factors import find_factor

SECONDS_AN_HOUR = Decimal(3600)
KG_PER_MG = Decimal("0.000001")
LITRES_PER_M3 = Decimal(1000)

_MG = {"mg": Decimal(1), "µg": Decimal("0.001"), "ng": Decimal("0.000001")}

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a span (hour, day or month): kg measured, and kg that stand in for invalid periods."""

    start: datetime
    measured: Decimal
    substituted: Decimal


@dataclass(frozen=True, slots=True)
class Emission:
    """The mass of one factor over a span.

    Attributes
    ----------
    parts : by hour for a day, by day for a month, by month beyond
    substitutes : what stands in, with what it was taken from
    without : periods (hours of gas, days of water) that have neither a measured nor a substituted mass
    """

    parts: tuple[Part, ...]
    substitutes: tuple[Substitute, ...]
    without: int

    @property
    def measured(self) -> Decimal:
        return _sum(part.measured for part in self.parts)

    @property
    def substituted(self) -> Decimal:
        return _sum(part.substituted for part in self.parts)

    @property
    def total(self) -> Decimal:
        """Measured and substituted together; too low when periods are ``without``."""
        return EXACT.add(self.measured, self.substituted)


def milligrams(factor: str) -> Decimal | None:
    """Milligrams in one unit of a concentration; None for a factor that is no concentration by volume."""
    known = find_factor(factor)
    if known is None or known.unit is None:
        return None
    amount, _, volume = known.unit.partition("/")
    return _MG.get(amount) if volume in ("m³", "L") else None


def gas_hour(concentration: Decimal, flow: Decimal, unit: Decimal) -> Decimal:
    """kg of one hour: mg/m3 (measured, dry) x dry standard flow in m3/s x 3600 s x 10^-6 (A.2)."""
    per_second = EXACT.multiply(EXACT.multiply(concentration, unit), flow)
    return EXACT.multiply(EXACT.multiply(per_second, SECONDS_AN_HOUR), KG_PER_MG)


def water_mass(concentration: Decimal, volume: Decimal, unit: Decimal) -> Decimal:
    """kg of a volume of water: mg/L x m3 x 10^-3."""
    return EXACT.multiply(
        EXACT.multiply(EXACT.multiply(concentration, unit), volume), EXACT.multiply(LITRES_PER_M3, KG_PER_MG)
    )


def gas_hours(concentrations: Facts, flows: Facts, unit: Decimal) -> dict[datetime, Decimal]:
    """kg of the hours whose concentration and flow are both measured."""
    return {
        start: gas_hour(fact.measured, flow.measured, unit)
        for start, fact in concentrations.items()
        if fact.measurable
        and fact.measured is not None
        and (flow := flows.get(start)) is not None
        and flow.valid
        and flow.measured is not None
    }


def water_hours(concentrations: Facts, flows: Facts, unit: Decimal) -> dict[datetime, Decimal]:
    """kg of the hours of water whose value is valid and whose volume is known."""
    return {
        start: water_mass(fact.measured, flow.volume, unit)
        for start, fact in concentrations.items()
        if fact.valid
        and fact.measured is not None
        and (flow := flows.get(start)) is not None
        and flow.volume is not None
    }


def water_days(means: Facts, flows: Facts, unit: Decimal) -> dict[datetime, Decimal]:
    """kg of the days of water: valid daily mean times the volume of the day; a day without discharge is zero and no gap (B.2)."""
    masses: dict[datetime, Decimal] = {}
    for start, fact in means.items():
        volume = volume_of(flows.get(start))
        if NO_DISCHARGE in fact.reasons:
            masses[start] = ZERO
        elif fact.valid and fact.measured is not None and volume is not None:
            masses[start] = water_mass(fact.measured, volume, unit)
    return masses


def volume_of(flow: Fact | None) -> Decimal | None:
    """m3 of a period; None when its flow is not known."""
    return None if flow is None else flow.volume


def emission(
    span: Span,
    periods: Sequence[datetime],
    measured: Mapping[datetime, Decimal],
    substitutes: Iterable[Substitute],
    part_of: Callable[[datetime], datetime],
) -> Emission:
    """Add up the mass of a span.

    Parameters
    ----------
    periods : the hours (gas) or days (water) of the span
    measured : kg by period, of any range
    substitutes : of any range; what lies outside the span is left out
    part_of : the part that a period belongs to
    """
    kept = tuple(inside for one in substitutes if (inside := one.within(span)) is not None)
    own: dict[datetime, Decimal] = {}
    stand_in: dict[datetime, Decimal] = {}
    for start in periods:
        part = part_of(start)
        own[part] = EXACT.add(own.get(part, ZERO), measured.get(start, ZERO))
    for one in kept:
        for start in one.starts:
            if one.each is not None:
                stand_in[part_of(start)] = EXACT.add(stand_in.get(part_of(start), ZERO), one.each)
    return Emission(
        parts=tuple(Part(part, own[part], stand_in.get(part, ZERO)) for part in sorted(own)),
        substitutes=kept,
        without=sum(len(one.starts) for one in kept if one.each is None),
    )


def _sum(values: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total

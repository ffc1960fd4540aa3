"""The columns of a report table: what is shown of each factor of an outlet, in which order. Pure.

Stacks have of each pollutant the measured and, where the outlet folds, the folded concentration and the mass; then flow, oxygen,
temperature, moisture, pressure and velocity as the outlet measures them. Water has concentration and mass, flow and volume.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.factors import FOLDED
from alerts.statistics.emission import milligrams
from alerts.statistics.mass import GAS_FLOW, WATER_FLOW
from api.console import words
from api.console.bound import bounds_text, condition_text
from api.console.reports.model import Group, Head, Measure
from store.model import Limit, Outlet
from store.texts import text

_AFTER = ("a00000", "w00000", "a19001", "a01012", "a01014", "a01013", "a01011")
"""The order of what is no concentration: flow, oxygen, temperature, moisture, pressure, velocity; others follow."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An outlet as its reports show it."""

    outlet: Outlet

    @property
    def gas(self) -> bool:
        return self.outlet.medium == "gas"

    @property
    def flow(self) -> str:
        """The code of its flow, which it may not measure."""
        return GAS_FLOW if self.gas else WATER_FLOW

    @property
    def has_flow(self) -> bool:
        return self.flow in self.outlet.factors

    def factors(self) -> list[str]:
        """Pollutants first, then flow and the rest."""
        pollutants = [code for code in self.outlet.factors if milligrams(code) is not None]
        others = [code for code in self.outlet.factors if code not in pollutants]
        known = [code for code in _AFTER if code in others]
        return [*pollutants, *known, *(code for code in others if code not in known)]

    def groups(self, *, minutes: bool = False) -> tuple[Group, ...]:
        """The columns; a table of minutes has neither mass nor volume."""
        return tuple(
            Group(words.factor_name(code), tuple(self._heads(code, minutes))) for code in self.factors()
        )

    def _heads(self, factor: str, minutes: bool) -> Iterator[Head]:
        unit = words.factor_unit(factor)
        judged = self.outlet.judged and any(limit.factor == factor for limit in self.outlet.limits)
        if milligrams(factor) is None:
            yield self._head(factor, "value", unit, judged)
            if factor == self.flow and not minutes:
                yield self._head(factor, "volume", "m³", False)
            return
        folds = self.outlet.oxygen_reference is not None and factor in FOLDED
        yield self._head(factor, "measured", unit, judged and not folds)
        if folds:
            yield self._head(factor, "folded", unit, judged)
        if self.has_flow and not minutes:
            yield self._head(factor, "mass", "kg", False)

    def _head(self, factor: str, measure: Measure, unit: str, judged: bool) -> Head:
        return Head(factor, measure, text(f"console.reports.measure.{measure}"), unit, judged)


def limits_over(outlet: Outlet, factor: str, start: datetime, end: datetime) -> list[Limit]:
    """The limits of a factor that are in force at some time of [start, end), those of an instant left out: they only alert."""
    return [
        limit
        for limit in outlet.limits
        if limit.factor == factor
        and limit.basis != "instant"
        and limit.valid_from < end
        and (limit.valid_to is None or limit.valid_to > start)
    ]


def limits_text(outlet: Outlet, factor: str, start: datetime, end: datetime) -> str:
    """The limits in words: ``≤ 200（小时）``; a limit that begins or ends within the time says when."""
    said: list[str] = []
    for limit in limits_over(outlet, factor, start, end):
        parts = [text(f"console.basis.{limit.basis}")]
        if limit.condition is not None:
            parts.append(condition_text(limit.condition))
        if limit.valid_from > start:
            parts.append(text("console.reports.limit_from", day=words.day_label(limit.valid_from)))
        if limit.valid_to is not None and limit.valid_to < end:
            parts.append(text("console.reports.limit_to", day=words.day_label(limit.valid_to)))
        bounds = bounds_text(limit.minimum, limit.maximum)
        said.append(
            text("console.reports.limit", bounds=bounds, what=text("console.reports.and").join(parts))
        )
    return text("console.reports.or").join(dict.fromkeys(said))


def bounds_at(outlet: Outlet, factor: str, start: datetime, end: datetime) -> list[Decimal]:
    """Every bound that a value of this time may have been compared with."""
    return [
        bound
        for limit in limits_over(outlet, factor, start, end)
        for bound in (limit.minimum, limit.maximum)
        if bound is not None
    ]

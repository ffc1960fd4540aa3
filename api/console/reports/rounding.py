"""With how many decimals a report shows what. Pure.

Regulation and standards that are known here name none (regulation.md A.1 says only: half to even, once, and enough to see the
side of the limit). So values have the decimals that HJ 212-2017 declares for the factor, concentrations at least one, or those of
the setting; masses those of the setting. The report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from alerts.statistics.emission import milligrams
from api.console.reports.model import Measure
from store.factors import find_factor
from store.rounding import PLACES, deciding, decimals_of, half_even

CONCENTRATION_PLACES = 1
"""HJ 212 declares particulate matter without decimals, which would hide most of what an ultra-low stack emits."""

VOLUME_PLACES = 0
"""Cubic metres are shown whole."""


@dataclass(frozen=True, slots=True)
class Places:
    """Decimals: by factor where the setting names it, and of masses in kg."""

    mass: int
    by_factor: Mapping[str, int] = field(default_factory=dict)

    def of(self, factor: str, measure: Measure) -> int:
        """The decimals of a column."""
        if measure == "mass":
            return self.mass
        if measure == "volume":
            return VOLUME_PLACES
        if factor in self.by_factor:
            return self.by_factor[factor]
        known = find_factor(factor)
        if known is None or known.decimals is None:
            return PLACES
        return known.decimals if milligrams(factor) is None else max(CONCENTRATION_PLACES, known.decimals)

    def rounded(
        self, value: Decimal, factor: str, measure: Measure, bounds: Iterable[Decimal] = ()
    ) -> Decimal:
        """The value as it is shown: half to even, with as many more decimals as show its side of every bound."""
        places = self.of(factor, measure)
        shown = half_even(value, places)
        for bound in bounds:
            closer = deciding(value, bound, places)
            if decimals_of(closer) > decimals_of(shown):
                shown = closer
        return shown

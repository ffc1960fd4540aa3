"""An outlet as the judgement sees it: its factors, its limits by factor and basis, and how its monitor reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from alerts.judgement.factors import FOLDED
from store.model import DEFAULTS, Exemption, Limit, Options, Outlet


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged. Made once for each version of the registry.

    Attributes
    ----------
    judged : False for an inlet: it gets period values but no verdicts
    reports_hour : whether hour frames are due; without them an hour is judged from its minutes as soon as it has ended
    minute_seconds : registered spacing of minute readings; None = none are due
    condition_factors : factors whose values decide which limits hold
    detection : detection limits by factor, in the factor's unit
    """

    outlet_key: int
    outlet_id: str
    gas: bool
    judged: bool
    oxygen_reference: Decimal | None
    missing_flag: str
    reports_hour: bool
    minute_seconds: int | None
    factors: tuple[str, ...]
    limits: Mapping[tuple[str, str], tuple[Limit, ...]]
    exemptions: tuple[Exemption, ...] = ()
    options: Options = DEFAULTS
    condition_factors: tuple[str, ...] = ()
    detection: Mapping[str, Decimal] = field(default_factory=dict)

    def folds(self, factor: str) -> bool:
        """Whether this factor is converted to the reference oxygen here."""
        return self.gas and self.oxygen_reference is not None and factor in FOLDED

    def in_force(self, factor: str, basis: str, moment: datetime) -> list[Limit]:
        """Every limit of the factor and basis in force at ``moment``; all of them are judged (A.1: keep all candidates)."""
        return [limit for limit in self.limits.get((factor, basis), ()) if limit.in_force(moment)]


def subject_of(outlet: Outlet) -> Subject:
    """The subject of a registered outlet."""
    limits: dict[tuple[str, str], tuple[Limit, ...]] = {}
    for limit in outlet.limits:
        place = (limit.factor, limit.basis)
        limits[place] = (*limits.get(place, ()), limit)
    monitor = outlet.monitor
    return Subject(
        outlet_key=outlet.key,
        outlet_id=outlet.id,
        gas=outlet.medium == "gas",
        judged=outlet.judged,
        oxygen_reference=outlet.oxygen_reference,
        missing_flag=monitor.missing_flag if monitor else "undetermined",
        reports_hour=monitor.cadence.hour if monitor else True,
        minute_seconds=monitor.cadence.minute if monitor else None,
        factors=tuple(dict.fromkeys((*outlet.factors, *(limit.factor for limit in outlet.limits)))),
        limits=limits,
        exemptions=outlet.exemptions,
        options=outlet.options,
        condition_factors=tuple(
            dict.fromkeys(
                limit.condition.factor
                for limit in outlet.limits
                if limit.condition is not None and limit.condition.factor is not None
            )
        ),
        detection=dict(outlet.options.detection),
    )

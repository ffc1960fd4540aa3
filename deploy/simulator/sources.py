"""What the simulator plays: one :class:`Source` for each outlet with a monitor, from a sites file or from the registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from deploy.simulator import physics
from store.errors import NotFound
from store.model import Cadence, Outlet, Registry, Site
from store.sitesentries import OutletEntry, SiteEntry
from store.sitesfile import SitesFile


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet and its logger.

    Attributes
    ----------
    oxygen_reference : percent O2 that concentrations are folded to, None = not folded
    ceilings : the laxest maximum of each limited factor; what the exceedance scenario goes beyond
    bounds : the upper bound of factors that have one (instrument range); what the out-of-bounds scenario goes beyond
    """

    site: str
    outlet: str
    industry: str
    medium: str
    judged: bool
    oxygen_reference: float | None
    factors: tuple[str, ...]
    ceilings: tuple[tuple[str, float], ...]
    bounds: tuple[tuple[str, float], ...]
    mn: str
    gateway: str
    protocol: str
    password: str | None = field(repr=False)
    sm4_key: bytes | None = field(repr=False)
    timestamps: str
    cadence: Cadence

    def ceiling(self, factor: str) -> float | None:
        """The laxest maximum of a factor, or None when nothing limits it."""
        return dict(self.ceilings).get(factor)

    def says_checks(self) -> bool:
        """Whether its logger tells of the nightly standard check (CN 2062): water, with a dialect that numbers its frames."""
        return self.medium == "water" and self.protocol in ("2017", "2025")

    def process(self, seed: int) -> physics.Process:
        """The physics of this outlet for a seed."""
        if self.medium == "gas":
            if self.industry == "thermal_power":
                return physics.coal_boiler(seed, self.outlet)
            folds = self.oxygen_reference is not None
            return (physics.kiln_tail if folds else physics.kiln_head)(seed, self.outlet)
        if self.industry == "township_wwtp":
            return physics.township_station(seed, self.outlet)
        return (physics.wwtp_outlet if self.judged else physics.wwtp_inlet)(seed, self.outlet)


def sources(sites: SitesFile | Registry, only: Sequence[str] | None = None) -> tuple[Source, ...]:
    """Every outlet that has a monitor, in order; ``only`` keeps those whose outlet, site or gateway id is named.

    The payload of the ``neuron`` protocol has no logger here, so outlets with it are left out. Raises NotFound for a name in
    ``only`` that fits nothing.
    """
    found = tuple(
        source
        for source in (_file_sources(sites) if isinstance(sites, SitesFile) else _registry_sources(sites))
        if source.protocol != "neuron"
    )
    if only is None:
        return found
    for name in only:
        if not any(name in (source.outlet, source.site, source.gateway) for source in found):
            known = ", ".join(source.outlet for source in found)
            raise NotFound(
                f"There is no outlet, site or gateway {name!r} to simulate; known outlets are {known}.",
                code="outlet_not_found",
                outlet=name,
            )
    return tuple(source for source in found if {source.outlet, source.site, source.gateway} & set(only))


def _ceilings(limits: Sequence[tuple[str, Decimal | None]]) -> tuple[tuple[str, float], ...]:
    laxest: dict[str, float] = {}
    for factor, maximum in limits:
        if maximum is not None:
            laxest[factor] = max(float(maximum), laxest.get(factor, 0.0))
    return tuple(laxest.items())


def _file_sources(sites: SitesFile) -> Iterator[Source]:
    for site in sites.sites:
        for outlet in site.outlets:
            if outlet.monitor is not None:
                yield _from_entry(site, outlet)


def _from_entry(site: SiteEntry, outlet: OutletEntry) -> Source:
    monitor = outlet.monitor
    assert monitor is not None
    cadence = monitor.cadence
    return Source(
        site=site.id,
        outlet=outlet.id,
        industry=site.industry,
        medium=outlet.medium,
        judged=outlet.judged,
        oxygen_reference=None if outlet.oxygen_reference is None else float(outlet.oxygen_reference),
        factors=outlet.factors,
        ceilings=_ceilings([(limit.factor, limit.maximum) for limit in outlet.limits]),
        bounds=_ceilings([(bound.factor, bound.maximum) for bound in outlet.bounds]),
        mn=monitor.mn,
        gateway=monitor.gateway,
        protocol=monitor.protocol,
        password=monitor.password,
        sm4_key=None if monitor.sm4_key is None else bytes.fromhex(monitor.sm4_key),
        timestamps=monitor.timestamps,
        cadence=Cadence(cadence.realtime, cadence.minute, cadence.hour, cadence.day),
    )


def _registry_sources(registry: Registry) -> Iterator[Source]:
    for site in registry.sites:
        for outlet in site.outlets:
            if outlet.monitor is not None:
                yield _from_outlet(site, outlet)


def _from_outlet(site: Site, outlet: Outlet) -> Source:
    monitor = outlet.monitor
    assert monitor is not None
    return Source(
        site=site.id,
        outlet=outlet.id,
        industry=site.industry,
        medium=outlet.medium,
        judged=outlet.judged,
        oxygen_reference=None if outlet.oxygen_reference is None else float(outlet.oxygen_reference),
        factors=outlet.factors,
        ceilings=_ceilings([(limit.factor, limit.maximum) for limit in outlet.limits]),
        bounds=_ceilings([(bound.factor, bound.maximum) for bound in outlet.options.bounds]),
        mn=monitor.mn,
        gateway=monitor.gateway,
        protocol=monitor.protocol,
        password=monitor.password,
        sm4_key=monitor.sm4_key,
        timestamps=monitor.timestamps,
        cadence=monitor.cadence,
    )

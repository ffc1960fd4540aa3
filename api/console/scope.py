"""What one caller may see: the registry narrowed to their sites, and the facts of the overview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from api.access import Principal
from api.console import reads
from api.console.overview import Facts, judged_span, shown_kind
from store.database import Connection
from store.model import Outlet, Registry
from store.registry import load_registry


def visible_registry(connection: Connection, principal: Principal, now: datetime) -> Registry:
    """The registry as it is now; a company's holds its own site only, so that nothing else can be found through it."""
    registry = load_registry(connection, at=now)
    if principal.site_key is None:
        return registry
    own = tuple(site for site in registry.sites if site.key == principal.site_key)
    return replace(registry, sites=own, gateways=())


def facts_of(connection: Connection, outlets: Iterable[Outlet], now: datetime) -> Facts:
    """States, newest readings and newest verdicts of these outlets."""
    shown = tuple(outlets)
    states = reads.outlet_states(connection)
    wanted = [
        (outlet.key, kind, factor, states[outlet.key][kind]["data_time"])
        for outlet in shown
        if (kind := shown_kind(states.get(outlet.key, {}))) is not None
        for factor in outlet.factors
    ]
    judged = [
        (outlet.key, factor, judged_span(outlet))
        for outlet in shown
        if outlet.judged
        for factor in sorted({limit.factor for limit in outlet.limits})
    ]
    return Facts(
        at=now,
        outlet_states=states,
        gateway_states=reads.gateway_states(connection),
        readings=reads.latest_readings(connection, wanted),
        verdicts=reads.latest_verdicts(connection, judged, now),
    )

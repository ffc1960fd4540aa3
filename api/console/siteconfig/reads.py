"""Rows of the pages of limits and sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from api.access import Principal
from api.console.siteconfig.moments import Moments
from store.database import Connection, rows
from store.model import Registry
from store.queries import queries
from store.registry import load_registry

Row = dict[str, Any]
ByOutlet = Mapping[int, list[Row]]


def registry_at(connection: Connection, principal: Principal, moments: Moments) -> Registry:
    """The registry at one moment as believed at another; a company's holds its own site only."""
    registry = load_registry(connection, at=moments.at, known_at=moments.known_at)
    if principal.site_key is None:
        return registry
    own = tuple(site for site in registry.sites if site.key == principal.site_key)
    return replace(registry, sites=own, gateways=())


def records(connection: Connection, statement: str, outlet_keys: Sequence[int]) -> ByOutlet:
    """Every record of some outlets, by outlet."""
    found: dict[int, list[Row]] = defaultdict(list)
    with rows(connection) as cursor:
        for row in cursor.execute(
            queries("console_siteconfig")[statement], {"outlet_keys": list(outlet_keys)}
        ):
            found[row["outlet_key"]].append(row)
    return found

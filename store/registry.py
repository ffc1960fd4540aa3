"""Reading the registry as a snapshot of two moments: when it holds, and when it was believed."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from store.database import Connection, rows
from store.model import Authority, Exemption, Limit, Listing, Registry, Site
from store.queries import queries
from store.registryrows import exemption_of, limit_of, monitor_of, outlet_of


def load_registry(connection: Connection, *, at: datetime, known_at: datetime | None = None) -> Registry:
    """What was registered at ``at``, as it was believed at ``known_at`` (default: the present belief).

    Limits and listings come whole, of any valid time, because data of every age are judged: ask ``in_force``.
    """
    sql = queries("registry")
    # A belief recorded in this very moment counts, whatever clock wrote it: the far future stands for "now".
    times = {"at": at, "known_at": known_at or datetime.max.replace(year=9000, tzinfo=at.tzinfo)}
    with rows(connection) as cursor:

        def fetch(name: str) -> list[dict[str, Any]]:
            return cursor.execute(sql[name], times).fetchall()

        limits: dict[int, list[Limit]] = defaultdict(list)
        for row in fetch("limits_believed"):
            limits[row["outlet_key"]].append(limit_of(row))
        exemptions: dict[int, list[Exemption]] = defaultdict(list)
        for row in fetch("exemptions_believed"):
            exemptions[row["outlet_key"]].append(exemption_of(row))
        monitors = {row["outlet_key"]: monitor_of(row) for row in fetch("monitors_in_force")}
        listings: dict[int, list[Listing]] = defaultdict(list)
        for row in fetch("listings_believed"):
            site_key = row.pop("site_key")
            listings[site_key].append(Listing(**row))
        outlets: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in fetch("outlets_in_force"):
            outlets[row["site_key"]].append(row)
        sites = tuple(
            Site(
                **site,
                positive_list=tuple(listings[site["key"]]),
                outlets=tuple(
                    outlet_of(
                        row,
                        site["id"],
                        monitors.get(row["key"]),
                        tuple(limits[row["key"]]),
                        tuple(exemptions[row["key"]]),
                    )
                    for row in outlets[site["key"]]
                ),
            )
            for site in fetch("sites_in_force")
        )
        authority = fetch("authority_in_force")
        gateways = tuple(row["id"] for row in fetch("gateways_in_use"))
    return Registry(
        sites=sites,
        gateways=gateways,
        authority=Authority(authority[0]["district"], authority[0]["city"]) if authority else None,
    )

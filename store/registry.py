"""Reading the registry as a snapshot of two moments: when it holds, and when it was believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from store.database import Connection, rows
from store.model import (
    Authority,
    Cadence,
    Condition,
    Exemption,
    Limit,
    Listing,
    Monitor,
    Outlet,
    Registry,
    Site,
)
from store.options import decimal_text, given, options_of
from store.queries import queries


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
            limits[row["outlet_key"]].append(_limit(row))
        exemptions: dict[int, list[Exemption]] = defaultdict(list)
        for row in fetch("exemptions_believed"):
            exemptions[row["outlet_key"]].append(Exemption(**{**row, "factors": tuple(row["factors"])}))
        monitors = {row["outlet_key"]: _monitor(row) for row in fetch("monitors_in_force")}
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
                    _outlet(
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


def _outlet(
    row: Mapping[str, Any],
    site_id: str,
    monitor: Monitor | None,
    limits: tuple[Limit, ...],
    exemptions: tuple[Exemption, ...],
) -> Outlet:
    return Outlet(
        key=row["key"],
        id=row["id"],
        site_key=row["site_key"],
        site_id=site_id,
        name=row["name"],
        medium=row["medium"],
        oxygen_reference=row["oxygen_reference"],
        factors=tuple(row["factors"]),
        judged=row["judged"],
        monitor=monitor,
        limits=limits,
        note=row["note"],
        exemptions=exemptions,
        options=options_of(row["options"]),
    )


def _monitor(row: Mapping[str, Any]) -> Monitor:
    return Monitor(
        outlet_key=row["outlet_key"],
        mn=row["mn"],
        gateway=row["gateway"],
        protocol=row["protocol"],
        password=row["password"],
        sm4_key=bytes.fromhex(row["sm4_key"]) if row["sm4_key"] else None,
        previous_sm4_key=bytes.fromhex(row["previous_sm4_key"]) if row["previous_sm4_key"] else None,
        timestamps=row["timestamps"],
        missing_flag=row["missing_flag"],
        acknowledge_crc=row["acknowledge_crc"],
        cadence=Cadence(
            row["realtime_seconds"], row["minute_seconds"], row["reports_hour"], row["reports_day"]
        ),
    )


def _limit(row: Mapping[str, Any]) -> Limit:
    return Limit(**{**row, "condition": condition_of(row["condition"])})


def condition_of(stored: Mapping[str, str] | None) -> Condition | None:
    """The condition of a limit from its stored JSON."""
    if stored is None:
        return None
    above, at_most = stored.get("above"), stored.get("at_most")
    built_by, built_from = stored.get("built_by"), stored.get("built_from")
    return Condition(
        stored.get("factor"),
        None if above is None else Decimal(above),
        None if at_most is None else Decimal(at_most),
        None if built_by is None else date.fromisoformat(built_by),
        None if built_from is None else date.fromisoformat(built_from),
    )


def condition_record(condition: Condition) -> dict[str, str]:
    """A condition as JSON; the way back is :func:`condition_of`."""
    return given(
        factor=condition.factor,
        above=decimal_text(condition.above),
        at_most=decimal_text(condition.at_most),
        built_by=condition.built_by and condition.built_by.isoformat(),
        built_from=condition.built_from and condition.built_from.isoformat(),
    )

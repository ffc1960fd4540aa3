"""``/sites`` and ``/config/sites/{id}``: units, outlets and their dated records."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.positivelist.reads import records as listing_records
from api.console.positivelist.views import record_rows
from api.console.siteconfig import reads, views
from api.console.siteconfig.moments import Day, moments_of
from api.context import ServicesHere
from api.permissions import Permission
from store import clock

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.SITES_READ)]


@router.get("/sites")
def site_list(
    request: Request, services: ServicesHere, principal: Reader, at: Day = "", known: Day = ""
) -> Response:
    """The units at a moment, as believed at a moment."""
    now = clock.now()
    moments = moments_of(at, known, now)
    with services.database.read() as connection:
        registry = reads.registry_at(connection, principal, moments)
    return render(
        request,
        "siteconfig/list.html",
        principal,
        page="sites",
        moments=moments,
        asked=bool(at or known),
        sites=views.site_rows(registry, moments),
        company=principal.site_key is not None,
    )


@router.get("/config/sites/{site_id}")
def site_records(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    site_id: str,
    at: Day = "",
    known: Day = "",
) -> Response:
    """One unit: what was in force at a moment, and every record that was ever made of it."""
    now = clock.now()
    moments = moments_of(at, known, now)
    with services.database.read() as connection:
        registry = reads.registry_at(connection, principal, moments)
        # A limit may be older than the registration of its unit here: the unit is then shown as it is now.
        registered = any(site.id == site_id for site in registry.sites)
        if not registered:
            registry = reads.registry_at(connection, principal, moments_of("", "", now))
        site = registry.site(site_id)
        keys = [outlet.key for outlet in site.outlets]
        limits = reads.records(connection, "limit_records", keys)
        exemptions = reads.records(connection, "exemption_records", keys)
        monitors = reads.records(connection, "monitor_records", keys)
        listings = []
        if principal.may(Permission.TASKS_READ):
            listings = listing_records(connection, site_key=principal.site_key, site=site_id, at=moments.at)
    return render(
        request,
        "siteconfig/site.html",
        principal,
        page="sites",
        moments=moments,
        asked=bool(at or known),
        site=site,
        registered=registered,
        facts=views.site_facts(site),
        outlets=views.outlet_views(site.outlets, limits, exemptions, monitors, moments),
        listings=record_rows(listings, registry),
    )

"""``/sites/{site_id}``: one unit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.scope import facts_of, visible_registry
from api.console.unit import model
from api.context import ServicesHere
from api.permissions import Permission
from store import clock

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

SitesReader = Annotated[Principal, requires(Permission.SITES_READ)]


@router.get("/sites/{site_id}")
def unit_page(request: Request, services: ServicesHere, principal: SitesReader, site_id: str) -> Response:
    """Facts, outlets with their values, alerts, tasks and visits, compliance, statistics and marks of a unit."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        site = registry.site(site_id)
        facts = facts_of(connection, site.outlets, now)
        found = model.unit(connection, services, registry, site, principal, facts)
    return render(request, "unit/unit.html", principal, page="overview", **found)

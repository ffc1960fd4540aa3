"""``/``: the overview, and the parts of it that the event stream refreshes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.overview import model
from api.console.overview.cards import site_card
from api.console.pages import render
from api.console.scope import facts_of, visible_registry
from api.context import ServicesHere
from api.permissions import Permission
from store import clock

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

SitesReader = Annotated[Principal, requires(Permission.SITES_READ)]
WALL = "wall"


@router.get("/")
def overview(
    request: Request,
    services: ServicesHere,
    principal: SitesReader,
    display: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    """The units, the open alerts and what is overdue; for a company first its duties. ``display=wall``: for a big screen."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        facts = facts_of(connection, registry.outlets(), now)
        found = model.whole(connection, services, registry, principal, facts)
    template = "overview/wall.html" if display == WALL else "overview/overview.html"
    return render(request, template, principal, page="overview", **found)


@router.get("/fragments/strip")
def strip_fragment(request: Request, services: ServicesHere, principal: SitesReader) -> Response:
    """The line of figures at the top."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        # The line counts connections; it is asked for often and needs no values.
        found = model.strip(connection, services, registry, principal, facts_of(connection, (), now))
    return render(request, "overview/strip.html", principal, **found)


@router.get("/fragments/sites/{site_id}")
def site_fragment(request: Request, services: ServicesHere, principal: SitesReader, site_id: str) -> Response:
    """The card of one unit."""
    now = clock.now()
    with services.database.read() as connection:
        site = visible_registry(connection, principal, now).site(site_id)
        facts = facts_of(connection, site.outlets, now)
        card = site_card(site, facts, services.settings)
        figures = model.site_figures(connection, services, (site,), principal, facts)
    return render(request, "overview/site.html", principal, card=card, figures=figures, now=now)

"""``/sites`` and ``/outlets/{outlet_id}``: what is registered, with the newest values beside the limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import siteview
from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import READ_PROBLEMS, Id, IfNoneMatch
from api.shapes.sites import OutletDetail, Site, SiteList
from store import clock, model
from store.database import Connection, rows
from store.errors import NotFound
from store.queries import queries
from store.registry import load_registry
from store.settings import Settings

router = APIRouter(tags=["sites"], responses=READ_PROBLEMS)

Reader = Annotated[Principal, requires(Permission.SITES_READ)]


@router.get("/sites", response_model=SiteList, summary="All sites")
def list_sites(
    request: Request, services: ServicesHere, principal: Reader, if_none_match: IfNoneMatch = None
) -> Response:
    """Every site that the caller may see, in the order of the sites file, on one page."""
    at = clock.now()
    with services.database.read() as connection:
        sites = visible_sites(connection, principal, at)
        present = read_present(
            connection, _outlets(sites), services.settings, at, for_company=_company(principal)
        )
    return json_reply(request, {"items": [siteview.site_item(site, present) for site in sites], "next": None})


@router.get("/sites/{site_id}", response_model=Site, summary="One site")
def get_site(
    request: Request,
    site_id: Id,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A site with its outlets and their newest values."""
    at = clock.now()
    with services.database.read() as connection:
        found = [site for site in visible_sites(connection, principal, at) if site.id == site_id]
        if not found:
            raise NotFound(f"There is no site {site_id!r}.", code="site_not_found")
        present = read_present(
            connection, _outlets(found), services.settings, at, for_company=_company(principal)
        )
    return json_reply(request, siteview.site_item(found[0], present))


@router.get("/outlets/{outlet_id}", response_model=OutletDetail, summary="One outlet")
def get_outlet(
    request: Request,
    outlet_id: Id,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """An outlet with its monitor, its newest values and every limit."""
    at = clock.now()
    with services.database.read() as connection:
        sites = visible_sites(connection, principal, at)
        found = [(site, outlet) for site in sites for outlet in site.outlets if outlet.id == outlet_id]
        if not found:
            raise NotFound(f"There is no outlet {outlet_id!r}.", code="outlet_not_found")
        site, outlet = found[0]
        present = read_present(connection, [outlet], services.settings, at, for_company=_company(principal))
    return json_reply(request, siteview.outlet_detail(outlet, site, present))


def _company(principal: Principal) -> bool:
    return principal.site_key is not None


def visible_sites(connection: Connection, principal: Principal, at: datetime) -> list[model.Site]:
    """The sites in force at ``at`` that the caller may see."""
    registry = load_registry(connection, at=at)
    return [site for site in registry.sites if principal.site_key in (None, site.key)]


def _outlets(sites: Iterable[model.Site]) -> list[model.Outlet]:
    return [outlet for site in sites for outlet in site.outlets]


def read_present(
    connection: Connection,
    outlets: list[model.Outlet],
    settings: Settings,
    at: datetime,
    *,
    for_company: bool,
) -> siteview.Present:
    """The newest rows about these outlets."""
    sql = queries("read")
    wanted = [(outlet.key, factor) for outlet in outlets for factor in outlet.factors]
    received: dict[int, dict[str, Any]] = defaultdict(dict)
    with rows(connection) as cursor:
        latest = cursor.execute(
            sql["latest_readings"],
            {"outlet_keys": [key for key, _ in wanted], "factors": [factor for _, factor in wanted]},
        ).fetchall()
        for row in cursor.execute(sql["outlet_states"]):
            received[row["outlet_key"]][row["kind"]] = row
        gateways = {row["gateway"]: row for row in cursor.execute(sql["gateway_states"])}
        open_alerts = {
            (row["site_key"], row["outlet_key"]): row["alerts"]
            for row in cursor.execute(sql["open_alert_counts"], {"for_company": for_company})
        }
    return siteview.Present(
        at=at,
        settings=settings,
        latest=siteview.newest(latest),
        received=received,
        gateways=gateways,
        open_alerts=open_alerts,
    )

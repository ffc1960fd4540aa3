"""The inbox of alerts, its exports, and the page of one alert."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console import alertview
from api.console import reads as console_reads
from api.console.alerts import bulk, exported, inbox, reads, steps
from api.console.alerts.detail import read_detail
from api.console.alerts.filters import Filters, place_of, read_filters, read_place
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.scope import visible_registry
from api.context import ServicesHere
from api.exports import csv_response, xlsx_response
from api.permissions import Permission
from store import clock
from store.database import Connection
from store.model import Registry
from store.people import Role

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
router.include_router(bulk.router)
router.include_router(steps.router)

AlertsReader = Annotated[Principal, requires(Permission.ALERTS_READ)]
AlertId = Annotated[int, Path(ge=1, lt=2**63)]
Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/fragments/alerts")
def open_alerts(request: Request, services: ServicesHere, principal: AlertsReader) -> Response:
    """The short list of open alerts that stands beside the overview."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        counts = console_reads.count_active_alerts(connection, principal.site_key)
        found = console_reads.open_alerts(connection, principal.site_key)
    rows = alertview.alert_rows(found, registry, for_company=principal.role is Role.COMPANY)
    return render(request, "fragments/alerts.html", principal, now=now, counts=counts, alerts=rows)


@router.get("/alerts")
def inbox_page(
    request: Request, services: ServicesHere, principal: AlertsReader, after: Cursor = None
) -> Response:
    """The inbox: one view of it, narrowed by what the address says, page by page."""
    now = clock.now()
    filters = read_filters(request.query_params, for_company=principal.role is Role.COMPANY)
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        model = _inbox_model(connection, registry, principal, filters, after, now)
    return render(request, "alerts/inbox.html", principal, page="alerts", **model)


@router.get("/alerts/export.{ending}")
def export(
    request: Request, services: ServicesHere, principal: AlertsReader, ending: Literal["csv", "xlsx"]
) -> Response:
    """The list as it is filtered, as a table."""
    now = clock.now()
    filters = read_filters(request.query_params, for_company=principal.role is Role.COMPANY)
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        found = reads.inbox(
            connection,
            filters,
            site_key=principal.site_key,
            me=principal.name,
            now=now,
            most=reads.EXPORTED,
        )
    shown = _rows(found[: reads.EXPORTED], registry, principal, now)
    sheet = exported.sheet_of(
        shown,
        who=principal.display_name,
        at=now,
        sample=any(site.sample for site in registry.sites),
        whole=len(found) <= reads.EXPORTED,
    )
    name = exported.file_name(now, ending)
    return csv_response(name, sheet) if ending == "csv" else xlsx_response(name, [sheet], at=now)


@router.get("/alerts/{alert_id}")
def alert_page(
    request: Request, services: ServicesHere, principal: AlertsReader, alert_id: AlertId
) -> Response:
    """One alert with everything that an officer needs to handle it."""
    now = clock.now()
    with services.database.read() as connection:
        model = read_detail(connection, services, principal, alert_id, now)
    return render(request, "alerts/alert.html", principal, page="alerts", **model)


def _inbox_model(
    connection: Connection,
    registry: Registry,
    principal: Principal,
    filters: Filters,
    after: str | None,
    now: datetime,
) -> dict[str, Any]:
    company = principal.role is Role.COMPANY
    asked: dict[str, Any] = {"site_key": principal.site_key, "me": principal.name, "now": now}
    place = read_place(after, filters.sort)
    found = reads.inbox(connection, filters, **asked, after=place)
    counted = reads.counts(connection, filters, **asked)
    shown = found[: reads.PAGE]
    following = None
    if len(found) > reads.PAGE:
        following = f"/alerts?{filters.query()}&after={place_of(shown[-1], filters.sort)}"
    return {
        "authority": None if registry.authority is None else registry.authority.district,
        "rows": _rows(shown, registry, principal, now),
        "filters": filters,
        "views": inbox.views_of(filters, counted, for_company=company),
        "choices": inbox.choices_of(filters, counted, registry, for_company=company),
        "apart": {name: counted.get("show", {}).get(name, 0) for name in ("late", "inhibited")},
        "for_company": company,
        "may_assign": principal.may(Permission.ALERTS_HANDLE),
        "people": reads.people(connection) if principal.may(Permission.ALERTS_HANDLE) else [],
        "following": following,
        "first": None if place is None else f"/alerts?{filters.query()}",
        "now": now,
    }


def _rows(
    found: list[reads.Row], registry: Registry, principal: Principal, now: datetime
) -> list[inbox.InboxRow]:
    return inbox.inbox_rows(
        found, registry, me=principal.name, for_company=principal.role is Role.COMPANY, now=now
    )

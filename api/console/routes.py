"""The pages of the console: overview, outlet, alerts, and the fragments that the event stream refreshes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from api.access import Principal, requires
from api.alertread import caller_of
from api.console import alertview, login, outletpage, preferences, reads
from api.console.errors import ConsoleRoute
from api.console.overview import Facts, site_card
from api.console.pages import STATIC, render
from api.console.platform import troubles
from api.console.scope import facts_of, visible_registry
from api.context import Services, ServicesHere
from api.permissions import Permission
from store import clock
from store.database import Connection
from store.errors import Conflict, NotFound
from store.handling import Action, Step, clocks_of, take_step
from store.model import Registry
from store.people import Role

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
router.include_router(login.router)
router.include_router(preferences.router)
router.include_router(outletpage.router)

SitesReader = Annotated[Principal, requires(Permission.SITES_READ)]
AlertsReader = Annotated[Principal, requires(Permission.ALERTS_READ)]
Acknowledger = Annotated[Principal, requires(Permission.ALERTS_ACKNOWLEDGE)]

# What the database can number.
AlertId = Annotated[int, Path(ge=1, lt=2**63)]

_files = StaticFiles(directory=STATIC)


@router.get("/static/{path:path}")
async def static_file(request: Request, path: str) -> Response:
    """Scripts, styles and pictures; their address changes with their content, so a browser may keep them for a year."""
    response = await _files.get_response(path, request.scope)
    if "v" in request.query_params:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@router.get("/")
def overview(request: Request, services: ServicesHere, principal: SitesReader) -> Response:
    """The five units and the open alerts."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        facts = facts_of(connection, registry.outlets(), now)
        model = _overview_model(connection, services, registry, principal, facts)
    return render(request, "overview.html", principal, page="overview", **model)


@router.get("/fragments/strip")
def strip_fragment(request: Request, services: ServicesHere, principal: SitesReader) -> Response:
    """The line of figures at the top."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        # The line counts connections; it is asked for often and needs no values.
        facts = facts_of(connection, (), now)
        model = _overview_model(connection, services, registry, principal, facts)
    return render(request, "fragments/strip.html", principal, **model)


@router.get("/fragments/sites/{site_id}")
def site_fragment(request: Request, services: ServicesHere, principal: SitesReader, site_id: str) -> Response:
    """The card of one unit."""
    now = clock.now()
    with services.database.read() as connection:
        site = visible_registry(connection, principal, now).site(site_id)
        card = site_card(site, facts_of(connection, site.outlets, now), services.settings)
    return render(request, "fragments/site.html", principal, card=card, now=now)


@router.get("/fragments/alerts")
def alerts_fragment(request: Request, services: ServicesHere, principal: AlertsReader) -> Response:
    """The list of open alerts."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        model = _alerts_model(connection, registry, principal)
    return render(request, "fragments/alerts.html", principal, now=now, **model)


@router.get("/alerts")
def alerts(
    request: Request,
    services: ServicesHere,
    principal: AlertsReader,
    show: str = "open",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """Open alerts, or all of them page by page."""
    now = clock.now()
    shown = "all" if show == "all" else "open"
    older: int | None = None
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        if shown == "all":
            found = reads.all_alerts(connection, principal.site_key, before)
            if len(found) > reads.ALERTS_SHOWN:
                found = found[: reads.ALERTS_SHOWN]
                older = found[-1]["id"]
        else:
            found = reads.open_alerts(connection, principal.site_key)
    rows = alertview.alert_rows(found, registry, for_company=_company(principal))
    return render(
        request,
        "alerts.html",
        principal,
        page="alerts",
        authority=_authority(registry),
        alerts=rows,
        show=shown,
        older=older,
        now=now,
    )


@router.get("/alerts/{alert_id}")
def alert(request: Request, services: ServicesHere, principal: AlertsReader, alert_id: AlertId) -> Response:
    """One alert with its history."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        row = _alert_row(connection, alert_id, principal)
        events = alertview.event_rows(
            reads.alert_events(connection, alert_id), for_company=_company(principal)
        )
        occurrences = [
            alertview.occurrence_row(occurrence, row["factor"])
            for occurrence in reads.alert_occurrences(connection, alert_id)
        ]
    return render(
        request,
        "alert.html",
        principal,
        page="alerts",
        authority=_authority(registry),
        alert=alertview.alert_row(row, registry, for_company=_company(principal)),
        events=events,
        occurrences=occurrences,
        now=now,
    )


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge_alert(
    request: Request, services: ServicesHere, principal: Acknowledger, alert_id: AlertId
) -> Response:
    """Take an alert up. Who comes second is shown who was first."""
    now = clock.now()
    with services.database.write() as connection:
        try:
            take_step(
                connection,
                alert_id,
                Step(Action.ACKNOWLEDGE),
                caller_of(principal),
                clocks=clocks_of(services.settings),
                at=now,
            )
        except Conflict as conflict:
            if conflict.code != "already_acknowledged":
                raise
        row = _alert_row(connection, alert_id, principal)
        registry = visible_registry(connection, principal, now)
    if "HX-Request" not in request.headers:
        return RedirectResponse(f"/alerts/{alert_id}", status_code=303)
    shown = alertview.alert_row(row, registry, for_company=_company(principal))
    return render(request, "fragments/acknowledge.html", principal, alert=shown, now=now)


def _company(principal: Principal) -> bool:
    return principal.role is Role.COMPANY


def _alert_row(connection: Connection, alert_id: int, principal: Principal) -> reads.Row:
    row = reads.alert(connection, alert_id, principal.site_key)
    if row is None:
        raise NotFound(f"There is no alert {alert_id}.", code="alert_not_found")
    return row


def _overview_model(
    connection: Connection, services: Services, registry: Registry, principal: Principal, facts: Facts
) -> dict[str, Any]:
    now = facts.at
    cards = [site_card(site, facts, services.settings) for site in registry.sites]
    states = [block.connection.state for card in cards for block in card.outlets]
    model: dict[str, Any] = {
        "authority": _authority(registry),
        "cards": cards,
        "units": len(cards),
        "total": len(states),
        "online": states.count("online"),
        "troubles": troubles(reads.heartbeats(connection), reads.own_outages(connection), now),
        "counts": None,
        "now": now,
    }
    if principal.may(Permission.ALERTS_READ):
        model |= _alerts_model(connection, registry, principal)
    return model


def _alerts_model(connection: Connection, registry: Registry, principal: Principal) -> dict[str, Any]:
    return {
        "counts": reads.count_active_alerts(connection, principal.site_key),
        "alerts": alertview.alert_rows(
            reads.open_alerts(connection, principal.site_key), registry, for_company=_company(principal)
        ),
    }


def _authority(registry: Registry) -> str | None:
    return None if registry.authority is None else registry.authority.district

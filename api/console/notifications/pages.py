"""Notifications: messages with the proof of their delivery, duty, the plan, the channels and their records."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from alerts.kinds import SEVERITIES
from alerts.telling import plan_in_force
from api.access import Principal, requires
from api.console import alertview
from api.console.alerts.filters import GRADES
from api.console.errors import ConsoleRoute
from api.console.notifications import channelspage, duty, planwords, reads, views
from api.console.pages import render
from api.console.scope import visible_registry
from api.context import ServicesHere
from api.permissions import Permission
from store import clock
from store.channels import channel_standings
from store.channelsentries import Plan
from store.clock import BEIJING
from store.database import rows
from store.errors import NotFound
from store.handling import clocks_of
from store.queries import queries

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
router.include_router(channelspage.router)

ChannelReader = Annotated[Principal, requires(Permission.CHANNELS_READ)]
Reader = Annotated[Principal, requires(Permission.NOTIFICATIONS_READ)]
MessageId = Annotated[int, Path(ge=1, lt=2**63)]
Before = Annotated[int | None, Query(ge=1, lt=2**63)]

_ANY: dict[str, Any] = dict.fromkeys(("channel", "state", "alert_id", "before_id", "id"))
_NO_PLAN = Plan()


@router.get("/notifications")
def messages_page(
    request: Request, services: ServicesHere, principal: ChannelReader, before: Before = None
) -> Response:
    """Messages, newest first. Who may read none of them is led to the channels."""
    if not principal.may(Permission.NOTIFICATIONS_READ):
        return RedirectResponse("/notifications/channels", status_code=303)
    now = clock.now()
    filters = views.read_filters(request.query_params)
    with services.database.read() as connection:
        found = reads.messages(connection, filters.arguments(), before)
        counts = reads.message_counts(connection)
        channels = [row["id"] for row in channel_standings(connection, now)]
    shown = found[: reads.PAGE]
    following = None
    if len(found) > reads.PAGE:
        following = f"/notifications?{filters.query(before=str(shown[-1]['id']))}"
    return render(
        request,
        "notifications/messages.html",
        principal,
        page="notifications",
        tab="messages",
        rows=views.message_rows(shown, now),
        filters=filters,
        counts=counts,
        channels=channels,
        states=views.STATES,
        purposes=views.PURPOSES,
        following=following,
        first=None if before is None else f"/notifications?{filters.query()}",
        now=now,
    )


@router.get("/notifications/duty")
def duty_page(request: Request, services: ServicesHere, principal: ChannelReader) -> Response:
    """Who is on duty now, today and in the next days, and who gets what."""
    now = clock.now()
    first = views.read_day(request.query_params.get("from")) or now.astimezone(BEIJING).date()
    with services.database.read() as connection:
        plan = plan_in_force(connection)
        registry = visible_registry(connection, principal, now)
    shown = plan or _NO_PLAN
    names = {site.id: site.name for site in registry.sites}
    return render(
        request,
        "notifications/duty.html",
        principal,
        page="notifications",
        tab="duty",
        planned=plan is not None,
        table=duty.duty_table(shown, first, now),
        on_duty=duty.duty_now(shown, now),
        fallback=() if shown.duty is None else shown.duty.fallback,
        quiet=planwords.quiet_line(shown.quiet_hours),
        shifts=[planwords.shift_line(shift) for shift in shown.shifts],
        default=shown.default,
        routes=[
            (planwords.route_what(route, names), planwords.route_who(route), active)
            for route, active in zip(shown.routes, duty.active_routes(shown, now), strict=True)
        ],
        earlier=(first - timedelta(days=duty.DAYS)).isoformat(),
        later=(first + timedelta(days=duty.DAYS)).isoformat(),
        now=now,
    )


@router.get("/notifications/plan")
def plan_page(request: Request, services: ServicesHere, principal: ChannelReader) -> Response:
    """Who would be told of an alert that nobody reacts to, and when: stage by stage."""
    now = clock.now()
    asked = request.query_params
    with services.database.read() as connection:
        plan = plan_in_force(connection)
        registry = visible_registry(connection, principal, now)
    code = asked.get("code", "") if asked.get("code") in SEVERITIES else "exceedance_hour"
    grade = asked.get("severity", "")
    severity = grade if grade in GRADES else duty.usual_severity(code)
    site = next((one.id for one in registry.sites if one.id == asked.get("site")), None)
    site = site or (registry.sites[0].id if registry.sites else None)
    return render(
        request,
        "notifications/plan.html",
        principal,
        page="notifications",
        tab="plan",
        planned=plan is not None,
        stages=duty.stages(
            plan or _NO_PLAN,
            site=site,
            code=code,
            severity=severity,
            clocks=clocks_of(services.settings),
            at=now,
        ),
        sites=[(one.id, one.name) for one in registry.sites],
        codes=sorted(((one, alertview.kind_word(one)) for one in SEVERITIES), key=lambda pair: pair[1]),
        grades=GRADES,
        site=site,
        code=code,
        severity=severity,
        now=now,
    )


@router.get("/notifications/{message_id}")
def message_page(
    request: Request, services: ServicesHere, principal: Reader, message_id: MessageId
) -> Response:
    """One message as it was sent, and what every attempt brought."""
    now = clock.now()
    sql = queries("notify")
    with services.database.read() as connection, rows(connection) as cursor:
        message = cursor.execute(sql["messages"], {**_ANY, "id": message_id, "most": 1}).fetchone()
        if message is None:
            raise NotFound(f"There is no notification {message_id}.", code="notification_not_found")
        deliveries = cursor.execute(sql["deliveries"], {"id": message_id}).fetchall()
        merged = reads.merged(connection, message_id)
    return render(
        request,
        "notifications/message.html",
        principal,
        page="notifications",
        message=message,
        deliveries=deliveries,
        merged=merged,
        now=now,
    )

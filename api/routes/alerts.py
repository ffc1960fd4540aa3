"""``/alerts``: what officers must handle."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Header, Path, Query, Request
from starlette.responses import Response

from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import PROBLEMS, READ_PROBLEMS, Code, CursorHere, IfNoneMatch
from api.shapes.alerts import Acknowledge, AlertDetail, AlertList, Condition, Handling
from api.wire import Moment, cursor_of, number_part, page, parse_moment, read_cursor
from store import clock, texts
from store.answers import Answer, once
from store.database import Connection, rows
from store.errors import NotFound
from store.handling import acknowledge
from store.people import Role
from store.queries import queries

router = APIRouter(tags=["alerts"])

Reader = Annotated[Principal, requires(Permission.ALERTS_READ)]
Acknowledger = Annotated[Principal, requires(Permission.ALERTS_ACKNOWLEDGE)]
AlertId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/alerts", response_model=AlertList, summary="Alerts, newest first", responses=READ_PROBLEMS)
def list_alerts(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    condition: Condition | None = None,
    handling: Handling | None = None,
    code: Code | None = None,
    site: Code | None = None,
    outlet: Code | None = None,
    since: Annotated[Moment | None, Query(description="Raised at or after.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """By the time they were raised. Every filter narrows the list."""
    before: list[Any] = read_cursor(cursor, "alerts", parse_moment, number_part) if cursor else [None, None]
    arguments = {
        "site_key": principal.site_key,
        "condition": condition,
        "handling": handling,
        "code": code,
        "site": site,
        "outlet": outlet,
        "since": since,
        "before_time": before[0],
        "before_id": before[1],
        "most": limit + 1,
    }
    with services.database.read() as connection, rows(connection) as cursor_:
        fetched, last = page(cursor_.execute(queries("read")["alerts"], arguments).fetchall(), limit)
    following = None if last is None else cursor_of("alerts", last["raised_at"], last["id"])
    return json_reply(request, {"items": [_titled(row) for row in fetched], "next": following})


@router.get("/alerts/{alert_id}", response_model=AlertDetail, summary="One alert", responses=READ_PROBLEMS)
def get_alert(
    request: Request,
    alert_id: AlertId,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """An alert with its history and the periods that it counts."""
    with services.database.read() as connection:
        return json_reply(request, alert_detail(connection, alert_id, principal))


@router.post(
    "/alerts/{alert_id}/acknowledge",
    response_model=AlertDetail,
    summary="Take an alert up",
    responses=PROBLEMS,
)
def acknowledge_alert(
    request: Request,
    alert_id: AlertId,
    services: ServicesHere,
    principal: Acknowledger,
    body: Annotated[Acknowledge | None, Body()] = None,
    idempotency_key: Annotated[
        str | None, Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,200}$")
    ] = None,
) -> Response:
    """The caller has seen the alert and takes it up. 409 when somebody did so before or the alert is settled."""
    reason = (body.reason or None) if body else None

    with services.database.write() as connection:

        def write() -> Answer:
            acknowledge(
                connection,
                alert_id=alert_id,
                actor=principal.name,
                origin=principal.origin,
                at=clock.now(),
                reason=reason,
                site_key=principal.site_key,
            )
            return 200, orjson.loads(orjson.dumps(alert_detail(connection, alert_id, principal)))

        asked = hashlib.sha256(orjson.dumps([request.method, request.url.path, reason])).digest()
        status, answer = once(
            connection, actor=principal.name, key=idempotency_key, request=asked, write=write
        )
    return Response(
        orjson.dumps(answer), status, {"Cache-Control": "no-store"}, media_type="application/json"
    )


def alert_detail(connection: Connection, alert_id: int, principal: Principal) -> dict[str, Any]:
    """An alert with events and occurrences. Raises NotFound ``alert_not_found``, also for another company's alert."""
    sql = queries("read")
    with rows(connection) as cursor:
        alert = cursor.execute(sql["alert"], {"id": alert_id, "site_key": principal.site_key}).fetchone()
        if alert is None:
            raise NotFound(f"There is no alert {alert_id}.", code="alert_not_found")
        events = cursor.execute(sql["alert_events"], {"alert_id": alert_id}).fetchall()
        occurrences = cursor.execute(sql["alert_occurrences"], {"alert_id": alert_id}).fetchall()
    return {
        **_titled(alert),
        "events": [_seen_by(principal, event) for event in events],
        "occurrences": occurrences,
    }


def _titled(alert: dict[str, Any]) -> dict[str, Any]:
    key = f"alerts.{alert['code']}.title"
    return alert | {"title": texts.text(key) if texts.has(key) else None}


def _seen_by(principal: Principal, event: dict[str, Any]) -> dict[str, Any]:
    # A company learns what happened and when, not which officer did it or what officers told each other.
    if principal.role is not Role.COMPANY or event["actor"] == "system":
        return event
    return event | {"actor": "bureau", "reason": None, "detail": {}}

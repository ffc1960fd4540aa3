"""``/alerts``: what officers must handle."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import Principal, requires
from api.alertread import alert_detail, alert_item
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import READ_PROBLEMS, Code, CursorHere, IfNoneMatch
from api.shapes.alerts import AlertDetail, AlertList, Condition, Handling, Severity
from api.wire import Moment, cursor_of, number_part, page, parse_moment, read_cursor
from store import clock
from store.database import rows
from store.handling.attachments import read_attachment
from store.queries import queries

router = APIRouter(tags=["alerts"])

Reader = Annotated[Principal, requires(Permission.ALERTS_READ)]
AlertId = Annotated[int, Path(ge=1, lt=2**63)]
AttachmentId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/alerts", response_model=AlertList, summary="Alerts, newest first", responses=READ_PROBLEMS)
def list_alerts(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    condition: Condition | None = None,
    handling: Handling | None = None,
    severity: Severity | None = None,
    code: Code | None = None,
    site: Code | None = None,
    outlet: Code | None = None,
    assigned_to: Code | None = None,
    late: Annotated[bool | None, Query(description="Raised from days-late data, or not.")] = None,
    overdue: Annotated[bool, Query(description="Only those whose next step is overdue.")] = False,
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
        "severity": severity,
        "code": code,
        "site": site,
        "outlet": outlet,
        "assigned_to": assigned_to,
        "late": late,
        "overdue_at": clock.now() if overdue else None,
        "since": since,
        "before_time": before[0],
        "before_id": before[1],
        "most": limit + 1,
    }
    with services.database.read() as connection, rows(connection) as cursor_:
        fetched, last = page(cursor_.execute(queries("read")["alerts"], arguments).fetchall(), limit)
    following = None if last is None else cursor_of("alerts", last["raised_at"], last["id"])
    return json_reply(request, {"items": [alert_item(row, principal) for row in fetched], "next": following})


@router.get("/alerts/{alert_id}", response_model=AlertDetail, summary="One alert", responses=READ_PROBLEMS)
def get_alert(
    request: Request,
    alert_id: AlertId,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """An alert with its history, the periods that it counts, its papers, and what the caller can do with it now."""
    with services.database.read() as connection:
        return json_reply(request, alert_detail(connection, alert_id, principal))


@router.get(
    "/alerts/{alert_id}/attachments/{attachment_id}",
    summary="The bytes of a paper",
    response_class=Response,
    responses={
        **READ_PROBLEMS,
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def get_attachment(
    alert_id: AlertId, attachment_id: AttachmentId, services: ServicesHere, principal: Reader
) -> Response:
    """As it was filed, to be saved and never shown by the browser itself. The digest is in ``ETag``."""
    with services.database.read() as connection:
        found = read_attachment(connection, alert_id, attachment_id, site_key=principal.site_key)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found['name'])}",
        "Cache-Control": "private, no-store",
        "ETag": f'"{found["sha256"]}"',
        "X-Media-Type": found["media_type"],
    }
    return Response(found["content"], headers=headers, media_type="application/octet-stream")

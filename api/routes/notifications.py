"""``/channels`` and ``/notifications``: over what people are told, what they were told, and the proof that it arrived."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import READ_PROBLEMS, Code, CursorHere, IfNoneMatch
from api.shapes.notifications import ChannelList, NotificationDetail, NotificationList, State
from api.wire import cursor_of, number_part, page, read_cursor
from store import clock
from store.channels import channel_standings
from store.database import rows
from store.errors import NotFound
from store.queries import queries

router = APIRouter(tags=["notifications"], responses=READ_PROBLEMS)

ChannelReader = Annotated[Principal, requires(Permission.CHANNELS_READ)]
Reader = Annotated[Principal, requires(Permission.NOTIFICATIONS_READ)]
MessageId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/channels", response_model=ChannelList, summary="Channels and how they fare")
def list_channels(
    request: Request, services: ServicesHere, principal: ChannelReader, if_none_match: IfNoneMatch = None
) -> Response:
    """Every channel in use, on one page. What could be a secret is left out."""
    with services.database.read() as connection:
        return json_reply(request, {"items": channel_standings(connection, clock.now()), "next": None})


@router.get("/notifications", response_model=NotificationList, summary="Messages, newest first")
def list_notifications(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    channel: Code | None = None,
    state: State | None = None,
    alert: Annotated[int | None, Query(ge=1, lt=2**63, description="Id of the alert.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The outbox: what waits, what was sent, what was merged, what was given up. Every filter narrows the list."""
    arguments = {
        **_ANY,
        "channel": channel,
        "state": state,
        "alert_id": alert,
        "before_id": read_cursor(cursor, "notifications", number_part)[0] if cursor else None,
        "most": limit + 1,
    }
    with services.database.read() as connection, rows(connection) as cursor_:
        fetched, last = page(cursor_.execute(queries("notify")["messages"], arguments).fetchall(), limit)
    following = None if last is None else cursor_of("notifications", last["id"])
    return json_reply(request, {"items": fetched, "next": following})


@router.get("/notifications/{message_id}", response_model=NotificationDetail, summary="One message")
def get_notification(
    request: Request,
    message_id: MessageId,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A message with what every attempt to deliver it brought."""
    sql = queries("notify")
    with services.database.read() as connection, rows(connection) as cursor:
        message = cursor.execute(sql["messages"], {**_ANY, "id": message_id, "most": 1}).fetchone()
        if message is None:
            raise NotFound(f"There is no notification {message_id}.", code="notification_not_found")
        deliveries = cursor.execute(sql["deliveries"], {"id": message_id}).fetchall()
    return json_reply(request, {**message, "deliveries": deliveries})


_ANY: dict[str, Any] = dict.fromkeys(("channel", "state", "alert_id", "before_id", "id"))

"""``/stream``: live events for pages and programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Header
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from api.access import Principal, requires
from api.context import ServicesHere
from api.live import Hub, Subscription
from api.permissions import Permission
from api.routes import PROBLEMS
from store.errors import StoreError

router = APIRouter(tags=["live"], responses=PROBLEMS)

Listener = Annotated[Principal, requires(Permission.STREAM_READ)]

PING_SECONDS = 15  # below the idle limit of usual proxies, 60 s
RETRY_MILLISECONDS = 3000
SHUTDOWN_SECONDS = 2.0
# A reader comes back by itself and is asked again who it is, so that nobody listens on after the end of a session.
LONGEST_SECONDS = 1800


@router.get(
    "/stream",
    summary="Server-sent events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream(
    services: ServicesHere,
    principal: Listener,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=64)] = None,
) -> Response:
    """Events as they happen: ``readings``, ``alert``, ``period``, ``mark``, ``gateway``, ``evidence``, ``registry``; the data are
    JSON.

    ``resync`` means that events may have been missed: fetch what you show anew. Every 15 seconds a comment keeps the connection
    open; after 30 minutes the stream ends and the reader connects again. ``Last-Event-ID`` continues where the reader was.
    """
    subscription = services.hub.subscribe(principal.site_key, last_event_id, principal.owner)
    if subscription is None:
        raise StoreError("Too many event streams are open; try again later.", code="too_many_streams")
    return EventSourceResponse(
        _events(services.hub, subscription),
        ping=PING_SECONDS,
        # The hub ends the stream itself when the process stops; without this the connection would be cut in mid-answer.
        shutdown_grace_period=SHUTDOWN_SECONDS,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(hub: Hub, subscription: Subscription) -> AsyncIterator[ServerSentEvent]:
    try:
        yield ServerSentEvent(comment="connected", retry=RETRY_MILLISECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_SECONDS):
                async for event in subscription.events():
                    data = event.data_for(subscription.site_key)
                    if data is not None:
                        yield ServerSentEvent(data, event=event.name, id=event.id or None)
    finally:
        hub.unsubscribe(subscription)

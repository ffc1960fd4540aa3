"""``/messages/{message_id}``: one message with its bytes and its frames."""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.access import Principal, requires
from api.context import ServicesHere
from api.messages.describe import decoded
from api.messages.reads import leaf_of, opened
from api.permissions import Permission
from api.replies import json_reply
from api.routes import READ_PROBLEMS, IfNoneMatch
from api.shapes.messages import Message
from store.clock import BEIJING

router = APIRouter(tags=["data"], responses=READ_PROBLEMS)

Reader = Annotated[Principal, requires(Permission.MESSAGES_READ)]
MessageId = Annotated[int, Path(ge=1, lt=2**63, description="`message_id` of a reading.")]


@router.get("/messages/{message_id}", response_model=Message, summary="A message with its bytes and frames")
def get_message(
    request: Request,
    message_id: MessageId,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Decoded by today's decoder. A company sees a message that holds data of its own outlets, and nothing else of it.

    404 also for a message whose bytes are past their term and dropped.
    """
    with services.database.read() as connection:
        found = opened(connection, services.settings, principal, message_id)
        leaf = leaf_of(connection, principal, message_id)
    stored = found.stored
    content = {
        "id": stored.id,
        "channel": stored.channel,
        "gateway": stored.gateway,
        "received_at": stored.received_at.astimezone(BEIJING),
        "digest": stored.digest.hex(),
        "bytes": base64.b64encode(found.shown).decode("ascii"),
        "exact": found.exact,
        "hidden": found.hidden,
        "leaf": leaf,
        "frames": [
            {
                "start": piece.start,
                "end": piece.end,
                "complete": not piece.open,
                "outlet": None if piece.outlet is None else piece.outlet.id,
                "decoded": decoded(piece),
            }
            for piece in found.pieces
        ],
    }
    return json_reply(request, content)

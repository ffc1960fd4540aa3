"""``/quarantine``: what could not be used, and sending it through today's decoder."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import quarantineread
from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import PROBLEMS, READ_PROBLEMS, Code, CursorHere, IfNoneMatch
from api.routes.data import From, To
from api.shapes.quarantine import PieceList, Replayed
from api.wire import cursor_of, number_part, page, parse_moment, read_cursor, window
from api.writes import WriteHere
from ingest.replay import replay_here
from store import clock
from store.database import Connection
from store.errors import NotFound
from store.registry import load_registry

router = APIRouter(prefix="/quarantine", tags=["quarantine"])

Reader = Annotated[Principal, requires(Permission.QUARANTINE_READ)]
Replayer = Annotated[Principal, requires(Permission.QUARANTINE_REPLAY)]
PieceId = Annotated[int, Path(ge=1, lt=2**63)]
Word = Annotated[str | None, Query(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]

USUAL, LONGEST = timedelta(days=7), timedelta(days=366)


@router.get("", response_model=PieceList, summary="Quarantined pieces", responses=READ_PROBLEMS)
def list_pieces(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    from_: From = None,
    to: To = None,
    reason: Code | None = None,
    gateway: Word = None,
    mn: Word = None,
    state: Literal["waiting", "stored"] | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Newest first, by the time of receipt; each with its reason and what became of it when it was replayed last."""
    start, end = window(from_, to, now=clock.now(), usual=USUAL, longest=LONGEST)
    after: tuple[datetime, int] | None = None
    if cursor:
        at, number = read_cursor(cursor, "quarantine", parse_moment, number_part)
        after = at, number
    wanted = quarantineread.Wanted(start, end, reason, gateway, mn, state)
    with services.database.read() as connection:
        shown, last = page(quarantineread.pieces(connection, wanted, after, limit), limit)
    following = None if last is None else cursor_of("quarantine", last["received_at"], last["id"])
    return json_reply(
        request, {"items": [quarantineread.piece_item(row) for row in shown], "next": following}
    )


@router.post(
    "/{piece_id}/replay", response_model=Replayed, summary="Replay a quarantined piece", responses=PROBLEMS
)
def replay_piece(piece_id: PieceId, write: WriteHere, principal: Replayer) -> Response:
    """Send it through today's decoder and registry. What is accepted enters the readings with its original message and time.

    409 while another replay runs.
    """

    def do(connection: Connection) -> dict[str, Any]:
        found = replay_here(
            connection,
            load_registry(connection, at=clock.now()),
            [piece_id],
            actor=principal.name,
            origin=principal.origin,
            settings=write.services.settings,
        )
        if not found:
            raise NotFound(f"There is no quarantined piece {piece_id}.", code="piece_not_found")
        return {"id": found[0].id, "outcome": found[0].outcome, "readings": found[0].readings}

    return write.answer(principal, None, do)

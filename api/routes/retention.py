"""``/retention``: what is dropped when, what was, and the legal holds that stop it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import PROBLEMS, READ_PROBLEMS, CursorHere, IfNoneMatch
from api.shapes.retention import DropList, Hold, HoldList, LiftHold, PlaceHold, RetentionState
from api.wire import cursor_of, number_part, page, read_cursor
from api.writes import WriteHere
from store import clock
from store.database import Connection
from store.retention.holds import Subject, lift_hold, list_holds, place_hold
from store.retention.overview import list_drops, overview
from store.tasks import Caller

router = APIRouter(prefix="/retention", tags=["retention"])

Reader = Annotated[Principal, requires(Permission.RETENTION_READ)]
Holder = Annotated[Principal, requires(Permission.RETENTION_HOLD)]
HoldId = Annotated[int, Path(ge=1, lt=2**63)]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("", response_model=RetentionState, summary="What would be dropped now", responses=READ_PROBLEMS)
def get_retention(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    limit: Limit = 100,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Chunks of raw data, those that go first first, each with what keeps it. Nothing is dropped by asking."""
    with services.database.read() as connection:
        return json_reply(request, overview(connection, services.settings, clock.now(), limit))


@router.get("/holds", response_model=HoldList, summary="Legal holds", responses=READ_PROBLEMS)
def get_holds(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    standing: Annotated[bool, Query(description="Only those that are not lifted.")] = False,
    limit: Limit = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Placed by people, newest first. Open leads and evidence packages that lie ready hold by themselves; see /retention."""
    before = read_cursor(cursor, "holds", number_part)[0] if cursor else None
    with services.database.read() as connection:
        found = list_holds(connection, standing=standing, before=before, most=limit + 1)
    shown, last = page(found, limit)
    following = None if last is None else cursor_of("holds", last["id"])
    return json_reply(request, {"items": shown, "next": following})


@router.get("/drops", response_model=DropList, summary="What was dropped", responses=READ_PROBLEMS)
def get_drops(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    limit: Limit = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Newest first; each is a record of the evidence log too."""
    before = read_cursor(cursor, "drops", number_part)[0] if cursor else None
    with services.database.read() as connection:
        shown, last = page(list_drops(connection, before, limit + 1), limit)
    following = None if last is None else cursor_of("drops", last["id"])
    return json_reply(request, {"items": shown, "next": following})


@router.post("/holds", response_model=Hold, status_code=201, summary="Place a legal hold", responses=PROBLEMS)
def add_hold(write: WriteHere, principal: Holder, body: PlaceHold) -> Response:
    """Nothing that the lead, the alert, or the outlet in this time touches is dropped while the hold stands."""
    subject = Subject(body.kind, body.id, body.from_, body.to)

    def do(connection: Connection) -> dict[str, Any]:
        hold_id = place_hold(connection, subject, body.reason, _caller(principal), clock.now())
        return list_holds(connection, hold_id=hold_id, most=1)[0]

    return write.answer(principal, body.model_dump(mode="json"), do, status=201)


@router.post("/holds/{hold_id}/lift", response_model=Hold, summary="Lift a legal hold", responses=PROBLEMS)
def end_hold(hold_id: HoldId, write: WriteHere, principal: Holder, body: LiftHold) -> Response:
    """With the reason. The hold stays on record. 409 when it was lifted before."""

    def do(connection: Connection) -> dict[str, Any]:
        lift_hold(connection, hold_id, body.reason, _caller(principal), clock.now())
        return list_holds(connection, hold_id=hold_id, most=1)[0]

    return write.answer(principal, body.model_dump(mode="json"), do)


def _caller(principal: Principal) -> Caller:
    return Caller(principal.name, principal.origin)

"""``/outlets/{outlet_id}/marks``, ``/mark-labels`` and ``/marks/{mark_id}/withdraw``: what is said about periods."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import markread
from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import PROBLEMS, READ_PROBLEMS, CursorHere, Id, IfNoneMatch
from api.routes.data import From, To, find_outlet
from api.shapes.marks import (
    Category,
    Mark,
    MarkFiling,
    MarkLabelList,
    MarkList,
    MarksFiled,
    Withdrawal,
)
from api.wire import cursor_of, number_part, page, parse_moment, read_cursor, window
from api.writes import WriteHere
from store import clock
from store.database import Connection
from store.markfiling import file_mark, withdraw_mark
from store.marklabels import category_name, labels_of
from store.markrules import NewMark, clocks_of
from store.registry import load_registry

router = APIRouter(tags=["marks"])

Reader = Annotated[Principal, requires(Permission.MARKS_READ)]
Filer = Annotated[Principal, requires(Permission.MARKS_FILE)]
FactorWanted = Annotated[
    str | None,
    Query(pattern=r"^[0-9A-Za-z]{1,16}$", description="Factor code; marks of every factor are shown too."),
]
MarkId = Annotated[int, Path(ge=1, lt=2**63)]

USUAL, LONGEST = timedelta(days=31), timedelta(days=1100)


@router.get(
    "/outlets/{outlet_id}/marks",
    response_model=MarkList,
    summary="Marks of an outlet",
    responses=READ_PROBLEMS,
)
def list_marks(
    request: Request,
    outlet_id: Id,
    services: ServicesHere,
    principal: Reader,
    from_: From = None,
    to: To = None,
    factor: FactorWanted = None,
    category: Category | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Every mark that touches the time, by its begin; late and withdrawn ones too, each with its standing."""
    start, end = window(from_, to, now=clock.now(), usual=USUAL, longest=LONGEST)
    after: tuple[datetime, int] | None = None
    if cursor:
        at, number = read_cursor(cursor, "marks", parse_moment, number_part)
        after = at, number
    with services.database.read() as connection:
        outlet_key = find_outlet(connection, outlet_id, principal)
        wanted = markread.Wanted(outlet_key, factor, category, start, end)
        shown, last = page(markread.mark_page(connection, wanted, after, limit), limit)
        items = markread.mark_items(
            shown,
            outlet_id,
            markread.industry_of(connection, outlet_key),
            markread.viewer_of(connection, principal),
            markread.beneath(connection, shown),
        )
    following = None if last is None else cursor_of("marks", last.from_time, last.id)
    return json_reply(request, {"items": items, "next": following})


@router.post(
    "/outlets/{outlet_id}/marks",
    response_model=MarksFiled,
    status_code=201,
    summary="File a mark",
    responses=PROBLEMS,
)
def file_outlet_mark(outlet_id: Id, write: WriteHere, principal: Filer, body: MarkFiling) -> Response:
    """Say of a period what the monitor or the plant was doing. 422 with the rule when it cannot be said.

    A mark after its deadline is accepted as a statement (``standing`` late) and changes no value.
    """

    def do(connection: Connection) -> dict[str, Any]:
        at = clock.now()
        outlet, industry = markread.registered(load_registry(connection, at=at), outlet_id, principal)
        new = NewMark(
            category=body.category,
            label=body.label,
            factor=body.factor,
            from_time=body.from_,
            to_time=body.to,
            reason=body.reason,
            proof=tuple((paper.name, paper.sha256) for paper in body.proof),
        )
        marks = file_mark(
            connection,
            outlet,
            industry,
            new,
            actor=principal.name,
            origin=principal.origin,
            at=at,
            clocks=clocks_of(write.services.settings),
        )
        viewer = markread.viewer_of(connection, principal)
        return {"items": markread.mark_items(marks, outlet_id, industry, viewer, frozenset())}

    return write.answer(principal, body.model_dump(mode="json"), do, status=201)


@router.post("/marks/{mark_id}/withdraw", response_model=Mark, summary="Take a mark back", responses=PROBLEMS)
def withdraw_outlet_mark(mark_id: MarkId, write: WriteHere, principal: Filer, body: Withdrawal) -> Response:
    """A wrong mark stays on record as withdrawn; its hours are judged again without it."""

    def do(connection: Connection) -> dict[str, Any]:
        at = clock.now()
        mark = withdraw_mark(
            connection,
            mark_id,
            actor=principal.name,
            origin=principal.origin,
            reason=body.reason,
            at=at,
            site_key=principal.site_key,
        )
        industry = markread.industry_of(connection, mark.outlet_key)
        outlet_id = markread.outlet_id_of(connection, mark.outlet_key)
        viewer = markread.viewer_of(connection, principal)
        return markread.mark_items([mark], outlet_id, industry, viewer, frozenset())[0]

    return write.answer(principal, body.model_dump(mode="json"), do)


@router.get(
    "/outlets/{outlet_id}/mark-labels",
    response_model=MarkLabelList,
    summary="Items that a mark can name here",
    responses=READ_PROBLEMS,
)
def list_mark_labels(
    request: Request,
    outlet_id: Id,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """By the industry of the site; those that no national rule names are local."""
    with services.database.read() as connection:
        industry = markread.industry_of(connection, find_outlet(connection, outlet_id, principal))
    items = [
        {
            "category": label.category,
            "category_name": category_name(label.category),
            "code": label.code,
            "name": label.name,
            "local": label.local,
            "filed": label.filed,
            "source": label.source,
        }
        for label in labels_of(industry)
    ]
    return json_reply(request, {"items": items, "next": None})

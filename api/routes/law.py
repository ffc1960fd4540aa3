"""``/law``: the law as dated records, and the norms that may apply to an act."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.leadread import Inner
from api.replies import json_reply
from api.routes import READ_PROBLEMS, IfNoneMatch
from api.shapes.leads import LawAtDay
from store import clock
from store.leads.lawlist import law_at

router = APIRouter(tags=["leads"])

Medium = Literal["gas", "water"]


@router.get("/law", response_model=LawAtDay, summary="The law on a day", responses=READ_PROBLEMS)
def get_law(
    request: Request,
    principal: Inner,
    act: Annotated[list[str] | None, Query(max_length=20, description="Codes of acts.")] = None,
    medium: Annotated[Medium | None, Query(description="Absent = both.")] = None,
    at: Annotated[
        date | None, Query(description="A Beijing day, the first of the act; absent = today.")
    ] = None,
    until: Annotated[date | None, Query(description="The last day of the act; absent = `at`.")] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Norms, clocks, thresholds and principles in force on the day; with `act` also the candidates and why each is shown."""
    first = at or clock.now().date()
    content: dict[str, Any] = law_at(first, until or first, act or (), (medium,) if medium else ())
    return json_reply(request, content)

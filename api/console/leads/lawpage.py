"""The law on a day: dated records with clause, validity and where each is from; for acts over a time the norms that may apply."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.console.errors import ConsoleRoute
from api.console.leads.content import basis_rows
from api.console.leads.detail import acts_offered
from api.console.leads.lawview import law_rows
from api.console.leads.options import medium_options
from api.console.pages import render
from api.leadread import Seer
from store import clock
from store.clock import BEIJING
from store.leads.law import load_law
from store.leads.lawlist import law_at

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

GROUPS = ("norms", "clocks", "thresholds", "principles")
Day = Annotated[date | Literal[""], Query()]


@router.get("/law")
def law(
    request: Request,
    principal: Seer,
    at: Day = "",
    until: Day = "",
    act: Annotated[list[str] | None, Query(max_length=20)] = None,
    medium: Literal["gas", "water", ""] = "",
) -> Response:
    """In force on a day; today where none is given."""
    first = at or clock.now().astimezone(BEIJING).date()
    acts = [one for one in act or () if one]
    found = law_at(first, until or first, acts, (medium,) if medium else ())
    return render(
        request,
        "leads/law.html",
        principal,
        page="law",
        at=first,
        until=until,
        chosen=acts,
        medium=medium,
        medium_options=medium_options(),
        acts=acts_offered(load_law()),
        groups=[(group, law_rows(group, found[group])) for group in GROUPS],
        candidates=basis_rows(found["candidates"], None),
    )

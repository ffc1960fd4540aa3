"""``/retention``: what is kept, what goes next, what was dropped, and legal holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.answers import done
from api.console.days import day_of
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.retentionpages import reads, views
from api.console.scope import visible_registry
from api.context import ServicesHere
from api.permissions import Permission
from store import clock
from store.retention.holds import Subject, lift_hold, list_holds, place_hold
from store.retention.overview import list_drops, overview
from store.tasks import Caller

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.RETENTION_READ)]
Holder = Annotated[Principal, requires(Permission.RETENTION_HOLD)]
Before = Annotated[int | None, Query(ge=1, lt=2**63)]
HoldId = Annotated[int, Path(ge=1, lt=2**63)]
Words = Annotated[str, Form(max_length=4000)]

CHUNKS_SHOWN = 40
HOLDS_SHOWN = 30
DROPS_SHOWN = 30


@router.get("/retention")
def retention(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    holds: str = "standing",
    holds_before: Before = None,
    drops_before: Before = None,
) -> Response:
    """Everything on one page; holds and drops page by page."""
    now = clock.now()
    standing = holds != "all"
    with services.database.read() as connection:
        state = overview(connection, services.settings, now, CHUNKS_SHOWN)
        held = list_holds(connection, standing=standing, before=holds_before, most=HOLDS_SHOWN + 1)
        dropped = list_drops(connection, drops_before, DROPS_SHOWN + 1)
        hold_rows = views.hold_rows(held[:HOLDS_SHOWN], reads.numbers_of_leads(connection, held))
        drop_rows = views.drop_rows(dropped[:DROPS_SHOWN], reads.leaves_of_drops(connection, dropped))
        registry = visible_registry(connection, principal, now)
    which = "standing" if standing else "all"
    return render(
        request,
        "retentionpages/retention.html",
        principal,
        page="retention",
        state=state,
        terms=views.terms(state["keep_years"], services.settings.evidence_keep_days),
        chunks=views.chunk_rows(state["items"]),
        holds=hold_rows,
        which=which,
        drops=drop_rows,
        outlets=[
            (outlet.id, f"{site.name} {outlet.name}") for site in registry.sites for outlet in site.outlets
        ],
        older_holds=None
        if len(held) <= HOLDS_SHOWN
        else f"/retention?holds={which}&holds_before={hold_rows[-1].id}#holds",
        first_holds=None if holds_before is None else f"/retention?holds={which}#holds",
        older_drops=None
        if len(dropped) <= DROPS_SHOWN
        else f"/retention?drops_before={drop_rows[-1].id}#drops",
        first_drops=None if drops_before is None else "/retention#drops",
    )


@router.post("/retention/holds")
def place(
    request: Request,
    services: ServicesHere,
    principal: Holder,
    kind: Words = "",
    subject: Words = "",
    since: Words = "",
    until: Words = "",
    reason: Words = "",
) -> Response:
    """Put a lead, an alert, or an outlet in whole Beijing days under hold."""
    start = end = None
    if kind == "outlet":
        start, end = day_of(since), day_of(until)
        end = None if end is None else end + clock.DAY
    held = Subject(kind, subject.strip(), start, end)
    with services.database.write() as connection:
        place_hold(connection, held, reason, _caller(principal), clock.now())
    return done(request, "/retention#holds", said="retentionpages.placed")


@router.post("/retention/holds/{hold_id}/lift")
def lift(
    request: Request, services: ServicesHere, principal: Holder, hold_id: HoldId, reason: Words = ""
) -> Response:
    """End a hold. It stays on record, and nothing brings it back: who wants it again places another."""
    with services.database.write() as connection:
        lift_hold(connection, hold_id, reason, _caller(principal), clock.now())
    return done(request, "/retention#holds", said="retentionpages.lifted")


def _caller(principal: Principal) -> Caller:
    return Caller(principal.name, principal.origin)

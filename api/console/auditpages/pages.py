"""``/audit``: the audit trail, one event with its proof, and the table as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.auditpages import reads, views
from api.console.auditpages.asked import Asked
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.context import Services, ServicesHere
from api.exports import Column, Sheet, csv_response, provenance, xlsx_response
from api.permissions import Permission
from store import clock
from store.auditread import Sought, find_events
from store.errors import LogError
from store.language import language, speaking
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.AUDIT_READ)]
EventId = Annotated[int, Path(ge=1, lt=2**63)]
Before = Annotated[int | None, Query(ge=1, lt=2**63)]

SHOWN = 50
FILE_ROWS = 100_000
"""Rows of a file; who needs more narrows the search or takes the API."""

_FILE_PAGE = 2_000


def asked_for(
    who: str = "", action: str = "", subject: str = "", words: str = "", since: str = "", until: str = ""
) -> Asked:
    """The fields of the form."""
    return Asked(who, action, subject, words, since, until)


AskedHere = Annotated[Asked, Depends(asked_for)]


@router.get("/audit")
def audit(
    request: Request, services: ServicesHere, principal: Reader, asked: AskedHere, before: Before = None
) -> Response:
    """Events newest first, page by page."""
    sought = asked.sought()
    with services.database.read() as connection:
        found = find_events(connection, sought, before=before, most=SHOWN + 1)
        shown = found[:SHOWN]
        rows = views.event_rows(shown, reads.beside(connection, shown))
    older = shown[-1]["id"] if len(found) > SHOWN else None
    return render(
        request,
        "auditpages/audit.html",
        principal,
        page="audit",
        rows=rows,
        asked=asked,
        searching=sought != Sought(),
        choices=views.action_choices(views.known_actions()),
        next_path=None if older is None else asked.address("/audit", before=older),
        first_path=None if before is None else asked.address("/audit"),
        csv_path=asked.address("/audit/table.csv"),
        xlsx_path=asked.address("/audit/table.xlsx"),
        most=FILE_ROWS,
    )


@router.get("/audit/table.{kind}")
def table(
    services: ServicesHere, principal: Reader, kind: Literal["csv", "xlsx"], asked: AskedHere
) -> Response:
    """What the search finds, as a file."""
    now = clock.now()
    names = ("at", "name", "actor", "origin", "action", "word", "subject", "detail", "leaf")
    sheet = Sheet(
        title=text("console.auditpages.title"),
        columns=[
            Column(
                text(f"console.auditpages.column.{name}"),
                kind="time" if name == "at" else "int" if name == "leaf" else "text",
            )
            for name in names
        ],
        rows=_cells(services, asked.sought()),
        notes=provenance(source=text("console.auditpages.title"), who=principal.display_name, at=now),
    )
    filename = text("console.auditpages.file", day=f"{now.astimezone(clock.BEIJING):%Y%m%d}", kind=kind)
    return xlsx_response(filename, [sheet], at=now) if kind == "xlsx" else csv_response(filename, sheet)


@router.get("/audit/{event_id}")
def event(request: Request, services: ServicesHere, principal: Reader, event_id: EventId) -> Response:
    """One event, and the proof that it is in the evidence log as it was written."""
    proof, damaged = None, False
    with services.database.read() as connection:
        found = reads.find_event(connection, event_id)
        row = views.event_row(found, reads.beside(connection, [found]))
        try:
            proof = reads.prove(connection, found)
        except LogError:
            damaged = True
    return render(
        request,
        "auditpages/event.html",
        principal,
        page="audit",
        row=row,
        proof=proof,
        damaged=damaged,
    )


def _cells(services: Services, sought: Sought) -> Iterator[Sequence[Any]]:
    """The rows of a file. A transaction a page: who fetches may be slow. The language is that of the request that asked."""
    spoken = language()
    before: int | None = None
    left = FILE_ROWS
    while left > 0:
        most = min(_FILE_PAGE, left)
        with speaking(spoken), services.database.read() as connection:
            found = find_events(connection, sought, before=before, most=most)
            cells = [_cell(row) for row in views.event_rows(found, reads.beside(connection, found))]
        yield from cells
        if len(found) < most:
            return
        before = found[-1]["id"]
        left -= most


def _cell(row: views.EventRow) -> Sequence[Any]:
    detail = text("audit.between_pairs").join(
        text("audit.pair", name=name, value=value) for name, value in row.facts
    )
    return (row.at, row.name, row.actor, row.origin, row.action, row.word, row.subject, detail, row.leaf)

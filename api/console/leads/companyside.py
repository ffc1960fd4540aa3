"""The company's side of a lead: stating its case, with papers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.leads.forms import FormHere, paper_of, read
from api.console.leads.steps import step, take
from api.context import ServicesHere
from api.leadread import LeadId, Party
from api.shapes.leadsteps import StateCase
from store.errors import NotFound
from store.leads import papers, records

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False, prefix="/leads/{lead_id}/statement")


@router.post("")
def state(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Party, form: FormHere
) -> Response:
    """The statement, and with it a paper where one was chosen: both or neither."""
    asked = read(StateCase, form)
    file = form.get("file")
    paper = paper_of(form, public=True) if isinstance(file, UploadFile) and file.filename else None
    with services.database.write() as connection:
        statement, _ = step(connection, services, principal, lead_id, records.state_case, asked.content)
        if paper is not None:
            most = services.settings.attachment_bytes
            step(
                connection,
                services,
                principal,
                lead_id,
                papers.attach_to_statement,
                statement,
                paper,
                most=most,
            )
    return done(request, f"/leads/{lead_id}", said="leads.stated")


@router.post("/papers")
def add_proof(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Party, form: FormHere
) -> Response:
    """A further paper for a statement that was made."""
    given = form.get("statement")
    if not isinstance(given, str) or not given.isascii() or not given.isdecimal() or len(given) > 18:
        raise NotFound("There is no such statement.", code="statement_not_found")
    paper = paper_of(form, public=True)
    most = services.settings.attachment_bytes
    return take(
        request, services, principal, lead_id, "proof", papers.attach_to_statement, int(given), paper, most=most
    )  # fmt: skip

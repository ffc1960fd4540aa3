"""Handing a lead over from its page: submitting, sending again, and the printed set."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.alertread import caller_of
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.leads.forms import FormHere, read
from api.console.pages import render
from api.context import ServicesHere
from api.leadread import Decider, Inner, LeadId
from api.papers.forms import evidence_list, transfer_form
from api.routes.handover import Reader, printed
from api.shapes.handover import SubmitLead
from store import audit, clock, tasks
from store.handover.keeping import find_handover, retry
from store.handover.submitting import Submission, submit
from store.leads.rules import rules_of
from store.log.keys import load_signer
from store.reasons import check_note

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

HandoverId = Annotated[int, Path(ge=1, lt=2**31)]
Draft = Annotated[bool, Query()]


@router.post("/leads/{lead_id}/submit")
def submit_lead(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Decider, form: FormHere
) -> Response:
    """Hand a reviewed lead over; the delivery job sends it."""
    asked = read(SubmitLead, form)
    settings = services.settings
    submission = Submission(lead_id, asked.connector, check_note(asked.note))
    signer, rules = load_signer(settings), rules_of(settings)
    with services.database.write() as connection:
        submit(connection, submission, caller_of(principal), clock.now(), signer=signer, rules=rules)
    return done(request, f"/leads/{lead_id}#handovers", said="leads.submitted")


@router.get("/leads/{lead_id}/transfer-form.pdf")
def print_transfer_form(
    lead_id: LeadId, services: ServicesHere, principal: Inner, draft: Draft = False
) -> Response:
    """案件线索移送单, to print and sign."""
    return printed(services, principal, lead_id, "transfer-form", transfer_form, draft=draft)


@router.get("/leads/{lead_id}/evidence-list.pdf")
def print_evidence_list(
    lead_id: LeadId, services: ServicesHere, principal: Inner, draft: Draft = False
) -> Response:
    """证据清单."""
    return printed(services, principal, lead_id, "evidence-list", evidence_list, draft=draft)


@router.get("/handovers/{handover_id}")
def handover(
    request: Request, handover_id: HandoverId, services: ServicesHere, principal: Reader
) -> Response:
    """The document as it is sent, its signature, and every receipt. Every look at it is recorded."""
    with services.database.write() as connection:
        found = find_handover(connection, handover_id)
        audit.record(
            connection,
            actor=principal.name,
            origin=principal.origin,
            action="evidence:handover:read",
            subject=found["lead"],
            detail={"handover": handover_id},
        )
    return render(request, "leads/handover.html", principal, page="leads", handover=found)


@router.post("/handovers/{handover_id}/retry")
def retry_handover(
    request: Request, handover_id: HandoverId, services: ServicesHere, principal: Decider, form: FormHere
) -> Response:
    """Send it again now."""
    with services.database.write() as connection:
        retry(connection, handover_id, tasks.Caller(principal.name, principal.origin), clock.now())
        lead_id = find_handover(connection, handover_id)["lead_id"]
    return done(request, f"/leads/{lead_id}#handovers", said="leads.retried")

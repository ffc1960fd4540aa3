"""Handing leads over, and the printed set that goes with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import Principal, requires
from api.context import Services, ServicesHere
from api.papers.forms import evidence_list, transfer_form
from api.permissions import Permission
from api.replies import json_reply
from api.routes import PROBLEMS, READ_PROBLEMS, CursorHere, IfNoneMatch
from api.shapes.handover import (
    HandoverConnectorList,
    HandoverDetail,
    HandoverList,
    HandoverState,
    RetryHandover,
    SubmitLead,
)
from api.wire import cursor_of, number_part, page, read_cursor
from api.writes import WriteHere
from store import audit, clock, tasks
from store.database import Connection
from store.errors import Refused
from store.handover.connectors import connector_standings
from store.handover.keeping import find_handover, list_handovers, retry
from store.handover.material import Material, material_of
from store.handover.submitting import Submission, submit
from store.leads.actions import Caller
from store.leads.rules import rules_of
from store.log.keys import load_signer
from store.reasons import check_note

router = APIRouter(tags=["handover"])

Reader = Annotated[Principal, requires(Permission.HANDOVER_READ)]
LeadReader = Annotated[Principal, requires(Permission.LEADS_READ)]
Decider = Annotated[Principal, requires(Permission.LEADS_DECIDE)]
LeadId = Annotated[int, Path(ge=1, lt=2**63)]
HandoverId = Annotated[int, Path(ge=1, lt=2**31)]
Limit = Annotated[int, Query(ge=1, le=500)]
Draft = Annotated[bool, Query(description="Print a draft, also of a lead that could be printed formally.")]

PDF = "application/pdf"
PRINTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: {}}, "description": "PDF/A-2u."},
    **PROBLEMS,
}

Printer = Callable[..., bytes]


@router.post(
    "/leads/{lead_id}/submit",
    response_model=HandoverDetail,
    status_code=201,
    summary="Hand a reviewed lead over",
    responses=PROBLEMS,
)
def submit_lead(
    lead_id: LeadId, write: WriteHere, services: ServicesHere, principal: Decider, body: SubmitLead
) -> Response:
    """The lead becomes submitted; document and signature are written with it and sent by the delivery job.

    Needs both reviews of the lead as it is, and a ready evidence package of it. A lead of sample configuration goes only to a
    connector for trials. One that was handed over may go to further receivers.
    """
    asked = Submission(lead_id, body.connector, check_note(body.note))
    settings = services.settings
    signer, rules = load_signer(settings), rules_of(settings)

    def do(connection: Connection) -> dict[str, Any]:
        handover_id = submit(connection, asked, _caller(principal), clock.now(), signer=signer, rules=rules)
        return find_handover(connection, handover_id)

    return write.answer(principal, body.model_dump(mode="json"), do, status=201)


@router.get(
    "/leads/{lead_id}/transfer-form.pdf",
    response_class=Response,
    summary="Case lead transfer form (案件线索移送单)",
    responses=PRINTED,
)
def get_transfer_form(
    lead_id: LeadId, services: ServicesHere, principal: LeadReader, draft: Draft = False
) -> Response:
    """To print and sign. Before both reviews it is a draft and says so on every page; of sample configuration there are only
    drafts. Every print is recorded."""
    return printed(services, principal, lead_id, "transfer-form", transfer_form, draft=draft)


@router.get(
    "/leads/{lead_id}/evidence-list.pdf",
    response_class=Response,
    summary="List of evidence (证据清单)",
    responses=PRINTED,
)
def get_evidence_list(
    lead_id: LeadId, services: ServicesHere, principal: LeadReader, draft: Draft = False
) -> Response:
    """Everything that proves the lead, with its SHA-256. Drafts as for the transfer form. Every print is recorded."""
    return printed(services, principal, lead_id, "evidence-list", evidence_list, draft=draft)


@router.get("/handovers", response_model=HandoverList, summary="Hand-overs", responses=READ_PROBLEMS)
def get_handovers(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    lead: Annotated[int | None, Query(ge=1, lt=2**63, description="Id of a lead.")] = None,
    connector: Annotated[str | None, Query(max_length=63)] = None,
    state: HandoverState | None = None,
    limit: Limit = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Newest first."""
    before = read_cursor(cursor, "handovers", number_part)[0] if cursor else None
    filters = {"lead_id": lead, "connector": connector, "state": state, "before": before}
    with services.database.read() as connection:
        shown, last = page(list_handovers(connection, most=limit + 1, **filters), limit)
    following = None if last is None else cursor_of("handovers", last["id"])
    return json_reply(request, {"items": shown, "next": following})


@router.get(
    "/handovers/{handover_id}",
    response_model=HandoverDetail,
    summary="One hand-over",
    responses=READ_PROBLEMS,
)
def get_handover(
    request: Request,
    handover_id: HandoverId,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """With the document as it is sent, its signature, and what every attempt brought. Every look at it is recorded."""
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
    return json_reply(request, found)


@router.post(
    "/handovers/{handover_id}/retry",
    response_model=HandoverDetail,
    summary="Send it again now",
    responses=PROBLEMS,
)
def retry_handover(
    handover_id: HandoverId, write: WriteHere, principal: Decider, body: RetryHandover | None = None
) -> Response:
    """After a refusal, or at once instead of later. For the receiver it stays the same hand-over."""

    def do(connection: Connection) -> dict[str, Any]:
        retry(connection, handover_id, tasks.Caller(principal.name, principal.origin), clock.now())
        return find_handover(connection, handover_id)

    return write.answer(principal, None, do)


@router.get(
    "/handover-connectors",
    response_model=HandoverConnectorList,
    summary="Connectors",
    responses=READ_PROBLEMS,
)
def get_connectors(
    request: Request, services: ServicesHere, principal: Reader, if_none_match: IfNoneMatch = None
) -> Response:
    """Where leads can be handed over to, what waits for each, and what it answered last. Set by ``outfall handover apply``."""
    with services.database.read() as connection:
        return json_reply(request, {"items": connector_standings(connection), "next": None})


def printed(
    services: Services, principal: Principal, lead_id: int, name: str, printer: Printer, *, draft: bool
) -> Response:
    """A paper of a lead, recorded. Raises NotFound ``lead_not_found`` and, for a formal one, Refused ``sample_configuration``."""
    at = clock.now()
    with services.database.read() as connection:
        material = material_of(connection, lead_id)
    formal = material.reviewed and not draft
    _formal_allowed(material, formal)
    made = printer(material, at=at, draft=not formal)
    number = str(material.lead["number"])
    with services.database.write() as connection:
        audit.record(
            connection,
            actor=principal.name,
            origin=principal.origin,
            action="evidence:lead:print",
            subject=number,
            detail={"paper": name, "draft": not formal, "sha256": hashlib.sha256(made).hexdigest()},
        )
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(_file_name(name, number, at))}",
    }
    return Response(made, headers=headers, media_type=PDF)


def _formal_allowed(material: Material, formal: bool) -> None:
    if formal and material.sample:
        raise Refused(
            f"Lead {material.lead['number']} rests on sample configuration, which nobody has checked: no formal paper is printed "
            "of it, only a draft (draft=true).",
            code="sample_configuration",
            number=material.lead["number"],
        )


def _file_name(name: str, number: str, at: datetime) -> str:
    return f"{number}-{name}-{at:%Y%m%d}.pdf"


def _caller(principal: Principal) -> Caller:
    return Caller(principal.name, principal.role, principal.origin, principal.site_key)

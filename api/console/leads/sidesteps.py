"""What is recorded beside the content of a lead: papers, talks, discussions, more time; and the page of a review."""

from __future__ import annotations

import json
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.alertread import caller_of
from api.console.errors import ConsoleRoute
from api.console.leads.content import act_span, act_words, basis_rows, discretion_rows
from api.console.leads.forms import FormHere, paper_of, read
from api.console.leads.numbers import numbers_of
from api.console.leads.offers import offers_for
from api.console.leads.steps import take
from api.console.pages import render
from api.console.words import factor_name
from api.context import ServicesHere
from api.leadread import Decider, Drafter, Inner, LeadId, Seer
from api.shapes.leadsteps import AddDiscussion, AddTalk, Extend, Suspend, Why
from store import clock
from store.database import rows
from store.leads import papers, records
from store.leads.actions import standing_of
from store.leads.content import content_of
from store.leads.reading import lead_detail
from store.log.canonical import canonical
from store.queries import queries

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False, prefix="/leads/{lead_id}")

PaperId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/review/{kind}")
def review_page(
    request: Request,
    lead_id: LeadId,
    kind: Literal["technical", "legal"],
    services: ServicesHere,
    principal: Inner,
) -> Response:
    """Exactly what is signed: every word of it, the canonical form, and its digest, which the form carries."""
    now = clock.now()
    with services.database.read() as connection:
        lead = lead_detail(connection, lead_id, caller_of(principal))
        with rows(connection) as cursor:
            columns = cursor.execute(queries("leads")["lead_columns"], {"id": lead_id}).fetchone()
        assert columns is not None
        content = content_of(connection, columns)
        offers = offers_for(standing_of(connection, columns, caller_of(principal)), principal.role)
    snapshot = lead["snapshot"]
    return render(
        request,
        "leads/review.html",
        principal,
        page="leads",
        kind=kind,
        lead=lead,
        offer=offers[f"sign_{kind}"],
        acts=act_words(lead["acts"]),
        span=act_span(lead["from_time"], lead["to_time"]),
        factors=[factor_name(factor) for factor in lead["factors"]],
        numbers=None if snapshot is None or snapshot["content"] is None else numbers_of(snapshot["content"]),
        basis=[row for row in basis_rows(lead["candidates"], lead["basis"]) if row.chosen],
        discretion=discretion_rows(lead["discretion"]),
        evidence=[paper for paper in lead["papers"] if paper["part"] == "evidence"],
        canonical=json.dumps(json.loads(canonical(content)), ensure_ascii=False, indent=1, sort_keys=True),
        now=now,
    )


@router.post("/papers")
def add_paper(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """A paper: evidence is reviewed, a record of a step is not."""
    part: papers.Part = "record" if form.get("part") == "record" else "evidence"
    paper = paper_of(form, public="public" in form)
    most = services.settings.attachment_bytes
    return take(
        request, services, principal, lead_id, "paper", papers.attach, paper, part, at_part="#papers", most=most
    )  # fmt: skip


@router.get("/papers/{paper_id}")
def get_paper(lead_id: LeadId, paper_id: PaperId, services: ServicesHere, principal: Seer) -> Response:
    """As it was filed, to be saved and never shown by the browser itself."""
    with services.database.read() as connection:
        found = papers.read_paper(connection, lead_id, paper_id, site_key=principal.site_key)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found['name'])}",
        "Cache-Control": "private, no-store",
        "ETag": f'"{found["sha256"]}"',
    }
    return Response(found["content"], headers=headers, media_type="application/octet-stream")


@router.post("/talks")
def add_talk(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """A talk that was held."""
    asked = read(AddTalk, form, times=("held_at",), lines=("attendees",))
    talk = records.Talk(**{**asked.model_dump(), "attendees": tuple(asked.attendees)})
    return take(request, services, principal, lead_id, "talked", records.record_talk, talk, at_part="#talks")


@router.post("/discussions")
def add_discussion(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """A collective discussion that was held."""
    asked = read(AddDiscussion, form, times=("held_at",), lines=("attendees",))
    discussion = records.Discussion(**{**asked.model_dump(), "attendees": tuple(asked.attendees)})
    return take(
        request, services, principal, lead_id, "discussed", records.record_discussion, discussion, at_part="#discussions"
    )  # fmt: skip


@router.post("/extend")
def extend(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Decider, form: FormHere
) -> Response:
    """More time, as it was approved."""
    asked = read(Extend, form, times=("approved_at",))
    more = records.MoreTime(**asked.model_dump())
    return take(request, services, principal, lead_id, "extended", records.extend, more, at_part="#clocks")


@router.post("/suspend")
def suspend(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Decider, form: FormHere
) -> Response:
    """Time stands."""
    asked = read(Suspend, form)
    return take(
        request, services, principal, lead_id, "suspended", records.suspend, asked.why, asked.reason, at_part="#clocks"
    )  # fmt: skip


@router.post("/resume")
def resume(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Decider, form: FormHere
) -> Response:
    """Time counts again."""
    asked = read(Why, form)
    return take(
        request, services, principal, lead_id, "resumed", records.resume, asked.reason, at_part="#clocks"
    )

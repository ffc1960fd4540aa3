"""What belongs to a lead beside what it says: papers, the company's statements, talks, discussions."""

from __future__ import annotations

import hashlib
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Path, UploadFile
from starlette.responses import Response

from api.context import ServicesHere
from api.leadread import AskedHere, Drafter, LeadId, Party, Seer
from api.routes import PROBLEMS, READ_PROBLEMS
from api.shapes.leads import LeadDetail, ToldLeadDetail
from api.shapes.leadsteps import AddDiscussion, AddTalk, StateCase
from store.handling.attachments import Paper
from store.leads import papers, records

router = APIRouter(prefix="/leads/{lead_id}", tags=["leads"])

PaperId = Annotated[int, Path(ge=1, lt=2**63)]
Upload = Annotated[UploadFile, File(description="PDF, JPEG, PNG, XLSX, DOCX, ZIP, CSV or plain text.")]
Note = Annotated[str | None, Form(max_length=1000)]


@router.post(
    "/papers", response_model=LeadDetail, status_code=201, summary="File a paper", responses=PROBLEMS
)
def add_paper(
    asked: AskedHere,
    principal: Drafter,
    file: Upload,
    part: Annotated[
        papers.Part, Form(description="evidence is reviewed; a record (minutes, approvals) is not.")
    ] = "evidence",
    note: Note = None,
    public: Annotated[bool, Form(description="The company may read it once it was told.")] = False,
) -> Response:
    """Kept with its SHA-256 and never changed. Evidence that comes after a review sends the lead back to it."""
    paper = _paper(file, note, public=public)
    content = [paper.name, paper.media_type, hashlib.sha256(paper.content).hexdigest(), note, public, part]
    most = asked.write.services.settings.attachment_bytes
    return asked.done(principal, papers.attach, paper, part, body=content, status=201, most=most)


@router.get(
    "/papers/{paper_id}",
    summary="The bytes of a paper",
    response_class=Response,
    responses={
        **READ_PROBLEMS,
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def get_paper(lead_id: LeadId, paper_id: PaperId, services: ServicesHere, principal: Seer) -> Response:
    """As it was filed, to be saved and never shown by the browser itself. The digest is in ``ETag``."""
    with services.database.read() as connection:
        found = papers.read_paper(connection, lead_id, paper_id, site_key=principal.site_key)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found['name'])}",
        "Cache-Control": "private, no-store",
        "ETag": f'"{found["sha256"]}"',
        "X-Media-Type": found["media_type"],
    }
    return Response(found["content"], headers=headers, media_type="application/octet-stream")


@router.post(
    "/statement",
    response_model=ToldLeadDetail | LeadDetail,
    status_code=201,
    summary="State the company's case",
    responses=PROBLEMS,
)
def state_case(asked: AskedHere, principal: Party, body: StateCase) -> Response:
    """陈述申辩. In time and after a review, it is reviewed again. Papers follow with `/statement/papers`."""
    return asked.done(principal, records.state_case, body.content, body=body, status=201)


@router.post(
    "/statement/papers",
    response_model=ToldLeadDetail | LeadDetail,
    status_code=201,
    summary="File proof for a statement",
    responses=PROBLEMS,
)
def add_proof(
    asked: AskedHere,
    principal: Party,
    file: Upload,
    statement: Annotated[int, Form(ge=1, lt=2**63, description="Id of the statement.")],
    note: Note = None,
) -> Response:
    """Kept with its SHA-256 and never changed."""
    paper = _paper(file, note, public=True)
    digest = hashlib.sha256(paper.content).hexdigest()
    content = [paper.name, paper.media_type, digest, note, statement]
    most = asked.write.services.settings.attachment_bytes
    return asked.done(
        principal, papers.attach_to_statement, statement, paper, body=content, status=201, most=most
    )


@router.post(
    "/talks", response_model=LeadDetail, status_code=201, summary="Record a talk", responses=PROBLEMS
)
def add_talk(asked: AskedHere, principal: Drafter, body: AddTalk) -> Response:
    """约谈: time, place, host, attendees, facts shown, commitments, deadline, follow-up."""
    talk = records.Talk(**{**body.model_dump(), "attendees": tuple(body.attendees)})
    return asked.done(principal, records.record_talk, talk, body=body, status=201)


@router.post(
    "/discussions",
    response_model=LeadDetail,
    status_code=201,
    summary="Record a collective discussion",
    responses=PROBLEMS,
)
def add_discussion(asked: AskedHere, principal: Drafter, body: AddDiscussion) -> Response:
    """集体讨论 with its written record; it names the content that was discussed by its digest."""
    discussion = records.Discussion(**{**body.model_dump(), "attendees": tuple(body.attendees)})
    return asked.done(principal, records.record_discussion, discussion, body=body, status=201)


def _paper(file: UploadFile, note: str | None, *, public: bool) -> Paper:
    media_type = (file.content_type or "").partition(";")[0].strip().lower()
    return Paper(file.filename or "", media_type, file.file.read(), (note or "").strip() or None, public)

"""The steps that people take on the page of an alert. Each calls what the route of the API calls, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from alerts.telling import tell
from api.access import Principal, requires
from api.alertread import caller_of
from api.console import alertview
from api.console.alerts import reads
from api.console.alerts.actions import FINDINGS
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.scope import visible_registry
from api.context import Services, ServicesHere
from api.permissions import Permission
from store import clock
from store.database import Connection
from store.errors import Conflict, Refused
from store.handling import Action, Step, clocks_of, take_step
from store.handling.attachments import LONGEST_NAME, Paper, attach
from store.leads.raising import raise_lead
from store.leads.rules import rules_of
from store.leads.subjects import NewLead
from store.people import Role

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

AlertId = Annotated[int, Path(ge=1, lt=2**63)]
Acknowledger = Annotated[Principal, requires(Permission.ALERTS_ACKNOWLEDGE)]
Handler = Annotated[Principal, requires(Permission.ALERTS_HANDLE)]
Replier = Annotated[Principal, requires(Permission.ALERTS_REPLY)]

Words = Annotated[str, Form(max_length=2000)]
Name = Annotated[str, Form(max_length=64)]
Files = Annotated[list[UploadFile] | None, File()]

MOST_FILES = 10
"""Papers filed with one answer."""

MEDIA_TYPE_OF = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "csv": "text/csv",
    "txt": "text/plain",
}
"""Browsers name the type of a file as their system does (a CSV file is a spreadsheet to some): the ending decides, and what the
file begins with is checked against it."""


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge(
    request: Request, services: ServicesHere, principal: Acknowledger, alert_id: AlertId
) -> Response:
    """Take an alert up. Who comes second is shown who was first."""
    now = clock.now()
    with services.database.write() as connection:
        try:
            _take(connection, services, principal, alert_id, Step(Action.ACKNOWLEDGE))
        except Conflict as conflict:
            if conflict.code != "already_acknowledged":
                raise
        row = reads.alert(connection, alert_id, site_key=principal.site_key, now=now)
        registry = visible_registry(connection, principal, now)
    if "HX-Request" not in request.headers:
        return RedirectResponse(f"/alerts/{alert_id}", status_code=303)
    shown = alertview.alert_row(row, registry, for_company=principal.role is Role.COMPANY)
    return render(request, "fragments/acknowledge.html", principal, alert=shown, now=now)


@router.post("/alerts/{alert_id}/assign")
def assign(
    request: Request,
    services: ServicesHere,
    principal: Handler,
    alert_id: AlertId,
    to: Name,
    reason: Words = "",
) -> Response:
    """Name who works on it."""
    step = Step(Action.ASSIGN, reason=reason.strip() or None, assign_to=to)
    return _step(request, services, principal, alert_id, step, "assigned")


@router.post("/alerts/{alert_id}/comment")
def comment(
    request: Request,
    services: ServicesHere,
    principal: Replier,
    alert_id: AlertId,
    words: Words = "",
    public: Annotated[bool, Form()] = False,
) -> Response:
    """Write a note; a company's is always public."""
    step = Step(Action.COMMENT, reason=words.strip(), public=public or principal.role is Role.COMPANY)
    return _step(request, services, principal, alert_id, step, "commented")


@router.post("/alerts/{alert_id}/remind")
def remind(
    request: Request, services: ServicesHere, principal: Handler, alert_id: AlertId, reason: Words = ""
) -> Response:
    """催办: those who were told of it are told again."""
    with services.database.write() as connection:
        _take(connection, services, principal, alert_id, Step(Action.REMIND, reason=reason.strip() or None))
        tell(connection, "reminder", alert_id, clock.now())
    return done(request, f"/alerts/{alert_id}", said="alertwork.reminded")


@router.post("/alerts/{alert_id}/notify")
def notify_company(
    request: Request, services: ServicesHere, principal: Handler, alert_id: AlertId, message: Words = ""
) -> Response:
    """Tell the company: its time to answer begins."""
    step = Step(Action.NOTIFY, reason=message.strip() or None, public=True)
    return _step(request, services, principal, alert_id, step, "notified")


@router.post("/alerts/{alert_id}/answer")
def answer(
    request: Request,
    services: ServicesHere,
    principal: Replier,
    alert_id: AlertId,
    cause: Words = "",
    measures: Words = "",
    files: Files = None,
) -> Response:
    """Cause and measures with their papers, of the company or of an officer who writes down what it said. All or nothing."""
    if not measures.strip():
        raise Refused("Say what was done about it.", code="measures_missing")
    papers = _papers(files, None, public=True)
    step = Step(Action.ANSWER, reason=cause.strip(), detail={"measures": measures.strip()}, public=True)
    with services.database.write() as connection:
        _take(connection, services, principal, alert_id, step)
        for paper in papers:
            _attach(connection, services, principal, alert_id, paper)
    return done(request, f"/alerts/{alert_id}", said="alertwork.answered")


@router.post("/alerts/{alert_id}/attachments")
def attach_papers(
    request: Request,
    services: ServicesHere,
    principal: Replier,
    alert_id: AlertId,
    files: Files = None,
    note: Annotated[str, Form(max_length=1000)] = "",
    public: Annotated[bool, Form()] = False,
) -> Response:
    """File papers or pictures."""
    papers = _papers(files, note.strip() or None, public=public)
    if not papers:
        raise Refused("Choose a file.", code="attachment_empty")
    with services.database.write() as connection:
        for paper in papers:
            _attach(connection, services, principal, alert_id, paper)
    return done(request, f"/alerts/{alert_id}", said="alertwork.attached")


@router.post("/alerts/{alert_id}/verify")
def verify(
    request: Request,
    services: ServicesHere,
    principal: Handler,
    alert_id: AlertId,
    result: Name,
    reason: Words = "",
) -> Response:
    """Say what was found: 属实, 不属实 or 需现场."""
    if result not in FINDINGS:
        raise Refused("Say what was found.", code="request_invalid")
    step = Step(FINDINGS[result], reason=reason.strip(), detail={"result": result})
    return _step(request, services, principal, alert_id, step, "verified")


@router.post("/alerts/{alert_id}/close")
def close(
    request: Request, services: ServicesHere, principal: Handler, alert_id: AlertId, reason: Words = ""
) -> Response:
    """Nothing follows."""
    return _step(request, services, principal, alert_id, Step(Action.CLOSE, reason=reason.strip()), "closed")


@router.post("/alerts/{alert_id}/lead")
def make_lead(
    request: Request, services: ServicesHere, principal: Handler, alert_id: AlertId, reason: Words = ""
) -> Response:
    """转线索: the draft lead is raised, and its page opened."""
    settings = services.settings
    new = NewLead(alert_ids=(alert_id,), reason=reason.strip())
    with services.database.write() as connection:
        lead_id = raise_lead(
            connection,
            new,
            caller_of(principal),
            rules=rules_of(settings),
            clocks=clocks_of(settings),
            at=clock.now(),
        )
    return done(request, f"/leads/{lead_id}", said="alertwork.made_lead")


def _step(
    request: Request, services: Services, principal: Principal, alert_id: int, step: Step, said: str
) -> Response:
    with services.database.write() as connection:
        _take(connection, services, principal, alert_id, step)
    return done(request, f"/alerts/{alert_id}", said=f"alertwork.{said}")


def _take(
    connection: Connection, services: Services, principal: Principal, alert_id: int, step: Step
) -> None:
    take_step(
        connection,
        alert_id,
        step,
        caller_of(principal),
        clocks=clocks_of(services.settings),
        at=clock.now(),
    )


def _attach(
    connection: Connection, services: Services, principal: Principal, alert_id: int, paper: Paper
) -> None:
    settings = services.settings
    attach(
        connection,
        alert_id,
        paper,
        caller_of(principal),
        clocks=clocks_of(settings),
        most=settings.attachment_bytes,
        at=clock.now(),
    )


def _papers(files: Sequence[UploadFile] | None, note: str | None, *, public: bool) -> list[Paper]:
    """The files that a form sent; a field that was left empty sends one without a name."""
    sent = [file for file in files or () if file.filename]
    if len(sent) > MOST_FILES:
        raise Refused(f"At most {MOST_FILES} files at once.", code="attachments_too_many", most=MOST_FILES)
    return [_paper(file, note, public=public) for file in sent]


def _paper(file: UploadFile, note: str | None, *, public: bool) -> Paper:
    name = (file.filename or "").rpartition("\\")[2].rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    told = (file.content_type or "").partition(";")[0].strip().lower()
    media_type = MEDIA_TYPE_OF.get(ending.lower(), told)
    if len(name) > LONGEST_NAME and dot:
        # A telephone names pictures as it likes; the ending says what it is and stays.
        name = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return Paper(name, media_type, file.file.read(), note, public)

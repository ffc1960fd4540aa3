"""The steps that people take with an alert. Each answers with the alert as it stands afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, File, Form, UploadFile
from starlette.responses import Response

from alerts.telling import tell
from api.access import Principal, requires
from api.alertread import alert_detail, caller_of
from api.permissions import Permission
from api.routes import PROBLEMS
from api.routes.alerts import AlertId
from api.shapes.alerts import (
    Acknowledge,
    AlertDetail,
    AnswerGiven,
    Assign,
    Comment,
    Notify,
    Remind,
    Settle,
    Verify,
)
from api.writes import Write, WriteHere
from store import clock
from store.database import Connection
from store.handling import Action, Step, clocks_of, take_step
from store.handling.attachments import Paper, attach
from store.leads.raising import raise_lead
from store.leads.rules import rules_of
from store.leads.subjects import NewLead

router = APIRouter(prefix="/alerts/{alert_id}", tags=["alerts"], responses=PROBLEMS)

Acknowledger = Annotated[Principal, requires(Permission.ALERTS_ACKNOWLEDGE)]
Handler = Annotated[Principal, requires(Permission.ALERTS_HANDLE)]
Replier = Annotated[Principal, requires(Permission.ALERTS_REPLY)]

_FINDINGS = {"confirmed": Action.CONFIRM, "unfounded": Action.REJECT, "site_visit": Action.VISIT}


@dataclass(frozen=True, slots=True)
class Asked:
    """What every step is asked with."""

    alert_id: int
    write: Write

    def once(
        self, principal: Principal, content: list[Any], do: Callable[[Connection], None], *, status: int = 200
    ) -> Response:
        """Do it once a key, and answer with the alert as it then stands."""

        def done(connection: Connection) -> dict[str, Any]:
            do(connection)
            return alert_detail(connection, self.alert_id, principal)

        return self.write.answer(principal, content, done, status=status)


def _asked(alert_id: AlertId, write: WriteHere) -> Asked:
    return Asked(alert_id, write)


AskedHere = Annotated[Asked, Depends(_asked)]


@router.post("/acknowledge", response_model=AlertDetail, summary="Take an alert up")
def acknowledge_alert(
    asked: AskedHere, principal: Acknowledger, body: Annotated[Acknowledge | None, Body()] = None
) -> Response:
    """The caller has seen the alert and takes it up. 409 when somebody did so before or the alert is settled."""
    reason = (body.reason or None) if body else None
    return _taken(asked, principal, Step(Action.ACKNOWLEDGE, reason=reason))


@router.post("/assign", response_model=AlertDetail, summary="Name who works on an alert")
def assign_alert(asked: AskedHere, principal: Handler, body: Assign) -> Response:
    """May be done again; the last one named works on it."""
    return _taken(asked, principal, Step(Action.ASSIGN, reason=body.reason or None, assign_to=body.to))


@router.post("/comment", response_model=AlertDetail, summary="Write a note")
def comment_on_alert(asked: AskedHere, principal: Replier, body: Comment) -> Response:
    """Into the history. A company's note is always public; the bureau's only where it says so."""
    public = body.public or principal.site_key is not None
    return _taken(asked, principal, Step(Action.COMMENT, reason=body.text, public=public))


@router.post("/remind", response_model=AlertDetail, summary="Recall an alert")
def remind_of_alert(
    asked: AskedHere, principal: Handler, body: Annotated[Remind | None, Body()] = None
) -> Response:
    """催办: those who were told of it are told again."""
    return _taken(
        asked,
        principal,
        Step(Action.REMIND, reason=(body.reason or None) if body else None),
        tells="reminder",
    )


@router.post("/notify", response_model=AlertDetail, summary="Tell the company")
def notify_company(
    asked: AskedHere, principal: Handler, body: Annotated[Notify | None, Body()] = None
) -> Response:
    """The company's time to answer begins. It reads the message."""
    message = (body.message or None) if body else None
    return _taken(asked, principal, Step(Action.NOTIFY, reason=message, public=True))


@router.post("/answer", response_model=AlertDetail, summary="Answer for the company")
def answer_alert(asked: AskedHere, principal: Replier, body: AnswerGiven) -> Response:
    """Cause and measures. An officer who writes down what a company said by telephone is named in the history."""
    detail = {"measures": body.measures}
    return _taken(asked, principal, Step(Action.ANSWER, reason=body.cause, detail=detail, public=True))


@router.post("/verify", response_model=AlertDetail, summary="Say what was found")
def verify_alert(asked: AskedHere, principal: Handler, body: Verify) -> Response:
    """属实, 不属实 or 需现场. After a visit one of the other two, or a lead."""
    detail = {"result": body.result}
    return _taken(asked, principal, Step(_FINDINGS[body.result], reason=body.reason, detail=detail))


@router.post("/close", response_model=AlertDetail, summary="Close a verified alert")
def close_alert(asked: AskedHere, principal: Handler, body: Settle) -> Response:
    """Nothing follows. A condition that comes back is a new alert that names this one."""
    return _taken(asked, principal, Step(Action.CLOSE, reason=body.reason))


@router.post("/lead", response_model=AlertDetail, summary="Make an alert an enforcement lead")
def make_lead(asked: AskedHere, principal: Handler, body: Settle) -> Response:
    """转线索: from 属实 or 需现场. The draft lead is raised with it and named in the answer; the company does not learn of it."""
    settings = asked.write.services.settings
    rules, clocks = rules_of(settings), clocks_of(settings)
    new = NewLead(alert_ids=(asked.alert_id,), reason=body.reason)

    def do(connection: Connection) -> None:
        raise_lead(connection, new, caller_of(principal), rules=rules, clocks=clocks, at=clock.now())

    return asked.once(principal, [body.reason], do)


@router.post(
    "/attachments", response_model=AlertDetail, status_code=201, summary="Attach a paper or a picture"
)
def attach_to_alert(
    asked: AskedHere,
    principal: Replier,
    file: Annotated[UploadFile, File(description="PDF, JPEG, PNG, XLSX, DOCX, ZIP, CSV or plain text.")],
    note: Annotated[str | None, Form(max_length=1000)] = None,
    public: Annotated[bool, Form(description="The company may read it; its own papers always are.")] = False,
) -> Response:
    """Kept with its SHA-256 and never changed. What a company files is public to it."""
    content = file.file.read()
    media_type = (file.content_type or "").partition(";")[0].strip().lower()
    paper = Paper(file.filename or "", media_type, content, (note or "").strip() or None, public)
    digest = hashlib.sha256(content).hexdigest()

    def do(connection: Connection) -> None:
        attach(
            connection,
            asked.alert_id,
            paper,
            caller_of(principal),
            clocks=clocks_of(asked.write.services.settings),
            most=asked.write.services.settings.attachment_bytes,
            at=clock.now(),
        )

    return asked.once(principal, [paper.name, media_type, digest, paper.note, public], do, status=201)


def _taken(asked: Asked, principal: Principal, step: Step, *, tells: str | None = None) -> Response:
    """Take a step; ``tells`` is the purpose for which people are told of it."""

    def do(connection: Connection) -> None:
        at = clock.now()
        clocks = clocks_of(asked.write.services.settings)
        take_step(connection, asked.alert_id, step, caller_of(principal), clocks=clocks, at=at)
        if tells is not None:
            tell(connection, tells, asked.alert_id, at)

    return asked.once(principal, [step.reason, dict(step.detail), step.public, step.assign_to], do)

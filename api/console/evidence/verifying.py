"""Verifying an uploaded package on the page: upload, how far it is, the report. Only who uploaded sees what came of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.evidence.reportview import report_view
from api.console.leads.content import size_words
from api.console.leads.forms import FormHere
from api.console.pages import render
from api.context import ServicesHere
from api.evidence.checkdesk import Job
from api.routes.evidence import Reader
from store import audit
from store.errors import DecodeError, Refused
from store.log.keys import public_keys
from store.log.notes import parse_vkey
from store.texts import has, text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False, prefix="/evidence/verify")

Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,60}$")]
LONGEST_NAME = 200
MOST_KEYS = 8


@router.get("")
def form(request: Request, services: ServicesHere, principal: Reader) -> Response:
    """The form, and what one uploaded within the last hour."""
    with services.database.read() as connection:
        keys = [known.key.vkey() for known in public_keys(connection)]
    jobs = services.checks.of(principal.name)
    return render(
        request,
        "evidence/verify.html",
        principal,
        page="evidence",
        jobs=[(job, _state_words(job)) for job in jobs],
        keys=keys,
        most=size_words(services.settings.check_bytes),
        seconds=services.settings.check_seconds,
    )


@router.post("")
def upload(request: Request, services: ServicesHere, principal: Reader, form: FormHere) -> Response:
    """Keep the file for a moment and have it verified. Who uploaded what is recorded."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused("Choose a file.", code="check_empty")
    keys = _keys(form)
    own = not keys
    with services.database.read() as connection:
        trusted = keys or [known.key.vkey() for known in public_keys(connection)]
    title = "".join(sign if sign.isprintable() else "�" for sign in file.filename)[-LONGEST_NAME:]
    job = services.checks.take(principal.name, title, file.file, trusted, own_key=not own)
    with services.database.write() as connection:
        audit.record(
            connection,
            actor=principal.name,
            origin=principal.origin,
            action="evidence:upload:verify",
            subject=title,
            detail={"sha256": job.sha256, "bytes": job.size},
        )
    return done(request, f"/evidence/verify/{job.token}")


@router.get("/{token}")
def result(request: Request, token: Token, services: ServicesHere, principal: Reader) -> Response:
    """How far it is, or the report."""
    job = services.checks.find(token, principal.name)
    return render(
        request,
        "evidence/result.html",
        principal,
        page="evidence",
        job=job,
        state=_state_words(job),
        step=_step_words(job),
        size=size_words(job.size),
        report=None if job.report is None else report_view(job.report),
        failure=None if job.failure is None else text(f"console.evidence.verify.failure.{job.failure}"),
    )


def _keys(form: FormData) -> list[str]:
    """The keys that a person named, a line each. Raises Refused ``check_key_wrong``."""
    given = form.get("key")
    lines = [line.strip() for line in given.splitlines() if line.strip()] if isinstance(given, str) else []
    if len(lines) > MOST_KEYS:
        raise Refused("Too many keys.", code="check_key_wrong")
    try:
        return [parse_vkey(line).vkey() for line in lines]
    except DecodeError as error:
        raise Refused("This is no verifier key of a log.", code="check_key_wrong") from error


def _state_words(job: Job) -> str:
    return text(f"console.evidence.verify.state.{job.state}")


def _step_words(job: Job) -> str:
    key = f"verifier.progress.{job.step}"
    if not has(key):
        return text("console.evidence.verify.begins")
    return text("console.evidence.verify.step", step=text(key), done=job.done)

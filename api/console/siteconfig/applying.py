"""``/config/sites``: a sites file is uploaded, checked, compared, and applied as it was shown. And the registry as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.siteconfig.diff import Diff, diff_of
from api.context import ServicesHere
from api.exports import disposition
from api.permissions import Permission
from store import clock
from store.apply import apply_sites
from store.database import Connection
from store.errors import Conflict, Refused, SitesFileError
from store.export import export_sites
from store.queries import queries
from store.registry import load_registry
from store.sitesfile import SitesFile, read_sites_file

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Applier = Annotated[Principal, requires(Permission.SITES_APPLY)]

MOST_BYTES = 900_000
"""A district's file has some ten thousand; a form field has a million at the most. Larger ones go through the command line."""


@router.get("/config/sites")
def upload_page(request: Request, principal: Applier) -> Response:
    """Where a file is uploaded, and the registry downloaded as one."""
    return _page(request, principal)


@router.post("/config/sites/diff")
def show_diff(
    request: Request,
    services: ServicesHere,
    principal: Applier,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
) -> Response:
    """Check the file and show what it would change; nothing is written."""
    try:
        content = _content(file, text)
        found = read_sites_file(content)
    except SitesFileError as error:
        return _page(request, principal, errors=_errors(error), text=text, status=422)
    with services.database.write() as connection:
        diff = _diff(connection, found, content, principal)
    return render(request, "siteconfig/diff.html", principal, page="sites", diff=diff, text=content)


@router.post("/config/sites/apply")
def apply(
    request: Request,
    services: ServicesHere,
    principal: Applier,
    text: Annotated[str, Form()] = "",
    digest: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Apply exactly what was shown. Raises Conflict ``sites_diff_stale`` when the file or the registry is another since then."""
    # A browser sends line ends of its own kind.
    content = text.replace("\r\n", "\n")
    found = read_sites_file(content)
    with services.database.write() as connection:
        # The lock that a rolled-back part of the transaction takes ends with that part.
        connection.execute(queries("registry")["lock_registry"])
        diff = _diff(connection, found, content, principal)
        if diff.digest != digest:
            raise Conflict(
                "The registry or the file changed since the diff was shown: look at the diff again.",
                code="sites_diff_stale",
            )
        apply_sites(connection, found, actor=principal.name, at=clock.now(), origin=principal.origin)
    return done(request, "/sites", said="siteconfig.applied")


@router.get("/config/sites/export.yaml")
def export(services: ServicesHere, principal: Applier) -> Response:
    """The registry as a sites file, without passwords and keys as ``outfall sites export`` writes it."""
    now = clock.now()
    with services.database.read() as connection:
        written = export_sites(load_registry(connection, at=now), secrets=False)
    headers = {
        "Content-Disposition": disposition(f"sites-{now:%Y-%m-%d}.yaml"),
        "Cache-Control": "private, no-store",
    }
    return Response(written, headers=headers, media_type="application/yaml; charset=utf-8")


def _content(file: UploadFile | None, text: str) -> str:
    """The text of the uploaded file, or what was typed. Raises SitesFileError and Refused ``sites_file_missing``."""
    if file is None or not file.filename:
        if not text.strip():
            raise Refused("Choose a file.", code="sites_file_missing")
        return _bounded(text).replace("\r\n", "\n")
    raw = file.file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise _too_large()
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problem = {"line": line, "where": "", "message": "not UTF-8 text"}
        raise SitesFileError("The file is not UTF-8 text.", errors=[problem]) from None


def _bounded(text: str) -> str:
    if len(text.encode()) > MOST_BYTES:
        raise _too_large()
    return text


def _too_large() -> Refused:
    return Refused(
        f"A file of more than {MOST_BYTES} bytes is applied with `outfall sites apply`.",
        code="sites_file_too_large",
        most=MOST_BYTES,
    )


def _diff(connection: Connection, found: SitesFile, content: str, principal: Principal) -> Diff:
    """Apply, compare and roll back."""
    with connection.transaction(force_rollback=True):
        report = apply_sites(connection, found, actor=principal.name, at=clock.now(), origin=principal.origin)
        return diff_of(report, content)


def _errors(error: SitesFileError) -> Sequence[Mapping[str, Any]]:
    found = error.facts.get("errors")
    return found if isinstance(found, list) else [{"line": 1, "where": "", "message": error.message}]


def _page(
    request: Request,
    principal: Principal,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    text: str = "",
    status: int = 200,
) -> Response:
    return render(
        request, "siteconfig/upload.html", principal, status=status, page="sites", errors=errors, text=text
    )

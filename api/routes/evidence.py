"""``/evidence``: packages that prove what an alert, a lead or a time of an outlet rests on. Every look at one is recorded."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse
from starlette.responses import Response

from api.access import Principal, requires
from api.context import ServicesHere
from api.evidence.estimate import estimate
from api.evidence.plan import Asked, plan
from api.evidenceread import checked_file, estimate_item, file_title, package_item
from api.permissions import Permission
from api.replies import json_reply, plain
from api.routes import PROBLEMS, READ_PROBLEMS, Code, CursorHere, IfNoneMatch
from api.shapes.evidence import (
    AskForPackage,
    Package,
    PackageEstimate,
    PackageList,
    PackageState,
    SubjectKind,
)
from api.wire import cursor_of, number_part, page, read_cursor
from api.writes import WriteHere
from store import clock
from store.database import Connection
from store.evidence import ask_for, find_package, note_access, packages, place_of
from store.tasks import Caller

router = APIRouter(prefix="/evidence", tags=["evidence"], responses=PROBLEMS)

Reader = Annotated[Principal, requires(Permission.EVIDENCE_READ)]
Builder = Annotated[Principal, requires(Permission.EVIDENCE_BUILD)]
PackageId = Annotated[int, Path(ge=1, lt=2**63)]


@router.post("", response_model=Package, status_code=202, summary="Ask for an evidence package")
def ask_for_package(write: WriteHere, principal: Builder, body: AskForPackage) -> Response:
    """Its size and the time of building are estimated first; then it is queued and built. Ask for its state, or hear of it on
    `/stream`.

    422 `sample_configuration` and `not_reviewed` for a formal one that cannot be, and `evidence_too_large`; 409
    `evidence_queue_full`.
    """
    services = write.services

    def do(connection: Connection) -> dict[str, Any]:
        at = clock.now()
        place = plan(connection, _asked(body), at)
        package_id = ask_for(
            connection,
            place,
            estimate(connection, place, most=services.settings.evidence_bytes),
            _caller(principal),
            asked_size=body.as_of,
            formal=body.formal,
            most=services.settings.evidence_queue,
            at=at,
        )
        return package_item(find_package(connection, package_id=package_id))

    answer = write.answer(principal, body.model_dump(mode="json", by_alias=True), do, status=202)
    services.builder.wake()
    return answer


@router.post("/estimate", response_model=PackageEstimate, summary="How large a package would be")
def estimate_package(services: ServicesHere, principal: Builder, body: AskForPackage) -> Response:
    """Nothing is begun. The same is refused as when the package is asked for."""
    settings = services.settings
    with services.database.read() as connection:
        place = plan(connection, _asked(body), clock.now())
        told = estimate(connection, place, most=settings.evidence_bytes)
        content = orjson.dumps(estimate_item(connection, place, told, settings), default=plain)
    return Response(content, headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.get(
    "", response_model=PackageList, summary="Evidence packages, newest first", responses=READ_PROBLEMS
)
def list_packages(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    state: PackageState | None = None,
    kind: SubjectKind | None = None,
    subject: Code | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """`subject` is the id of the lead, alert or outlet."""
    before = read_cursor(cursor, "evidence", number_part)[0] if cursor else None
    with services.database.read() as connection:
        found = packages(
            connection,
            most=limit + 1,
            state=state,
            subject_kind=kind,
            subject_id=subject,
            before=before,
        )
    shown, last = page(found, limit)
    following = None if last is None else cursor_of("evidence", last["id"])
    return json_reply(request, {"items": [package_item(row) for row in shown], "next": following})


@router.get("/{package_id}", response_model=Package, summary="One evidence package", responses=READ_PROBLEMS)
def get_package(
    request: Request,
    package_id: PackageId,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """How far it is, and its digest once it is ready. That it was looked at is recorded (`evidence:package:read`)."""
    with services.database.write() as connection:
        row = find_package(connection, package_id=package_id)
        note_access(connection, "read", row["number"], place_of(row), _caller(principal), state=row["state"])
    return json_reply(request, package_item(row))


@router.get(
    "/{package_id}/download",
    summary="The file of a package",
    response_class=Response,
    responses={
        200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
        206: {"description": "The part that `Range` asked for."},
        416: {"description": "The file has no such part."},
    },
)
def download_package(package_id: PackageId, services: ServicesHere, principal: Reader) -> Response:
    """The ZIP itself; `ETag` is its SHA-256, which is checked before anything is sent. Recorded (`evidence:package:download`)."""
    with services.database.read() as connection:
        row = find_package(connection, package_id=package_id)
    path = checked_file(services.settings, row)
    with services.database.write() as connection:
        sha256 = row["digest"].hex()
        note_access(connection, "download", row["number"], place_of(row), _caller(principal), sha256=sha256)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_title(row))}",
        "Cache-Control": "private, no-store",
        "ETag": f'"{sha256}"',
    }
    return FileResponse(path, headers=headers, media_type="application/zip")


def _asked(body: AskForPackage) -> Asked:
    subject = body.subject
    return Asked(subject.kind, str(subject.id), body.from_time, body.to_time, body.as_of, body.formal)


def _caller(principal: Principal) -> Caller:
    return Caller(principal.name, principal.origin)

"""One evidence package: what it holds, its digests, who looked at it and fetched it, building it again."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path as FilePath

from cryptography.hazmat.primitives import hashes
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access import Principal
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.evidence.views import Group, access_rows, contents_of, package_row, seconds_words
from api.console.leads.forms import FormHere
from api.console.pages import render
from api.console.scope import visible_registry
from api.context import ServicesHere
from api.evidence.estimate import estimate
from api.evidence.plan import Asked, plan
from api.evidenceread import package_item
from api.routes.evidence import Builder, PackageId, Reader, download_package
from store import clock
from store.database import rows
from store.evidence import ask_for, check_ready, find_package, note_access, place_of
from store.log.keys import public_keys
from store.queries import queries
from store.settings import Settings
from store.tasks import Caller

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False, prefix="/evidence/{package_id}")

ACCESS_SHOWN = 100
_BLOCK = 1 << 20


@router.get("")
def package(request: Request, package_id: PackageId, services: ServicesHere, principal: Reader) -> Response:
    """The package. That it was looked at is recorded, as when it is read over the API."""
    now = clock.now()
    with services.database.write() as connection:
        row = find_package(connection, package_id=package_id)
        note_access(connection, "read", row["number"], place_of(row), _caller(principal), state=row["state"])
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        with rows(connection) as cursor:
            arguments = {"number": row["number"], "most": ACCESS_SHOWN}
            accesses = cursor.execute(queries("console_evidence")["access_log"], arguments).fetchall()
        keys = [known.key.vkey() for known in public_keys(connection) if known.retired_at is None]
    return render(
        request,
        "evidence/package.html",
        principal,
        page="evidence",
        row=package_row(row, registry, now),
        item=package_item(row),
        contents=_contents(services.settings, row),
        accesses=access_rows(accesses),
        seconds=seconds_words,
        keys=keys,
        now=now,
    )


@router.get("/progress")
def progress(request: Request, package_id: PackageId, services: ServicesHere, principal: Reader) -> Response:
    """How far the building is, asked for every second; once it is over the page is loaded anew."""
    now = clock.now()
    with services.database.read() as connection:
        row = find_package(connection, package_id=package_id)
        shown = package_row(row, visible_registry(connection, principal, now), now)
    if not shown.working:
        return Response(headers={"HX-Refresh": "true", "Cache-Control": "no-store"})
    return render(request, "evidence/progress.html", principal, row=shown, seconds=seconds_words)


@router.get("/digests")
def digests(request: Request, package_id: PackageId, services: ServicesHere, principal: Reader) -> Response:
    """SHA-256 and SM3 of the file as it lies there now, computed anew; and whether it is the one that was built."""
    with services.database.read() as connection:
        row = find_package(connection, package_id=package_id)
    check_ready(row)
    sha256, sm3 = _digests(services.settings.evidence_folder() / row["file_name"])
    return render(
        request,
        "evidence/digests.html",
        principal,
        page="evidence",
        whole="HX-Request" not in request.headers,
        item=package_item(row),
        sha256=sha256,
        sm3=sm3,
        same=sha256 == row["digest"].hex(),
    )


@router.get("/download")
def download(package_id: PackageId, services: ServicesHere, principal: Reader) -> Response:
    """The file; recorded."""
    return download_package(package_id, services, principal)


@router.post("/again")
def build_again(
    request: Request, package_id: PackageId, services: ServicesHere, principal: Builder, form: FormHere
) -> Response:
    """The same subject and days as of the same checkpoint, so that the bytes are the same; ``newest``: as of now."""
    at = clock.now()
    settings = services.settings
    with services.database.write() as connection:
        row = find_package(connection, package_id=package_id)
        as_of = None if "newest" in form else row["size"] or row["asked_size"]
        asked = Asked(
            row["subject_kind"], row["subject_id"], row["asked_from"], row["asked_to"], as_of, row["formal"]
        )
        place = plan(connection, asked, at)
        again = ask_for(
            connection,
            place,
            estimate(connection, place, most=settings.evidence_bytes),
            _caller(principal),
            asked_size=as_of,
            formal=asked.formal,
            most=settings.evidence_queue,
            at=at,
        )
    services.builder.wake()
    return done(request, f"/evidence/{again}", said="evidence.asked")


def _contents(settings: Settings, row: dict[str, object]) -> list[Group]:
    """What the file holds, as its directory says; nothing where there is no file."""
    if row["state"] != "ready":
        return []
    try:
        with zipfile.ZipFile(settings.evidence_folder() / str(row["file_name"])) as file:
            return contents_of(
                (info.filename.partition("/")[2], info.file_size)
                for info in file.infolist()
                if not info.is_dir()
            )
    except (OSError, zipfile.BadZipFile):
        return []


def _digests(path: FilePath) -> tuple[str, str]:
    sha256, sm3 = hashlib.sha256(), hashes.Hash(hashes.SM3())
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                sha256.update(block)
                sm3.update(block)
    except OSError:
        return "", ""
    return sha256.hexdigest(), sm3.finalize().hex()


def _caller(principal: Principal) -> Caller:
    return Caller(principal.name, principal.origin)

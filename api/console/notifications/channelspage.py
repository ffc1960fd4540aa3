"""The channels: how each fares, trial messages, their records, and applying a channels file after its differences were seen."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from fastapi.responses import Response

from alerts.notify.trial import try_channel
from alerts.telling import plan_in_force
from api.access import Principal, requires
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.notifications import reads, views
from api.console.notifications.diff import difference
from api.console.pages import render
from api.console.scope import visible_registry
from api.context import ServicesHere
from api.permissions import Permission
from store import audit, clock
from store.channels import apply_channels, channel_standings, check_sites, load_channels
from store.channelsfile import CHANNELS_FILE, ChannelsFile
from store.checkedfile import read_checked
from store.database import connect
from store.errors import ChannelsFileError, Conflict, Refused

router = APIRouter(prefix="/notifications/channels", route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.CHANNELS_READ)]
Applier = Annotated[Principal, requires(Permission.CHANNELS_APPLY)]
ChannelId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
Upload = Annotated[UploadFile | None, File()]


@router.get("")
def channels_page(request: Request, services: ServicesHere, principal: Reader) -> Response:
    """Every channel in use and how it fares, and the records of all that ever were."""
    now = clock.now()
    with services.database.read() as connection:
        standings = channel_standings(connection, now)
        rates = reads.rates(connection, now)
        history = reads.channel_history(connection)
        applied = reads.applications(connection) if principal.may(Permission.AUDIT_READ) else []
    return render(
        request,
        "notifications/channels.html",
        principal,
        page="notifications",
        tab="channels",
        channels=views.channel_rows(standings, rates),
        history=views.record_rows(history),
        applied=views.application_rows(applied),
        now=now,
    )


@router.post("/check")
def check_file(request: Request, services: ServicesHere, principal: Applier, file: Upload = None) -> Response:
    """What a channels file would change, or everything that is wrong with it. Nothing is applied."""
    content = _content(file)
    now = clock.now()
    problems: list[dict[str, object]] = []
    changed, seen = None, ""
    with services.database.read() as connection:
        try:
            wanted = _read(content)
            check_sites(connection, wanted)
        except ChannelsFileError as error:
            problems = _problems(error)
        else:
            registry = visible_registry(connection, principal, now)
            names = {site.id: site.name for site in registry.sites}
            changed = difference(load_channels(connection), plan_in_force(connection), wanted, names)
            seen = _seen(content, reads.state_of_force(connection))
    whole = "HX-Request" not in request.headers
    return render(
        request,
        "notifications/checked.html" if whole else "notifications/difference.html",
        principal,
        page="notifications",
        tab="channels",
        problems=problems,
        changed=changed,
        seen=seen,
        now=now,
    )


@router.post("/apply")
def apply_file(
    request: Request,
    services: ServicesHere,
    principal: Applier,
    file: Upload = None,
    seen: Annotated[str, Form(max_length=128)] = "",
) -> Response:
    """Apply a file whose differences were seen: the same file, on the same channels and plan as then."""
    content = _content(file)
    with services.database.write() as connection:
        if seen != _seen(content, reads.state_of_force(connection)):
            raise Conflict(
                "The file or what is in force is not what the differences were shown of; look at them again.",
                code="channels_not_as_seen",
            )
        # What was seen was read without an error.
        wanted = _read(content)
        apply_channels(connection, wanted, actor=principal.name, origin=principal.origin, at=clock.now())
    return done(request, "/notifications/channels", said="notifications.applied")


@router.post("/{channel_id}/test")
def test_channel(
    request: Request, services: ServicesHere, principal: Applier, channel_id: ChannelId
) -> Response:
    """Send a test message over one channel now, and say what it answered."""
    settings = services.settings
    with connect(settings.database(), name="api", autocommit=True) as connection:
        outcome = try_channel(connection, settings, channel_id)
        audit.record(
            connection,
            actor=principal.name,
            origin=principal.origin,
            action="notify:channel:test",
            subject=channel_id,
            detail={"delivered": outcome.ok, "status": outcome.status},
        )
    if "HX-Request" not in request.headers:
        said = "delivered" if outcome.ok else "not_delivered"
        return done(request, "/notifications/channels", said=f"notifications.{said}")
    return render(request, "notifications/tested.html", principal, channel_id=channel_id, outcome=outcome)


def _content(file: UploadFile | None) -> bytes:
    content = b"" if file is None else file.file.read()
    if not content:
        raise Refused("Choose a file.", code="channels_file_missing")
    return content


def _read(content: bytes) -> ChannelsFile:
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ChannelsFileError("The file is not UTF-8 text.", code="channels_file_unreadable") from None
    return read_checked(CHANNELS_FILE, words)


def _problems(error: ChannelsFileError) -> list[dict[str, object]]:
    """What is wrong with a file, each with its line."""
    found = error.facts.get("errors")
    return found if isinstance(found, list) else [{"line": None, "where": "", "message": error.message}]


def _seen(content: bytes, in_force: str) -> str:
    """What an application must repeat: digest of the file, and what was in force when its differences were shown."""
    return f"{hashlib.sha256(content).hexdigest()}-{in_force}"

"""Papers and pictures of an alert: kept with their digest, never changed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.database import Connection, rows
from store.errors import NotFound, Refused
from store.handling.actions import Caller, Step, Taken, take_step
from store.handling.deadlines import Clocks
from store.handling.steps import Action
from store.people import Role
from store.queries import queries

MEDIA_TYPES: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    # Office files of today are ZIP archives.
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (b"PK\x03\x04",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (b"PK\x03\x04",),
    "application/zip": (b"PK\x03\x04",),
    "text/csv": (),
    "text/plain": (),
}
"""What can be attached, with the bytes it begins with: a paper that is not what it says may be meant for another reader."""

LONGEST_NAME = 200
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\]")


@dataclass(frozen=True, slots=True)
class Paper:
    """A file to attach. ``public``: the company may read it; what a company files is always public."""

    name: str
    media_type: str
    content: bytes
    note: str | None = None
    public: bool = False


def attach(
    connection: Connection,
    alert_id: int,
    paper: Paper,
    caller: Caller,
    *,
    clocks: Clocks,
    most: int,
    at: datetime,
) -> tuple[int, Taken]:
    """Attach a file as a step of the alert's history; the id of the attachment and the step.

    Raises as ``take_step``, and Refused ``attachment_name_wrong``, ``attachment_type_unknown``, ``attachment_not_as_said``,
    ``attachment_empty``, ``attachment_too_large`` (above ``most`` bytes).
    """
    check_paper(paper, most)
    public = paper.public or caller.role == Role.COMPANY
    digest = hashlib.sha256(paper.content).digest()
    facts = {"name": paper.name, "bytes": len(paper.content), "sha256": digest.hex()}
    taken = take_step(
        connection,
        alert_id,
        Step(Action.ATTACH, reason=paper.note, detail=facts, public=public),
        caller,
        clocks=clocks,
        at=at,
    )
    row = connection.execute(
        queries("handling")["keep_attachment"],
        {
            "alert_id": alert_id,
            "name": paper.name,
            "media_type": paper.media_type,
            "digest": digest,
            "content": paper.content,
            "public": public,
            "by_company": caller.role == Role.COMPANY,
            "filed_by": caller.name,
            "filed_at": at,
        },
    ).fetchone()
    assert row is not None
    return int(row[0]), taken


def attachments_of(connection: Connection, alert_id: int, *, for_company: bool) -> list[dict[str, Any]]:
    """The attachments of an alert without their content, oldest first; for a company the public ones."""
    with rows(connection) as cursor:
        arguments = {"alert_id": alert_id, "for_company": for_company}
        return cursor.execute(queries("handling")["attachments"], arguments).fetchall()


def read_attachment(
    connection: Connection, alert_id: int, attachment_id: int, *, site_key: int | None
) -> dict[str, Any]:
    """One attachment with its content. Raises NotFound ``attachment_not_found``, also for one that a company may not see."""
    with rows(connection) as cursor:
        arguments = {"alert_id": alert_id, "id": attachment_id, "site_key": site_key}
        found = cursor.execute(queries("handling")["attachment"], arguments).fetchone()
    if found is None:
        raise NotFound(
            f"Alert {alert_id} has no attachment {attachment_id}.",
            code="attachment_not_found",
            alert=alert_id,
        )
    return found


def check_paper(paper: Paper, most: int) -> None:
    """Whether the file can be kept. Raises Refused with the codes that ``attach`` names."""
    if not paper.name.strip() or len(paper.name) > LONGEST_NAME or _NOT_IN_NAMES.search(paper.name):
        raise Refused(
            f"A file name has 1 to {LONGEST_NAME} characters, without slashes and control characters.",
            code="attachment_name_wrong",
        )
    starts = MEDIA_TYPES.get(paper.media_type)
    if starts is None:
        raise Refused(
            f"Files of the type {paper.media_type!r} are not taken. Attach one of: {', '.join(MEDIA_TYPES)}.",
            code="attachment_type_unknown",
        )
    if not paper.content:
        raise Refused("The file is empty.", code="attachment_empty")
    if len(paper.content) > most:
        raise Refused(f"A file has {most} bytes at the most.", code="attachment_too_large", most=most)
    if starts and not paper.content.startswith(starts):
        raise Refused(f"The file is not of the type {paper.media_type!r}.", code="attachment_not_as_said")

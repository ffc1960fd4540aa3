"""Searching the audit trail: who wrote what, and who read evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from store.database import Connection, rows
from store.queries import queries

Event = dict[str, Any]

COLUMNS = ("id", "at", "actor", "origin", "action", "subject", "detail")


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; None = any.

    Attributes
    ----------
    action : beginning of the action, e.g. ``evidence:`` or ``alerts:alert:``
    from_time, to_time : half-open
    words : text anywhere in the detail, whatever its case
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    origin: str | None = None
    from_time: datetime | None = None
    to_time: datetime | None = None
    words: str | None = None


def find_events(connection: Connection, sought: Sought, *, before: int | None, most: int) -> list[Event]:
    """At most so many events with a smaller number than ``before``, newest first."""
    action = None if sought.action is None else _beginning(sought.action)
    arguments = {**asdict(sought), "action": action, "before": before, "most": most}
    with rows(connection) as cursor:
        return cursor.execute(queries("audit")["events"], arguments).fetchall()


def every_event(connection: Connection, sought: Sought, *, at_once: int = 5000) -> Iterator[Event]:
    """All events, newest first, read page by page."""
    before: int | None = None
    while found := find_events(connection, sought, before=before, most=at_once):
        yield from found
        before = found[-1]["id"]


def _beginning(text: str) -> str:
    """The pattern of LIKE for texts that begin so."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"

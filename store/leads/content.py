"""The canonical content of a lead: what reviews and discussions are of. Any change of it is another digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from store.database import Connection, rows
from store.log.canonical import canonical
from store.queries import queries

_COLUMNS = (
    "number",
    "source",
    "source_note",
    "kind",
    "title",
    "facts",
    "feedback",
    "factors",
    "acts",
    "harmful",
    "sample",
    "basis",
    "basis_reason",
    "discretion",
    "authority_level",
    "authority_name",
)


ROUND_EVENTS = ("presented", "returned", "returned_technical", "returned_legal", "reopened")
"""With each of these what was signed before no longer counts, also where not a word was changed."""


def digest_of(connection: Connection, lead: Mapping[str, Any], *, rounds: int = 0) -> bytes:
    """SHA-256 of the canonical content of a lead as its columns are given and its links stand in the database.

    ``rounds``: rounds of reviews that begin or end with a step that is not in the history yet.
    """
    content = content_of(connection, lead)
    content["round"] += rounds
    return hashlib.sha256(canonical(content)).digest()


def content_of(connection: Connection, lead: Mapping[str, Any]) -> dict[str, Any]:
    """What a review is of: what the lead says, its numbers by their digest, its evidence papers by theirs, alerts and tasks, and
    which round of reviews it is.

    What the company says, talks, discussions and records of steps are beside it and change nothing of what was reviewed.
    """
    arguments = {
        "outlet_keys": lead["outlet_keys"],
        "snapshot_id": lead["snapshot_id"],
        "rounds": list(ROUND_EVENTS),
    }
    with rows(connection) as cursor:
        links = cursor.execute(
            queries("leads")["content_links"], {"lead_id": lead["id"], **arguments}
        ).fetchone()
    assert links is not None
    return {
        **{name: lead[name] for name in _COLUMNS},
        "found_at": _utc(lead["found_at"]),
        "from": _utc(lead["from_time"]),
        "to": _utc(lead["to_time"]),
        **links,
    }


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()

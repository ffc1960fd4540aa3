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


def digest_of(connection: Connection, lead: Mapping[str, Any]) -> bytes:
    """SHA-256 of the canonical content of a lead as its columns are given and its links stand in the database."""
    return hashlib.sha256(canonical(content_of(connection, lead))).digest()


def content_of(connection: Connection, lead: Mapping[str, Any]) -> dict[str, Any]:
    """What a review is of: what the lead says, its numbers by their digest, its evidence papers by theirs, alerts and tasks.

    What the company says, talks, discussions and records of steps are beside it and change nothing of what was reviewed.
    """
    arguments = {name: lead[name] for name in ("outlet_keys", "snapshot_id")}
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

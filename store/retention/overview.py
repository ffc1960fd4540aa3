"""What would be dropped now, and what was, for people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from store.database import Connection, rows
from store.queries import queries
from store.retention.deciding import Scope, cutoff_of, old_at
from store.retention.dropping import Looked, look, policies
from store.settings import Settings


def overview(connection: Connection, settings: Settings, at: datetime, most: int) -> dict[str, Any]:
    """The state of the retention with at most so many chunks, the oldest first."""
    years = settings.retention_years
    looked = look(connection, at, years)
    return {
        "keep_years": years,
        "cutoff": cutoff_of(at, years),
        "switched_on": settings.retention == "on",
        "edition": str(connection.execute(queries("stack")["edition"]).fetchall()[0][0]),
        "foreign_policies": policies(connection),
        "chunks": len(looked),
        "items": [as_item(found, years) for found in looked[:most]],
        "next": None,
    }


def as_item(looked: Looked, years: int) -> dict[str, Any]:
    """One chunk as plain values."""
    chunk, decision = looked.chunk, looked.decision
    return {
        "kind": chunk.kind,
        "chunk": chunk.name,
        "range_start": chunk.start,
        "range_end": chunk.end,
        "old_at": old_at(chunk, years),
        "goes": decision.goes,
        "reasons": list(decision.reasons),
        "held_by": [_holder(scope) for scope in decision.held_by],
    }


def _holder(scope: Scope) -> dict[str, Any]:
    return {"source": scope.source, "id": scope.id, "number": scope.number, "reason": scope.reason}


def list_drops(connection: Connection, before: int | None, most: int) -> list[dict[str, Any]]:
    """What was dropped, newest first."""
    with rows(connection) as cursor:
        return cursor.execute(queries("retention")["drops"], {"before": before, "most": most}).fetchall()

"""An evidence package as it is shown, and its file once it was checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from store import texts
from store.clock import BEIJING
from store.database import Connection, rows
from store.errors import Conflict
from store.evidence import Estimate, Place, check_ready
from store.queries import queries
from store.settings import Settings

_BLOCK = 1 << 20


def package_item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A package for an answer."""
    return {
        "id": row["id"],
        "number": row["number"],
        "subject": {
            "kind": row["subject_kind"],
            "id": row["subject_id"],
            "number": row["subject_number"],
        },
        "site": row["site"],
        "outlets": row["outlets"] or [],
        "from": row["from_time"].astimezone(BEIJING),
        "to": row["to_time"].astimezone(BEIJING),
        "as_of": row["size"] if row["size"] is not None else row["asked_size"],
        "identifier": row["identifier"],
        "formal": row["formal"],
        "state": row["state"],
        "state_zh": texts.text(f"evidence.state.{row['state']}"),
        "step": row["step"],
        "step_zh": texts.text(f"evidence.step.{row['step']}"),
        "progress": row["progress"],
        "estimated_bytes": row["estimated_bytes"],
        "estimated_seconds": row["estimated_seconds"],
        "size": row["bytes"],
        "sha256": row["digest"].hex() if row["digest"] is not None else None,
        "file": file_title(row) if row["digest"] is not None else None,
        "sample": row["sample"],
        "reviewed": row["reviewed"],
        "unjudged_hours": row["unjudged"] or [],
        "requested_by": row["requested_by"],
        "created_at": row["created_at"],
        "started_at": row["started_at"],
        "finished_at": row["finished_at"],
        "error": row["error_code"],
        "error_detail": row["error"],
    }


def file_title(row: Mapping[str, Any]) -> str:
    """The name under which the file is saved."""
    return f"{row['number']}_{row['identifier']}.zip"


def estimate_item(
    connection: Connection, place: Place, estimate: Estimate, settings: Settings
) -> dict[str, Any]:
    """What a package would come to, for an answer."""
    with rows(connection) as cursor:
        found = cursor.execute(queries("evidence")["outlet_ids"], {"keys": list(place.outlet_keys)})
        outlets = [row["id"] for row in found]
    return {
        "subject": {"kind": place.kind, "id": place.id, "number": place.number},
        "outlets": outlets,
        "from": place.from_time,
        "to": place.to_time,
        "estimated_bytes": estimate.size,
        "estimated_seconds": estimate.seconds,
        "most_bytes": settings.evidence_bytes,
    }


def checked_file(settings: Settings, row: Mapping[str, Any]) -> Path:
    """The file of a package that is ready, when it is the one that was built.

    Raises what ``check_ready`` raises and Conflict ``evidence_file_differs`` when it was changed or is gone.
    """
    check_ready(row)
    path: Path = settings.evidence_folder() / row["file_name"]
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        found = digest.digest()
    except OSError:
        found = None
    if found != row["digest"]:
        what = "is gone" if found is None else "is not the one that was built"
        raise Conflict(
            f"The file of package {row['number']} {what}. Build it again with as_of {row['size']}: the bytes will be the same.",
            code="evidence_file_differs",
            number=row["number"],
            as_of=row["size"],
        )
    return path

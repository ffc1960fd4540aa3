"""Whom a package is about: a lead, an alert or an outlet, as it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.clock import HOUR
from store.database import Connection, rows
from store.errors import NotFound, Refused
from store.queries import queries


@dataclass(frozen=True, slots=True)
class Found:
    """A subject with its outlets and the time that it spans (None for an outlet).

    ``reviewed``: whether a lead has passed both reviews; None for what is not reviewed.
    """

    id: str
    number: str | None
    site_key: int
    outlet_keys: tuple[int, ...]
    from_time: datetime | None
    to_time: datetime | None
    reviewed: bool | None = None


def find_subject(connection: Connection, kind: str, subject_id: str, now: datetime) -> Found:
    """The subject: an outlet by its id, an alert or a lead by number or id; a lead that goes on spans the time until now.

    Raises NotFound ``outlet_not_found``, ``alert_not_found``, ``lead_not_found`` and Refused ``evidence_without_outlet``.
    """
    if kind == "outlet":
        row = _row(connection, "subject_outlet", id=subject_id)
        if row is None:
            raise NotFound(f"There is no outlet {subject_id!r}.", code="outlet_not_found")
        return Found(subject_id, None, row["site_key"], (row["key"],), None, None)
    row = _row(connection, f"subject_{kind}", id=subject_id, key=_key(subject_id))
    if row is None:
        raise NotFound(f"There is no {kind} {subject_id!r}.", code=f"{kind}_not_found")
    if not row["outlet_keys"]:
        raise Refused(
            f"The {kind} {row['number']} is about no outlet; evidence is of outlets.",
            code="evidence_without_outlet",
            number=row["number"],
        )
    # What an alert saw last is an hour or a day by its start; whole days cover both.
    start, end = (
        (row["first_seen"], row["last_seen"] + HOUR)
        if kind == "alert"
        else (row["from_time"], row["to_time"] or now)
    )
    outlets = tuple(row["outlet_keys"])
    return Found(str(row["id"]), row["number"], row["site_key"], outlets, start, end, row.get("reviewed"))


def _key(text: str) -> int | None:
    """The number in a text that can be an id."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 18 else None


def _row(connection: Connection, statement: str, **arguments: object) -> Mapping[str, Any] | None:
    with rows(connection) as cursor:
        return cursor.execute(queries("evidence")[statement], arguments).fetchone()

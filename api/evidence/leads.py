"""The leads of a package with everything that belongs to them, and whether they have passed their reviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from store.evidence import Place

if TYPE_CHECKING:
    from api.evidence.records import Records

TABLES = (
    "lead_snapshot",
    "lead_alert",
    "lead_task",
    "lead_event",
    "lead_review",
    "lead_paper",
    "lead_statement",
    "lead_talk",
    "lead_discussion",
    "lead_clock",
    "lead_extension",
    "lead_suspension",
    "outbox",
)
_KINDS = ("technical", "legal")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the lead that the package is about brings along: keys of its alerts and tasks."""

    alerts: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()


def choose_leads(records: Records, place: Place, span: Mapping[str, datetime]) -> Chosen:
    """Take the lead that the package is about, or every lead about its outlets and time, each with its whole history."""
    if place.kind == "lead":
        leads = {place.id}
    else:
        outlets = [f"[{key}]" for key in place.outlet_keys]
        leads = {record.key for record in records.find("leads", outlets=outlets, **span)}
    records.whole_rows("lead", leads)
    known = sorted(records.newest.get("lead", {}))
    if not known:
        return Chosen()
    for table in TABLES:
        records.take(table, "of_leads", kind=table, leads=known)
    if place.kind != "lead":
        return Chosen()
    return Chosen(_named(records, "lead_alert", "alert_id"), _named(records, "lead_task", "task_id"))


def reviewed(records: Records, place: Place) -> bool:
    """Whether the lead that the package is about has passed both reviews as it stands at the checkpoint."""
    if place.kind != "lead":
        return False
    lead = records.newest.get("lead", {}).get(place.id)
    if lead is None:
        return False
    return all(_signed(records.rows("lead_review"), place.id, kind, lead["digest"]) for kind in _KINDS)


def _signed(reviews: list[Mapping[str, Any]], lead: str, kind: str, digest: str) -> bool:
    """Whether the last review of this kind and content signed it off."""
    of_it = [
        review
        for review in reviews
        if (str(review["lead_id"]), review["kind"], review["digest"]) == (lead, kind, digest)
    ]
    return bool(of_it) and of_it[-1]["result"] == "sign"


def _named(records: Records, table: str, column: str) -> frozenset[str]:
    return frozenset(str(row[column]) for row in records.rows(table))

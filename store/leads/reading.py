"""A lead as it can be read: by the bureau with everything, by its company as far as it was told."""

from __future__ import annotations

from typing import Any

from store import texts
from store.database import Connection, rows
from store.errors import NotFound
from store.handling import Caller
from store.leads.actions import standing_of
from store.leads.guards import blocked
from store.leads.papers import papers_of
from store.leads.steps import State, possible
from store.people import Role
from store.queries import queries

NO_FILTER: dict[str, Any] = dict.fromkeys(
    ("id", "number", "state", "kind", "site", "alert", "due_before", "mine", "before_time", "before_id")
)

_ITEM = (
    "id",
    "number",
    "state",
    "state_since",
    "source",
    "kind",
    "title",
    "site",
    "site_name",
    "outlets",
    "factors",
    "from_time",
    "to_time",
    "sample",
    "authority_level",
    "authority_name",
    "handler",
    "found_at",
    "created_at",
    "created_by",
    "disclosed_at",
    "submitted_at",
    "filed_at",
    "disposition",
    "disposition_at",
    "due_kind",
    "due_at",
    "due_day",
    "due_clause",
    "evidence_id",
    "revision",
)


def list_leads(
    connection: Connection, *, most: int, site_key: int | None, **filters: Any
) -> list[dict[str, Any]]:
    """Rows of leads, newest first. Filters: those of ``NO_FILTER``; ``site_key``: only what this company was told of."""
    with rows(connection) as cursor:
        arguments = {**NO_FILTER, **filters, "site_key": site_key, "most": most}
        return cursor.execute(queries("leads")["leads"], arguments).fetchall()


def lead_item(lead: dict[str, Any], *, for_company: bool) -> dict[str, Any]:
    """A row as an item of a list."""
    if for_company:
        return told_item(lead)
    return {**{name: lead[name] for name in _ITEM}, **_words(lead)}


def told_item(lead: dict[str, Any]) -> dict[str, Any]:
    """What a company sees of a row: what it was told, frozen then, and until when it can state its case."""
    told = lead["disclosed"]
    kind = told["kind"]
    return {
        **{name: lead[name] for name in ("id", "number", "site", "site_name", "disclosed_at")},
        "kind": kind,
        "kind_zh": texts.text(f"leads.kind.{kind}"),
        "title": told["title"],
        "statement_due": lead["due_at"] if lead["due_kind"] == "statement" else None,
    }


def find_lead(connection: Connection, lead_id: int, *, site_key: int | None) -> dict[str, Any]:
    """One row. Raises NotFound ``lead_not_found``, also for one that a company was not told of."""
    found = list_leads(connection, most=1, site_key=site_key, id=lead_id)
    if not found:
        raise NotFound(f"There is no lead {lead_id}.", code="lead_not_found", lead=lead_id)
    return found[0]


def lead_detail(
    connection: Connection, lead_id: int, caller: Caller, *, numbers: bool = True
) -> dict[str, Any]:
    """Everything of a lead that the caller may see, and the steps that they can take.

    Without ``numbers`` not what the snapshot holds. Raises NotFound ``lead_not_found``.
    """
    lead = find_lead(connection, lead_id, site_key=caller.site_key)
    sql = queries("leads")
    company = caller.role == Role.COMPANY
    papers = papers_of(connection, lead_id, for_company=company)
    with rows(connection) as cursor:

        def fetch(name: str) -> list[dict[str, Any]]:
            return cursor.execute(sql[name], {"lead_id": lead_id}).fetchall()

        if company:
            told = {name: value for name, value in lead["disclosed"].items() if name not in ("kind", "title")}
            return {
                **told_item(lead),
                "told": told,
                "statements": [
                    {name: row[name] for name in ("id", "content", "in_time", "at")}
                    for row in fetch("statements")
                ],
                "papers": papers,
                "possible": _possible(connection, lead_id, caller),
            }
        snapshot = cursor.execute(sql["snapshot"], {"id": lead["snapshot_id"]}).fetchone()
        parts = {
            "alerts": fetch("alerts_of"),
            "tasks": fetch("tasks_of"),
            "events": fetch("events"),
            "reviews": fetch("reviews"),
            "statements": fetch("statements"),
            "talks": fetch("talks"),
            "discussions": fetch("discussions"),
            "clocks": fetch("clocks"),
            "extensions": fetch("extensions"),
            "suspensions": fetch("suspensions"),
        }
    if snapshot is not None and not numbers:
        snapshot["content"] = None
    lead.pop("site_key")
    lead.pop("snapshot_id")
    for event in parts["events"]:
        event["action_zh"] = texts.text(f"leads.action.{event['action']}")
    for clock in parts["clocks"]:
        clock["kind_zh"] = texts.text(f"law.clock.{clock['kind']}")
    return {
        **lead,
        **_words(lead),
        "snapshot": snapshot,
        **parts,
        "papers": papers,
        "possible": _possible(connection, lead_id, caller),
    }


def _words(lead: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind_zh": texts.text(f"leads.kind.{lead['kind']}"),
        "state_zh": texts.text(f"leads.state.{lead['state']}"),
        "source_zh": texts.text(f"leads.source.{lead['source']}"),
    }


def _possible(connection: Connection, lead_id: int, caller: Caller) -> list[str]:
    """The steps that the caller can take now: by the table, and by what else they ask for."""
    with rows(connection) as cursor:
        lead = cursor.execute(queries("leads")["lead_columns"], {"id": lead_id}).fetchone()
    assert lead is not None
    standing = standing_of(connection, lead, caller)
    steps = possible(State(lead["state"]), caller.role)
    return [step.value for step in steps if blocked(step, standing) is None]

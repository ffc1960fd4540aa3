"""Alerts, the lead and its reviews, as a report tells of them (shapes: ``api.evidence.facts``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.evidence.factsof import moment_of
from api.evidence.records import Records
from store.evidence import Place
from store.factors import name_of
from store.texts import text

Row = Mapping[str, Any]


def alert_facts(records: Records, alert: Row, outlets: Mapping[int, str]) -> dict[str, Any]:
    """An alert with its history."""
    events = [row for row in records.rows("alert_event") if row["alert_id"] == alert["id"]]
    return {
        **{name: alert[name] for name in ("number", "code", "count", "condition", "handling", "severity")},
        "outlet": outlets.get(alert["outlet_key"]),
        "factor": name_of(alert["factor"]) if alert["factor"] else None,
        "first_seen": moment_of(alert["first_seen"]),
        "last_seen": moment_of(alert["last_seen"]),
        "events": [_event(row) for row in events],
    }


def lead_facts(records: Records, place: Place) -> dict[str, Any] | None:
    """The lead that the package is about."""
    lead = records.newest.get("lead", {}).get(place.id) if place.kind == "lead" else None
    if lead is None:
        return None

    def rows(table: str) -> list[Row]:
        return [row for row in records.rows(table) if row["lead_id"] == lead["id"]]

    return {
        **{name: lead[name] for name in ("number", "state", "title", "kind")},
        "found_at": moment_of(lead["found_at"]),
        "drafted_by": lead["created_by"],
        "facts": lead["facts"] or "",
        "statement": [
            {"at": moment_of(row["at"]), "by": row["made_by"], "text": row["content"]}
            for row in rows("lead_statement")
        ],
        "events": [_event(row) for row in rows("lead_event")],
        "clocks": [
            {
                "kind": row["kind"],
                "due": moment_of(row["due_at"]),
                "basis": row["clause"],
                "met_at": moment_of(row["met_at"]),
            }
            for row in sorted(rows("lead_clock"), key=lambda row: (row["starts_at"], row["kind"]))
        ],
        "legal": [_candidate(row) for row in lead["candidates"]],
    }


def reviews(records: Records, place: Place) -> list[dict[str, Any]]:
    """The reviews of the lead that the package is about, in their order."""
    if place.kind != "lead":
        return []
    return [
        {
            "step": row["kind"],
            "by": row["display_name"] or row["reviewer"],
            "at": moment_of(row["at"]),
            "opinion": row["opinion"],
            "outcome": "passed" if row["result"] == "sign" else "returned",
        }
        for row in records.rows("lead_review")
        if str(row["lead_id"]) == place.id
    ]


def _candidate(row: Row) -> dict[str, Any]:
    fine = row.get("fine")
    reasons = [reason["text"] for reason in row.get("reasons", []) if reason.get("code") != "in_force"]
    return {
        "title": row["law_zh"],
        "article": row["article"],
        "text": row.get("act_zh"),
        "fine": text("evidence.fine", low=fine[0], high=fine[1]) if fine else None,
        "from": None if row["valid_from"] is None else date.fromisoformat(row["valid_from"]),
        "to": None if row["valid_to"] is None else date.fromisoformat(row["valid_to"]),
        "conflict": text("evidence.condition.and").join(reasons) or None,
    }


def _event(row: Row) -> dict[str, Any]:
    return {"at": moment_of(row["at"]), "action": row["action"], "by": row["actor"], "comment": row["reason"]}

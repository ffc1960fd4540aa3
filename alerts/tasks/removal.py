"""A confirmed violation of a listed unit proposes its removal from the positive list (regulation.md F).

A proposal is a task for people: whoever keeps the list decides, and the list changes through the sites file only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from alerts.tasks.deciding import Wishes, carry_out
from alerts.tasks.facts import Subject, listing_at, site_by_key
from alerts.tasks.routing import EXCEEDANCE, Decision
from store.database import Connection, rows
from store.model import Registry
from store.queries import queries
from store.settings import Settings
from store.tasks import OUTFALL
from store.texts import text

RULE = "removal/1"

VISIT_OUTCOMES: Mapping[str, str] = {
    "violation_found": "confirmed_violation",
    "inspection_refused": "inspection_refused",
}
"""Outcomes of a visit that propose removal, with the reason of the proposal."""


def propose_removals(connection: Connection, registry: Registry, settings: Settings, at: datetime) -> int:
    """Propose the removal of listed units of which a violation was confirmed while they were listed; how many were decided.

    A violation is an exceedance or a suspicion of falsified data that an officer verified as true, or what a visit found. Each
    proposes once; a unit has one open proposal at a time, further violations join it.

    Works in the caller's transaction; idempotent.
    """
    sql = queries("tasks")
    connection.execute(sql["lock_routing"])
    listed = {site.key: listing for site in registry.sites if (listing := listing_at(site, at)) is not None}
    if not listed:
        return 0
    arguments = {
        "site_keys": list(listed),
        "since": [listing.valid_from for listing in listed.values()],
        "codes": sorted(EXCEEDANCE | set(settings.suspicion_codes)),
        "outcomes": sorted(VISIT_OUTCOMES),
    }
    decided = 0
    for found, reason, statement in _violations(connection, arguments):
        site_key = found["site_key"]
        site = site_by_key(registry, site_key)
        subject = Subject(
            site_key,
            found["outlet_key"],
            found["alert_id"],
            found["number"],
            site is not None and site.key_unit,
            listed[site_key],
        )
        decision = Decision("none", ("removal_proposal",), (reason, "on_positive_list"), RULE)
        inputs = {
            "task_id": found.get("task_id"),
            "confirmed_at": found["confirmed_at"].isoformat(),
            "listing_key": listed[site_key].key,
        }
        wishes = Wishes(statement=statement)
        carry_out(connection, subject, decision, inputs, settings, OUTFALL, at, wishes)
        decided += 1
    return decided


def _violations(
    connection: Connection, arguments: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """What was confirmed, the reason code and the sentence for each."""
    sql = queries("tasks")
    with rows(connection) as cursor:
        alerts = cursor.execute(sql["confirmed_alerts"], arguments).fetchall()
        visits = cursor.execute(sql["violations_found"], arguments).fetchall()
    for alert in alerts:
        statement = text(
            "tasks.statement.confirmed_alert", number=alert["number"], report=alert["reason"] or ""
        )
        yield {**alert, "alert_id": alert["id"]}, "confirmed_violation", statement
    for visit in visits:
        outcome = text(f"tasks.outcome.{visit['outcome']}")
        statement = text(
            "tasks.statement.violation_found",
            number=visit["number"],
            outcome=outcome,
            report=visit["reason"] or "",
        )
        # The alert that led to the visit may propose for itself; this proposal is the visit's.
        yield {**visit, "task_id": visit["id"], "alert_id": None}, VISIT_OUTCOMES[visit["outcome"]], statement

"""What a company sees of the handling of its alerts. Pure.

It sees what was found, what it was told and what it said itself; who in the bureau did what, what officers wrote for each other,
and what they mean to do next (a visit that is announced finds nothing) stay inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.people import Role

INNER_STATES = frozenset({"confirmed", "unfounded", "site_visit", "lead"})
"""A company is shown the last state that it took part in: answered, notified or new (``shown`` in read.sql and console.sql)."""

PUBLIC_EVENTS = frozenset(
    {
        "raised",
        "pending",
        "activated",
        "counted",
        "withdrawn",
        "flapped",
        "cleared",
        "acknowledged",
        "notified",
        "answered",
        "closed",
    }
)
"""Steps that a company hears of; any other only where its detail says that it is public."""

BUREAU = "bureau"


def event_for_company(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """The event as its company sees it, with ``bureau`` for every officer; None when it is not meant for it."""
    detail: Mapping[str, Any] = event["detail"]
    public = bool(detail.get("public"))
    if event["action"] not in PUBLIC_EVENTS and not public:
        return None
    if event["actor"] == "system" or detail.get("role") == Role.COMPANY:
        return dict(event)
    if public:
        return {**event, "actor": BUREAU}
    return {**event, "actor": BUREAU, "reason": None, "detail": {}}


def alert_for_company(alert: Mapping[str, Any]) -> dict[str, Any]:
    """The alert without what is the bureau's own: who took it up, and every clock but the company's."""
    mine = alert["due_step"] == "answer"
    return {
        **alert,
        "acknowledged_by": None if alert["acknowledged_by"] is None else BUREAU,
        "assigned_to": None,
        "due_at": alert["due_at"] if mine else None,
        "due_step": alert["due_step"] if mine else None,
        "escalation": 0,
        "reminded_at": None,
    }

"""Rows as the statements of the inbox give them."""

from __future__ import annotations

from typing import Any

from tests.unit.console.samples import NOW


def alert(**given: object) -> dict[str, Any]:
    """A standing hourly exceedance; ``given`` replaces columns."""
    return {
        "id": 5,
        "number": "YJ-20260115-0001",
        "code": "exceedance_hour",
        "severity": "serious",
        "site_key": 3,
        "outlet_key": 7,
        "gateway": None,
        "factor": "a21026",
        "condition": "active",
        "handling": "new",
        "state": "new",
        "first_seen": NOW,
        "last_seen": NOW,
        "raised_at": NOW,
        "cleared_at": None,
        "count": 2,
        "numbers": {"compared": "211.07", "bound": "200", "multiple": "0.05535", "unit": "mg/m³"},
        "clause": "GB 4915-2013 表1",
        "limit_key": 1,
        "late": False,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "assigned_to": None,
        "due_at": None,
        "due_step": None,
        "escalation": 0,
        "reminded_at": None,
        "inhibited_by": None,
        "flaps": 0,
        "previous_id": None,
        "site": "plant-one",
        "outlet": "plant-one-stack",
        "rank": 2,
        "moment": "-1768457109.000000",
    } | given


def event(action: str, **given: object) -> dict[str, Any]:
    """One row of the history."""
    return {"at": NOW, "actor": "system", "action": action, "reason": None, "detail": {}} | given

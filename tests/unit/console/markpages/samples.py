"""Marks and judged hours for tests that need no database."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from store.checks import Check
from store.clock import BEIJING, HOUR
from store.marks import Mark

DAY = datetime(2026, 1, 15, tzinfo=BEIJING)
OUTLET = 7


def at(hour: int, minute: int = 0) -> datetime:
    """A time of the sample day."""
    return DAY + timedelta(hours=hour, minutes=minute)


def hour(
    start: int,
    result: str | None = "compliant",
    *,
    factor: str = "a21026",
    status: str = "normal",
    valid: bool | None = None,
    multiple: str | None = None,
    outlet: int = OUTLET,
) -> dict[str, Any]:
    """A row of ``lane_hours``: the hour from ``start`` o'clock."""
    return {
        "outlet_key": outlet,
        "factor": factor,
        "start": at(start),
        "revision": 1,
        "valid": result in ("compliant", "exceeded", "exempt", "no_limit") if valid is None else valid,
        "status": status,
        "reasons": [],
        "count": 60,
        "expected": 60,
        "result": result,
        "compared": Decimal("210"),
        "bound": Decimal("200"),
        "multiple": None if multiple is None else Decimal(multiple),
    }


def mark(start: datetime, end: datetime, **given: Any) -> Mark:
    """A filed device mark in time over every factor; ``given`` replaces fields."""
    fields: dict[str, Any] = {
        "id": 1,
        "outlet_key": OUTLET,
        "category": "device",
        "label": "fault",
        "factor": None,
        "from_time": start,
        "to_time": end,
        "reason": "示例说明",
        "channel": "manual",
        "filed_by": "company",
        "received_at": end,
        "deadline": end + 12 * HOUR,
        "late": False,
        "withdrawn_at": None,
    }
    return Mark(**(fields | given))


def check(moment: datetime, *, passed: bool = True, number: int = 1) -> Check:
    """A standard check."""
    return Check(number, OUTLET, "a21026", "standard", moment, passed, None, None, "device", "device", moment)

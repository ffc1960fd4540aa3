"""Shapes of alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from api.shapes import Shape

Condition = Literal["pending", "active", "cleared"]
Handling = Literal["new", "notified", "answered", "confirmed", "unfounded", "site_visit", "closed", "lead"]


class Alert(Shape):
    """An alert (预警): an episode that an officer must handle."""

    id: int
    number: str
    code: str
    title: str | None = Field(description="What it is, in Chinese.")
    severity: Literal["info", "warning", "serious", "critical"]
    site: str | None
    outlet: str | None
    gateway: str | None
    factor: str | None
    condition: Condition
    handling: Handling
    first_seen: datetime
    last_seen: datetime
    raised_at: datetime
    cleared_at: datetime | None
    count: int
    numbers: dict[str, Any]
    clause: str | None
    limit_id: int | None
    late: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class AlertList(Shape):
    items: list[Alert]
    next: str | None


class AlertEvent(Shape):
    """What happened to an alert. A company sees ``bureau`` for every officer, and no internal reasons."""

    at: datetime
    actor: str
    action: str
    reason: str | None
    detail: dict[str, Any]


class Occurrence(Shape):
    """A period or finding that the alert counts; withdrawn when it was judged again and no longer stands."""

    start: datetime
    span: str
    revision: int
    limit_id: int | None
    numbers: dict[str, Any]
    noted_at: datetime
    withdrawn_at: datetime | None


class AlertDetail(Alert):
    events: list[AlertEvent]
    occurrences: list[Occurrence] = Field(description="The newest 1,000.")


class Acknowledge(Shape):
    """Why, in the officer's words."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] | None = None

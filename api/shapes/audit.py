"""Shapes of the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from api.shapes import Shape


class AuditEvent(Shape):
    """One write, or one reading of evidence."""

    id: int
    at: datetime
    actor: str = Field(description="User, `token:<name>` or `system`.")
    origin: str = Field(description="Network address, `cli` or `system`.")
    action: str = Field(description="`source:subject:action`.")
    subject: str | None
    detail: dict[str, Any]


class AuditList(Shape):
    items: list[AuditEvent]
    next: str | None

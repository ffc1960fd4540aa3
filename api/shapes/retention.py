"""Shapes of legal holds and of what is dropped when."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.shapes import Shape
from api.wire import Moment

RawKind = Literal["message", "reading", "device_record", "quarantine"]
Keeps = Literal["young", "late_data", "held", "unsealed"]


class HeldBy(Shape):
    """What keeps a chunk: a hold (`hold`), an open lead (`lead`) or an evidence package that lies ready (`package`)."""

    source: Literal["hold", "lead", "package"]
    id: int
    number: str | None
    reason: str


class ChunkState(Shape):
    """A chunk of raw data: when its time is old enough, and what keeps it now."""

    kind: RawKind
    chunk: str
    range_start: datetime
    range_end: datetime
    old_at: datetime
    goes: bool
    reasons: list[Keeps]
    held_by: list[HeldBy]


class RetentionState(Shape):
    """What would be dropped now. ``switched_on``: whether it is done at night. ``foreign_policies`` must be empty: tables that
    TimescaleDB itself would drop from, by age alone."""

    keep_years: int
    cutoff: datetime
    switched_on: bool
    edition: str = Field(description="`apache` or `timescale` (community).")
    foreign_policies: list[str]
    chunks: int
    items: list[ChunkState]
    next: None


class Hold(Shape):
    """A legal hold (留存冻结) placed by a person; ``lifted_at`` null = it stands."""

    id: int
    kind: Literal["lead", "alert", "outlet"]
    lead_id: int | None
    alert_id: int | None
    alert: str | None = Field(description="Number of the alert.")
    outlet: str | None
    from_time: datetime | None
    to_time: datetime | None
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lift_reason: str | None


class HoldList(Shape):
    items: list[Hold]
    next: str | None


class Drop(Shape):
    """A chunk that was dropped. The log keeps the leaves of its messages."""

    id: int
    kind: RawKind
    chunk: str
    range_start: datetime
    range_end: datetime
    count: int
    messages: int
    first_message: int | None
    last_message: int | None
    keep_years: int
    cutoff: datetime
    dropped_at: datetime
    dropped_by: str


class DropList(Shape):
    items: list[Drop]
    next: str | None


class PlaceHold(BaseModel):
    """``id``: number or id of the lead or alert, id of the outlet. An outlet needs ``from`` and ``to``."""

    kind: Literal["lead", "alert", "outlet"]
    id: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")
    from_: Moment | None = Field(None, alias="from", description="Inclusive.")
    to: Moment | None = Field(None, description="Exclusive.")
    reason: str = Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")


class LiftHold(BaseModel):
    reason: str = Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")

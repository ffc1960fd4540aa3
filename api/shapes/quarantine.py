"""Shapes of quarantined pieces."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.shapes import Shape


class PieceReplay(Shape):
    """What became of a piece when it was replayed last."""

    at: datetime
    outcome: str = Field(
        description="accepted, duplicate, conflicting, or the reason why it is still refused."
    )
    actor: str


class Piece(Shape):
    """Bytes that could not be used (隔离): kept, and never forgotten. The bytes themselves are in their message."""

    id: int
    received_at: datetime
    gateway: str
    channel: str
    mn: str | None = Field(description="As far as it could be read.")
    outlet: str | None
    reason: str
    detail: str
    bytes: int
    message_id: int
    state: Literal["waiting", "stored"] = Field(description="stored: a replay has stored it since.")
    replay: PieceReplay | None


class PieceList(Shape):
    items: list[Piece]
    next: str | None


class Replayed(Shape):
    """What became of a piece now."""

    id: int
    outcome: str = Field(
        description="accepted, duplicate, conflicting, or the reason why it is still refused."
    )
    readings: int

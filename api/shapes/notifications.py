"""Shapes of channels, messages and deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.shapes import Shape

State = Literal["waiting", "sent", "merged", "given_up", "obsolete"]


class Channel(Shape):
    """A way to tell people, without its secrets."""

    id: str
    kind: Literal["wecom", "dingtalk", "feishu", "webhook", "smtp"]
    address: str = Field(description="Scheme, host and port; the rest of the address is a secret.")
    per_minute: int
    state: Literal["untried", "working", "failing", "resting"]
    failures: int = Field(description="Attempts that failed in a row.")
    failing_since: datetime | None
    blocked_until: datetime | None
    last_ok: datetime | None
    waiting: int = Field(description="Messages in the outbox for it.")
    since: datetime


class ChannelList(Shape):
    items: list[Channel]
    next: str | None


class Notification(Shape):
    """A message for a channel."""

    id: int
    channel: str
    purpose: Literal[
        "raised",
        "reminder",
        "escalated",
        "cleared",
        "digest",
        "task",
        "lead",
        "disclosed",
        "operations",
        "test",
    ]
    alert: str | None = Field(description="Number of the alert.")
    alert_id: int | None
    task_id: int | None
    title: str
    body: str
    link: str | None = Field(description="Path of the console.")
    created_at: datetime
    not_before: datetime
    attempts: int
    state: State
    merged_into: int | None = Field(description="The message that told of this one together with others.")
    finished_at: datetime | None


class NotificationList(Shape):
    items: list[Notification]
    next: str | None


class Delivery(Shape):
    """What one attempt brought: the proof of delivery, or why it failed."""

    message: int = Field(description="This message, or the one it was merged into.")
    at: datetime
    ok: bool
    status: str
    answer: str = Field(description="The first of what the channel answered, secrets starred out.")
    milliseconds: int


class NotificationDetail(Notification):
    deliveries: list[Delivery]

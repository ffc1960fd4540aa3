"""Shapes of alerts, and of the steps that people take with them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from api.shapes import Shape

Condition = Literal["pending", "active", "cleared"]
Handling = Literal["new", "notified", "answered", "confirmed", "unfounded", "site_visit", "closed", "lead"]
Severity = Literal["info", "warning", "serious", "critical"]
StepName = Literal[
    "acknowledge",
    "assign",
    "comment",
    "attach",
    "remind",
    "notify",
    "answer",
    "confirm",
    "reject",
    "visit",
    "close",
    "lead",
]

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
MaybeWords = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class Alert(Shape):
    """An alert (预警): an episode that an officer must handle. A company sees neither who works on it nor what is planned."""

    id: int
    number: str
    code: str
    title: str | None = Field(description="What it is, in Chinese.")
    severity: Severity
    site: str | None
    outlet: str | None
    gateway: str | None
    factor: str | None
    condition: Condition = Field(description="pending: not sure yet; cleared: over, but perhaps not handled.")
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
    assigned_to: str | None
    due_at: datetime | None = Field(description="Until when the next step is due.")
    due_step: Literal["acknowledge", "answer", "verify", "close"] | None
    escalation: int = Field(
        description="Levels that had to hear of an overdue step: 0 none, 1 supervisor, 2 above."
    )
    reminded_at: datetime | None
    previous_id: int | None = Field(description="The episode of the same kind and place before this one.")
    inhibited_by: int | None = Field(
        description="The wider outage that explains it; nobody is called for it."
    )
    flaps: int = Field(description="How often it came back soon after it was over.")


class AlertList(Shape):
    items: list[Alert]
    next: str | None


class AlertEvent(Shape):
    """What happened to an alert. A company sees ``bureau`` for every officer, and only what is meant for it."""

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


class Attachment(Shape):
    """A paper or picture of an alert; the bytes are at ``/alerts/{id}/attachments/{id}``."""

    id: int
    name: str
    media_type: str
    bytes: int
    sha256: str
    public: bool
    filed_by: str
    filed_at: datetime


class LeadOfAlert(Shape):
    """The lead that an alert became; a company sees only one that it was told of, and no state."""

    id: int
    number: str
    state: str | None


class AlertDetail(Alert):
    events: list[AlertEvent]
    occurrences: list[Occurrence] = Field(description="The newest 1,000.")
    attachments: list[Attachment]
    possible: list[StepName] = Field(description="The steps that the caller can take now.")
    lead: LeadOfAlert | None


class Acknowledge(Shape):
    """Why, in the officer's words."""

    reason: MaybeWords | None = None


class Assign(Shape):
    """Who works on it: the name of an officer, a supervisor or an admin."""

    to: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{1,31}$")]
    reason: MaybeWords | None = None


class Comment(Shape):
    """A note. An officer's stays inside the bureau unless it is public; a company's is public."""

    text: Words
    public: bool = False


class Notify(Shape):
    """What the company is told beside the alert itself. It reads this."""

    message: MaybeWords | None = None


class Remind(Shape):
    """Why it is recalled."""

    reason: MaybeWords | None = None


class AnswerGiven(Shape):
    """What the company says: the cause and the measures it took; papers are attached before or after."""

    cause: Words
    measures: Words


class Verify(Shape):
    """What the bureau found: it is so, it is not so, or a visit is needed; and why."""

    result: Literal["confirmed", "unfounded", "site_visit"]
    reason: Words


class Settle(Shape):
    """Why it is closed or becomes a lead."""

    reason: Words

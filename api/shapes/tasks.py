"""Shapes of tasks, routing decisions, visits, the positive list and the random sample."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from api.shapes import Shape

TaskKind = Literal["off_site", "company_query", "on_site", "removal_proposal"]
TaskState = Literal["open", "in_progress", "done", "cancelled"]


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text cannot hold NUL")
    return text


Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_storable),
]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{1,31}$")]
SiteId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]


class Task(Shape):
    """A task (核查任务). A company sees the questions to it and visits that were made, without the bureau's reasons and names."""

    id: int
    number: str
    kind: TaskKind
    kind_zh: str
    site: str
    outlet: str | None
    alert_id: int | None
    alert_number: str | None
    reason: str | None = Field(description="Code of why the task exists.")
    reason_zh: str | None
    statement: str | None = Field(description="The reason in words.")
    listed: bool = Field(description="On the positive list when the task was made.")
    state: TaskState
    outcome: str | None
    assigned_to: str | None
    created_at: datetime
    created_by: str | None
    due_at: datetime | None
    counted: bool = Field(description="A visit that counts against the yearly cap.")
    visited_at: datetime | None


class TaskList(Shape):
    items: list[Task]
    next: str | None


class TaskEvent(Shape):
    at: datetime
    actor: str
    action: str
    reason: str | None
    detail: dict[str, Any]


class RoutingDecision(Shape):
    """What was decided, on what inputs, by which rule and why. It is never changed."""

    id: int
    at: datetime
    way: Literal["off_site", "on_site", "none"]
    reasons: list[str]
    inputs: dict[str, Any]
    rule: str
    task_ids: list[int]


class DecisionList(Shape):
    items: list[RoutingDecision]
    next: None


class TaskDetail(Task):
    events: list[TaskEvent]
    decisions: list[RoutingDecision]


class AddTask(Shape):
    """A task by hand. Whom it is about is said by site, outlet or alert; a visit needs one of the stated reasons."""

    kind: TaskKind
    reason: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")] = "by_hand"
    statement: Words
    site: SiteId | None = None
    outlet: SiteId | None = None
    alert_id: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    assigned_to: Name | None = None
    due_at: AwareDatetime | None = None


class AssignTask(Shape):
    to: Name


class FinishTask(Shape):
    """How a task ended: the outcome of its kind, and what was found in words."""

    outcome: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")]
    report: Words | None = None
    visited_at: AwareDatetime | None = Field(None, description="When the visit was; absent = now.")


class CancelTask(Shape):
    reason: Words


class Visit(Shape):
    """An on-site visit that was made and counted."""

    task_id: int
    number: str
    reason: str | None
    listed: bool
    outcome: str | None
    visited_at: datetime


class Visits(Shape):
    """The visits of a unit in a calendar year against its cap."""

    site: str
    year: int
    listed: bool = Field(description="On the positive list now.")
    cap: int
    made: int
    planned: int | None = Field(description="Open visits; null for a company.")
    left: int
    items: list[Visit]


class ListingRecord(Shape):
    """A stay on the positive list (正面清单) as it was recorded; `recorded_to` is set when a later record replaced it."""

    site: str
    valid_from: datetime
    valid_to: datetime | None
    basis: str
    level: Literal["district", "city", "province", "national"]
    decided_by: str
    document: str | None
    recorded_from: datetime
    recorded_to: datetime | None
    in_force: bool


class ListingRecordList(Shape):
    items: list[ListingRecord]
    next: str | None


class Sample(Shape):
    """A random on-site sample. The seed is public before the draw; rank of a unit = SHA-256 of `seed|unit`, lowest first."""

    period: str
    seed: str
    published_at: datetime
    drawn_at: datetime | None
    candidates: list[str]
    chosen: list[str]
    algorithm: str


class SampleList(Shape):
    items: list[Sample]
    next: str | None

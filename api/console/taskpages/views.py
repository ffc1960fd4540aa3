"""Tasks in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.tasks.byhand import REASONS_OF
from store.errors import NotFound
from store.model import Registry
from store.tasks import OUTCOMES, SYSTEM, UNFINISHED
from store.texts import has, text

Row = Mapping[str, Any]

_STATE_TAGS = {"open": "warn", "in_progress": "calm", "done": "good", "cancelled": ""}


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as the list and its page show it; what a company does not learn is None."""

    id: int
    number: str
    kind: str
    kind_word: str
    where: str
    site_id: str
    reason_word: str | None
    statement: str | None
    listed: bool
    state: str
    state_word: str
    state_tag: str
    outcome_word: str | None
    assigned_to: str | None
    assigned_word: str | None
    created_at: datetime
    created_word: str | None
    due_at: datetime | None
    unfinished: bool
    overdue: bool
    alert_id: int | None
    alert_number: str | None
    counted: bool
    visited_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventView:
    """One step of a task's history."""

    at: datetime
    who: str
    word: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """Why a task was made: the way, the reasons, what was known then, by which rule."""

    at: datetime
    way: str
    reasons: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    rule: str


def task_view(item: Row, registry: Registry, names: Mapping[str, str], now: datetime) -> TaskView:
    """One item as ``api.taskread`` gives it (so that a company's lacks what it may not know)."""
    unfinished = item["state"] in UNFINISHED
    return TaskView(
        id=item["id"],
        number=item["number"],
        kind=item["kind"],
        kind_word=text(f"tasks.kind.{item['kind']}"),
        where=where_of(registry, item["site"], item["outlet"]),
        site_id=item["site"],
        reason_word=None if item["reason"] is None else reason_word(item["reason"]),
        statement=item["statement"],
        listed=item["listed"],
        state=item["state"],
        state_word=text(f"tasks.state.{item['state']}"),
        state_tag=_STATE_TAGS[item["state"]],
        outcome_word=None if item["outcome"] is None else text(f"tasks.outcome.{item['outcome']}"),
        assigned_to=item["assigned_to"],
        assigned_word=None if item["assigned_to"] is None else who(item["assigned_to"], names),
        created_at=item["created_at"],
        created_word=None if item["created_by"] is None else who(item["created_by"], names),
        due_at=item["due_at"],
        unfinished=unfinished,
        overdue=unfinished and item["due_at"] is not None and item["due_at"] < now,
        alert_id=item["alert_id"],
        alert_number=item["alert_number"],
        counted=item["counted"],
        visited_at=item["visited_at"],
    )


def where_of(registry: Registry, site_id: str, outlet_id: str | None) -> str:
    """Unit and outlet by name; by id where they are registered no longer."""
    try:
        name = registry.site(site_id).name
    except NotFound:
        name = site_id
    if outlet_id is None:
        return name
    try:
        return f"{name} {registry.outlet(outlet_id).name}"
    except NotFound:
        return f"{name} {outlet_id}"


def reason_word(code: str) -> str:
    """A reason in words; the code itself where the catalogue lacks it."""
    key = f"tasks.reason.{code}"
    return text(key) if has(key) else code


def who(name: str, names: Mapping[str, str]) -> str:
    """Who did something."""
    return text("console.actor_system") if name == SYSTEM else names.get(name, name)


def event_views(rows: Iterable[Row], names: Mapping[str, str]) -> list[EventView]:
    """The history, oldest first."""
    return [
        EventView(row["at"], who(row["actor"], names), _action_word(row, names), row["reason"])
        for row in rows
    ]


def _action_word(row: Row, names: Mapping[str, str]) -> str:
    detail = row["detail"]
    word = text(f"tasks.action.{row['action']}")
    if row["action"] == "assigned":
        return text("console.taskpages.event.to", action=word, who=who(detail["to"], names))
    if row["action"] == "done":
        outcome = text(f"tasks.outcome.{detail['outcome']}")
        return text("console.taskpages.event.outcome", action=word, outcome=outcome)
    return word


def decision_views(rows: Iterable[Row]) -> list[DecisionView]:
    """Why the task exists: every decision that made or joined it."""
    return [
        DecisionView(
            row["at"],
            text(f"tasks.way.{row['way']}"),
            tuple(reason_word(code) for code in row["reasons"]),
            tuple(_known(row["inputs"])),
            row["rule"],
        )
        for row in rows
    ]


_KNOWN = ("multiple", "exceeded_days", "visits", "cap")


def _known(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What was known at the decision and counts for it."""
    if inputs.get("listed") is not None:
        said = "listed" if inputs["listed"] else "unlisted"
        yield text("console.taskpages.known.listed"), text(f"console.taskpages.known.{said}_value")
    for name in _KNOWN:
        if inputs.get(name) is not None:
            yield text(f"console.taskpages.known.{name}"), str(inputs[name])


def outcome_options(kind: str) -> list[tuple[str, str]]:
    """How a task of a kind can end."""
    return [(code, text(f"tasks.outcome.{code}")) for code in OUTCOMES[kind]]


def reason_options(kind: str) -> list[tuple[str, str]]:
    """The reasons that a person can give for a task of a kind."""
    return [(code, reason_word(code)) for code in REASONS_OF[kind]]


def kind_options() -> list[tuple[str, str]]:
    """The kinds of task."""
    return [(code, text(f"tasks.kind.{code}")) for code in OUTCOMES]


def state_options() -> list[tuple[str, str]]:
    """What the list can be narrowed to."""
    states = [(code, text(f"tasks.state.{code}")) for code in _STATE_TAGS]
    return [
        ("unfinished", text("console.taskpages.unfinished")),
        *states,
        ("all", text("console.taskpages.all_states")),
    ]

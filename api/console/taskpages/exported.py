"""The list of tasks as a table for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.console.taskpages.views import TaskView
from api.exports import Column, Sheet, provenance
from store.texts import text


def sheet_of(tasks: Iterable[TaskView], *, who: str, at: datetime) -> Sheet:
    """One row a task; what a company does not learn is empty."""
    names: tuple[tuple[str, str], ...] = (
        ("number", "text"),
        ("kind", "text"),
        ("where", "text"),
        ("reason", "text"),
        ("statement", "text"),
        ("listed", "text"),
        ("state", "text"),
        ("outcome", "text"),
        ("assigned", "text"),
        ("created", "time"),
        ("due", "time"),
        ("visited", "time"),
        ("alert", "text"),
    )
    columns = [
        Column(text(f"console.taskpages.column.{name}"), kind="time" if kind == "time" else "text")
        for name, kind in names
    ]
    rows = [
        [
            task.number,
            task.kind_word,
            task.where,
            task.reason_word,
            task.statement,
            text(f"console.taskpages.known.{'listed' if task.listed else 'unlisted'}_value"),
            task.state_word,
            task.outcome_word,
            task.assigned_word,
            task.created_at,
            task.due_at,
            task.visited_at,
            task.alert_number,
        ]
        for task in tasks
    ]
    title = text("console.taskpages.title")
    return Sheet(title, columns, rows, notes=provenance(source=title, who=who, at=at))

"""Carrying a decision out: its tasks are opened or joined, and the decision is kept with what it knew and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from alerts.tasks.facts import Subject
from alerts.tasks.routing import Decision
from alerts.telling import tell_task
from store.database import Connection
from store.queries import queries
from store.settings import Settings
from store.tasks import Caller, NewTask, join_task, open_task
from store.texts import text


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person adds to a task that is made by hand."""

    statement: str | None = None
    assigned_to: str | None = None
    due_at: datetime | None = None


NO_WISHES = Wishes()

TOLD = frozenset({"on_site", "removal_proposal"})
"""Tasks that people are told of by themselves. Of the others the alert tells already: one matter is one message."""


def carry_out(
    connection: Connection,
    subject: Subject,
    decision: Decision,
    inputs: Mapping[str, Any],
    settings: Settings,
    caller: Caller,
    at: datetime,
    wishes: Wishes = NO_WISHES,
) -> tuple[int, ...]:
    """Open the tasks of a decision, or join those that do the same already, and keep the decision; the ids of the tasks.

    One visit serves everything that is open at a site: nobody goes there twice for two alerts.

    Raises as ``store.tasks.open_task``.
    """
    sql = queries("tasks")
    statement = wishes.statement or _statement(subject, decision)
    ids: list[int] = []
    for kind in decision.tasks:
        arguments = {"site_key": subject.site_key, "kind": kind, "alert_id": subject.alert_id}
        found = connection.execute(sql["joinable"], arguments).fetchone()
        if found is not None:
            join_task(connection, found[0], subject.alert_id, caller, at, wishes.statement)
            ids.append(found[0])
            continue
        new = NewTask(
            kind,
            subject.site_key,
            subject.outlet_key,
            subject.alert_id,
            decision.reasons[0],
            statement,
            subject.listing is not None,
            None if subject.listing is None else subject.listing.key,
            wishes.due_at or at + time_for(kind, subject.key_unit, settings),
            wishes.assigned_to,
        )
        ids.append(open_task(connection, new, caller, at))
        if kind in TOLD:
            tell_task(connection, ids[-1], at)
    keep_decision(connection, subject, decision, {**inputs, "by": caller.name}, ids, at)
    return tuple(ids)


def keep_decision(
    connection: Connection,
    subject: Subject,
    decision: Decision,
    inputs: Mapping[str, Any],
    task_ids: Sequence[int],
    at: datetime,
) -> None:
    """Write the decision; it is never changed."""
    connection.execute(
        queries("tasks")["add_decision"],
        {
            "at": at,
            "alert_id": subject.alert_id,
            "site_key": subject.site_key,
            "way": decision.way,
            "reasons": list(decision.reasons),
            "inputs": Jsonb(dict(inputs)),
            "rule": decision.rule,
            "task_ids": list(task_ids),
        },
    )


def time_for(kind: str, key_unit: bool, settings: Settings) -> timedelta:
    """How long a task may take: the clocks of the handling of alerts, which no norm fixes."""
    answer = settings.answer_hours_key_unit if key_unit else settings.answer_hours_other
    hours = {
        "company_query": answer,
        "off_site": settings.verify_hours,
        "on_site": settings.visit_hours,
        "removal_proposal": settings.close_hours,
    }
    return timedelta(hours=hours[kind])


def _statement(subject: Subject, decision: Decision) -> str:
    reasons = text("tasks.between").join(text(f"tasks.reason.{reason}") for reason in decision.reasons)
    if subject.number is None:
        return reasons
    return text("tasks.statement.of_alert", number=subject.number, reasons=reasons)

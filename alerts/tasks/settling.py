"""What the handling of an alert means for its tasks: what was answered or verified is not asked for any longer."""

from __future__ import annotations

from datetime import datetime

from store.database import Connection, rows
from store.queries import queries
from store.tasks import OUTFALL, cancel_task, finish_task
from store.texts import text

_VERIFIED = {
    "unfounded": "no_problem",
    "confirmed": "confirmed",
    "lead": "confirmed",
    "site_visit": "lead_remains",
}


def outcome_of(kind: str, handling: str, answered: bool) -> str | None:
    """How a task of this kind ends when its alert stands like this; None while it goes on. Pure.

    ``cancelled`` means that it is not needed any more. A visit never ends by itself: who was there reports it.
    """
    if kind == "company_query":
        if answered:
            return "answered"
        return None if handling in ("new", "notified") else "cancelled"
    if kind == "off_site":
        if handling == "closed":
            return "cancelled"
        return _VERIFIED.get(handling)
    return None


def settle_tasks(connection: Connection, at: datetime) -> int:
    """End the open tasks that the handling of their alert has settled, in the caller's transaction; how many."""
    with rows(connection) as cursor:
        waiting = cursor.execute(queries("tasks")["tasks_that_alerts_settle"]).fetchall()
    ended = 0
    for task in waiting:
        outcome = outcome_of(task["kind"], task["handling"], task["answered"])
        if outcome is None:
            continue
        report = text("tasks.statement.settled", number=task["number"])
        if outcome == "cancelled":
            cancel_task(connection, task["id"], report, OUTFALL, at)
        else:
            finish_task(connection, task["id"], outcome, report, OUTFALL, at)
        ended += 1
    return ended

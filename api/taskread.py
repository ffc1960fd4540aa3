"""A task as the caller may see it."""

from __future__ import annotations

from typing import Any

from api.access import Principal
from store import texts
from store.database import Connection, rows
from store.errors import NotFound
from store.people import Role
from store.queries import queries

NO_FILTER: dict[str, Any] = {
    "id": None,
    "state": None,
    "kind": None,
    "site": None,
    "alert": None,
    "assigned_to": None,
    "before_time": None,
    "before_id": None,
}


def task_detail(connection: Connection, task_id: int, principal: Principal) -> dict[str, Any]:
    """A task with its history and decisions. Raises NotFound ``task_not_found``, also for one that the caller may not see."""
    sql = queries("tasks")
    arguments = {**NO_FILTER, "site_key": principal.site_key, "id": task_id, "most": 1}
    with rows(connection) as cursor:
        task = cursor.execute(sql["tasks"], arguments).fetchone()
        if task is None:
            raise NotFound(f"There is no task {task_id}.", code="task_not_found")
        events, decisions = [], []
        if principal.role is not Role.COMPANY:
            events = cursor.execute(sql["task_events"], {"task_id": task_id}).fetchall()
            found = cursor.execute(sql["decisions"], {"task_id": task_id, "alert_id": None})
            decisions = found.fetchall()
    return {**task_item(task, principal), "events": events, "decisions": decisions}


def task_item(task: dict[str, Any], principal: Principal) -> dict[str, Any]:
    """A row of ``tasks`` with its Chinese words; for a company without what officers think and who they are."""
    seen = {
        **task,
        "kind_zh": texts.text(f"tasks.kind.{task['kind']}"),
        "reason_zh": texts.text(f"tasks.reason.{task['reason']}"),
    }
    if principal.role is not Role.COMPANY:
        return seen
    inner = {"assigned_to": None, "created_by": None}
    if task["kind"] == "company_query":
        return seen | inner
    # Why officers came can be a complaint, and the complainant is protected.
    return (
        seen
        | inner
        | {"reason": None, "reason_zh": None, "statement": None, "alert_id": None, "alert_number": None}
    )

"""Tasks (核查任务) as they are kept: opening one, and every step with it until it is done or cancelled.

::

    open ──start──▶ in_progress ──done──▶ done
      └──────────────────┴──────cancel──▶ cancelled

Every function works in the caller's transaction and writes an event, an audit entry and a word to open pages with the deed. Who
may call is decided above; why a task is made is decided in ``alerts.tasks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from psycopg.types.json import Jsonb

from store import audit
from store.clock import BEIJING
from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.people import Role
from store.queries import queries

SYSTEM = "system"

UNFINISHED = ("open", "in_progress")

OUTCOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "off_site": ("no_problem", "confirmed", "lead_remains"),
        "company_query": ("answered", "not_answered"),
        "on_site": ("no_problem", "violation_found", "inspection_refused"),
        "removal_proposal": ("removed", "kept"),
    }
)
"""How a task of each kind can end."""

HANDLERS = (Role.OFFICER.value, Role.SUPERVISOR.value, Role.ADMIN.value)
"""The roles that a task can be given to."""


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task that is to be opened.

    Attributes
    ----------
    kind : ``off_site``, ``company_query``, ``on_site`` or ``removal_proposal``
    reason : code of the catalogue (``tasks.reason.*``)
    statement : the reason in words; an on-site visit must have one
    listed, listing_key : whether, and by which record, the unit stood on the positive list then
    """

    kind: str
    site_key: int
    outlet_key: int | None
    alert_id: int | None
    reason: str
    statement: str | None
    listed: bool
    listing_key: int | None
    due_at: datetime | None
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who takes a step: user, ``token:<name>`` or ``system``, and from where."""

    name: str
    origin: str


OUTFALL = Caller(SYSTEM, SYSTEM)
"""Outfall itself."""


def open_task(connection: Connection, new: NewTask, caller: Caller, at: datetime) -> int:
    """Open a task and return its id.

    Raises Refused ``statement_missing`` for a visit without one and NotFound ``assignee_unknown``.
    """
    if new.kind == "on_site" and not (new.statement or "").strip():
        raise Refused(
            "An on-site visit needs its reason in words: give a statement.", code="statement_missing"
        )
    if new.assigned_to is not None:
        _check_assignee(connection, new.assigned_to)
    sql = queries("tasks")
    day = at.astimezone(BEIJING).date()
    row = connection.execute(sql["take_number"], {"day": day}).fetchone()
    assert row is not None
    number = f"RW-{day:%Y%m%d}-{row[0]:04d}"
    arguments = {
        "number": number,
        "kind": new.kind,
        "site_key": new.site_key,
        "outlet_key": new.outlet_key,
        "alert_id": new.alert_id,
        "reason": new.reason,
        "statement": new.statement,
        "listed": new.listed,
        "listing_key": new.listing_key,
        "assigned_to": new.assigned_to,
        "at": at,
        "actor": caller.name,
        "due_at": new.due_at,
    }
    made = connection.execute(sql["add_task"], arguments).fetchone()
    assert made is not None
    task_id = int(made[0])
    detail = {"kind": new.kind, "reason": new.reason, "listed": new.listed, "assigned_to": new.assigned_to}
    _record(connection, task_id, number, "opened", caller, at, new.statement, detail)
    return task_id


def join_task(
    connection: Connection,
    task_id: int,
    alert_id: int | None,
    caller: Caller,
    at: datetime,
    statement: str | None = None,
) -> None:
    """Note that a further alert or statement is looked at within this task."""
    task = _locked(connection, task_id)
    _record(connection, task_id, task["number"], "joined", caller, at, statement, {"alert_id": alert_id})


def start_task(connection: Connection, task_id: int, caller: Caller, at: datetime) -> None:
    """Somebody has begun. Raises NotFound ``task_not_found`` and Conflict ``task_finished`` or ``task_started``."""
    task = _unfinished(connection, task_id)
    if task["state"] == "in_progress":
        raise Conflict(
            f"Task {task['number']} was started before.", code="task_started", number=task["number"]
        )
    _change(connection, task, caller, at, "started", state="in_progress")


def assign_task(connection: Connection, task_id: int, name: str, caller: Caller, at: datetime) -> None:
    """Give the task to a user. Raises NotFound ``task_not_found`` or ``assignee_unknown`` and Conflict ``task_finished``."""
    task = _unfinished(connection, task_id)
    _check_assignee(connection, name)
    _change(connection, task, caller, at, "assigned", detail={"to": name}, assigned_to=name)


def finish_task(
    connection: Connection,
    task_id: int,
    outcome: str,
    report: str | None,
    caller: Caller,
    at: datetime,
    visited_at: datetime | None = None,
) -> Mapping[str, Any]:
    """End a task with its outcome and return what it was; an on-site visit is counted from now on.

    Parameters
    ----------
    report : what was found, in words; only the answer of a company needs none
    visited_at : when the visit was; None = ``at``

    Raises NotFound ``task_not_found``, Conflict ``task_finished``, Refused ``outcome_wrong``, ``report_missing``,
    ``visit_in_future`` and ``visit_not_expected``.
    """
    task = _unfinished(connection, task_id)
    kind = task["kind"]
    if outcome not in OUTCOMES[kind]:
        raise Refused(
            f"A task of the kind {kind} ends with one of {', '.join(OUTCOMES[kind])}, not {outcome!r}.",
            code="outcome_wrong",
            outcomes=", ".join(OUTCOMES[kind]),
        )
    if kind != "company_query" and not (report or "").strip():
        raise Refused("Say in words what was found.", code="report_missing")
    visit = kind == "on_site"
    if visited_at is not None and not visit:
        raise Refused("Only an on-site visit has a time of visit.", code="visit_not_expected")
    if visited_at is not None and visited_at > at:
        raise Refused("The visit lies in the future: report it when it was made.", code="visit_in_future")
    _change(
        connection,
        task,
        caller,
        at,
        "done",
        reason=report,
        detail={"outcome": outcome},
        state="done",
        outcome=outcome,
        counted=visit,
        visited_at=(visited_at or at) if visit else None,
    )
    return task


def cancel_task(
    connection: Connection, task_id: int, reason: str | None, caller: Caller, at: datetime
) -> None:
    """The task is not needed; a visit that was not made is not counted.

    Raises NotFound ``task_not_found``, Conflict ``task_finished`` and Refused ``reason_missing``.
    """
    task = _unfinished(connection, task_id)
    if not (reason or "").strip():
        raise Refused("Say in words why the task is not needed.", code="reason_missing")
    _change(connection, task, caller, at, "cancelled", reason=reason, state="cancelled")


def _locked(connection: Connection, task_id: int) -> Mapping[str, Any]:
    with rows(connection) as cursor:
        task = cursor.execute(queries("tasks")["lock_task"], {"id": task_id}).fetchone()
    if task is None:
        raise NotFound(f"There is no task {task_id}.", code="task_not_found")
    return task


def _unfinished(connection: Connection, task_id: int) -> Mapping[str, Any]:
    task = _locked(connection, task_id)
    if task["state"] not in UNFINISHED:
        raise Conflict(
            f"Task {task['number']} is {task['state']}; what is to be done now is a new task.",
            code="task_finished",
            number=task["number"],
        )
    return task


def _check_assignee(connection: Connection, name: str) -> None:
    arguments = {"name": name, "roles": list(HANDLERS)}
    if connection.execute(queries("tasks")["find_assignee"], arguments).fetchone() is None:
        raise NotFound(
            f"There is no user {name!r} who handles tasks; name an officer, a supervisor or an admin.",
            code="assignee_unknown",
        )


def _change(
    connection: Connection,
    task: Mapping[str, Any],
    caller: Caller,
    at: datetime,
    action: str,
    *,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
    **columns: Any,
) -> None:
    stands = {
        "id": task["id"],
        "state": task["state"],
        "outcome": None,
        "assigned_to": task["assigned_to"],
        "counted": False,
        "visited_at": None,
    }
    connection.execute(queries("tasks")["change_task"], {**stands, **columns})
    _record(connection, task["id"], task["number"], action, caller, at, reason, detail or {})


def _record(
    connection: Connection,
    task_id: int,
    number: str,
    action: str,
    caller: Caller,
    at: datetime,
    reason: str | None,
    detail: Mapping[str, Any],
) -> None:
    event = {"task_id": task_id, "at": at, "actor": caller.name, "action": action, "reason": reason}
    connection.execute(queries("tasks")["note_task"], {**event, "detail": Jsonb(dict(detail))})
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action=f"tasks:task:{action}",
        subject=number,
        detail={**detail, "reason": reason} if reason else detail,
    )

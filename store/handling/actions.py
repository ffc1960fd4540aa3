"""Taking a step with an alert: checked against the table, written with its event, its audit entry and a word to open pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from store import audit
from store.database import Connection, rows
from store.errors import Conflict, NotAllowed, NotFound, Refused
from store.handling.deadlines import Clocks, Standing, due
from store.handling.steps import (
    EVENT_OF,
    NEEDS_REASON,
    ROLES_OF,
    SETTLED,
    SYSTEM,
    TABLE,
    TAKES_UP,
    Action,
    State,
)
from store.handling.visible import INNER_STATES
from store.people import Role
from store.queries import queries


@dataclass(frozen=True, slots=True)
class Caller:
    """Who takes a step. ``site_key``: the only site whose alerts they may touch; None = every site."""

    name: str
    role: str
    origin: str
    site_key: int | None = None


OUTFALL = Caller(SYSTEM, SYSTEM, SYSTEM)
"""Outfall itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done.

    Attributes
    ----------
    reason : why, in the words of who does it; a code of the catalogue when Outfall does it
    detail : further facts for the history, JSON-ready
    public : the company may read reason and detail
    assign_to : name of a user, for ``assign``
    level : the level that hears of it, for ``escalate``
    """

    action: Action
    reason: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    public: bool = False
    assign_to: str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken."""

    alert_id: int
    number: str
    before: State
    after: State


def take_step(
    connection: Connection, alert_id: int, step: Step, caller: Caller, *, clocks: Clocks, at: datetime
) -> Taken:
    """Take a step in the caller's transaction.

    Raises
    ------
    NotFound ``alert_not_found``, also for an alert that the caller may not see; ``assignee_unknown``
    NotAllowed ``step_not_allowed``: the role never takes this step
    Conflict ``already_acknowledged``, ``alert_settled``, ``alert_pending``, ``step_not_possible`` (in this state)
    Refused ``reason_missing``
    """
    alert = _locked(connection, alert_id, caller)
    before = State(alert["handling"])
    after = _checked(alert, before, step, caller)
    if step.action is Action.ASSIGN:
        _check_assignee(connection, step.assign_to)
    _write(connection, alert, step, caller, (before, after), clocks, at)
    return Taken(alert_id, alert["number"], before, after)


def start_clock(connection: Connection, alert_id: int, *, clocks: Clocks) -> bool:
    """Say what is due next for an alert that no clock runs for; whether anything is. No step of anybody's."""
    alert = _locked(connection, alert_id, OUTFALL)
    standing = _standing(
        alert, State(alert["handling"]), alert["handling_since"] or alert["raised_at"], taken_up=False
    )
    found = due(standing, clocks)
    if found is None:
        return False
    arguments = {"id": alert_id, "due_at": found.at, "due_step": found.step}
    connection.execute(queries("handling")["set_due"], arguments)
    return True


def _standing(alert: Mapping[str, Any], state: State, since: datetime, *, taken_up: bool) -> Standing:
    return Standing(
        state=state,
        acknowledged=taken_up or alert["acknowledged_at"] is not None,
        calls=alert["calls"],
        key_unit=alert["key_unit"],
        raised_at=alert["raised_at"],
        since=since,
    )


def _locked(connection: Connection, alert_id: int, caller: Caller) -> Mapping[str, Any]:
    with rows(connection) as cursor:
        arguments = {"id": alert_id, "site_key": caller.site_key}
        alert = cursor.execute(queries("handling")["lock_alert"], arguments).fetchone()
    if alert is None:
        raise NotFound(f"There is no alert {alert_id}.", code="alert_not_found", alert=alert_id)
    return alert


def _checked(alert: Mapping[str, Any], before: State, step: Step, caller: Caller) -> State:
    """The state after the step, or why it cannot be taken."""
    number = alert["number"]
    if caller.role not in ROLES_OF[step.action]:
        raise NotAllowed(
            f"The role {caller.role} does not take the step {step.action}.",
            code="step_not_allowed",
            step=step.action.value,
        )
    if alert["condition"] == "pending":
        raise Conflict(
            f"Alert {number} is pending: it is not sure yet that there is anything. Wait until it is active or gone.",
            code="alert_pending",
            number=number,
        )
    after = TABLE.get((before, step.action, caller.role))
    if after is None and caller.role == Role.COMPANY and before in INNER_STATES:
        # Which of the findings it was is not told here either.
        raise Conflict(
            f"The step {step.action} is not possible for alert {number}: the bureau is verifying it.",
            code="step_not_possible",
            number=number,
        )
    if after is None and before in SETTLED:
        raise Conflict(
            f"Alert {number} is settled ({before}); a condition that comes back is a new alert.",
            code="alert_settled",
            number=number,
        )
    if after is None:
        raise Conflict(
            f"The step {step.action} is not possible for alert {number} while it is {before}.",
            code="step_not_possible",
            number=number,
            step=step.action.value,
            handling=before.value,
        )
    if step.action is Action.ACKNOWLEDGE and alert["acknowledged_at"] is not None:
        raise Conflict(
            f"Alert {number} was acknowledged before, by {alert['acknowledged_by']}.",
            code="already_acknowledged",
            number=number,
            acknowledged_at=alert["acknowledged_at"].isoformat(),
        )
    if step.action in NEEDS_REASON and not (step.reason or "").strip():
        raise Refused(f"The step {step.action} needs a reason in words.", code="reason_missing")
    return after


def _check_assignee(connection: Connection, name: str | None) -> None:
    arguments = {"name": name, "roles": sorted(ROLES_OF[Action.CONFIRM])}
    if connection.execute(queries("handling")["find_assignee"], arguments).fetchone() is None:
        raise NotFound(
            f"There is no user {name!r} who handles alerts; name an officer, a supervisor or an admin.",
            code="assignee_unknown",
        )


def _write(
    connection: Connection,
    alert: Mapping[str, Any],
    step: Step,
    caller: Caller,
    states: tuple[State, State],
    clocks: Clocks,
    at: datetime,
) -> None:
    before, after = states
    action = step.action
    takes_up = action in TAKES_UP and caller.role != SYSTEM and alert["acknowledged_at"] is None
    since = at if after is not before else alert["handling_since"] or alert["raised_at"]
    next_due = due(_standing(alert, after, since, taken_up=takes_up), clocks)
    same_due = (next_due.step if next_due else None) == alert["due_step"]
    sql = queries("handling")
    connection.execute(
        sql["take_step"],
        {
            "id": alert["id"],
            "handling": after,
            "since": since,
            "acknowledged_at": at if takes_up else alert["acknowledged_at"],
            "acknowledged_by": caller.name if takes_up else alert["acknowledged_by"],
            "assigned_to": step.assign_to if action is Action.ASSIGN else alert["assigned_to"],
            "reminded_at": at if action is Action.REMIND else alert["reminded_at"],
            "due_at": next_due.at if next_due else None,
            "due_step": next_due.step if next_due else None,
            # A level that heard of one step has not heard of the next.
            "told": action is Action.NOTIFY,
            "escalation": step.level if action is Action.ESCALATE else alert["escalation"] if same_due else 0,
        },
    )
    detail = {**step.detail, "role": caller.role}
    if step.public:
        detail["public"] = True
    if before is not after:
        detail |= {"from": before.value, "to": after.value}
    if action is Action.ASSIGN:
        detail["to"] = step.assign_to
    event = {"alert_id": alert["id"], "at": at, "actor": caller.name, "action": EVENT_OF[action]}
    connection.execute(sql["note_step"], {**event, "reason": step.reason, "detail": Jsonb(detail)})
    told = {"event": "alert", "id": alert["id"], "number": alert["number"], "action": EVENT_OF[action]}
    connection.execute(sql["tell_pages"], {"payload": json.dumps(told)})
    if caller.role == SYSTEM:
        # What Outfall does by itself stands in the history of the alert; the audit trail is about people.
        return
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action=f"alerts:alert:{action}",
        subject=alert["number"],
        detail={"reason": step.reason, **detail},
    )

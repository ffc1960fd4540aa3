"""Taking a step with a lead: checked against the table and the guards, written with its event, its audit entry, its clocks."""

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
from store.handling import OUTFALL, Caller
from store.leads.clocks import Rules
from store.leads.content import ROUND_EVENTS, digest_of
from store.leads.guards import Standing, blocked
from store.leads.keeping import keep_clocks
from store.leads.steps import DRAFTING, NEEDS_REASON, ROLES_OF, SYSTEM, TABLE, Action, State
from store.people import Role
from store.queries import queries

EVENT_OF: Mapping[Action, str] = {
    Action.ASSIGN: "assigned",
    Action.EDIT: "edited",
    Action.REFRESH: "refreshed",
    Action.CHOOSE: "chose_basis",
    Action.WEIGH: "weighed",
    Action.ATTACH: "attached",
    Action.RECORD: "recorded",
    Action.PRESENT: "presented",
    Action.SIGN_TECHNICAL: "signed_technical",
    Action.RETURN_TECHNICAL: "returned_technical",
    Action.SIGN_LEGAL: "signed_legal",
    Action.RETURN_LEGAL: "returned_legal",
    Action.RETURN: "returned",
    Action.WITHDRAW: "withdrawn",
    Action.DISCLOSE: "disclosed",
    Action.STATE: "stated",
    Action.REOPEN: "reopened",
    Action.TALKED: "talked",
    Action.DISCUSS: "discussed",
    Action.EXTEND: "extended",
    Action.SUSPEND: "suspended",
    Action.RESUME: "resumed",
    Action.SUBMIT: "submitted",
    Action.DECLINE: "declined",
    Action.INSTRUCT: "instructed",
    Action.SUMMON: "summoned",
    Action.FILE: "filed",
    Action.DECIDE: "decided",
    Action.PUBLISH: "published",
    Action.PROPOSE_TRANSFER: "proposed_transfer",
    Action.APPROVE_TRANSFER: "approved_transfer",
    Action.REFUSE_TRANSFER: "refused_transfer",
    Action.TRANSFER: "transferred",
    Action.POLICE_ACCEPT: "police_accepted",
    Action.POLICE_REFUSE: "police_refused",
    Action.OBJECT: "objected",
    Action.REMIND: "reminded",
    Action.ESCALATE: "escalated",
}
"""The word in the history for each step."""

RAISED, LINKED = "raised", "linked"

DRAFTING_EVENTS = (RAISED, LINKED, EVENT_OF[Action.PRESENT], *sorted(EVENT_OF[action] for action in DRAFTING))
"""Whoever stands in the history with one of these does not review the lead."""

_JSON = ("candidates", "discretion", "disclosed")


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done.

    Attributes
    ----------
    reason : why, in the words of who does it
    detail : further facts for the history, JSON-ready
    changes : new values of columns of the lead
    """

    action: Action
    reason: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken."""

    lead_id: int
    number: str
    before: State
    after: State


def lock(connection: Connection, lead_id: int, caller: Caller) -> dict[str, Any]:
    """The lead, held until the end of the transaction.

    Raises NotFound ``lead_not_found``, also for one that a company was not told of.
    """
    with rows(connection) as cursor:
        arguments = {"id": lead_id, "site_key": caller.site_key}
        lead = cursor.execute(queries("leads")["lock_lead"], arguments).fetchone()
    if lead is None:
        raise NotFound(f"There is no lead {lead_id}.", code="lead_not_found", lead=lead_id)
    return lead


def take_step(
    connection: Connection, lead_id: int, step: Step, caller: Caller, *, rules: Rules, at: datetime
) -> Taken:
    """Take a step in the caller's transaction.

    Raises
    ------
    NotFound ``lead_not_found``
    NotAllowed ``step_not_allowed`` (the role never takes it), ``reviewer_is_drafter``, ``reviewer_is_other_reviewer``
    Conflict ``lead_step_not_possible`` in this state, and the codes of ``store.leads.guards``
    Refused ``reason_missing``, ``facts_missing``, ``basis_missing``
    """
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, step.action, caller, reason=step.reason)
    return write(connection, lead, step, caller, after, rules=rules, at=at)


def check(
    connection: Connection, lead: Mapping[str, Any], action: Action, caller: Caller, *, reason: str | None
) -> State:
    """The state after the step, or why it cannot be taken; raises as ``take_step``."""
    number, before = lead["number"], State(lead["state"])
    if caller.role not in ROLES_OF[action]:
        raise NotAllowed(
            f"The role {caller.role} does not take the step {action}.",
            code="step_not_allowed",
            step=action.value,
        )
    after = TABLE.get((before, action, caller.role))
    if after is None:
        facts = {} if caller.role == Role.COMPANY else {"step": action.value, "state": before.value}
        raise Conflict(
            f"The step {action} is not possible for lead {number} as it stands.",
            code="lead_step_not_possible",
            number=number,
            **facts,
        )
    refusal = blocked(action, standing_of(connection, lead, caller))
    if refusal is not None:
        raise refusal
    if action in NEEDS_REASON and not (reason or "").strip():
        raise Refused(f"The step {action} needs a reason in words.", code="reason_missing")
    return after


def write(
    connection: Connection,
    lead: dict[str, Any],
    step: Step,
    caller: Caller,
    after: State,
    *,
    rules: Rules,
    at: datetime,
) -> Taken:
    """Write a step that was checked: the lead, its history, the audit trail, a word to open pages, and its clocks."""
    before = State(lead["state"])
    lead = {**lead, **step.changes, "state": after.value}
    if after is not before:
        lead["state_since"] = at
    digest = digest_of(connection, lead, rounds=EVENT_OF[step.action] in ROUND_EVENTS)
    if digest != lead["digest"]:
        lead |= {"digest": digest, "revision": lead["revision"] + 1}
    arguments = {
        name: Jsonb(value) if name in _JSON and value is not None else value for name, value in lead.items()
    }
    connection.execute(queries("leads")["change_lead"], arguments)
    detail: dict[str, Any] = {**step.detail, "role": caller.role, "revision": lead["revision"]}
    if after is not before:
        detail |= {"from": before.value, "to": after.value}
    note(connection, lead, EVENT_OF[step.action], caller, at, step.reason, detail)
    keep_clocks(connection, lead, rules)
    return Taken(lead["id"], lead["number"], before, after)


def note(
    connection: Connection,
    lead: Mapping[str, Any],
    event: str,
    caller: Caller,
    at: datetime,
    reason: str | None,
    detail: Mapping[str, Any],
) -> None:
    """Write what happened into the history and the audit trail, and tell open pages."""
    sql = queries("leads")
    arguments = {"lead_id": lead["id"], "at": at, "actor": caller.name, "action": event, "reason": reason}
    connection.execute(sql["note_step"], {**arguments, "detail": Jsonb(dict(detail))})
    told = {"event": "lead", "id": lead["id"], "number": lead["number"], "action": event}
    connection.execute(sql["tell_pages"], {"payload": json.dumps(told)})
    if caller.role == SYSTEM:
        return
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action=f"leads:lead:{event}",
        subject=lead["number"],
        detail={**detail, "reason": reason} if reason else detail,
    )


def standing_of(connection: Connection, lead: Mapping[str, Any], caller: Caller) -> Standing:
    """How the lead stands to its next step, and the caller to it."""
    sql = queries("leads")
    drafters = connection.execute(
        sql["drafters"], {"lead_id": lead["id"], "actions": list(DRAFTING_EVENTS)}
    ).fetchall()
    reviewers = set(connection.execute(sql["reviewers"], {"lead_id": lead["id"]}).fetchall())
    with rows(connection) as cursor:
        pauses = cursor.execute(sql["suspensions"], {"lead_id": lead["id"]}).fetchall()
    return Standing(
        number=lead["number"],
        state=State(lead["state"]),
        authority_level=lead["authority_level"],
        has_facts=bool((lead["facts"] or "").strip()),
        has_basis=bool(lead["basis"]),
        disclosed=lead["disclosed"] is not None,
        suspended=any(pause["to_time"] is None for pause in pauses),
        decided=lead["decided_at"] is not None,
        published=lead["published_at"] is not None,
        transfer_proposed=lead["transfer_proposed_at"] is not None,
        transfer_approved=lead["transfer_approved_at"] is not None,
        police_answered=lead["police_answered_at"] is not None,
        police_accepted=bool(lead["police_accepted"]),
        objected=lead["objected_at"] is not None,
        drafted=(caller.name,) in drafters,
        reviewed_technical=("technical", caller.name) in reviewers,
        reviewed_legal=("legal", caller.name) in reviewers,
    )


__all__ = ["OUTFALL", "Caller", "Step", "Taken", "check", "lock", "note", "standing_of", "take_step", "write"]

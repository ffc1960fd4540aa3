"""What becomes of a lead: presented, sent back, withdrawn, submitted, its outcome, and the way to the police."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from store.database import Connection
from store.handling import Caller
from store.leads.actions import Step, Taken, take_step
from store.leads.bounds import check_past
from store.leads.clocks import Rules
from store.leads.steps import OUTCOMES, TRANSFER_STEPS, Action
from store.queries import queries

_MOMENT_OF: Mapping[Action, str] = {
    Action.FILE: "filed_at",
    Action.TRANSFER: "transferred_at",
    Action.DECIDE: "decided_at",
    Action.PUBLISH: "published_at",
    Action.PROPOSE_TRANSFER: "transfer_proposed_at",
    Action.APPROVE_TRANSFER: "transfer_approved_at",
    Action.POLICE_ACCEPT: "police_answered_at",
    Action.POLICE_REFUSE: "police_answered_at",
    Action.OBJECT: "objected_at",
}
"""The column that says when."""


def present(connection: Connection, lead_id: int, caller: Caller, *, rules: Rules, at: datetime) -> Taken:
    """Hand it to the reviews. Raises as ``take_step``, with ``facts_missing`` and ``basis_missing``."""
    return take_step(connection, lead_id, Step(Action.PRESENT), caller, rules=rules, at=at)


def send_back(
    connection: Connection, lead_id: int, reason: str, caller: Caller, *, rules: Rules, at: datetime
) -> Taken:
    """Who decides, or the authority that got it, wants it done again. Raises as ``take_step``."""
    return take_step(connection, lead_id, Step(Action.RETURN, reason), caller, rules=rules, at=at)


def withdraw(
    connection: Connection, lead_id: int, reason: str, caller: Caller, *, rules: Rules, at: datetime
) -> Taken:
    """It is no lead after all. Raises as ``take_step``."""
    return take_step(connection, lead_id, Step(Action.WITHDRAW, reason), caller, rules=rules, at=at)


def submit_lead(
    connection: Connection,
    lead_id: int,
    caller: Caller,
    at: datetime,
    *,
    rules: Rules,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Taken:
    """Move a reviewed lead to submitted, in the caller's transaction. Raises as ``take_step``."""
    step = Step(Action.SUBMIT, reason, dict(detail or {}), {"submitted_at": at})
    return take_step(connection, lead_id, step, caller, rules=rules, at=at)


def record_outcome(
    connection: Connection,
    lead_id: int,
    result: str,
    reason: str,
    caller: Caller,
    *,
    rules: Rules,
    at: datetime,
    happened_at: datetime | None = None,
    reference: str | None = None,
) -> Taken:
    """Record what became of the lead.

    Parameters
    ----------
    result : one of ``store.leads.steps.OUTCOMES``
    happened_at : when it was decided or handed over; None = now
    reference : number of the case or the letter at the authority

    Raises as ``take_step``, with ``submit_first`` and ``transfer_not_approved``; Refused ``held_in_future``.
    """
    action = OUTCOMES[result]
    moment = happened_at or at
    changes: dict[str, Any] = {
        "disposition": result,
        "disposition_reason": reason,
        "disposition_at": moment,
    }
    return _dated(
        connection, lead_id, action, reason, caller, changes, rules, at, moment, {"reference": reference}
    )


def record_decision(
    connection: Connection,
    lead_id: int,
    step: str,
    reason: str,
    caller: Caller,
    *,
    rules: Rules,
    at: datetime,
    happened_at: datetime | None = None,
    reference: str | None = None,
) -> Taken:
    """The filed case was ``decided``, or the decision ``published``. Raises as ``record_outcome``."""
    action = Action.DECIDE if step == "decided" else Action.PUBLISH
    return _dated(
        connection,
        lead_id,
        action,
        reason,
        caller,
        {},
        rules,
        at,
        happened_at or at,
        {"reference": reference},
    )


def transfer_step(
    connection: Connection,
    lead_id: int,
    step: str,
    reason: str,
    caller: Caller,
    *,
    rules: Rules,
    at: datetime,
    happened_at: datetime | None = None,
) -> Taken:
    """A step around the transfer to the police (移送规定 5-11): one of ``store.leads.steps.TRANSFER_STEPS``.

    Raises as ``take_step``; Refused ``held_in_future``.
    """
    action = TRANSFER_STEPS[step]
    changes: dict[str, Any] = {}
    if action is Action.REFUSE_TRANSFER:
        # The way is open for another proposal.
        changes["transfer_proposed_at"] = None
    if action in (Action.POLICE_ACCEPT, Action.POLICE_REFUSE):
        changes["police_accepted"] = action is Action.POLICE_ACCEPT
    return _dated(connection, lead_id, action, reason, caller, changes, rules, at, happened_at or at, {})


def _dated(
    connection: Connection,
    lead_id: int,
    action: Action,
    reason: str,
    caller: Caller,
    changes: dict[str, Any],
    rules: Rules,
    at: datetime,
    moment: datetime,
    detail: Mapping[str, Any],
) -> Taken:
    check_past(moment, at)
    column = _MOMENT_OF.get(action)
    if column is not None:
        changes[column] = moment
    facts = {name: value for name, value in detail.items() if value is not None}
    step = Step(action, reason, {**facts, "happened_at": moment.isoformat()}, changes)
    taken = take_step(connection, lead_id, step, caller, rules=rules, at=at)
    if action in (Action.DECIDE, Action.TRANSFER):
        # Nothing stands any more once it is decided.
        connection.execute(
            queries("leads")["end_suspension"], {"lead_id": lead_id, "at": moment, "actor": caller.name}
        )
    return taken

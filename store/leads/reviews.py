"""Technical and legal review: who signs what exactly, and never one's own.

Nobody reviews what they raised or worked on, and nobody does both reviews of a lead, whatever their role. A review is of a
digest: the reviewer says which one they read, and whatever changes the content afterwards sends the lead back to the technical
review.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from store.database import Connection
from store.errors import Conflict
from store.handling import Caller
from store.leads.actions import Step, Taken, check, lock, write
from store.leads.clocks import Rules
from store.leads.steps import Action
from store.queries import queries

Kind = Literal["technical", "legal"]
Result = Literal["sign", "return"]

_ACTIONS = {
    ("technical", "sign"): Action.SIGN_TECHNICAL,
    ("technical", "return"): Action.RETURN_TECHNICAL,
    ("legal", "sign"): Action.SIGN_LEGAL,
    ("legal", "return"): Action.RETURN_LEGAL,
}


def review(
    connection: Connection,
    lead_id: int,
    result: Result,
    opinion: str,
    digest: str,
    caller: Caller,
    *,
    kind: Kind,
    rules: Rules,
    at: datetime,
    display_name: str | None = None,
) -> Taken:
    """Sign the lead off or send it back, with an opinion. ``digest``: hex of the content that was read.

    Raises as ``store.leads.actions.take_step``, and Conflict ``lead_changed`` when the lead is no longer what was read.
    """
    lead = lock(connection, lead_id, caller)
    action = _ACTIONS[kind, result]
    after = check(connection, lead, action, caller, reason=opinion)
    if lead["digest"].hex() != digest.lower():
        raise Conflict(
            f"Lead {lead['number']} has changed since you read it: read it again before you review it.",
            code="lead_changed",
            number=lead["number"],
            revision=lead["revision"],
        )
    arguments = {
        "lead_id": lead_id,
        "kind": kind,
        "result": result,
        "opinion": opinion,
        "reviewer": caller.name,
        "display_name": display_name,
        "at": at,
        "revision": lead["revision"],
        "digest": lead["digest"],
    }
    row = connection.execute(queries("leads")["add_review"], arguments).fetchone()
    assert row is not None
    step = Step(action, opinion, {"review": row[0], "digest": digest.lower()})
    return write(connection, lead, step, caller, after, rules=rules, at=at)

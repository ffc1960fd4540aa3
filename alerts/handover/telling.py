"""Telling the supervisor that a hand-over was refused, or does not get through."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.handover.answers import Answer
from alerts.notify.plan import Telling, recipients
from alerts.notify.wording import Message
from alerts.telling import Post, plan_in_force, queue
from store.database import Connection
from store.texts import text

PURPOSE, SEVERITY = "lead", "serious"


def tell_refused(connection: Connection, row: Mapping[str, Any], answer: Answer, at: datetime) -> int:
    """Queue the message that a receiver does not take a lead; how many channels are told. Once for every refusal."""
    return _tell(connection, "refused", f"{row['id']}:{row['attempts']}", row, answer, at)


def tell_stuck(connection: Connection, row: Mapping[str, Any], answer: Answer, at: datetime) -> int:
    """Queue the message that a receiver has not answered for long; how many channels are told."""
    return _tell(connection, "stuck", f"{row['id']}:{row['attempts']}", row, answer, at)


def _tell(
    connection: Connection, what: str, key: str, row: Mapping[str, Any], answer: Answer, at: datetime
) -> int:
    plan = plan_in_force(connection)
    if plan is None:
        return 0
    facts = {"lead": row["lead"], "connector": row["connector_id"], "status": answer.status}
    body = text(f"handover.{what}_body", **facts, answer=answer.text[:200] or text("handover.no_answer"))
    message = Message(text(f"handover.{what}", **facts), body, f"/leads/{row['lead_id']}")
    told = recipients(plan, Telling(PURPOSE, SEVERITY, None, None), at)
    post = Post(PURPOSE, f"handover:{what}:{key}", message, {**facts, "handover": row["id"]})
    return queue(connection, post, told, at)

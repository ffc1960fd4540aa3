"""Times of leads: people are reminded before one ends, and told of it, level by level, when it is over and not met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.notify.plan import Telling, recipients
from alerts.notify.wording import Message, body_of, minute
from alerts.telling import OPERATIONS_SEVERITY, USUAL_SEVERITY, Post, plan_in_force, queue
from store.database import Connection, rows
from store.handling.deadlines import MOST_ESCALATION, escalation
from store.leads.actions import OUTFALL, Step, take_step
from store.leads.clocks import Rules
from store.leads.rules import rules_of
from store.leads.steps import Action
from store.model import Registry
from store.queries import queries
from store.settings import Settings
from store.texts import text

MOST = 200
"""Clocks in one run; the rest waits for the next one."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one run did."""

    reminded: int
    escalated: int


def watch_leads(connection: Connection, registry: Registry, settings: Settings, at: datetime) -> Watched:
    """Do what the clocks of leads ask for, in the caller's transaction. Idempotent: a second run finds nothing left.

    A lead that somebody works on at this very moment is left for the next run. ``registry`` is not needed.
    """
    days = settings.lead_reminder_days
    arguments = {
        "at": at,
        "until": at + timedelta(days=max(days, default=0)),
        "most_level": MOST_ESCALATION,
        "most": MOST,
    }
    with rows(connection) as cursor:
        found = cursor.execute(queries("leads")["clocks_to_tell"], arguments).fetchall()
    rules = rules_of(settings)
    reminded = escalated = 0
    for clock in found:
        if at < clock["due_at"]:
            reminded += _remind(connection, clock, days, rules, at)
        else:
            again = timedelta(hours=settings.lead_escalate_again_hours)
            escalated += _escalate(connection, clock, again, rules, at)
    return Watched(reminded, escalated)


def threshold(due_at: datetime, at: datetime, days: Sequence[int]) -> int | None:
    """The smallest number of days before the end that has come; None when none has. Pure."""
    return min((number for number in days if due_at - at <= timedelta(days=number)), default=None)


def _remind(
    connection: Connection, clock: Mapping[str, Any], days: Sequence[int], rules: Rules, at: datetime
) -> bool:
    reached = threshold(clock["due_at"], at, days)
    if reached is None or (clock["reminded"] is not None and clock["reminded"] <= reached):
        return False
    _tell(connection, clock, Action.REMIND, 0, f"{reached}d", rules, at)
    told = {"lead_id": clock["lead_id"], "kind": clock["kind"], "escalation": 0}
    connection.execute(queries("leads")["clock_told"], {**told, "reminded": reached})
    return True


def _escalate(
    connection: Connection, clock: Mapping[str, Any], again: timedelta, rules: Rules, at: datetime
) -> bool:
    level = escalation(clock["due_at"], at, again)
    if level <= clock["escalation"]:
        return False
    _tell(connection, clock, Action.ESCALATE, level, f"level{level}", rules, at)
    told = {"lead_id": clock["lead_id"], "kind": clock["kind"], "reminded": clock["reminded"]}
    connection.execute(queries("leads")["clock_told"], {**told, "escalation": level})
    return True


def _tell(
    connection: Connection,
    clock: Mapping[str, Any],
    action: Action,
    level: int,
    which: str,
    rules: Rules,
    at: datetime,
) -> None:
    """The step in the history of the lead, and the messages."""
    due = clock["due_at"].isoformat()
    detail = {"clock": clock["kind"], "due_at": due, "level": level}
    take_step(connection, clock["lead_id"], Step(action, clock["kind"], detail), OUTFALL, rules=rules, at=at)
    plan = plan_in_force(connection)
    if plan is None:
        return
    with rows(connection) as cursor:
        lead = cursor.execute(queries("leads")["lead_facts"], {"id": clock["lead_id"]}).fetchone()
    assert lead is not None
    severity = OPERATIONS_SEVERITY if level else USUAL_SEVERITY
    told = recipients(plan, Telling("lead", severity, lead["site"], None, level), at)
    facts = {"lead": lead["number"], "site": lead["site"], **detail}
    key = f"lead:{lead['id']}:{clock['kind']}:{due}:{which}"
    post = Post("lead", key, _message(lead, clock, level), facts, lead_id=lead["id"])
    queue(connection, post, told, at)


def _message(lead: Mapping[str, Any], clock: Mapping[str, Any], level: int) -> Message:
    name = text(f"law.clock.{clock['kind']}")
    last = minute(clock["due_at"]) if clock["last_day"] is None else clock["last_day"].isoformat()
    lines = [
        ("lead_number", lead["number"]),
        ("site", lead["site_name"]),
        ("kinds", text(f"leads.kind.{lead['kind']}")),
        ("lead_state", text(f"leads.state.{lead['state']}")),
        ("last_day", last),
        ("clause", clock["clause"]),
        ("authority", lead["authority_name"]),
        ("handler", lead["handler"]),
        ("sample", text("notify.sample") if lead["sample"] else None),
    ]
    title = text(
        "notify.title.lead_overdue" if level else "notify.title.lead", clock=name, number=lead["number"]
    )
    return Message(title, body_of(lines), f"/leads/{lead['id']}")

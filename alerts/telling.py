"""Telling people: messages are queued in the transaction of what they tell of, so that neither exists without the other.

Who is told, and when, is the plan's affair (``alerts.notify.plan``); how it gets there, delivery's. Every telling has a key:
the same one is queued once, however often it is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from alerts.notify.plan import Telling, recipients
from alerts.notify.wording import (
    AlertFacts,
    Message,
    alert_message,
    body_of,
    digest_message,
    kind_name,
    minute,
)
from store.channelsentries import Plan
from store.clock import BEIJING
from store.database import Connection, rows
from store.queries import queries
from store.texts import text

OF_ALERTS = ("raised", "reminder", "escalated", "cleared")
"""The purposes for which an alert is told of by itself."""

USUAL_SEVERITY = "warning"
"""How grave a digest or a task is to the routing: it is no emergency, and quiet hours hold."""

OPERATIONS_SEVERITY = "serious"
"""Trouble of Outfall itself is told at night too."""


def tell(connection: Connection, purpose: str, alert_id: int, at: datetime) -> int:
    """Queue the messages that an alert was ``raised``, is recalled (``reminder``), ``escalated`` or ``cleared``; how many.

    Nobody is told of late data (they come as a digest) nor of what a wider outage explains; an end is told to those who were
    told of the beginning. Raises ValueError for another purpose.
    """
    if purpose not in OF_ALERTS:
        raise ValueError(f"an alert is told of for one of {OF_ALERTS}, not {purpose!r}")
    plan = plan_in_force(connection)
    found = _alerts(connection, [alert_id]) if plan is not None else []
    if plan is None or not found or found[0].late or found[0].inhibited:
        return 0
    alert = found[0].facts
    told = recipients(plan, Telling(purpose, alert.severity, alert.site, alert.code, alert.escalation), at)
    if purpose == "cleared":
        rows_told = connection.execute(queries("notify")["told_channels"], {"alert_id": alert_id})
        began = {row[0] for row in rows_told}
        told = {channel: moment for channel, moment in told.items() if channel in began}
    key = {
        "raised": f"raised:{alert_id}",
        "reminder": f"reminder:{alert_id}:{_instant(at)}",
        "escalated": f"escalated:{alert_id}:{alert.escalation}:{alert.due_step}:{_instant(alert.due_at)}",
        "cleared": f"cleared:{alert_id}:{_instant(alert.cleared_at)}",
    }[purpose]
    post = Post(purpose, key, alert_message(purpose, alert), _shown(alert), alert_id=alert_id)
    return queue(connection, post, told, at)


def tell_digest(connection: Connection, site_key: int | None, alert_ids: Sequence[int], at: datetime) -> int:
    """Queue one message for all these late alerts of a site; how many channels are told."""
    plan = plan_in_force(connection)
    found = [one.facts for one in _alerts(connection, alert_ids)] if plan is not None else []
    if plan is None or not found:
        return 0
    with rows(connection) as cursor:
        site = cursor.execute(queries("notify")["site_name"], {"key": site_key}).fetchone() or {}
    told = recipients(plan, Telling("digest", USUAL_SEVERITY, site.get("id"), None), at)
    names = ",".join(str(alert_id) for alert_id in sorted(alert_ids))
    key = f"digest:{site_key}:{_instant(at)}:{hashlib.sha256(names.encode()).hexdigest()[:16]}"
    message = digest_message(site.get("name"), bool(site.get("sample")), found)
    facts = {"site": site.get("id"), "alerts": [alert.number for alert in found]}
    return queue(connection, Post("digest", key, message, facts), told, at)


def tell_task(connection: Connection, task_id: int, at: datetime) -> int:
    """Queue the messages that a task is to be done; how many."""
    plan = plan_in_force(connection)
    with rows(connection) as cursor:
        task = cursor.execute(queries("notify")["task_facts"], {"id": task_id}).fetchone()
    if plan is None or task is None:
        return 0
    kind = text(f"notify.task_kind.{task['kind']}")
    place = " ".join(part for part in (task["site_name"], task["outlet_name"]) if part)
    of_alert = None if task["code"] is None else f"{task['alert_number']} {kind_name(task['code'])}"
    lines = [
        ("task_number", task["number"]),
        ("site", task["site_name"]),
        ("outlet", task["outlet_name"]),
        ("number", of_alert),
        ("reason", task["statement"]),
        ("due", None if task["due_at"] is None else minute(task["due_at"])),
        ("sample", text("notify.sample") if task["sample"] else None),
    ]
    link = None if task["alert_id"] is None else f"/alerts/{task['alert_id']}"
    message = Message(text("notify.title.task", kind=kind, place=place), body_of(lines), link)
    told = recipients(plan, Telling("task", USUAL_SEVERITY, task["site"], task["code"]), at)
    facts = {"task": task["number"], "kind": task["kind"], "site": task["site"], "reason": task["reason"]}
    return queue(connection, Post("task", f"task:{task_id}", message, facts, task_id=task_id), told, at)


def tell_disclosed(connection: Connection, lead_id: int, at: datetime) -> int:
    """Queue the message to a company that it was told of a lead; how many channels are told.

    Only over routes that name the purpose ``disclosed``: the bureau's own channels are no way to a company. The message says what
    the company's page says, and until when it can state its case.
    """
    plan = plan_in_force(connection)
    if plan is None:
        return 0
    with rows(connection) as cursor:
        lead = cursor.execute(queries("notify")["disclosed_lead"], {"id": lead_id}).fetchone()
    if lead is None:
        return 0
    told = recipients(
        plan.model_copy(update={"default": ()}), Telling("disclosed", USUAL_SEVERITY, lead["site"], None), at
    )
    until = None if lead["last_day"] is None else lead["last_day"].isoformat()
    lines = [
        ("lead_number", lead["number"]),
        ("site", lead["site_name"]),
        ("kinds", text(f"leads.kind.{lead['kind']}")),
        ("told", lead["message"]),
        ("statement_until", until),
        ("sample", text("notify.sample") if lead["sample"] else None),
    ]
    title = text("notify.title.disclosed", site=lead["site_name"] or lead["site"], number=lead["number"])
    message = Message(title, body_of(lines), f"/leads/{lead_id}")
    facts = {"lead": lead["number"], "site": lead["site"], "until": until}
    key = f"disclosed:{lead_id}:{_instant(lead['disclosed_at'])}"
    return queue(connection, Post("disclosed", key, message, facts, lead_id=lead_id), told, at)


def tell_operations(connection: Connection, key: str, title: str, body: str, at: datetime) -> int:
    """Queue a message about Outfall itself, in the words given; ``key`` names the trouble, each is told once. How many."""
    plan = plan_in_force(connection)
    if plan is None:
        return 0
    told = recipients(plan, Telling("operations", OPERATIONS_SEVERITY, None, None), at)
    message = Message(text("notify.title.operations", title=title), body, None)
    return queue(connection, Post("operations", f"operations:{key}", message, {"key": key}), told, at)


@dataclass(frozen=True, slots=True)
class Post:
    """One message before it is known who gets it. ``key`` is what makes it the same message when it is asked for again."""

    purpose: str
    key: str
    message: Message
    facts: Mapping[str, Any]
    alert_id: int | None = None
    task_id: int | None = None
    lead_id: int | None = None


def queue(connection: Connection, post: Post, told: Mapping[str, datetime], at: datetime) -> int:
    """Queue a message for channels, each with its earliest moment of sending; how many were not queued before."""
    count = 0
    for channel, moment in sorted(told.items()):
        arguments = {
            "channel_id": channel,
            "purpose": post.purpose,
            "alert_id": post.alert_id,
            "task_id": post.task_id,
            "lead_id": post.lead_id,
            "dedupe": f"{post.key}:{channel}",
            "title": post.message.title,
            "body": post.message.body,
            "link": post.message.link,
            "facts": Jsonb(dict(post.facts)),
            "at": at,
            "not_before": moment,
        }
        count += connection.execute(queries("notify")["queue"], arguments).fetchone() is not None
    return count


def plan_in_force(connection: Connection) -> Plan | None:
    """The plan as it is now; None before a channels file was applied."""
    row = connection.execute(queries("notify")["plan_in_force"]).fetchone()
    return None if row is None else Plan.model_validate(row[0])


@dataclass(frozen=True, slots=True)
class _Found:
    facts: AlertFacts
    late: bool
    inhibited: bool


def _alerts(connection: Connection, ids: Sequence[int]) -> list[_Found]:
    """Alerts by their ids, the gravest first."""
    names = [field.name for field in fields(AlertFacts)]
    with rows(connection) as cursor:
        return [
            _Found(
                AlertFacts(**{name: row[name] for name in names}),
                row["late"],
                row["inhibited_by"] is not None,
            )
            for row in cursor.execute(queries("notify")["alert_facts"], {"ids": list(ids)})
        ]


def _shown(alert: AlertFacts) -> dict[str, Any]:
    """An alert for programs: everything that the message was made from, moments as Beijing time."""
    return {
        name: value.astimezone(BEIJING).isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(alert).items()
    }


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(BEIJING).isoformat()

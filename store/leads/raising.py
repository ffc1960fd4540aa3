"""Raising a lead: from alerts of one unit, from a task, or by hand with a stated source. It begins as a draft with numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from store import texts
from store.clock import BEIJING
from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.factors import name_of
from store.handling import Action as AlertAction
from store.handling import Caller, Clocks, State
from store.handling import Step as AlertStep
from store.handling import take_step as take_alert_step
from store.leads.actions import LINKED, RAISED, lock, note
from store.leads.clocks import Rules
from store.leads.content import digest_of
from store.leads.keeping import keep_clocks
from store.leads.kinds import kind_of
from store.leads.proposing import candidates_for
from store.leads.snapshot import Scope, take_numbers
from store.leads.steps import DRAFTERS
from store.leads.subjects import SPAN, NewLead, found_at_of, source_of, subject_of, two_sites
from store.model import Outlet, Registry, Site
from store.queries import queries
from store.registry import load_registry

MOST_ALERTS = 100
"""Alerts in one lead."""


def raise_lead(
    connection: Connection, new: NewLead, caller: Caller, *, rules: Rules, clocks: Clocks, at: datetime
) -> int:
    """Raise a lead in the caller's transaction and return its id; each alert takes its own step ``lead``.

    Raises
    ------
    NotFound ``alert_not_found``, ``task_not_found``, ``site_not_found``, ``outlet_not_found``, ``assignee_unknown``
    Refused ``lead_subject_missing``, ``lead_of_two_sites``, ``lead_source_wrong``, ``source_missing``, ``lead_span_wrong``,
        ``found_in_future``, ``act_unknown``, ``lead_too_large``, ``reason_missing``
    Conflict ``alert_has_lead``, ``task_leaves_no_lead``, and what ``store.handling.take_step`` refuses
    """
    alerts = _alerts(connection, new, caller, clocks, at)
    task = _task(connection, new.task_id)
    source = source_of(new, alerts, task)
    if new.handler is not None:
        check_assignee(connection, new.handler)
    subject = subject_of(connection, new, alerts, task, at)
    found_at = found_at_of(new, alerts, task, at)
    kind = new.kind or kind_of(alert["code"] for alert in alerts)
    acts = rules.law.acts_of(kind) if new.acts is None else new.acts
    authority = _authority(connection, at)
    lead: dict[str, Any] = {
        "number": _number(connection, at),
        "source": source,
        "source_note": new.source_note,
        "kind": kind,
        "title": new.title or title_of(subject.site, subject.outlets, subject.factors, kind),
        "facts": new.facts,
        "feedback": _feedback(connection, new.alert_ids),
        "site_key": subject.site_key,
        "outlet_key": subject.outlets[0].key if subject.outlets else None,
        "outlet_keys": [outlet.key for outlet in subject.outlets],
        "factors": list(subject.factors),
        "from_time": subject.start,
        "to_time": subject.end,
        "acts": list(acts),
        "harmful": new.harmful,
        "sample": subject.sample,
        "digest": bytes(32),
        "authority_level": rules.authority,
        "authority_name": authority.get(rules.authority, ""),
        "handler": new.handler,
        "found_at": found_at,
        "at": at,
        "actor": caller.name,
    }
    candidates = candidates_for(rules.law, lead, [outlet.medium for outlet in subject.outlets], at)
    made = connection.execute(queries("leads")["add_lead"], lead).fetchone()
    assert made is not None
    lead_id = int(made[0])
    _link(connection, lead_id, new, caller, at)
    spans = _spans(connection, new.alert_ids)
    snapshot_id = keep_numbers(
        connection, lead_id, scope_of(lead, spans, at), subject.site, subject.registry, caller, at
    )
    whole = lock(connection, lead_id, Caller(caller.name, caller.role, caller.origin))
    whole |= {"candidates": Jsonb(candidates), "snapshot_id": snapshot_id}
    whole["digest"] = digest_of(connection, whole)
    connection.execute(queries("leads")["change_lead"], whole)
    detail = {
        "role": caller.role,
        "source": source,
        "kind": kind,
        "alerts": [alert["number"] for alert in alerts],
        "task": None if task is None else task["number"],
        "snapshot": snapshot_id,
    }
    note(connection, whole, RAISED, caller, at, new.reason or new.source_note, detail)
    keep_clocks(connection, whole, rules)
    return lead_id


def keep_numbers(
    connection: Connection,
    lead_id: int,
    scope: Scope,
    site: Site | None,
    registry: Registry,
    caller: Caller,
    at: datetime,
) -> int:
    """Take the numbers and keep them; the id of the snapshot."""
    content, digest = take_numbers(connection, scope, site, registry, at)
    arguments = {"lead_id": lead_id, "at": at, "actor": caller.name, "digest": digest}
    row = connection.execute(
        queries("leads")["add_snapshot"], {**arguments, "content": Jsonb(content)}
    ).fetchone()
    assert row is not None
    return int(row[0])


def scope_of(lead: Mapping[str, Any], spans: Sequence[str], at: datetime) -> Scope:
    """What the numbers of a lead are of; an act that goes on is looked at until now."""
    return Scope(
        tuple(lead["outlet_keys"]),
        tuple(lead["factors"]),
        tuple(spans),
        lead["from_time"],
        lead["to_time"] or at,
    )


def title_of(site: Site | None, outlets: Sequence[Outlet], factors: Sequence[str], kind: str) -> str:
    """Unit, outlet, up to three factors, and what it is."""
    between = texts.text("leads.between")
    return texts.text(
        "leads.title.one",
        site="" if site is None else site.name,
        outlet=between.join(outlet.name for outlet in outlets[:2]),
        factors=between.join(name_of(factor) for factor in factors[:3]) if len(factors) <= 3 else "",
        kind=texts.text(f"leads.kind.{kind}"),
    )


def check_assignee(connection: Connection, name: str) -> None:
    """Raises NotFound ``assignee_unknown``."""
    arguments = {"name": name, "roles": sorted(DRAFTERS)}
    if connection.execute(queries("leads")["find_assignee"], arguments).fetchone() is None:
        raise NotFound(
            f"There is no user {name!r} who works on leads; name an officer, a supervisor or an admin.",
            code="assignee_unknown",
        )


def link_alerts(
    connection: Connection,
    lead: Mapping[str, Any],
    alert_ids: Sequence[int],
    reason: str,
    caller: Caller,
    *,
    clocks: Clocks,
    at: datetime,
) -> None:
    """Let further alerts of the same unit become part of a lead: each takes its step. Raises as ``raise_lead``."""
    new = NewLead(alert_ids=tuple(alert_ids), reason=reason)
    alerts = _alerts(connection, new, caller, clocks, at)
    if any(alert["site_key"] != lead["site_key"] for alert in alerts):
        raise two_sites()
    _link(connection, lead["id"], new, caller, at)
    detail = {"role": caller.role, "alerts": [alert["number"] for alert in alerts]}
    note(connection, lead, LINKED, caller, at, reason, detail)


def _alerts(
    connection: Connection, new: NewLead, caller: Caller, clocks: Clocks, at: datetime
) -> list[dict[str, Any]]:
    """The alerts, each taken through its step ``lead``; one that took it before must have no lead that stands."""
    if not new.alert_ids:
        return []
    if len(set(new.alert_ids)) > MOST_ALERTS:
        raise Refused(
            f"A lead is of {MOST_ALERTS} alerts at the most.", code="lead_too_large", most=MOST_ALERTS
        )
    sql = queries("leads")
    with rows(connection) as cursor:
        alerts = cursor.execute(sql["lock_alerts"], {"ids": list(new.alert_ids)}).fetchall()
    missing = set(new.alert_ids) - {alert["id"] for alert in alerts}
    if missing:
        raise NotFound(f"There is no alert {min(missing)}.", code="alert_not_found", alert=min(missing))
    for alert in alerts:
        if alert["site_key"] is None:
            raise Refused(
                f"Alert {alert['number']} is about no unit: it is no lead.",
                code="lead_subject_missing",
                number=alert["number"],
            )
        standing = connection.execute(
            sql["leads_of_alert"], {"alert_id": alert["id"], "site_key": None}
        ).fetchall()
        if any(state != "withdrawn" for _, _, state, _ in standing):
            raise Conflict(
                f"Alert {alert['number']} is part of lead {standing[0][1]}.",
                code="alert_has_lead",
                number=alert["number"],
                lead=standing[0][0],
            )
        if State(alert["handling"]) is not State.LEAD:
            step = AlertStep(AlertAction.LEAD, reason=new.reason)
            take_alert_step(connection, alert["id"], step, caller, clocks=clocks, at=at)
    return alerts


def _task(connection: Connection, task_id: int | None) -> dict[str, Any] | None:
    if task_id is None:
        return None
    with rows(connection) as cursor:
        task = cursor.execute(queries("leads")["lock_task"], {"id": task_id}).fetchone()
    if task is None:
        raise NotFound(f"There is no task {task_id}.", code="task_not_found")
    if task["outcome"] not in ("lead_remains", "confirmed", "violation_found", "inspection_refused"):
        raise Conflict(
            f"Task {task['number']} did not end with anything that remains to be pursued.",
            code="task_leaves_no_lead",
            number=task["number"],
        )
    return task


def _authority(connection: Connection, at: datetime) -> dict[str, str]:
    authority = load_registry(connection, at=at).authority
    return {} if authority is None else {"district": authority.district, "city": authority.city}


def _number(connection: Connection, at: datetime) -> str:
    day = at.astimezone(BEIJING).date()
    row = connection.execute(queries("leads")["take_number"], {"day": day}).fetchone()
    assert row is not None
    return f"XS-{day:%Y%m%d}-{row[0]:04d}"


def _feedback(connection: Connection, alert_ids: Sequence[int]) -> str | None:
    """What the company answered to the alerts, a line an answer."""
    if not alert_ids:
        return None
    found = connection.execute(queries("leads")["answers"], {"ids": list(alert_ids)}).fetchall()
    lines = [
        f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M} " + texts.text("leads.between").join(filter(None, said))
        for moment, *said in found
    ]
    return "\n".join(lines) or None


def _spans(connection: Connection, alert_ids: Sequence[int]) -> tuple[str, ...]:
    """Hours or days, as the alerts count them; both where nothing says so."""
    found = connection.execute(queries("leads")["occurrences"], {"ids": list(alert_ids)}).fetchall()
    return tuple(sorted({one[2] for one in found} & set(SPAN))) or tuple(SPAN)


def _link(connection: Connection, lead_id: int, new: NewLead, caller: Caller, at: datetime) -> None:
    sql = queries("leads")
    named = {"lead_id": lead_id, "at": at, "actor": caller.name}
    for alert_id in sorted(set(new.alert_ids)):
        connection.execute(sql["link_alert"], {**named, "alert_id": alert_id})
    if new.task_id is not None:
        connection.execute(sql["link_task"], {**named, "task_id": new.task_id})

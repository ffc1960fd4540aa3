"""Raising a lead: from alerts of one unit, from a task, or by hand with a stated source. It begins as a draft with its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from store import texts
from store.clock import BEIJING, DAY, HOUR
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
from store.model import Outlet, Registry, Site
from store.queries import queries
from store.registry import load_registry

MOST_ALERTS = 100
"""Alerts in one lead."""

SOURCES = ("auto_alert", "off_site", "complaint", "superior", "mobile_check")

SPAN = {"hour": HOUR, "day": DAY}


@dataclass(frozen=True, slots=True)
class NewLead:
    """What a lead is raised of. What is None follows from the alerts, the task, or what is registered.

    Attributes
    ----------
    reason : why the alerts become a lead
    source_note : the source in words: who complained, which order; needed without alert and task
    end : exclusive; None = the act goes on
    acts : codes of store/law.yaml; None = those that are proposed for the kind
    found_at : when it was discovered (the filing clock starts); None = the earliest alert, the task's making, or now
    """

    source: str | None = None
    source_note: str | None = None
    alert_ids: tuple[int, ...] = ()
    task_id: int | None = None
    reason: str | None = None
    site_id: str | None = None
    outlet_ids: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    kind: str | None = None
    title: str | None = None
    facts: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    acts: tuple[str, ...] | None = None
    harmful: bool = False
    found_at: datetime | None = None
    handler: str | None = None


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whom and what the lead is about."""

    site_key: int
    site: Site | None
    outlets: tuple[Outlet, ...]
    factors: tuple[str, ...]
    start: datetime
    end: datetime | None
    registry: Registry = field(repr=False)


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
    source = _source(new, alerts, task)
    if new.handler is not None:
        check_assignee(connection, new.handler)
    subject = _subject(connection, new, alerts, task, at)
    found_at = _found_at(new, alerts, task, at)
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
        "sample": subject.site is None or subject.site.sample,
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
        raise _two_sites()
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


def _source(new: NewLead, alerts: Sequence[Any], task: Mapping[str, Any] | None) -> str:
    source = new.source or (
        "auto_alert"
        if alerts
        else None
        if task is None
        else "mobile_check"
        if task["kind"] == "on_site"
        else "off_site"
    )
    if source not in SOURCES:
        raise Refused(
            f"Say where the lead comes from: one of {', '.join(SOURCES)}.", code="lead_source_wrong"
        )
    if not alerts and task is None and not (new.source_note or "").strip():
        raise Refused(
            "Say in words where the lead comes from: it is of no alert and no task.", code="source_missing"
        )
    return source


def _subject(
    connection: Connection,
    new: NewLead,
    alerts: Sequence[Mapping[str, Any]],
    task: Mapping[str, Any] | None,
    at: datetime,
) -> _Subject:
    """Unit, outlets, factors and time: as given, else of the alerts, else of the task."""
    start, end = _time(connection, new, alerts, task, at)
    now, then = load_registry(connection, at=at), load_registry(connection, at=start)
    site_keys = {alert["site_key"] for alert in alerts} | ({task["site_key"]} if task else set())
    outlets = [now.outlet(outlet_id) for outlet_id in new.outlet_ids]
    site_keys |= {outlet.site_key for outlet in outlets}
    if new.site_id is not None:
        site_keys.add(now.site(new.site_id).key)
    if not site_keys:
        raise Refused(
            "Say whom the lead is about: an alert, a task, a site or an outlet.", code="lead_subject_missing"
        )
    if len(site_keys) > 1:
        raise _two_sites()
    site_key = site_keys.pop()
    known = {outlet.key: outlet for registry in (then, now) for outlet in registry.outlets()}
    keys = [outlet.key for outlet in outlets] or [
        key
        for key in dict.fromkeys(
            [alert["outlet_key"] for alert in alerts] + ([task["outlet_key"]] if task else [])
        )
        if key is not None
    ]
    if not keys and alerts:
        # What concerns the unit as a whole concerns every outlet.
        keys = [outlet.key for outlet in known.values() if outlet.site_key == site_key]
    chosen = tuple(known[key] for key in keys if key in known)
    named = [alert["factor"] for alert in alerts]
    factors = new.factors or tuple(dict.fromkeys(factor for factor in named if factor is not None))
    if not factors and (alerts or chosen):
        factors = tuple(dict.fromkeys(factor for outlet in chosen for factor in outlet.factors))
    site = next((one for registry in (then, now) for one in registry.sites if one.key == site_key), None)
    return _Subject(site_key, site, chosen, factors, start, end, then if then.sites else now)


def _time(
    connection: Connection,
    new: NewLead,
    alerts: Sequence[Mapping[str, Any]],
    task: Mapping[str, Any] | None,
    at: datetime,
) -> tuple[datetime, datetime | None]:
    """The act: as given, else from the first to the end of the last period that the alerts count."""
    start, end = new.start, new.end
    if start is None and alerts:
        found = connection.execute(
            queries("leads")["occurrences"], {"ids": [alert["id"] for alert in alerts]}
        ).fetchall()
        starts = [one[1] for one in found] + [alert["first_seen"] for alert in alerts]
        ends = [one[1] + SPAN.get(one[2], HOUR) for one in found]
        ends += [alert["last_seen"] + HOUR for alert in alerts]
        start, end = min(starts), max(ends) if end is None else end
    if start is None and task is not None:
        start, end = task["created_at"], at if end is None else end
    if start is None or start > at or (end is not None and end <= start):
        raise Refused(
            "Say when it happened: from, which is not in the future, and to after it (none while it goes on).",
            code="lead_span_wrong",
        )
    return start, end


def _found_at(
    new: NewLead, alerts: Sequence[Mapping[str, Any]], task: Mapping[str, Any] | None, at: datetime
) -> datetime:
    """The earliest moment that the bureau can have known: the clock of the filing starts on the safe side."""
    if new.found_at is not None:
        if new.found_at > at:
            raise Refused("A lead is not found in the future.", code="found_in_future")
        return new.found_at
    moments: list[datetime] = [alert["raised_at"] for alert in alerts]
    if task is not None:
        moments.append(task["created_at"])
    return min([*moments, at])


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


def _two_sites() -> Refused:
    return Refused("A lead is about one unit.", code="lead_of_two_sites")

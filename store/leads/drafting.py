"""Working on a lead: what it says, its numbers, the legal basis, the discretion, who works on it, and telling the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.handling import Caller, Clocks
from store.leads.actions import Step, Taken, check, lock, take_step, write
from store.leads.bounds import check_found, check_span
from store.leads.clocks import Rules
from store.leads.proposing import candidates_for
from store.leads.raising import check_assignee, keep_numbers, link_alerts, scope_of
from store.leads.snapshot import Scope, take_numbers
from store.leads.steps import Action
from store.leads.subjects import SPAN, is_sample, registered
from store.model import Registry, Site
from store.queries import queries
from store.registry import load_registry

EDITABLE = (
    "title",
    "facts",
    "feedback",
    "source_note",
    "kind",
    "acts",
    "harmful",
    "factors",
    "from_time",
    "to_time",
    "found_at",
)
"""What an edit can change; the numbers follow with ``refresh``."""


def edit(
    connection: Connection,
    lead_id: int,
    changes: Mapping[str, Any],
    caller: Caller,
    *,
    rules: Rules,
    at: datetime,
    reason: str | None = None,
    revision: int | None = None,
) -> Taken:
    """Change what a lead says. ``revision``: what the caller saw; None = whatever it is.

    The candidates are proposed anew; a chosen norm that is no candidate any more is no longer chosen. Raises as ``take_step`` and
    Conflict ``lead_changed``; Refused ``nothing_to_change``, ``lead_span_wrong``, ``found_in_future``, ``act_unknown``.
    """
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.EDIT, caller, reason=reason)
    check_revision(lead, revision)
    changed = {name: value for name, value in changes.items() if lead[name] != value}
    if strange := set(changes) - set(EDITABLE):
        raise ValueError(f"an edit does not change {sorted(strange)}")
    if not changed:
        raise Refused("Nothing of the lead would change.", code="nothing_to_change")
    new = {**lead, **changed}
    check_found(new["found_at"], at)
    if {"from_time", "to_time"} & set(changed):
        check_span(new["from_time"], new["to_time"], at)
    changed |= _basis_after(connection, new, rules, at)
    if "found_at" in changed and not (reason or "").strip():
        # The filing clock starts from it.
        raise Refused("Say why it was discovered at another time.", code="reason_missing")
    detail = {"changed": sorted(changes), "was": _shown({name: lead[name] for name in changes})}
    return write(
        connection, lead, Step(Action.EDIT, reason, detail, changed), caller, after, rules=rules, at=at
    )


def refresh(connection: Connection, lead_id: int, caller: Caller, *, rules: Rules, at: datetime) -> Taken:
    """Take the numbers again from the judged data as they are now. Only a draft: raises as ``take_step``."""
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.REFRESH, caller, reason=None)
    scope, site, book, sample = _scope(connection, lead, at)
    snapshot_id = keep_numbers(connection, lead_id, scope, site, book, caller, at)
    changes = {"snapshot_id": snapshot_id, "sample": sample}
    step = Step(Action.REFRESH, None, {"snapshot": snapshot_id}, changes)
    return write(connection, lead, step, caller, after, rules=rules, at=at)


def numbers_now(connection: Connection, lead_id: int, at: datetime) -> dict[str, Any]:
    """What ``refresh`` would take now; nothing is written. Raises NotFound ``lead_not_found``."""
    with rows(connection) as cursor:
        lead = cursor.execute(queries("leads")["lead_columns"], {"id": lead_id}).fetchone()
    if lead is None:
        raise NotFound(f"There is no lead {lead_id}.", code="lead_not_found", lead=lead_id)
    scope, site, book, _ = _scope(connection, lead, at)
    content, _ = take_numbers(connection, scope, site, book, at)
    return content


def choose(
    connection: Connection,
    lead_id: int,
    norms: Sequence[str],
    reason: str,
    caller: Caller,
    *,
    rules: Rules,
    at: datetime,
) -> Taken:
    """Choose the legal basis among the candidates, and say why. Raises as ``take_step`` and Refused ``norm_unknown``."""
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.CHOOSE, caller, reason=reason)
    offered = {one["norm"] for one in lead["candidates"]}
    strange = [norm for norm in norms if norm not in offered]
    if strange or not norms:
        raise Refused(
            f"Choose among the candidates of this lead: {', '.join(sorted(offered)) or 'there is none, name the acts first'}.",
            code="norm_unknown",
        )
    changes = {
        "basis": list(dict.fromkeys(norms)),
        "basis_reason": reason,
        "basis_by": caller.name,
        "basis_at": at,
    }
    step = Step(Action.CHOOSE, reason, {"norms": changes["basis"]}, changes)
    return write(connection, lead, step, caller, after, rules=rules, at=at)


def weigh(
    connection: Connection,
    lead_id: int,
    discretion: Mapping[str, Any],
    caller: Caller,
    *,
    rules: Rules,
    at: datetime,
) -> Taken:
    """Enter the discretion factors (multiple, duration, times, sensitivity) and the result; the product computes none of them."""
    step = Step(Action.WEIGH, discretion.get("note"), {}, {"discretion": dict(discretion)})
    return take_step(connection, lead_id, step, caller, rules=rules, at=at)


def assign(
    connection: Connection, lead_id: int, name: str, caller: Caller, *, rules: Rules, at: datetime
) -> Taken:
    """Name who works on the lead. Raises as ``take_step`` and NotFound ``assignee_unknown``."""
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.ASSIGN, caller, reason=None)
    check_assignee(connection, name)
    step = Step(Action.ASSIGN, None, {"to": name}, {"handler": name})
    return write(connection, lead, step, caller, after, rules=rules, at=at)


def add_alerts(
    connection: Connection,
    lead_id: int,
    alert_ids: Sequence[int],
    reason: str,
    caller: Caller,
    *,
    rules: Rules,
    clocks: Clocks,
    at: datetime,
) -> Taken:
    """Let further alerts of the unit become part of the lead; the numbers follow with ``refresh``. Raises as ``raise_lead``."""
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.EDIT, caller, reason=reason)
    link_alerts(connection, lead, alert_ids, reason, caller, clocks=clocks, at=at)
    step = Step(Action.EDIT, reason, {"alerts_added": sorted(set(alert_ids))})
    return write(connection, lead, step, caller, after, rules=rules, at=at)


def disclose(
    connection: Connection, lead_id: int, message: str, caller: Caller, *, rules: Rules, at: datetime
) -> Taken:
    """Tell the company (行政处罚法 41): from now on it sees the message and what is frozen here, and may state its case.

    May be done again when the lead has changed; the company's time begins anew. Raises as ``take_step``.
    """
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.DISCLOSE, caller, reason=message)
    with rows(connection) as cursor:
        taken = cursor.execute(queries("leads")["snapshot"], {"id": lead["snapshot_id"]}).fetchone()
    numbers = {} if taken is None else taken["content"]
    told = {
        "message": message,
        **{name: lead[name] for name in ("title", "kind", "factors", "facts")},
        "from": lead["from_time"].isoformat(),
        "to": None if lead["to_time"] is None else lead["to_time"].isoformat(),
        "numbers": {
            name: numbers.get(name) for name in ("outlets", "counts", "worst", "periods", "limits", "marks")
        },
    }
    step = Step(
        Action.DISCLOSE, message, {"revision_told": lead["revision"]}, {"disclosed": told, "disclosed_at": at}
    )
    return write(connection, lead, step, caller, after, rules=rules, at=at)


def _scope(
    connection: Connection, lead: Mapping[str, Any], at: datetime
) -> tuple[Scope, Site | None, Registry, bool]:
    """What the numbers of a lead are of, what was registered when the act began, and whether that is a sample."""
    then, now = load_registry(connection, at=lead["from_time"]), load_registry(connection, at=at)
    book, site = registered(then, now, lead["site_key"])
    with rows(connection) as cursor:
        alerts = [row["id"] for row in cursor.execute(queries("leads")["alerts_of"], {"lead_id": lead["id"]})]
        counted = cursor.execute(queries("leads")["occurrences"], {"ids": alerts}).fetchall()
    spans = sorted({row["span"] for row in counted} & set(SPAN)) or list(SPAN)
    return scope_of(lead, spans, at), site, book, is_sample(now, lead["site_key"])


def check_revision(lead: Mapping[str, Any], revision: int | None) -> None:
    """Raises Conflict ``lead_changed`` when the lead is not what the caller saw."""
    if revision is not None and lead["revision"] != revision:
        raise Conflict(
            f"Lead {lead['number']} has changed since you read it: read it again.",
            code="lead_changed",
            number=lead["number"],
            revision=lead["revision"],
        )


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def _basis_after(
    connection: Connection, lead: Mapping[str, Any], rules: Rules, at: datetime
) -> dict[str, Any]:
    """The candidates anew, and what of the choice they leave."""
    registry = load_registry(connection, at=at)
    media = [outlet.medium for outlet in registry.outlets() if outlet.key in lead["outlet_keys"]]
    candidates = candidates_for(rules.law, lead, media, at)
    offered = {one["norm"] for one in candidates}
    kept = [norm for norm in lead["basis"] or () if norm in offered]
    if kept == (lead["basis"] or []):
        return {"candidates": candidates}
    return {"candidates": candidates, "basis": kept or None}

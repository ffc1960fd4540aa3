"""Tasks that a person asks for, and what follows when one is done. A visit needs a stated reason and is routed too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.tasks.deciding import NO_WISHES, Wishes, carry_out
from alerts.tasks.facts import (
    Subject,
    facts_of_alert,
    facts_of_statement,
    inputs_of,
    listing_at,
    policy_of,
    site_by_key,
    subject_of,
)
from alerts.tasks.routing import (
    COMPLAINT,
    FALSIFICATION_SUSPICION,
    LEAD_REMAINS,
    REPEATED_EXCEEDANCE,
    ROUTINE,
    SERIOUS_EXCEEDANCE,
    SUPERIOR_ORDER,
    Decision,
    Kind,
    Way,
    route,
)
from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.model import Registry
from store.queries import queries
from store.settings import Settings
from store.tasks import Caller, finish_task

BY_HAND = "by_hand"
BY_HAND_RULE = "by_hand/1"

REMOVAL_REASONS = (
    "confirmed_violation",
    "penalty",
    "falsification",
    "incident",
    "inspection_refused",
    "founded_complaints",
    "closure",
    "conditions_lost",
)
"""Why a unit is taken off the list (regulation.md F, lower confidence: the text of the 2021 guidance was not read)."""

# Which fact each stated reason is. The two about exceedance are no statements: they must hold for the alert.
_FACT_OF = {
    SUPERIOR_ORDER: "superior",
    COMPLAINT: "complaint",
    FALSIFICATION_SUSPICION: "suspicion",
    LEAD_REMAINS: "lead",
    ROUTINE: "routine",
}
VISIT_REASONS = (*_FACT_OF, SERIOUS_EXCEEDANCE, REPEATED_EXCEEDANCE)
"""The reasons for a visit that a person can give; the random sample has its own way."""

REASONS_OF: Mapping[str, tuple[str, ...]] = {
    "off_site": (BY_HAND,),
    "company_query": (BY_HAND,),
    "on_site": VISIT_REASONS,
    "removal_proposal": REMOVAL_REASONS,
}
"""The reasons that a task of each kind can have when a person asks for it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for.

    Attributes
    ----------
    reason : one of ``REASONS_OF`` the kind
    site_id, outlet_id, alert_id : whom it is about; the site may be left out when the alert or the outlet says it
    """

    kind: Kind
    reason: str
    site_id: str | None = None
    outlet_id: str | None = None
    alert_id: int | None = None
    wishes: Wishes = NO_WISHES


def add_task(
    connection: Connection,
    registry: Registry,
    settings: Settings,
    asked: Request,
    caller: Caller,
    at: datetime,
) -> int:
    """Open the task that a person asks for, or join the open one that does the same; its id. In the caller's transaction.

    Raises
    ------
    NotFound ``site_not_found``, ``outlet_not_found``, ``alert_not_found``, ``assignee_unknown``
    Refused ``task_reason_wrong``, ``statement_missing``, ``subject_missing``, ``subject_contradictory``, ``due_in_past``,
        ``visit_reason_not_met`` (the alert is not what the reason says) and ``visit_not_for_listed`` (routine)
    Conflict ``visit_cap_reached`` (only an override goes beyond the cap) and ``not_listed`` (a removal)
    """
    connection.execute(queries("tasks")["lock_routing"])
    _check(asked, at)
    subject, alert = _subject(connection, registry, asked, at)
    policy = policy_of(settings)
    known = (
        facts_of_statement(connection, subject, at)
        if alert is None
        else facts_of_alert(connection, subject, alert, at)
    )
    if asked.kind != "on_site":
        if asked.kind == "removal_proposal" and subject.listing is None:
            raise Conflict(
                "The unit is not on the positive list; there is nothing to remove.", code="not_listed"
            )
        listing = "not_on_positive_list" if subject.listing is None else "on_positive_list"
        way: Way = "none" if asked.kind == "removal_proposal" else "off_site"
        decision = Decision(way, (asked.kind,), (asked.reason, listing), BY_HAND_RULE)
        facts = known
    else:
        fact = _FACT_OF.get(asked.reason)
        facts = replace(known, **{fact: True}) if fact else known  # type: ignore[arg-type]
        decision = _visit(asked.reason, route(facts, policy))
    inputs = {**inputs_of(subject, facts, policy, alert), "asked": asked.reason}
    ids = carry_out(connection, subject, decision, inputs, settings, caller, at, asked.wishes)
    return ids[0]


def finish(
    connection: Connection,
    registry: Registry,
    settings: Settings,
    task_id: int,
    outcome: str,
    report: str | None,
    caller: Caller,
    at: datetime,
    visited_at: datetime | None = None,
) -> tuple[int, ...]:
    """End a task; where off-site work left a lead, route it: a visit, or off-site work once more when the cap is reached.

    Returns the tasks that follow. Raises as ``store.tasks.finish_task``.
    """
    connection.execute(queries("tasks")["lock_routing"])
    task = finish_task(connection, task_id, outcome, report, caller, at, visited_at)
    if outcome != LEAD_REMAINS:
        return ()
    subject, alert = _subject_of_task(connection, registry, task, at)
    known = (
        facts_of_statement(connection, subject, at)
        if alert is None
        else facts_of_alert(connection, subject, alert, at)
    )
    facts = replace(known, lead=True)
    policy = policy_of(settings)
    inputs = {**inputs_of(subject, facts, policy, alert), "task_id": task_id}
    # Off-site work goes on under a task of its own: the one that left the lead is done.
    decision = route(facts, policy)
    return carry_out(connection, subject, decision, inputs, settings, caller, at, Wishes(statement=report))


def _check(asked: Request, at: datetime) -> None:
    if asked.reason not in REASONS_OF[asked.kind]:
        raise Refused(
            f"A task of the kind {asked.kind} has one of the reasons {', '.join(REASONS_OF[asked.kind])}, "
            f"not {asked.reason!r}.",
            code="task_reason_wrong",
            reasons=", ".join(REASONS_OF[asked.kind]),
        )
    if not (asked.wishes.statement or "").strip():
        raise Refused("Say in words why the task is needed: give a statement.", code="statement_missing")
    if asked.wishes.due_at is not None and asked.wishes.due_at <= at:
        raise Refused("The task would be due in the past.", code="due_in_past")


def _visit(reason: str, decision: Decision) -> Decision:
    """The decision of a visit that was asked for, its stated reason first; refused where the routing sends nobody."""
    if decision.way == "on_site" and reason in decision.reasons:
        others = tuple(code for code in decision.reasons if code != reason)
        # Whoever asks for a visit gets the visit and nothing beside it.
        return Decision("on_site", ("on_site",), (reason, *others), decision.rule)
    if "visit_cap_reached" in decision.reasons:
        raise Conflict(
            "The visits of this unit in this year are used up. Go on off site, or give a reason that goes beyond the cap: "
            "a superior's order, a complaint or suspected falsification.",
            code="visit_cap_reached",
        )
    if reason == ROUTINE:
        raise Refused(
            "A unit on the positive list is not visited as a matter of routine; verify off site first.",
            code="visit_not_for_listed",
        )
    raise Refused(
        f"The reason {reason} does not hold for this alert; name the alert that shows it, or another reason.",
        code="visit_reason_not_met",
        reason=reason,
    )


def _subject(
    connection: Connection, registry: Registry, asked: Request, at: datetime
) -> tuple[Subject, Mapping[str, Any] | None]:
    outlet = None if asked.outlet_id is None else registry.outlet(asked.outlet_id)
    site = None if asked.site_id is None else registry.site(asked.site_id)
    if outlet is not None:
        of_outlet = registry.site_of(outlet)
        if site is not None and site.key != of_outlet.key:
            raise _contradictory()
        site = of_outlet
    if asked.alert_id is None:
        if site is None:
            raise Refused(
                "Say whom the task is about: a site, an outlet or an alert.", code="subject_missing"
            )
        outlet_key = None if outlet is None else outlet.key
        return Subject(site.key, outlet_key, None, None, site.key_unit, listing_at(site, at)), None
    alert = _alert(connection, asked.alert_id)
    if alert["site_key"] is None:
        raise Refused(
            "This alert is about Outfall itself and no unit; there is nothing to look at.",
            code="subject_missing",
        )
    if site is not None and site.key != alert["site_key"]:
        raise _contradictory()
    subject = subject_of(registry, alert)
    # What is asked for today is for the unit as it is listed today, however old the alert is.
    return replace(subject, listing=listing_at(site_by_key(registry, subject.site_key), at)), alert


def _subject_of_task(
    connection: Connection, registry: Registry, task: Mapping[str, Any], at: datetime
) -> tuple[Subject, Mapping[str, Any] | None]:
    if task["alert_id"] is not None:
        alert = _alert(connection, task["alert_id"])
        return subject_of(registry, alert), alert
    site = site_by_key(registry, task["site_key"])
    key_unit = site is not None and site.key_unit
    subject = Subject(task["site_key"], task["outlet_key"], None, None, key_unit, listing_at(site, at))
    return subject, None


def _alert(connection: Connection, alert_id: int) -> Mapping[str, Any]:
    with rows(connection) as cursor:
        alert = cursor.execute(queries("tasks")["alert_to_route"], {"id": alert_id}).fetchone()
    if alert is None:
        raise NotFound(f"There is no alert {alert_id}.", code="alert_not_found")
    return alert


def _contradictory() -> Refused:
    return Refused("Site, outlet and alert are not of the same unit.", code="subject_contradictory")

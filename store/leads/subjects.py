"""Whom and what a lead is about, where it comes from and when it was found: as given, else of its alerts, else of its task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from store.clock import DAY, HOUR
from store.database import Connection
from store.errors import Refused
from store.leads.bounds import check_found, check_span
from store.model import Outlet, Registry, Site
from store.queries import queries
from store.registry import load_registry

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
class Subject:
    """Whom and what the lead is about."""

    site_key: int
    site: Site | None
    sample: bool
    outlets: tuple[Outlet, ...]
    factors: tuple[str, ...]
    start: datetime
    end: datetime | None
    registry: Registry = field(repr=False)


def source_of(new: NewLead, alerts: Sequence[Any], task: Mapping[str, Any] | None) -> str:
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


def subject_of(
    connection: Connection,
    new: NewLead,
    alerts: Sequence[Mapping[str, Any]],
    task: Mapping[str, Any] | None,
    at: datetime,
) -> Subject:
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
        raise two_sites()
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
    book, site = registered(then, now, site_key)
    return Subject(site_key, site, is_sample(now, site_key), chosen, factors, start, end, book)


def registered(then: Registry, now: Registry, site_key: int) -> tuple[Registry, Site | None]:
    """What was registered when the act began and the unit in it; where the unit was not yet registered, what is now."""
    for book in (then, now):
        site = next((one for one in book.sites if one.key == site_key), None)
        if site is not None:
            return book, site
    return now, None


def is_sample(now: Registry, site_key: int) -> bool:
    """Whether the unit's configuration, as it is believed now, is one that nobody has checked; so is one that is not known."""
    return next((one.sample for one in now.sites if one.key == site_key), True)


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
    # What the alerts count of a running day ends with the day, and a logger's clock may be ahead.
    return check_span(start, new.end, at), end


def found_at_of(
    new: NewLead, alerts: Sequence[Mapping[str, Any]], task: Mapping[str, Any] | None, at: datetime
) -> datetime:
    """The earliest moment that the bureau can have known: the clock of the filing starts on the safe side."""
    if new.found_at is not None:
        check_found(new.found_at, at)
        return new.found_at
    moments: list[datetime] = [alert["raised_at"] for alert in alerts]
    if task is not None:
        moments.append(task["created_at"])
    return min([*moments, at])


def two_sites() -> Refused:
    return Refused("A lead is about one unit.", code="lead_of_two_sites")

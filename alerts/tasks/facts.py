"""What is known when something is routed: the listing, the visits of the year, the exceeded days. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.tasks.routing import EXCEEDANCE, Facts, Policy, cap_of
from store.clock import BEIJING
from store.database import Connection, rows
from store.model import Listing, Registry, Site
from store.queries import queries
from store.settings import Settings

REPEATED_WITHIN = timedelta(days=30)
"""The look-back for repeated exceedance, a product rule like C.6 of regulation.md."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a decision is about.

    Attributes
    ----------
    number : of the alert, for the statement
    listing : the stay on the positive list that was in force when the alert was raised (or at the statement); None = not listed
    """

    site_key: int
    outlet_key: int | None
    alert_id: int | None
    number: str | None
    key_unit: bool
    listing: Listing | None


@dataclass(frozen=True, slots=True)
class Visits:
    """On-site visits of a site in a Beijing calendar year. ``planned`` is open and not counted yet; others join it."""

    year: int
    made: int
    planned: int


def policy_of(settings: Settings) -> Policy:
    """The numbers that the bureau chose."""
    return Policy(
        serious_multiple=settings.serious_multiple,
        repeats_listed=settings.repeats_listed,
        repeats_unlisted=settings.repeats_unlisted,
        cap_listed=settings.visit_cap_listed,
        cap_unlisted=settings.visit_cap_unlisted,
        suspicion=frozenset(settings.suspicion_codes),
    )


def listing_at(site: Site | None, moment: datetime) -> Listing | None:
    """The stay on the positive list that is in force at a moment."""
    if site is None:
        return None
    return next((listing for listing in site.positive_list if listing.in_force(moment)), None)


def site_by_key(registry: Registry, key: int) -> Site | None:
    """The site with this key; None when it is no longer registered."""
    return next((site for site in registry.sites if site.key == key), None)


def subject_of(registry: Registry, alert: Mapping[str, Any]) -> Subject:
    """The subject of an alert (a row of ``alerts_to_route``).

    The list counts as it stood when the alert was raised: a task is made today, however old the data are.
    """
    site = site_by_key(registry, alert["site_key"])
    return Subject(
        alert["site_key"],
        alert["outlet_key"],
        alert["id"],
        alert["number"],
        site is not None and site.key_unit,
        listing_at(site, alert["raised_at"]),
    )


def facts_of_alert(connection: Connection, subject: Subject, alert: Mapping[str, Any], at: datetime) -> Facts:
    """The facts of an alert (a row of ``alerts_to_route``); what a person states is added to them."""
    return Facts(
        listed=subject.listing is not None,
        code=alert["code"],
        severity=alert["severity"],
        multiple=None if alert["multiple"] is None else Decimal(alert["multiple"]),
        exceeded_days=exceeded_days(connection, alert),
        late=alert["late"],
        inhibited=alert["inhibited"],
        visits=visits_of(connection, subject.site_key, at).made,
    )


def facts_of_statement(connection: Connection, subject: Subject, at: datetime) -> Facts:
    """The facts when there is no alert; what a person or the draw states is added to them."""
    return Facts(listed=subject.listing is not None, visits=visits_of(connection, subject.site_key, at).made)


def exceeded_days(connection: Connection, alert: Mapping[str, Any]) -> int:
    """Days with an exceedance of the alert's factor at its outlet in the 30 days up to it, its own included; else 0."""
    if alert["code"] not in EXCEEDANCE:
        return 0
    arguments = {
        "outlet_key": alert["outlet_key"],
        "factor": alert["factor"],
        "codes": sorted(EXCEEDANCE),
        "from_time": alert["last_seen"] - REPEATED_WITHIN,
        "to_time": alert["last_seen"],
    }
    row = connection.execute(queries("tasks")["exceeded_days"], arguments).fetchone()
    return max(1, row[0] if row else 0)


def visits_of(connection: Connection, site_key: int, at: datetime) -> Visits:
    """The visits of a site in the Beijing calendar year that holds ``at``."""
    from_time, to_time = year_of(at)
    arguments = {"site_key": site_key, "from_time": from_time, "to_time": to_time}
    with rows(connection) as cursor:
        row = cursor.execute(queries("tasks")["visits"], arguments).fetchone()
    assert row is not None
    return Visits(from_time.year, row["made"], row["planned"])


def year_of(at: datetime) -> tuple[datetime, datetime]:
    """Begin and end of the Beijing calendar year that holds ``at``."""
    year = at.astimezone(BEIJING).year
    return datetime(year, 1, 1, tzinfo=BEIJING), datetime(year + 1, 1, 1, tzinfo=BEIJING)


def inputs_of(
    subject: Subject, facts: Facts, policy: Policy, alert: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Everything that the decision was made on, JSON-ready; ``last_seen`` tells later whether the alert has grown since."""
    listing = subject.listing
    return {
        **asdict(facts),
        "last_seen": None if alert is None else alert["last_seen"].astimezone(BEIJING).isoformat(),
        "multiple": None if facts.multiple is None else format(facts.multiple, "f"),
        "cap": cap_of(facts, policy),
        "policy": {
            **asdict(policy),
            "serious_multiple": format(policy.serious_multiple, "f"),
            "suspicion": sorted(policy.suspicion),
        },
        "listing": None
        if listing is None
        else {
            "key": listing.key,
            "from": listing.valid_from.astimezone(BEIJING).isoformat(),
            "to": None if listing.valid_to is None else listing.valid_to.astimezone(BEIJING).isoformat(),
            "basis": listing.basis,
            "level": listing.level,
            "decided_by": listing.decided_by,
            "document": listing.document,
        },
    }

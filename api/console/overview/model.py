"""The overview put together: everything that one caller sees on it, read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from alerts.tasks.facts import policy_of
from api.access import Principal
from api.console import alertview
from api.console import reads as common
from api.console.overview import figures, reads
from api.console.overview.cards import Facts, site_card
from api.console.platform import troubles
from api.console.unit import gaps
from api.console.unit.duties import Duty, duties_of
from api.console.unit.reads import duty_rows
from api.context import Services
from api.permissions import Permission
from store.clock import DAY, day_start
from store.database import Connection
from store.markrules import clocks_of
from store.model import Registry, Site

Model = dict[str, Any]

SUPERVISING = Permission.LEADS_DECIDE
"""Who decides on leads answers for what is overdue (分管领导)."""


def whole(
    connection: Connection, services: Services, registry: Registry, principal: Principal, facts: Facts
) -> Model:
    """Everything of the page."""
    model = strip(connection, services, registry, principal, facts)
    model["figures"] = site_figures(connection, services, registry.sites, principal, facts)
    model["supervisor"] = model["duties"] = None
    if principal.site_key is not None:
        model["duties"] = [
            duty for site in registry.sites for duty in duties(connection, services, site, facts)
        ]
    elif principal.may(SUPERVISING):
        model["supervisor"] = supervisor(connection, services, registry, facts)
    if principal.may(Permission.ALERTS_READ):
        model["alerts"] = alertview.alert_rows(
            common.open_alerts(connection, principal.site_key),
            registry,
            for_company=principal.site_key is not None,
        )
    return model


def strip(
    connection: Connection, services: Services, registry: Registry, principal: Principal, facts: Facts
) -> Model:
    """The line of figures of all units, and what is wrong with the platform."""
    now = facts.at
    cards = [site_card(site, facts, services.settings) for site in registry.sites]
    states = [block.connection.state for card in cards for block in card.outlets]
    counts = today = None
    if principal.may(Permission.ALERTS_READ):
        counts = common.count_active_alerts(connection, principal.site_key)
        found = reads.alerts_of_day(connection, principal.site_key, now)
        today = {name: sum(row[name] for row in found.values()) for name in ("raised", "standing")}
    return {
        "authority": None if registry.authority is None else registry.authority.district,
        "cards": cards,
        "units": len(cards),
        "total": len(states),
        "online": states.count("online"),
        "troubles": troubles(common.heartbeats(connection), common.own_outages(connection), now),
        "counts": counts,
        "today": today,
        "overdue": overdue(connection, principal, facts),
        "now": now,
    }


def overdue(connection: Connection, principal: Principal, facts: Facts) -> tuple[figures.Overdue, ...]:
    """Work of the bureau that is overdue, as far as the caller may see it; of none a company hears."""
    found: list[figures.Overdue] = []
    if principal.site_key is not None:
        return ()
    if principal.may(Permission.ALERTS_READ):
        late = reads.fetch(connection, "overdue_alerts", now=facts.at)
        since = min((row["since"] for row in late), default=None)
        count = sum(row["alerts"] for row in late)
        found.append(figures.Overdue("alerts", "/alerts?show=overdue", count, None, since))
    if principal.may(Permission.TASKS_READ):
        (row,) = reads.fetch(connection, "tasks_open", now=facts.at)
        found.append(figures.Overdue("tasks", "/tasks", row["overdue"], row["open"], row["since"]))
    if principal.may(Permission.LEADS_READ):
        (row,) = reads.fetch(connection, "leads_open", now=facts.at)
        found.append(figures.Overdue("leads", "/leads", row["overdue"], row["open"], row["since"]))
    return tuple(found)


def site_figures(
    connection: Connection,
    services: Services,
    sites: tuple[Site, ...],
    principal: Principal,
    facts: Facts,
) -> Mapping[str, figures.SiteFigures]:
    """The figures at the head of each card, by the id of the unit."""
    now, settings = facts.at, services.settings
    outlets = [outlet for site in sites for outlet in site.outlets]
    may = principal.may(Permission.ALERTS_READ)
    counted = reads.alerts_of_day(connection, principal.site_key, now) if may else {}
    today = reads.sent_today(connection, outlets, settings, now)
    yesterday = reads.sent_yesterday(connection, outlets, now)
    return {
        site.id: figures.site_figures(site, counted, today, yesterday, settings.transmission_percent)
        for site in sites
    }


def supervisor(connection: Connection, services: Services, registry: Registry, facts: Facts) -> Model:
    """What a supervisor looks for: which unit gets worse, unmarked hours, visits of the listed units."""
    now = facts.at
    today = day_start(now)
    outlets = [outlet for outlet in registry.outlets() if outlet.judged]
    unmarked = gaps.unmarked(connection, outlets, today - DAY, today)
    return {
        "late_alerts": reads.fetch(connection, "overdue_alerts", now=now),
        "trends": figures.trends(
            registry.sites,
            reads.exceeded_by_week(connection, now),
            reads.judged_before(connection, outlets, now),
        ),
        "visits": figures.visit_rows(
            registry.sites, reads.visits_by_site(connection, now), policy_of(services.settings), now
        ),
        "unmarked": gaps.hours_of(unmarked),
        "marks_due": today + _deadline(services),
    }


def _deadline(services: Services) -> timedelta:
    clock = clocks_of(services.settings).deadline
    return timedelta(hours=clock.hour, minutes=clock.minute)


def duties(connection: Connection, services: Services, site: Site, facts: Facts) -> tuple[Duty, ...]:
    """What the company of a unit has to do: alerts to answer, hours of yesterday and today to mark, a case to state."""
    found = gaps.open_gaps(connection, site.outlets, clocks_of(services.settings), facts.at)
    rows = duty_rows(connection, site.key)
    names = {outlet.key: outlet.name for outlet in site.outlets}
    return duties_of(rows.alerts, found, rows.leads, rows.tasks, names)

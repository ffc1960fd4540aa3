"""The page of a unit put together: what the caller may see of it, read in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from alerts.statistics.spans import span_of
from alerts.tasks.facts import policy_of, visits_of
from alerts.tasks.routing import Facts as Routed
from alerts.tasks.routing import cap_of
from api.access import Principal
from api.console import alertview
from api.console.overview import Facts, site_card
from api.console.overview import model as overview
from api.console.unit import reads, views
from api.console.unit.calendar import DAYS, calendars
from api.console.unit.duties import factor_words, gap_words
from api.console.unit.gaps import open_gaps
from api.context import Services
from api.permissions import Permission
from store.clock import DAY, day_start
from store.database import Connection
from store.markrules import clocks_of
from store.model import Registry, Site

Model = dict[str, Any]

ALERTS_SINCE = timedelta(days=30)
MARKS_SINCE = timedelta(days=7)


def unit(
    connection: Connection,
    services: Services,
    registry: Registry,
    site: Site,
    principal: Principal,
    facts: Facts,
) -> Model:
    """Everything of the page. Parts that the caller may not see are None."""
    now, company = facts.at, principal.site_key is not None
    may = principal.may
    alerts = tasks = visits = leads = marks = gaps = days = month = None
    if may(Permission.ALERTS_READ):
        rows = reads.fetch(
            connection,
            "recent_alerts",
            site=site.key,
            for_company=company,
            since=now - ALERTS_SINCE,
            most=reads.MOST,
        )
        alerts = alertview.alert_rows(rows, registry, for_company=company)
    if may(Permission.TASKS_READ):
        found = reads.fetch(connection, "tasks_of_site", site=site.key, for_company=company, most=reads.MOST)
        tasks = views.task_rows(found)
        visits = _visits(connection, services, site, now, company)
    if may(Permission.LEADS_READ):
        (leads,) = reads.fetch(connection, "leads_of_site", site=site.key)
    if may(Permission.MARKS_READ):
        marks = views.mark_rows(site, reads.recent_marks(connection, site.outlets, now - MARKS_SINCE))
        gaps = _gaps(connection, services, site, now)
    if may(Permission.DATA_READ):
        first = day_start(now) - (DAYS - 1) * DAY
        days = calendars(site.outlets, reads.day_results(connection, site.outlets, first, now), first)
        month = _month(connection, services, site, now)
    return {
        "authority": None if registry.authority is None else registry.authority.district,
        "card": site_card(site, facts, services.settings),
        "figures": overview.site_figures(connection, services, (site,), principal, facts),
        "site": site,
        "listings": views.listing_rows(site, now),
        "gateways": views.gateway_words(site, facts.gateway_states),
        "duties": overview.duties(connection, services, site, facts) if company else None,
        "alerts": alerts,
        "tasks": tasks,
        "visits": visits,
        "leads": leads,
        "marks": marks,
        "gaps": gaps,
        "calendars": days,
        "month": month,
        "now": now,
    }


def _visits(
    connection: Connection, services: Services, site: Site, now: datetime, company: bool
) -> dict[str, int | None]:
    """Visits of the year against the cap. A company does not learn of planned ones: a visit that is announced finds nothing."""
    visits = visits_of(connection, site.key, now)
    cap = cap_of(Routed(site.listed(now)), policy_of(services.settings))
    return {
        "made": visits.made,
        "cap": cap,
        "left": max(0, cap - visits.made),
        "planned": None if company else visits.planned,
    }


def _gaps(
    connection: Connection, services: Services, site: Site, now: datetime
) -> list[tuple[str, str, str, datetime]]:
    """Hours that can still be marked: outlet, period, factors, deadline."""
    return [
        (gap.outlet.name, gap_words(gap), factor_words(gap), gap.deadline)
        for gap in open_gaps(connection, site.outlets, clocks_of(services.settings), now)
    ]


def _month(connection: Connection, services: Services, site: Site, now: datetime) -> Model:
    """What was published of the days of this month; on its first days still that of the month before."""
    month = span_of("month", now - DAY)
    rows = reads.month_numbers(connection, site.outlets, month.start, month.end)
    starts = sorted({row["start"] for row in rows})
    return {
        "rows": views.month_rows(site.outlets, rows, services.settings.transmission_percent),
        "first": starts[0] if starts else None,
        "last": starts[-1] if starts else None,
        "days": len(starts),
    }

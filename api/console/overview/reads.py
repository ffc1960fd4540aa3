"""What the overview reads beside values and alerts. The statements are in ``store/sql/console_overview.sql``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from alerts.statistics.sending import sent
from alerts.statistics.spans import span_of
from alerts.statistics.transmission import Transmission
from alerts.tasks.facts import year_of
from api.console.overview.cards import judged_span
from store.clock import DAY, day_start
from store.database import Connection, rows
from store.model import Outlet
from store.queries import queries
from store.settings import Settings

Row = dict[str, Any]

WEEK = timedelta(days=7)
WEEKS_BEFORE = 4
"""Against how many weeks the present one is held: a month, so that one bad week of a batch plant does not decide."""


def fetch(connection: Connection, name: str, **arguments: object) -> list[Row]:
    """The rows of one statement of ``console_overview.sql``."""
    with rows(connection) as cursor:
        return cursor.execute(queries("console_overview")[name], arguments).fetchall()


def alerts_of_day(connection: Connection, site_key: int | None, now: datetime) -> Mapping[int | None, Row]:
    """``raised`` since the begin of the Beijing day, ``standing`` of those, and all ``active``, by unit."""
    found = fetch(connection, "alerts_of_day", since=day_start(now), site=site_key)
    return {row["site_key"]: row for row in found}


def sent_today(
    connection: Connection, outlets: Iterable[Outlet], settings: Settings, now: datetime
) -> Mapping[int, Transmission]:
    """Transmission of the hours of today that have passed, by outlet; counted as the published statistics are."""
    return sent(connection, outlets, span_of("day", now), settings, now)


def sent_yesterday(
    connection: Connection, outlets: Iterable[Outlet], now: datetime
) -> Mapping[int, Transmission]:
    """Transmission of yesterday's hours as it was published, by outlet; an outlet of which nothing was published is not in it."""
    pairs = [
        (outlet.key, factor) for outlet in outlets if outlet.monitor is not None for factor in outlet.factors
    ]
    found: dict[int, Transmission] = {}
    for row in fetch(
        connection,
        "published_transmission",
        outlets=[pair[0] for pair in pairs],
        factors=[pair[1] for pair in pairs],
        day=day_start(now) - DAY,
    ):
        hours = row["hours"]
        found[row["outlet_key"]] = found.get(row["outlet_key"], Transmission()) + Transmission(
            hours["due"],
            hours["in_time"],
            hours["received"],
            hours["valid"],
            hours["stopped"],
            hours["standard_checks"],
        )
    return found


def exceeded_by_week(connection: Connection, now: datetime) -> list[Row]:
    """Exceeded hours and days by unit: ``this_week`` and ``before`` (of four weeks together)."""
    week = now - WEEK
    return fetch(connection, "exceeded_by_week", week=week, now=now, **{"from": week - WEEKS_BEFORE * WEEK})


def judged_before(connection: Connection, outlets: Iterable[Outlet], now: datetime) -> frozenset[int]:
    """Units of which anything was judged in the four weeks before this one."""
    week = now - WEEK
    judged = [outlet for outlet in outlets if outlet.judged and outlet.factors]
    found = fetch(
        connection,
        "judged_before",
        outlets=[outlet.key for outlet in judged],
        # What is judged at all gets a verdict for every factor, be it that there is no limit.
        factors=[outlet.factors[0] for outlet in judged],
        spans=[judged_span(outlet) for outlet in judged],
        to=week,
        **{"from": week - WEEKS_BEFORE * WEEK},
    )
    return frozenset(row["site_key"] for row in found)


def visits_by_site(connection: Connection, now: datetime) -> Mapping[int, Row]:
    """``made`` and ``planned`` on-site visits of this calendar year by unit; a unit without any is not in it."""
    first, last = year_of(now)
    found = fetch(connection, "visits_by_site", to=last, **{"from": first})
    return {row["site_key"]: row for row in found}

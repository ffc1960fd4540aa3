"""What the page of a unit reads, as rows. The statements are in ``store/sql/console_unit.sql``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.database import Connection, rows
from store.leads.reading import list_leads, told_item
from store.model import Outlet
from store.queries import queries

Row = dict[str, Any]

MOST = 20
"""Rows of each list of the page; more are on the page of the thing itself."""


@dataclass(frozen=True, slots=True)
class DutyRows:
    """What a company has to do apart from its marks: rows of alerts and tasks, and leads as it was told of them."""

    alerts: list[Row]
    tasks: list[Row]
    leads: list[Row]


def fetch(connection: Connection, name: str, **arguments: object) -> list[Row]:
    """The rows of one statement of ``console_unit.sql``."""
    with rows(connection) as cursor:
        return cursor.execute(queries("console_unit")[name], arguments).fetchall()


def duty_rows(connection: Connection, site_key: int) -> DutyRows:
    """Of one unit, as its company sees it."""
    told = [told_item(lead) for lead in list_leads(connection, most=50, site_key=site_key)]
    return DutyRows(
        alerts=fetch(connection, "to_answer", site=site_key),
        tasks=fetch(connection, "queries_to_company", site=site_key),
        leads=[lead for lead in told if lead["statement_due"] is not None],
    )


def day_results(
    connection: Connection, outlets: Iterable[Outlet], first: datetime, last: datetime
) -> list[Row]:
    """Results of the periods of each day; a stack by its hours, municipal water by its days. Only factors with a limit count."""
    wanted = [
        (outlet.key, factor, "hour" if outlet.medium == "gas" else "day")
        for outlet in outlets
        if outlet.judged
        for factor in sorted({limit.factor for limit in outlet.limits} & set(outlet.factors))
    ]
    return fetch(
        connection,
        "day_results",
        outlets=[row[0] for row in wanted],
        factors=[row[1] for row in wanted],
        spans=[row[2] for row in wanted],
        to=last,
        **{"from": first},
    )


def month_numbers(
    connection: Connection, outlets: Sequence[Outlet], first: datetime, last: datetime
) -> list[Row]:
    """The published statistics of each day of a month, by outlet and factor."""
    wanted = [(outlet.key, factor) for outlet in outlets for factor in outlet.factors]
    return fetch(
        connection,
        "month_numbers",
        outlets=[row[0] for row in wanted],
        factors=[row[1] for row in wanted],
        to=last,
        **{"from": first},
    )


def recent_marks(connection: Connection, outlets: Iterable[Outlet], since: datetime) -> list[Row]:
    """Marks that were filed since a moment, newest first."""
    keys = [outlet.key for outlet in outlets]
    return fetch(connection, "recent_marks", outlets=keys, since=since, most=MOST)


def doubtful_hours(
    connection: Connection, places: Sequence[tuple[int, str]], first: datetime, last: datetime
) -> list[Row]:
    """The hours of some (outlet, factor) in [first, last) that are invalid or missing."""
    return fetch(
        connection,
        "doubtful_hours",
        outlets=[place[0] for place in places],
        factors=[place[1] for place in places],
        to=last,
        **{"from": first},
    )

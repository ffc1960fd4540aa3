"""What the pages of leads read beside what ``store.leads`` reads. The statements are in ``store/sql/console_leads.sql``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console.leads.board import CARDS
from store.database import Connection, rows
from store.handling import Action as AlertAction
from store.handling.steps import TABLE as ALERT_TABLE
from store.leads.actions import DRAFTING_EVENTS
from store.leads.steps import DRAFTERS
from store.people import Role
from store.queries import queries

Row = dict[str, Any]

PAGE = 50
MOST_EXPORTED = 10_000
MOST_OFFERED = 100

_REVIEWED_BY = {
    Role.TECHNICAL_REVIEWER: ["technical_review"],
    Role.LEGAL_REVIEWER: ["legal_review"],
    Role.ADMIN: ["technical_review", "legal_review"],
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; None and False do not narrow. ``mine`` and ``reviewer`` are names of users."""

    site: str | None = None
    states: tuple[str, ...] | None = None
    mine: str | None = None
    reviewer: str | None = None
    overdue: bool = False
    words: str | None = None
    from_time: datetime | None = None
    to_time: datetime | None = None


def reviewable_states(role: Role) -> list[str]:
    """The states whose leads a role reviews."""
    return _REVIEWED_BY.get(role, [])


def board_rows(connection: Connection, filters: Filters, role: Role, at: datetime) -> list[Row]:
    """The leads that the board shows: of every state as many as a column holds."""
    return _leads(connection, filters, role, at, each=CARDS, most=MOST_EXPORTED)


def table_rows(
    connection: Connection,
    filters: Filters,
    role: Role,
    at: datetime,
    *,
    before: tuple[datetime, int] | None = None,
    most: int = PAGE + 1,
) -> list[Row]:
    """Leads, newest first, raised before a place."""
    return _leads(connection, filters, role, at, before=before, most=most)


def _leads(
    connection: Connection,
    filters: Filters,
    role: Role,
    at: datetime,
    *,
    each: int | None = None,
    before: tuple[datetime, int] | None = None,
    most: int,
) -> list[Row]:
    return _fetch(
        connection,
        "leads",
        site=filters.site,
        states=None if filters.states is None else list(filters.states),
        mine=filters.mine,
        overdue=filters.overdue,
        at=at,
        words=filters.words,
        from_time=filters.from_time,
        to_time=filters.to_time,
        reviewer=filters.reviewer,
        reviewed_states=reviewable_states(role),
        drafting=list(DRAFTING_EVENTS),
        each=each,
        before_time=None if before is None else before[0],
        before_id=None if before is None else before[1],
        most=most,
    )


def counts(connection: Connection, at: datetime) -> Row:
    """``every``, ``drafts``, ``in_review`` and ``overdue``."""
    return _fetch(connection, "counts", at=at)[0]


def alerts_to_raise(connection: Connection, site: str, role: Role) -> list[Row]:
    """Alerts of a site that this role can make a lead of, found true first."""
    handlings = sorted(
        {state for state, action, of in ALERT_TABLE if action is AlertAction.LEAD and of == role}
    )
    return _fetch(connection, "alerts_to_raise", site=site, handlings=[*handlings, "lead"], most=MOST_OFFERED)


def tasks_to_raise(connection: Connection, site: str) -> list[Row]:
    """Tasks of a site that left something to pursue."""
    return _fetch(connection, "tasks_to_raise", site=site, most=MOST_OFFERED)


def assignees(connection: Connection) -> list[tuple[str, str]]:
    """Who may work on leads: (name, how they are called)."""
    found = _fetch(connection, "assignees", roles=sorted(DRAFTERS))
    return [(row["name"], row["display_name"]) for row in found]


def snapshots(connection: Connection, lead_id: int) -> list[Row]:
    """The numbers that were taken of a lead, newest first; the two newest with their content."""
    return _fetch(connection, "snapshots", lead_id=lead_id)


def display_names(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """How people are called, by user name."""
    found: Iterable[Row] = _fetch(connection, "display_names", names=sorted(names)) if names else ()
    return {row["name"]: row["display_name"] for row in found}


def _fetch(connection: Connection, name: str, **arguments: object) -> list[Row]:
    with rows(connection) as cursor:
        return cursor.execute(queries("console_leads")[name], arguments).fetchall()

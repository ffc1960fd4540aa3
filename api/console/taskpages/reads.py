"""Rows of the pages of tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.tasks.facts import policy_of, year_of
from alerts.tasks.routing import Facts, cap_of
from store.database import Connection, rows
from store.errors import NotFound
from store.model import Registry
from store.queries import queries
from store.settings import Settings
from store.tasks import HANDLERS, UNFINISHED

Row = dict[str, Any]

TABLE_MOST = 10_000
"""Tasks of an exported table."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What the list is asked for. ``state``: ``unfinished``, one state, or None for all; ``mine``: whose, by user name."""

    state: str | None = "unfinished"
    kind: str | None = None
    site: str | None = None
    mine: str | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class VisitCount:
    """The on-site visits of a unit in this year against its cap (regulation.md F); planned ones are none yet."""

    site_id: str
    name: str
    listed: bool
    made: int
    planned: int
    cap: int

    @property
    def left(self) -> int:
        """How many more there may be without an override."""
        return max(0, self.cap - self.made)


def list_tasks(
    connection: Connection,
    sought: Sought,
    *,
    site_key: int | None,
    now: datetime,
    before: tuple[datetime, int] | None,
    most: int,
) -> list[Row]:
    """Tasks, newest first."""
    states = {None: None, "unfinished": list(UNFINISHED)}.get(sought.state, [sought.state])
    arguments = {
        "site_key": site_key,
        "states": states,
        "kind": sought.kind,
        "site": sought.site,
        "mine": sought.mine,
        "overdue": sought.overdue,
        "now": now,
        "before_time": None if before is None else before[0],
        "before_id": None if before is None else before[1],
        "most": most,
    }
    with rows(connection) as cursor:
        return cursor.execute(queries("console_taskpages")["list_tasks"], arguments).fetchall()


def counts(connection: Connection, *, site_key: int | None, mine: str, now: datetime) -> Mapping[str, int]:
    """How many are unfinished, overdue, and of the one who looks."""
    with rows(connection) as cursor:
        arguments = {"site_key": site_key, "mine": mine, "now": now}
        found = cursor.execute(queries("console_taskpages")["task_counts"], arguments).fetchone()
    assert found is not None
    return found


def visit_counts(
    connection: Connection, registry: Registry, settings: Settings, *, site_key: int | None, at: datetime
) -> list[VisitCount]:
    """The visits of the Beijing year that holds ``at``, of every unit in ``registry``; listed units first."""
    from_time, to_time = year_of(at)
    arguments = {"site_key": site_key, "from_time": from_time, "to_time": to_time}
    with rows(connection) as cursor:
        found = {
            row["site_key"]: row
            for row in cursor.execute(queries("console_taskpages")["visits_by_site"], arguments)
        }
    policy = policy_of(settings)
    made = [
        VisitCount(
            site.id,
            site.name,
            site.listed(at),
            found[site.key]["made"] if site.key in found else 0,
            found[site.key]["planned"] if site.key in found else 0,
            cap_of(Facts(site.listed(at)), policy),
        )
        for site in registry.sites
    ]
    return sorted(made, key=lambda count: not count.listed)


def handlers(connection: Connection) -> list[tuple[str, str]]:
    """Users who can be given a task, by name and what they are called."""
    arguments = {"roles": list(HANDLERS)}
    return [
        (row[0], row[1]) for row in connection.execute(queries("console_taskpages")["handlers"], arguments)
    ]


def display_names(connection: Connection, names: Iterable[str | None]) -> Mapping[str, str]:
    """What users are called, by user name."""
    arguments = {"names": sorted({name for name in names if name})}
    return {
        row[0]: row[1] for row in connection.execute(queries("console_taskpages")["display_names"], arguments)
    }


def alert_id_of(connection: Connection, number: str) -> int:
    """The id of an alert by its number. Raises NotFound ``alert_not_found``."""
    found = connection.execute(queries("console_taskpages")["alert_by_number"], {"number": number}).fetchone()
    if found is None:
        raise NotFound(f"There is no alert {number[:40]!r}.", code="alert_not_found")
    return int(found[0])

"""What the inbox and the page of an alert read, as rows. The statements are in ``store/sql/console_alerts.sql``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.console.alerts.filters import Filters, Place
from store.database import Connection, rows
from store.errors import NotFound
from store.handling.steps import ROLES_OF, Action
from store.queries import queries

Row = dict[str, Any]

PAGE = 50
"""Alerts on a page of the inbox."""

EXPORTED = 20_000
"""Alerts in one exported table; more are asked for by narrower filters."""

PERIODS = 500
"""Counted periods on the page of an alert."""

SIMILAR = 10
"""Earlier alerts of one kind on the page of an alert."""


def _fetch(connection: Connection, name: str, arguments: Mapping[str, Any]) -> list[Row]:
    with rows(connection) as cursor:
        return cursor.execute(queries("console_alerts")[name], dict(arguments)).fetchall()


def inbox(
    connection: Connection,
    filters: Filters,
    *,
    site_key: int | None,
    me: str,
    now: datetime,
    after: Place | None = None,
    most: int = PAGE,
) -> list[Row]:
    """Alerts of the inbox, at most one more than ``most``: the one more says that there is a next page."""
    place = {
        "after_rank": None if after is None else after.rank,
        "after_moment": None if after is None else after.moment,
        "after_id": None if after is None else after.id,
    }
    asked = filters.arguments(site_key=site_key, me=me, now=now)
    return _fetch(connection, "inbox", {**asked, **place, "id": None, "most": most + 1})


def counts(
    connection: Connection, filters: Filters, *, site_key: int | None, me: str, now: datetime
) -> dict[str, dict[str, int]]:
    """Counts by what is counted: ``show`` by view under the filters; ``site``, ``code`` … by choice within the view shown."""
    found: dict[str, dict[str, int]] = {}
    for row in _fetch(connection, "inbox_counts", filters.arguments(site_key=site_key, me=me, now=now)):
        found.setdefault(row["what"], {})[row["value"]] = row["count"]
    return found


def alert(connection: Connection, alert_id: int, *, site_key: int | None, now: datetime) -> Row:
    """One alert as the inbox has it. Raises NotFound ``alert_not_found``, also for one that the caller may not see."""
    asked = Filters(show="all").arguments(site_key=site_key, me="", now=now)
    nowhere = dict.fromkeys(("after_rank", "after_moment", "after_id"))
    for condition in (None, "pending"):
        arguments = {**asked, **nowhere, "condition": condition, "id": alert_id, "most": 1}
        found = _fetch(connection, "inbox", arguments)
        if found:
            return found[0]
    raise NotFound(f"There is no alert {alert_id}.", code="alert_not_found", alert=alert_id)


def numbers_of(connection: Connection, ids: Sequence[int], *, site_key: int | None) -> dict[int, Row]:
    """Number and code of those of these alerts that the caller may see, by id."""
    found = _fetch(connection, "numbers_of", {"ids": list(ids), "site_key": site_key})
    return {row["id"]: row for row in found}


def people(connection: Connection) -> list[Row]:
    """Who can be named to work on an alert."""
    return _fetch(connection, "people", {"roles": sorted(ROLES_OF[Action.CONFIRM])})


def people_of_company(connection: Connection, site_key: int) -> list[Row]:
    """The users of a unit, who read what it is told."""
    return _fetch(connection, "people_of_company", {"site_key": site_key})


def counted_periods(connection: Connection, row: Mapping[str, Any]) -> list[Row]:
    """The periods that an alert counts, newest first, with value and verdict as they are now."""
    arguments = {
        "alert_id": row["id"],
        "outlet_key": row["outlet_key"],
        "factor": row["factor"],
        "most": PERIODS,
    }
    return _fetch(connection, "counted_periods", arguments)


def limit_record(connection: Connection, row: Mapping[str, Any]) -> Row | None:
    """The limit that an alert rests on, as it was recorded; None where it rests on none."""
    if row["limit_key"] is None or row["outlet_key"] is None:
        return None
    found = _fetch(connection, "limit_record", {"key": row["limit_key"], "outlet_key": row["outlet_key"]})
    return found[0] if found else None


def similar(connection: Connection, row: Mapping[str, Any], *, site_key: int | None) -> list[Row]:
    """Earlier alerts of the same kind, outlet and factor, newest first, with what people found."""
    names = ("id", "code", "outlet_key", "gateway", "factor", "first_seen")
    arguments = {name: row[name] for name in names} | {"site_key": site_key, "most": SIMILAR}
    return _fetch(connection, "similar", arguments)


def same_time(
    connection: Connection, row: Mapping[str, Any], *, night: bool, weekend: bool, site_key: int | None
) -> list[Row]:
    """Other alerts of the outlet that began at the same kind of time within a year before, newest first."""
    names = ("id", "code", "outlet_key", "factor", "first_seen")
    arguments = {name: row[name] for name in names} | {
        "night": night,
        "weekend": weekend,
        "site_key": site_key,
        "most": SIMILAR,
    }
    return _fetch(connection, "same_time", arguments)


def outages_over(connection: Connection, start: datetime, end: datetime) -> list[Row]:
    """Times in which Outfall itself could not receive, within a range."""
    return _fetch(connection, "outages_over", {"from_time": start, "to_time": end})


def neighbours(connection: Connection, row: Mapping[str, Any], *, site_key: int | None) -> list[Row]:
    """The episode before, the wider outage, and what followed."""
    arguments = {
        "id": row["id"],
        "previous_id": row["previous_id"],
        "inhibited_by": row["inhibited_by"],
        "site_key": site_key,
    }
    return _fetch(connection, "neighbours", arguments)


def deliveries_of(connection: Connection, alert_id: int) -> dict[int, Row]:
    """The newest attempt for each message about an alert, by the message's id."""
    return {row["message"]: row for row in _fetch(connection, "deliveries_of", {"alert_id": alert_id})}

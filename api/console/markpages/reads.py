"""What the pages about marks read, as rows. The statements are in ``store/sql/console_markpages.sql``.

Outlets always come from the registry that the caller may see (``api.console.scope``), so nothing else can be read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.database import Connection, rows
from store.marks import Mark, mark_of
from store.model import Outlet
from store.queries import queries

Row = dict[str, Any]

PATTERNS_SHOWN = 50
CHECKS_SHOWN = 200
MARKS_SHOWN = 50


def _fetch(connection: Connection, statement: str, **arguments: object) -> list[Row]:
    with rows(connection) as cursor:
        return cursor.execute(queries("console_markpages")[statement], arguments).fetchall()


def lane_hours(
    connection: Connection, places: Sequence[tuple[int, str]], start: datetime, end: datetime
) -> list[Row]:
    """Every judged hour of some (outlet, factor) in its newest revision with the worst of its results, by time."""
    return _fetch(connection, "lane_hours", **_places(places, start, end))


def exceeded_days(
    connection: Connection, places: Sequence[tuple[int, str]], start: datetime, end: datetime
) -> list[Row]:
    """The exceeded days of some (outlet, factor), by time."""
    return _fetch(connection, "exceeded_days", **_places(places, start, end))


def marks_over(
    connection: Connection, outlets: Iterable[Outlet], start: datetime, end: datetime
) -> list[Mark]:
    """Every mark of some outlets that touches a time, late and withdrawn ones too, oldest first."""
    found = _fetch(connection, "marks_of_outlets", outlets=keys(outlets), from_time=start, to_time=end)
    return [mark_of(row) for row in found]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list of marks asks for; what is None does not narrow."""

    start: datetime
    end: datetime
    category: str | None = None
    channel: str | None = None
    standing: str | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """A mark with the documents that were named with it: name -> SHA-256."""

    mark: Mark
    proof: dict[str, str]


def marks_listed(
    connection: Connection,
    outlets: Iterable[Outlet],
    asked: Asked,
    after: tuple[datetime, int] | None = None,
    most: int = MARKS_SHOWN,
) -> list[Filed]:
    """Up to ``most + 1`` marks, the latest first."""
    found = _fetch(
        connection,
        "marks_listed",
        outlets=keys(outlets),
        from_time=asked.start,
        to_time=asked.end,
        category=asked.category,
        channel=asked.channel,
        standing=asked.standing,
        after_time=after and after[0],
        after_id=after and after[1],
        most=most + 1,
    )
    return [_filed(row) for row in found]


def mark(connection: Connection, outlets: Iterable[Outlet], mark_id: int) -> Filed | None:
    """One mark of these outlets."""
    found = _fetch(connection, "mark_with_proof", outlets=keys(outlets), id=mark_id)
    return _filed(found[0]) if found else None


def patterns(connection: Connection, outlets: Iterable[Outlet], start: datetime, end: datetime) -> list[Row]:
    """What the rules noticed about marks, newest first."""
    return _fetch(
        connection,
        "mark_patterns",
        outlets=keys(outlets),
        from_time=start,
        to_time=end,
        most=PATTERNS_SHOWN,
    )


def checks(
    connection: Connection,
    outlets: Iterable[Outlet],
    start: datetime,
    end: datetime,
    most: int = CHECKS_SHOWN,
) -> list[Row]:
    """Checks of the monitors of some outlets, the latest first."""
    return _fetch(connection, "checks_listed", outlets=keys(outlets), from_time=start, to_time=end, most=most)


def chain_checks(
    connection: Connection,
    outlets: Iterable[Outlet],
    start: datetime,
    end: datetime,
    most: int = CHECKS_SHOWN,
) -> list[Row]:
    """Comparisons along the chain of some outlets, the latest first, with what came here."""
    return _fetch(
        connection, "chain_checks_listed", outlets=keys(outlets), from_time=start, to_time=end, most=most
    )


def received_at(
    connection: Connection, outlet_key: int, start: datetime, end: datetime, factor: str | None
) -> datetime | None:
    """When the last hour or minute data of some hours came for the first time; None stands for every factor."""
    arguments = {"outlet_key": outlet_key, "factor": factor, "from_time": start, "to_time": end}
    row = connection.execute(queries("marks")["data_received_at"], arguments).fetchone()
    return row[0] if row else None


def keys(outlets: Iterable[Outlet]) -> list[int]:
    """For a statement."""
    return [outlet.key for outlet in outlets]


def _places(places: Sequence[tuple[int, str]], start: datetime, end: datetime) -> Row:
    return {
        "outlets": [outlet for outlet, _ in places],
        "factors": [factor for _, factor in places],
        "from_time": start,
        "to_time": end,
    }


def _filed(row: Row) -> Filed:
    proof = row.pop("proof")
    return Filed(mark_of(row), dict(proof))

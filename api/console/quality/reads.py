"""What the pages about the quality of the data read, as rows. The statements are in ``store/sql/console_quality.sql``.

Outlets always come from the registry that the caller may see (``api.console.scope``), so nothing else can be read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from store.database import Connection, rows
from store.queries import queries

Row = dict[str, Any]

NO_OUTLET = 0
"""The key in the ledger of what belongs to no outlet."""

STATISTICS_SHOWN = 500
MESSAGES_SHOWN = 50


def _fetch(connection: Connection, statement: str, **arguments: object) -> list[Row]:
    with rows(connection) as cursor:
        return cursor.execute(queries("console_quality")[statement], arguments).fetchall()


def published_days(
    connection: Connection, outlet_key: int, factors: Sequence[str], start: datetime, end: datetime
) -> list[Row]:
    """The newest published statistics of each day and factor."""
    return _fetch(
        connection,
        "published_days",
        outlet_key=outlet_key,
        factors=list(factors),
        from_time=start,
        to_time=end,
    )


def counted_days(
    connection: Connection, outlet_key: int, factors: Sequence[str], start: datetime, end: datetime
) -> list[Row]:
    """Hours of each day and factor by what became of them."""
    return _fetch(
        connection,
        "counted_days",
        outlet_key=outlet_key,
        factors=list(factors),
        from_time=start,
        to_time=end,
    )


def day_hours(
    connection: Connection, outlet_key: int, factors: Sequence[str], start: datetime, end: datetime
) -> list[Row]:
    """Every judged hour in its newest revision, by time."""
    return _fetch(
        connection, "day_hours", outlet_key=outlet_key, factors=list(factors), from_time=start, to_time=end
    )


def statistics(
    connection: Connection,
    outlet_key: int,
    factors: Sequence[str],
    span: str,
    start: datetime,
    end: datetime,
) -> list[Row]:
    """Every published revision of one kind of span, the newest first."""
    return _fetch(
        connection,
        "statistics",
        outlet_key=outlet_key,
        factors=list(factors),
        span=span,
        from_time=start,
        to_time=end,
        most=STATISTICS_SHOWN,
    )


def ledger(
    connection: Connection,
    outlets: Sequence[int] | None,
    start: datetime,
    end: datetime,
    unit: str,
    gateway: str | None,
) -> list[Row]:
    """Sums of the ledger by hour or day, gateway and outlet; None = of every outlet, and of none."""
    return _fetch(
        connection,
        "ledger",
        outlets=None if outlets is None else list(outlets),
        from_time=start,
        to_time=end,
        unit=unit,
        gateway=gateway,
    )


def missing_hours(
    connection: Connection, places: Sequence[tuple[int, str]], start: datetime, end: datetime
) -> list[Row]:
    """Hours in which a factor is missing, by outlet and time."""
    return _fetch(
        connection,
        "missing_hours",
        outlets=[outlet for outlet, _ in places],
        factors=[factor for _, factor in places],
        from_time=start,
        to_time=end,
    )


def own_outages(connection: Connection, start: datetime, end: datetime) -> list[Row]:
    """Times in which Outfall itself could not receive."""
    return _fetch(connection, "own_outages", from_time=start, to_time=end)


def connection_alerts(
    connection: Connection, start: datetime, end: datetime, site_key: int | None
) -> list[Row]:
    """Alerts about a lost connection over a time."""
    return _fetch(connection, "connection_alerts", from_time=start, to_time=end, site_key=site_key)


def skews(connection: Connection, outlets: Sequence[int], start: datetime, end: datetime) -> list[Row]:
    """Clocks that were wrong and values that came again otherwise, newest first."""
    return _fetch(connection, "skews", outlets=list(outlets), from_time=start, to_time=end)


def of_one_site(connection: Connection, gateway: str, site_key: int) -> bool:
    """Whether a gateway has ever carried monitors of this site only."""
    arguments = {"gateway": gateway, "site_key": site_key}
    row = connection.execute(queries("console_quality")["gateway_of_one_site"], arguments).fetchone()
    return bool(row and row[0])


def messages(
    connection: Connection,
    gateway: str,
    start: datetime,
    end: datetime,
    after: tuple[datetime, int] | None,
) -> list[Row]:
    """Up to one more than ``MESSAGES_SHOWN`` messages of a gateway, newest first."""
    return _fetch(
        connection,
        "messages",
        gateway=gateway,
        from_time=start,
        to_time=end,
        after_time=after and after[0],
        after_id=after and after[1],
        most=MESSAGES_SHOWN + 1,
    )

"""What the pages read, as rows. The statements are in ``store/sql/console.sql``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from store.database import Connection, rows
from store.queries import queries

Row = dict[str, Any]

ALERTS_SHOWN = 100
"""Rows of an alert list; a longer list is read on the next page."""

LATEST_READING = timedelta(days=1)
"""A reading that is older than the newest data of its outlet and kind by more is no longer shown as the latest one."""

LATEST_VERDICT = timedelta(days=3)
"""A verdict older than this is no longer shown as the latest one."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest reading of a factor."""

    data_time: datetime
    value: Decimal | None
    folded: Decimal | None
    flag: str | None
    status: str


@dataclass(frozen=True, slots=True)
class LatestVerdict:
    """The newest verdict on a factor."""

    start: datetime
    span: str
    result: str
    bound: Decimal | None
    compared: Decimal | None
    multiple: Decimal | None


def _fetch(connection: Connection, name: str, **arguments: object) -> list[Row]:
    with rows(connection) as cursor:
        return cursor.execute(queries("console")[name], arguments).fetchall()


def outlet_states(connection: Connection) -> dict[int, dict[str, Row]]:
    """Newest data and receive time: outlet key → kind → row."""
    found: dict[int, dict[str, Row]] = {}
    for row in _fetch(connection, "outlet_states"):
        found.setdefault(row["outlet_key"], {})[row["kind"]] = row
    return found


def gateway_states(connection: Connection) -> dict[str, Row]:
    """Connection of each gateway by its name."""
    return {row["gateway"]: row for row in _fetch(connection, "gateway_states")}


def latest_readings(
    connection: Connection, wanted: Iterable[tuple[int, str, str, datetime]]
) -> dict[tuple[int, str], Latest]:
    """The newest readings of the wanted (outlet key, kind, factor, newest data time), by (outlet key, factor)."""
    outlets, kinds, factors, uptos = _columns(wanted, 4)
    if not uptos:
        return {}
    found = _fetch(
        connection,
        "latest_readings",
        outlets=outlets,
        kinds=kinds,
        factors=factors,
        uptos=uptos,
        newest=max(uptos),
        oldest=min(uptos) - LATEST_READING,
    )
    return {
        (row["outlet_key"], row["factor"]): Latest(
            row["data_time"], row["value"], row["folded"], row["flag"], row["status"]
        )
        for row in found
    }


def latest_verdicts(
    connection: Connection, wanted: Iterable[tuple[int, str, str]], now: datetime
) -> dict[tuple[int, str], LatestVerdict]:
    """The newest verdicts on the wanted (outlet key, factor, span), by (outlet key, factor)."""
    outlets, factors, spans = _columns(wanted, 3)
    found = _fetch(
        connection,
        "latest_verdicts",
        outlets=outlets,
        factors=factors,
        spans=spans,
        since=now - LATEST_VERDICT,
    )
    return {
        (row["outlet_key"], row["factor"]): LatestVerdict(
            row["start"], row["span"], row["result"], row["bound"], row["compared"], row["multiple"]
        )
        for row in found
    }


def _columns(rows_: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    table = list(rows_)
    return [[row[column] for row in table] for column in range(width)]


def open_alerts(connection: Connection, site_key: int | None) -> list[Row]:
    """Alerts that somebody should look at, gravest first; of one site when ``site_key`` is given."""
    return _fetch(connection, "open_alerts", site=site_key, most=ALERTS_SHOWN)


def count_active_alerts(connection: Connection, site_key: int | None) -> Row:
    """``active`` and ``unacknowledged``: how many alerts stand and how many of them nobody has acknowledged."""
    return _fetch(connection, "count_active_alerts", site=site_key)[0]


def alert_events(connection: Connection, alert_id: int) -> list[Row]:
    """What happened to an alert, oldest first."""
    return _fetch(connection, "alert_events", id=alert_id)


def heartbeats(connection: Connection) -> dict[str, datetime]:
    """When each service was last seen."""
    return {row["service"]: row["seen_at"] for row in _fetch(connection, "service_heartbeats")}


def own_outages(connection: Connection) -> list[Row]:
    """Outages of our own that have not ended."""
    return _fetch(connection, "own_outages_open")


def gateway_ledger(connection: Connection, gateway: str, since: datetime) -> list[Row]:
    """What a gateway delivered since an hour and no outlet could be found for."""
    return _fetch(connection, "gateway_ledger_sums", gateway=gateway, since=since)


def ledger(connection: Connection, outlet_key: int, since: datetime) -> list[Row]:
    """The loss ledger of an outlet since an hour."""
    return _fetch(connection, "ledger_sums", outlet=outlet_key, since=since)


def series(
    connection: Connection, outlet_key: int, factor: str, kind: str, start: datetime, end: datetime
) -> list[Row]:
    """The readings of a chart in the order of time."""
    arguments = {"outlet": outlet_key, "factor": factor, "kind": kind, "from": start, "to": end}
    return _fetch(connection, "series_readings", **arguments)


def series_periods(
    connection: Connection, outlet_key: int, factor: str, span: str, start: datetime, end: datetime
) -> list[Row]:
    """What became of each period of a chart, in the order of time."""
    arguments = {"outlet": outlet_key, "factor": factor, "span": span, "from": start, "to": end}
    return _fetch(connection, "series_periods", **arguments)

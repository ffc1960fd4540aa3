"""The rows of the outlet page. The statements are in ``store/sql/console_outlet.sql``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from api.console.outlet.panels import milliseconds
from api.console.outlet.thinning import BUCKETS
from store.database import Connection, rows
from store.marks import Mark, mark_of
from store.model import Limit
from store.queries import queries
from store.registryrows import limit_of

Row = dict[str, Any]
Tuple = tuple[Any, ...]

TABLE_ROWS = 48
"""Rows of one page of the table that says what the chart shows."""

MARKS_SHOWN = 12

DEVICE_RECORDS = timedelta(days=400)
"""How far back the newest state of a device is looked for: parameters are sent when they change."""


def _fetch(connection: Connection, name: str, arguments: dict[str, Any]) -> list[Row]:
    with rows(connection) as cursor:
        return cursor.execute(queries("console_outlet")[name], arguments).fetchall()


def _tuples(connection: Connection, name: str, arguments: dict[str, Any]) -> list[Tuple]:
    return connection.execute(queries("console_outlet")[name], arguments, binary=True).fetchall()


class Chart:
    """The series of one outlet, kind and time."""

    def __init__(
        self, connection: Connection, outlet_key: int, kind: str, window: tuple[datetime, datetime]
    ) -> None:
        self._connection = connection
        self._window = window
        self._arguments = {"outlet": outlet_key, "kind": kind, "from": window[0], "to": window[1]}

    def count(self, factor: str, most: int) -> int:
        """How many readings there are, counted no further than ``most``."""
        arguments = {**self._arguments, "factor": factor, "most": most}
        return int(_tuples(self._connection, "chart_count", arguments)[0][0])

    def readings(self, factor: str, *, folds: bool) -> list[Tuple]:
        """Every reading: (milliseconds, value, flag, status)."""
        return _tuples(
            self._connection, "chart_readings", {**self._arguments, "factor": factor, "folds": folds}
        )

    def extremes(self, factor: str, *, folds: bool, gap: int) -> list[Tuple]:
        """The extremes and turns of a long series; ``gap`` in milliseconds. See the statement ``chart_thinned``."""
        start, end = milliseconds(self._window[0]), milliseconds(self._window[1])
        arguments = {
            **self._arguments,
            "factor": factor,
            "folds": folds,
            "start": start,
            "bucket": max(1, (end - start) // BUCKETS),
            "gap": gap,
        }
        return _tuples(self._connection, "chart_thinned", arguments)

    def periods(self, factor: str, *, folds: bool) -> list[Tuple]:
        """Hours or days with their columns and verdicts; see the statement ``chart_periods``."""
        return _tuples(
            self._connection, "chart_periods", {**self._arguments, "factor": factor, "folds": folds}
        )

    def marks(self, factor: str) -> list[Row]:
        """Times under marks that speak of the factor, joined where they touch."""
        return _fetch(self._connection, "mark_stretches", {**self._arguments, "factor": factor})


def newest_marks(connection: Connection, outlet_key: int, start: datetime, end: datetime) -> list[Mark]:
    """The marks that touch a time, newest first."""
    arguments = {"outlet": outlet_key, "from": start, "to": end, "most": MARKS_SHOWN}
    return [mark_of(row) for row in _fetch(connection, "newest_marks", arguments)]


def strip_cells(
    connection: Connection,
    outlet_key: int,
    factor: str,
    span: str,
    window: tuple[datetime, datetime],
    *,
    by_hour: bool,
) -> list[Row]:
    """What became of the periods, counted by hour or day."""
    arguments = {
        "outlet": outlet_key,
        "factor": factor,
        "span": span,
        "from": window[0],
        "to": window[1],
        "by_hour": by_hour,
    }
    return _fetch(connection, "strip_cells", arguments)


def table_rows(
    connection: Connection,
    outlet_key: int,
    kind: str,
    factors: Sequence[str],
    start: datetime,
    before: datetime,
) -> tuple[list[Row], list[Row]]:
    """The newest readings before a moment, and for hours and days their periods: as many of each factor as a page has rows."""
    arguments = {
        "outlet": outlet_key,
        "kind": kind,
        "factors": list(factors),
        "from": start,
        "before": before,
        "most": TABLE_ROWS + 1,
    }
    readings = _fetch(connection, "table_readings", arguments)
    judged = _fetch(connection, "table_periods", arguments) if kind in ("hour", "day") else []
    return readings, judged


def verdict_page(
    connection: Connection, outlet_key: int, factor: str, span: str, before: datetime, most: int
) -> tuple[list[Row], list[Row]]:
    """The newest periods before a moment and the verdicts on them."""
    arguments: dict[str, Any] = {"outlet": outlet_key, "factor": factor, "span": span}
    periods = _fetch(connection, "verdict_page", {**arguments, "before": before, "most": most})
    if not periods:
        return [], []
    bounds = {"from": periods[-1]["start"], "to": before}
    return periods, _fetch(connection, "verdicts_between", {**arguments, **bounds})


def limit_records(connection: Connection, outlet_key: int) -> list[tuple[Limit, datetime, datetime | None]]:
    """Every limit that was ever believed, with the time in which it was: (limit, recorded from, recorded to)."""
    found = []
    for row in _fetch(connection, "limit_records", {"outlet": outlet_key}):
        since, until = row.pop("recorded_from"), row.pop("recorded_to")
        found.append((limit_of(row), since, until))
    return found


def device_records(connection: Connection, outlet_key: int, now: datetime) -> list[Row]:
    """The newest upload of each kind that is no reading."""
    return _fetch(connection, "device_records", {"outlet": outlet_key, "since": now - DEVICE_RECORDS})

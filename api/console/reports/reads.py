"""What a report table is made from: judged periods, and for an hour its minute values. Raw readings are read of one hour only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.statistics.loading import Wanted, load_material
from alerts.statistics.material import Material
from alerts.statistics.record import numbers_of
from alerts.statistics.report import Report
from api import dataread
from api.console.reports.minutes import Minute
from api.console.reports.model import Published
from api.console.reports.periods import Period
from store.database import Connection, rows
from store.model import Outlet
from store.queries import queries
from store.settings import Settings

MOST_MINUTES = 20_000
"""Readings of an hour: 100 factors every 30 seconds would be 12,000."""


def material_of(
    connection: Connection, outlet: Outlet, period: Period, settings: Settings, at: datetime
) -> Material:
    """The judged periods of the calendar span of a report, with what its substitutions look back at."""
    return load_material(connection, Wanted(outlet, [period.span]), settings, at, receipts=False)


def minutes_of(connection: Connection, outlet: Outlet, period: Period) -> list[Minute]:
    """The minute values of an hour, or its realtime values where the monitor sends no minutes; the last revision of each."""
    monitor = outlet.monitor
    kind = "minute" if monitor is not None and monitor.cadence.minute is not None else "realtime"
    wanted = dataread.Wanted(outlet.key, outlet.id, kind, outlet.factors, period.start, period.end)
    items, _ = dataread.readings(connection, wanted, None, MOST_MINUTES)
    return [
        Minute(item["time"], item["factor"], item["value"], item["folded"], item["status"]) for item in items
    ]


def published_of(
    connection: Connection, outlet: Outlet, period: Period, material: Material, settings: Settings
) -> Published | None:
    """The statistics of this time as they were published last; of an hour its judged values.

    They are current when the numbers of every factor are still the same; the transmission, which a report does not show, aside.
    """
    if period.kind == "hour":
        return _hour_revision(connection, outlet, period)
    arguments = {"outlet_key": outlet.key, "span": period.kind, "starts": [period.start]}
    with rows(connection) as cursor:
        found = cursor.execute(queries("statistics")["published"], arguments).fetchall()
    if not found:
        return None
    report = Report(outlet, material)
    current = all(
        _compared(row["numbers"])
        == _compared(numbers_of(report.statistic(row["factor"], period.span), settings.transmission_percent))
        for row in found
        if row["factor"] in outlet.factors
    )
    return Published(max(row["revision"] for row in found), max(row["computed_at"] for row in found), current)


def _compared(numbers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in numbers.items() if name != "transmission"}


def _hour_revision(connection: Connection, outlet: Outlet, period: Period) -> Published | None:
    arguments = {"outlet_key": outlet.key, "start": period.start}
    with rows(connection) as cursor:
        row = cursor.execute(queries("console_reports")["hour_revision"], arguments).fetchone()
    if row is None or row["revision"] is None:
        return None
    return Published(row["revision"], row["computed_at"], True)

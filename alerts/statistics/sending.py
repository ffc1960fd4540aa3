"""The transmission of many outlets over one span, in a handful of statements: for pages that show all outlets at once.

Counted by the same :class:`~alerts.statistics.report.Report` as the published statistics; only the reading differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from alerts.judgement.statements import Statements, statements_of
from alerts.statistics.facts import Fact
from alerts.statistics.loading import hour_kind
from alerts.statistics.material import Material
from alerts.statistics.report import Report
from alerts.statistics.spans import Span
from alerts.statistics.transmission import Transmission
from store.checkreads import checks_over
from store.clock import BEIJING, hour_start
from store.database import Connection, rows
from store.marks import Mark, mark_of
from store.model import Outlet
from store.queries import queries
from store.settings import Settings

ByFactor = dict[str, dict[datetime, Any]]


def sent(
    connection: Connection, outlets: Iterable[Outlet], span: Span, settings: Settings, at: datetime
) -> Mapping[int, Transmission]:
    """The hours of every factor together, by outlet key, as far as the span has passed; none of an outlet without monitor."""
    asked = [outlet for outlet in outlets if outlet.monitor is not None]
    until = hour_start(at - timedelta(seconds=settings.hour_grace_seconds))
    material = _material(connection, asked, span, until)
    return {outlet.key: Report(outlet, material[outlet.key]).transmission(span) for outlet in asked}


def _material(
    connection: Connection, outlets: list[Outlet], span: Span, until: datetime
) -> Mapping[int, Material]:
    sql = queries("sending")
    pairs = [(outlet, factor) for outlet in outlets for factor in outlet.factors]
    arguments = {
        "outlets": [outlet.key for outlet, _ in pairs],
        "factors": [factor for _, factor in pairs],
        "kinds": [hour_kind(outlet) for outlet, _ in pairs],
        "earliest": span.start,
        "latest": min(span.end, until),
    }
    begun = {key: start.astimezone(BEIJING) for key, start in connection.execute(sql["begun"], arguments)}
    hours: dict[int, ByFactor] = defaultdict(lambda: defaultdict(dict))
    for key, factor, start, valid, status, reasons in connection.execute(sql["hours"], arguments):
        here = start.astimezone(BEIJING)
        hours[key][factor][here] = Fact(here, valid, status, None, None, None, None, tuple(reasons), None)
    receipts: dict[int, ByFactor] = defaultdict(lambda: defaultdict(dict))
    for key, factor, hour, received_at in connection.execute(sql["receipts"], arguments):
        receipts[key][factor][hour.astimezone(BEIJING)] = received_at
    said = _statements(connection, outlets, span, until)
    return {
        outlet.key: Material(
            begun.get(outlet.key),
            until,
            until,
            hours=hours[outlet.key],
            hour_receipts=receipts[outlet.key],
            statements=said[outlet.key],
        )
        for outlet in outlets
    }


def _statements(
    connection: Connection, outlets: list[Outlet], span: Span, until: datetime
) -> Mapping[int, Statements]:
    """What was said about the hours of the span; checks are read of those outlets only that had one."""
    sql = queries("sending")
    latest = max(span.start, min(span.end, until))
    arguments = {
        "outlets": [outlet.key for outlet in outlets],
        "earliest": span.start,
        "latest": latest,
    }
    marks: dict[int, list[Mark]] = defaultdict(list)
    with rows(connection) as cursor:
        for row in cursor.execute(sql["marks"], arguments):
            marks[row["outlet_key"]].append(mark_of(row))
    checked = {row[0] for row in connection.execute(sql["checked"], arguments)}
    return {
        outlet.key: statements_of(
            marks[outlet.key],
            checks_over(connection, outlet.key, span.start, latest) if outlet.key in checked else (),
            (),
            span.start,
            latest,
        )
        for outlet in outlets
    }

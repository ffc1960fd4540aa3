"""Publishing the statistics: yesterday at 13:00, spans that ended lately again when their numbers changed (regulation.md D.3).

What is published is kept in revisions. A day whose effective transmission rate is below the threshold gives a finding and opens
the alert 有效传输率偏低; the next day that reaches it ends the alert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from alerts.book import Book
from alerts.episodes import Kind, Sighting, follow
from alerts.lives import lives_of
from alerts.statistics.loading import Wanted, load_material
from alerts.statistics.record import numbers_of, transmission_numbers
from alerts.statistics.report import RULE, Report
from alerts.statistics.spans import SPANS, Span, ended_between
from store.clock import BEIJING, day_start
from store.database import Connection
from store.model import Outlet, Registry
from store.queries import queries
from store.settings import Settings
from store.texts import text

LOW_TRANSMISSION = "low_transmission"

WATCHED = timedelta(days=7)
"""How long a day's transmission rate is looked at again; a gateway that was cut off for days sends what it kept."""


def publish_statistics(
    connection: Connection,
    registry: Registry,
    settings: Settings,
    at: datetime,
    written_at: datetime | None = None,
) -> int:
    """Publish what has ended before the Beijing day of ``at``; the number of new revisions.

    ``written_at`` is when that is really done, where a downtime is made up; ``at`` when it is not given. Idempotent: numbers that
    were published already are not published again.
    """
    today = day_start(at)
    earliest = today - timedelta(days=settings.statistics_days)
    spans = [span for name in SPANS for span in ended_between(name, earliest, today)]
    watched = ended_between("day", today - WATCHED, today)
    threshold = settings.transmission_percent
    revisions = 0
    seen: list[tuple[Outlet, list[_Day]]] = []
    for outlet in registry.outlets():
        if outlet.monitor is None:
            continue
        material = load_material(connection, Wanted(outlet, [*spans, *watched]), settings, at)
        if material.begun is None:
            continue
        report = Report(outlet, material)
        revisions += _publish(connection, report, spans, threshold, written_at or at)
        seen.append((outlet, _days(report, watched, threshold)))
    # Alerts come last and quickly: their numbers are taken under a lock that every other alert waits for.
    book = Book(connection, written_at or at, lives_of(settings))
    for outlet, days in seen:
        _watch(book, outlet, days)
    return revisions


def _publish(
    connection: Connection, report: Report, spans: Sequence[Span], threshold: Decimal, at: datetime
) -> int:
    """Write the statistics of one outlet that are new or have other numbers than before."""
    sql, revisions = queries("statistics"), 0
    for name in SPANS:
        inside = [span for span in spans if span.name == name]
        arguments = {"outlet_key": report.outlet.key, "span": name, "starts": [span.start for span in inside]}
        known = {
            (row[0], row[1].astimezone(BEIJING)): row
            for row in connection.execute(sql["published"], arguments)
        }
        for span in inside:
            for factor in report.factors if report.begun_by(span) else ():
                numbers = numbers_of(report.statistic(factor, span), threshold)
                before = known.get((factor, span.start))
                if before is not None and (before[3], before[4]) == (numbers, RULE):
                    continue
                connection.execute(
                    sql["publish"],
                    {
                        **arguments,
                        "factor": factor,
                        "start": span.start,
                        "revision": before[2] + 1 if before else 1,
                        "numbers": Jsonb(numbers),
                        "rule": RULE,
                        "at": at,
                    },
                )
                revisions += 1
    return revisions


@dataclass(frozen=True, slots=True)
class _Day:
    """How the transmission of one day looks for the alert, and the counts of each factor for its finding."""

    span: Span
    sighting: Sighting
    evidence: Mapping[str, Any]


def _days(report: Report, days: Sequence[Span], threshold: Decimal) -> list[_Day]:
    """The days on which anything was due.

    What counts is what has come when the day is published: in ordinary times that is the immediate rate, and after a downtime of
    our own it is what the gateways had kept for us. Days before the last one are looked at again, late: data that came since
    withdraw the alert.
    """
    found: list[_Day] = []
    for day in days:
        counts = report.transmission(day)
        rate = counts.effective
        if rate is None:
            continue
        low = rate < threshold
        told = transmission_numbers(counts, threshold)
        numbers = {
            **told,
            "compared": told["effective"],
            "bound": format(threshold, "f"),
            "bound_side": "min",
            "unit": "%",
            "start": day.start.isoformat(),
            "end": day.end.isoformat(),
        }
        sighting = Sighting(None, day.start, "day", 1, low, not low, day is not days[-1], numbers)
        found.append(_Day(day, sighting, _by_factor(report, day, threshold) if low else {}))
    return found


def _by_factor(report: Report, day: Span, threshold: Decimal) -> dict[str, Any]:
    counts = {factor: report.statistic(factor, day).transmission_hours for factor in report.factors}
    return {"factors": {factor: transmission_numbers(one, threshold) for factor, one in counts.items()}}


def _watch(book: Book, outlet: Outlet, days: Sequence[_Day]) -> None:
    """The alert of an outlet whose data did not come, or did not come valid, and the finding of each such day."""
    follow(book, _kind(outlet), [day.sighting for day in days])
    for day in days:
        if day.sighting.shows:
            _notice(book, outlet, day)


def _kind(outlet: Outlet) -> Kind:
    clause = text("alerts.low_transmission.clause")
    return Kind(LOW_TRANSMISSION, outlet.site_key, outlet.key, lambda limit_key: clause)


def _notice(book: Book, outlet: Outlet, day: _Day) -> None:
    """The finding of a low day, once."""
    book.connection.execute(
        queries("statistics")["notice_low_transmission"],
        {
            "outlet_key": outlet.key,
            "from_time": day.span.start,
            "to_time": day.span.end,
            "at": book.at,
            "numbers": Jsonb(dict(day.sighting.numbers)),
            "evidence": Jsonb(dict(day.evidence)),
            "rule": RULE,
        },
    )

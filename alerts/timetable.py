"""The timetable: every time-driven job of the alerts process, and how often it runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from alerts.book import Book
from alerts.connection import watch_connections
from alerts.findings import clear_quiet
from alerts.jobs import Job
from alerts.sweeps import find_unsettled_days, sweep_hours
from store.model import Registry
from store.settings import Settings


def jobs_of(settings: Settings, registry: Callable[[], Registry], started: datetime) -> list[Job]:
    """Every job of the alerts process. ``started`` is when this process became the leader."""
    quiet = timedelta(seconds=settings.finding_quiet_seconds)
    return [
        Job(
            "connections",
            timedelta(seconds=10),
            lambda connection, at: watch_connections(connection, registry(), settings, started, at),
        ),
        Job(
            "sweep_hours",
            timedelta(seconds=30),
            lambda connection, at: sweep_hours(connection, registry(), settings, at),
        ),
        Job(
            "unsettled_days",
            timedelta(minutes=10),
            lambda connection, at: find_unsettled_days(connection, registry(), settings, at),
        ),
        Job(
            "quiet_findings",
            timedelta(minutes=1),
            lambda connection, at: clear_quiet(Book(connection, at), quiet),
        ),
    ]

"""The time-driven jobs and their record in ``job_run``. Every job is idempotent: a second run finds nothing left to do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.book import Book
from alerts.connection import watch_connections
from alerts.findings import clear_quiet
from alerts.sweeps import find_unsettled_days, sweep_hours
from store.clock import now
from store.database import Connection, connect
from store.model import Registry
from store.queries import queries
from store.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One time-driven job: what it does in one transaction, and how often."""

    name: str
    every: timedelta
    work: Callable[[Connection, datetime], object]


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


def run_job(job: Job, database_url: str) -> bool:
    """Run a job once on a connection of its own and record how it went; a job that throws stops nobody else.

    Returns whether it went well. A database that is away is logged and waited for: there is no place to record it.
    """
    try:
        with connect(database_url, name=f"job-{job.name}", autocommit=True) as connection:
            return _recorded(job, connection)
    except Exception:
        log.exception("job %s could not be run or recorded", job.name)
        return False


def _recorded(job: Job, connection: Connection) -> bool:
    started = now()
    sql = queries("alerts")
    connection.execute(sql["job_started"], {"name": job.name, "at": started})
    failed: str | None = None
    try:
        with connection.transaction():
            job.work(connection, started)
    except Exception as error:
        log.exception("job %s failed", job.name)
        failed = f"{type(error).__name__}: {error}"
    connection.execute(sql["job_finished"], {"name": job.name, "at": now(), "failed": failed})
    return failed is None

"""The timetable: every time-driven job of the alerts process, and how often it runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from alerts.book import Book
from alerts.conditions import watch_conditions
from alerts.connection import watch_connections
from alerts.deadlines import watch_deadlines
from alerts.devicestates import take_up_device_records
from alerts.digest import digest_late
from alerts.findings import clear_quiet
from alerts.handover.delivery import hand_over
from alerts.jobs import Job
from alerts.leadclocks import watch_leads
from alerts.lives import lives_of
from alerts.notify.delivery import deliver
from alerts.retention import RETENTION, RETENTION_AT, drop_at_night
from alerts.rules.runner import retry_rules
from alerts.sealing import sealing_jobs
from alerts.statistics.publishing import publish_statistics
from alerts.sweeps import find_unsettled_days, sweep_hours
from alerts.tasks.removal import propose_removals
from alerts.tasks.router import route_new_alerts
from store.clock import now
from store.database import Connection
from store.model import Registry
from store.queries import queries
from store.settings import Settings

STATISTICS_AT = time(13, 0)
"""The national clients show the rates of the day before from about 13:00 (regulation.md D.3)."""

STATISTICS = "publish_statistics"

Work = Callable[[Connection, Registry, Settings, datetime], object]

JOBS: tuple[tuple[str, timedelta, Work], ...] = (
    ("sweep_hours", timedelta(seconds=30), sweep_hours),
    ("unsettled_days", timedelta(minutes=10), find_unsettled_days),
    ("conditions", timedelta(seconds=5), watch_conditions),
    ("deadlines", timedelta(seconds=10), watch_deadlines),
    ("late_digests", timedelta(seconds=30), digest_late),
    ("retry_rules", timedelta(seconds=30), retry_rules),
    ("route_alerts", timedelta(seconds=5), route_new_alerts),
    ("removal_proposals", timedelta(minutes=1), propose_removals),
    ("lead_clocks", timedelta(minutes=1), watch_leads),
)
"""Name, interval and work of the jobs that need nothing but the registry and the settings."""


def _publish(connection: Connection, registry: Registry, settings: Settings, at: datetime) -> int:
    """The statistics of a day; nothing while the past of a first start is still coming in."""
    row = connection.execute(queries("jobs")["may_begin"], {"name": STATISTICS}).fetchone()
    if not (row and row[0]):
        return 0
    return publish_statistics(connection, registry, settings, at, written_at=now())


def jobs_of(settings: Settings, registry: Callable[[], Registry], started: datetime) -> list[Job]:
    """Every job of the alerts process. ``started`` is when this process became the leader."""
    quiet = timedelta(seconds=settings.finding_quiet_seconds)

    def with_registry(work: Work) -> Callable[[Connection, datetime], object]:
        return lambda connection, at: work(connection, registry(), settings, at)

    return [
        Job(
            "connections",
            timedelta(seconds=10),
            lambda connection, at: watch_connections(connection, registry(), settings, started, at),
        ),
        Job(
            "quiet_findings",
            timedelta(minutes=1),
            lambda connection, at: clear_quiet(Book(connection, at, lives_of(settings)), quiet),
        ),
        Job(
            "device_records",
            timedelta(seconds=10),
            lambda connection, at: take_up_device_records(connection, registry(), at),
        ),
        Job(
            "deliver",
            timedelta(seconds=2),
            lambda connection, at: deliver(connection, settings),
            in_transaction=False,
        ),
        Job(
            "hand_over",
            timedelta(seconds=5),
            lambda connection, at: hand_over(connection, settings),
            in_transaction=False,
        ),
        Job(
            STATISTICS,
            timedelta(minutes=1),
            with_registry(_publish),
            daily_at=STATISTICS_AT,
        ),
        Job(
            RETENTION,
            timedelta(minutes=10),
            lambda connection, at: drop_at_night(connection, settings, at),
            daily_at=RETENTION_AT,
            in_transaction=False,
        ),
        *(Job(name, every, with_registry(work)) for name, every, work in JOBS),
        *sealing_jobs(settings),
    ]

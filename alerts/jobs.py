"""A time-driven job and its running: recorded in ``job_run``, by one process at a time, a daily one exactly once for each day.

Every job is idempotent: a second run finds nothing left to do.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from alerts.slots import due_slots, next_slot
from store.clock import now
from store.database import Connection, connect
from store.queries import queries

log = logging.getLogger(__name__)

INSTANCE = f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True, slots=True)
class Job:
    """One time-driven job.

    Attributes
    ----------
    every : how often it runs; a daily job looks so often whether a day is due, so a day that failed is tried again after that
    work : called with a connection and the moment of the run. For a daily job this is the moment at which the day was due, so
        that a day made up after a downtime gives what it would have given in time
    daily_at : Beijing clock time of a daily job, None for all others
    in_transaction : False for a job that commits its steps itself, because it talks to the outside between them
    """

    name: str
    every: timedelta
    work: Callable[[Connection, datetime], object]
    daily_at: time | None = None
    in_transaction: bool = True

    def next_after(self, moment: datetime) -> datetime:
        """When it is due next, seen from ``moment``."""
        return moment + self.every if self.daily_at is None else next_slot(self.daily_at, moment)


def announce(connection: Connection, jobs: Sequence[Job], at: datetime) -> None:
    """Make every job visible before it has run, and forget those that this release no longer has."""
    sql = queries("jobs")
    with connection.transaction():
        for job in jobs:
            arguments = {
                "name": job.name,
                "every_seconds": job.every.total_seconds(),
                "daily_at": None if job.daily_at is None else job.daily_at.strftime("%H:%M"),
                "next_at": at if job.daily_at is None else job.next_after(at),
            }
            connection.execute(sql["announce"], arguments)
        connection.execute(sql["forget_others"], {"names": [job.name for job in jobs]})


def run_job(job: Job, database_url: str) -> bool:
    """Run a job on a connection of its own and record how it went; a job that throws stops nobody else.

    A daily job does every day that is due and not done, the oldest first, and stops at the first that fails. Its very first day
    stays due while there is nothing to do (the work returns 0): the data of that day may still be on their way. Returns whether
    it went well, also when another process is at it. A database that is away is logged and waited for: there is no place to
    record it.
    """
    try:
        with connect(database_url, name=f"job-{job.name}", autocommit=True) as connection:
            row = connection.execute(queries("jobs")["take_job"], {"name": job.name}).fetchone()
            if not (row and row[0]):
                return True
            if job.daily_at is None:
                return _recorded(job, connection, None)
            row = connection.execute(queries("jobs")["newest_slot"], {"name": job.name}).fetchone()
            done = row[0] if row else None
            days = [_Day(slot, first=done is None) for slot in due_slots(job.daily_at, done, now())]
            return all(_recorded(job, connection, day) for day in days)
    except Exception:
        log.exception("job %s could not be run or recorded", job.name)
        return False


@dataclass(frozen=True, slots=True)
class _Day:
    """A day that is due; ``first`` when the job has never done one."""

    due: datetime
    first: bool


def _recorded(job: Job, connection: Connection, day: _Day | None) -> bool:
    started = now()
    sql = queries("jobs")
    connection.execute(sql["started"], {"name": job.name, "at": started, "instance": INSTANCE})
    failed: str | None = None
    try:
        if job.in_transaction:
            with connection.transaction():
                _work(job, connection, day, started)
        else:
            _work(job, connection, day, started)
    except Exception as error:
        log.exception("job %s failed", job.name)
        failed = f"{type(error).__name__}: {error}"
    ended = now()
    # A day that failed is tried again at the next look.
    following = job.next_after(ended) if failed is None else ended + job.every
    outcome = {"name": job.name, "at": ended, "failed": failed, "next_at": following}
    connection.execute(sql["finished"], outcome)
    return failed is None


def _work(job: Job, connection: Connection, day: _Day | None, started: datetime) -> None:
    found = job.work(connection, started if day is None else day.due)
    if day is not None and not (day.first and found == 0):
        connection.execute(
            queries("jobs")["fill_slot"], {"name": job.name, "due": day.due, "instance": INSTANCE}
        )

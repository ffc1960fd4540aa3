"""One leader runs the time-driven jobs, however many alerts processes there are.

Leadership is an advisory lock on a connection of its own: when the process or its connection dies, the lock is free and the next
process takes over within seconds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from alerts.backoff import Backoff
from alerts.jobs import Job, announce, run_job
from store.clock import BEIJING, now
from store.database import Connection, connect
from store.queries import queries

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often a stand-by tries for the lock and a leader makes sure that it still has it."""


class Leader(threading.Thread):
    """Waits for leadership, then schedules the jobs until the connection or the process ends."""

    def __init__(
        self, database_url: str, jobs: Callable[[datetime], Sequence[Job]], stop: threading.Event
    ) -> None:
        super().__init__(name="leader", daemon=True)
        self._database_url = database_url
        self._jobs = jobs
        # Not named _stop: threading.Thread has a method of that name.
        self._ending = stop
        self.leading = False

    def run(self) -> None:
        """Until the stop event is set."""
        backoff = Backoff()
        while not self._ending.is_set():
            try:
                with connect(self._database_url, name="leader", autocommit=True) as connection:
                    backoff.reset()
                    self._hold(connection)
            except Exception as error:
                wait = backoff.failed()
                log.warning("leadership is lost or out of reach (%s); next attempt in %.1f s", error, wait)
                self._ending.wait(wait)

    def _hold(self, connection: Connection) -> None:
        sql = queries("jobs")
        while not self._ending.is_set():
            row = connection.execute(sql["take_leadership"]).fetchone()
            if row and row[0]:
                break
            self._ending.wait(LOOK_SECONDS)
        if self._ending.is_set():
            return
        log.info("this process leads: it runs the time-driven jobs")
        scheduler = self._schedule(connection)
        self.leading = True
        try:
            while not self._ending.wait(LOOK_SECONDS):
                connection.execute(sql["still_there"])
        finally:
            self.leading = False
            # Whoever leads next must not meet a job of ours that is still running.
            scheduler.shutdown(wait=True)

    def _schedule(self, connection: Connection) -> BackgroundScheduler:
        started = now()
        jobs = self._jobs(started)
        announce(connection, jobs, started)
        # One thread a job: a slow channel or a long statistic must not hold up the watch over the connections.
        scheduler = BackgroundScheduler(
            timezone=BEIJING, executors={"default": ThreadPoolExecutor(len(jobs))}
        )
        for job in jobs:
            scheduler.add_job(
                run_job,
                "interval",
                seconds=job.every.total_seconds(),
                args=(job, self._database_url),
                id=job.name,
                next_run_time=started,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        scheduler.start()
        return scheduler

"""The alerts process: starts its threads, reconnects, and ends cleanly on SIGTERM or SIGINT."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from types import FrameType
from typing import Any

import psycopg

from alerts.backoff import Backoff
from alerts.heartbeat import Heartbeat
from alerts.leader import Leader
from alerts.loop import Loop
from alerts.timetable import jobs_of
from alerts.worker import Worker
from store.clock import now
from store.database import connect
from store.errors import SettingsError, StoreError
from store.logs import configure
from store.registry import load_registry
from store.settings import Settings, load_settings

log = logging.getLogger(__name__)

JOIN_SECONDS = 4.0
"""Threads get this long to end; the whole process promises five seconds."""


def main() -> int:
    """Run until a signal comes. Exit code 0, or 2 when a setting is wrong."""
    try:
        settings = load_settings()
        database_url = settings.database()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    configure(settings, "alerts")
    stop = threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    serve(settings, database_url, stop)
    return 0


def serve(settings: Settings, database_url: str, stop: threading.Event) -> None:
    """Judge and watch until the stop event is set, over any number of lost connections."""
    backoff = Backoff()
    while not stop.is_set():
        try:
            _serve_connected(settings, database_url, stop, backoff)
        except (StoreError, psycopg.Error) as error:
            # Not only a lost connection: a database that is not migrated yet will be, and the process need not be started again.
            wait = backoff.failed()
            log.warning("the database is of no use (%s); next attempt in %.1f s", str(error).strip(), wait)
            stop.wait(wait)


def _serve_connected(settings: Settings, database_url: str, stop: threading.Event, backoff: Backoff) -> None:
    with (
        connect(database_url, name="alerts", autocommit=True) as work,
        connect(database_url, name="alerts-ears", autocommit=True) as ears,
    ):
        started = now()
        worker = Worker(settings, load_registry(work, at=started))
        loop = Loop(worker, stop)
        # The threads of this connection end with it, those of the next one start anew.
        ending = threading.Event()
        leader = Leader(database_url, lambda since: jobs_of(settings, lambda: worker.registry, since), ending)

        def state() -> dict[str, Any]:
            return {
                "leader": leader.leading,
                "hours": loop.hours,
                "days": loop.days,
                "failures": loop.failures,
                "failed": loop.failed,
            }

        heartbeat = Heartbeat(database_url, started, state, ending)
        leader.start()
        heartbeat.start()
        backoff.reset()
        log.info("judging %d outlets", len(list(worker.registry.outlets())))
        try:
            loop.run(work, ears)
        finally:
            ending.set()
            leader.join(JOIN_SECONDS)
            heartbeat.join(JOIN_SECONDS)

"""The loop that follows the data: touched hours, settled days and findings, as the database tells of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import psycopg

from alerts.backoff import Backoff
from alerts.book import Book
from alerts.findings import take_up
from alerts.worker import Worker
from store.clock import now
from store.database import Connection
from store.queries import queries
from store.registry import load_registry

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.2
"""Pause after each round: ingest commits every few tens of milliseconds, and one round takes in what came meanwhile."""

SLICE_SECONDS = 0.25
"""How long outlets are judged before it is looked again who is most urgent: the frame of an ended hour that comes under load must
not wait for every outlet that only has news of the running hour."""

ROUND_SECONDS = 2.0
"""Longest round under load: settled days and findings must have their turn too."""

IDLE_SECONDS = 1.0
"""Longest wait for a notification: settled days and a missed notification are looked for at least so often."""


class Loop:
    """Judges on one connection and listens on another; an outlet that fails is left alone for a while and stops nobody."""

    def __init__(self, worker: Worker, stop: threading.Event) -> None:
        self._worker = worker
        self._stop = stop
        self._resting: dict[int, tuple[float, Backoff]] = {}
        self.hours = 0
        self.days = 0
        self.failures = 0
        self.failed: str | None = None
        self.listening = False

    def run(self, work: Connection, ears: Connection) -> None:
        """Until the stop event is set. Raises psycopg.OperationalError when a connection is lost."""
        ears.execute(queries("judgement")["listen_touched"])
        # What changed between the first reading and the first notification must not be missed.
        self._reload(work)
        self.listening = True
        while not self._stop.is_set():
            moved = self.round(work)
            self._listen(work, ears, 0.0 if moved else IDLE_SECONDS)
            self._stop.wait(GATHER_SECONDS)

    def round(self, work: Connection) -> bool:
        """One round over everything that waits; whether anything was done."""
        at = now()
        moved = 0
        until = time.monotonic() + ROUND_SECONDS
        while done := self._slice(work):
            moved += done
            if self._stop.is_set():
                return True
            if time.monotonic() > until:
                break
        for outlet_key in self._worker.outlets_to_settle(work, at):
            moved += self._guarded(outlet_key, lambda key: self._days(work, key))
        with work.transaction():
            moved += take_up(Book(work, at, self._worker.lives), self._worker.registry)
        return moved > 0

    def _slice(self, work: Connection) -> int:
        """Judge the most urgent outlets for a while; how many hours."""
        done = 0
        until = time.monotonic() + SLICE_SECONDS
        for outlet_key in self._worker.waiting(work):
            done += self._guarded(outlet_key, lambda key: self._hours(work, key))
            if self._stop.is_set() or time.monotonic() > until:
                break
        return done

    def _hours(self, work: Connection, outlet_key: int) -> int:
        done = self._worker.judge_touched(work, outlet_key, now())
        self.hours += done
        return done

    def _days(self, work: Connection, outlet_key: int) -> int:
        done = self._worker.settle_days(work, outlet_key, now())
        self.days += done
        return done

    def _guarded(self, outlet_key: int, work: Callable[[int], int]) -> int:
        """Judge one outlet; what it throws is logged and counted, and the outlet rests before the next attempt."""
        until, backoff = self._resting.get(outlet_key, (0.0, Backoff()))
        if time.monotonic() < until:
            return 0
        try:
            done = work(outlet_key)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except Exception as error:
            wait = backoff.failed()
            self._resting[outlet_key] = (time.monotonic() + wait, backoff)
            self.failures += 1
            self.failed = f"outlet {outlet_key}: {type(error).__name__}: {error}"
            log.exception("outlet %d could not be judged; next attempt in %.1f s", outlet_key, wait)
            return 0
        self._resting.pop(outlet_key, None)
        return done

    def _listen(self, work: Connection, ears: Connection, seconds: float) -> None:
        channels = {notice.channel for notice in ears.notifies(timeout=seconds, stop_after=1)}
        channels |= {notice.channel for notice in ears.notifies(timeout=0)}
        if "outfall_registry" in channels:
            self._reload(work)
            log.info("the registry changed and was read again")

    def _reload(self, work: Connection) -> None:
        with work.transaction():
            self._worker.registry = load_registry(work, at=now())

"""The thread of the API process that builds packages, one at a time.

Any number of processes may have one: a package is claimed with its row. While it is built a pulse says so; a builder that is
killed stops beating, and another one takes the package up from the beginning.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import psycopg

from api.evidence.build import PART, build, evidence_folder
from store import clock
from store.database import Connection, connect
from store.errors import OutfallError, StoreError
from store.evidence import MOST_ATTEMPTS, Order, beat, claim, expire, fail, give_back
from store.settings import Settings

logger = logging.getLogger(__name__)

IDLE_SECONDS = 2.0
PULSE_SECONDS = 2.0
TIDY_SECONDS = 3600.0
AWAY_SECONDS = 10.0
STOP_SECONDS = 4.0
_OLD_PART_SECONDS = 86400


class Abandoned(Exception):
    """The building is to stop: the process ends, or another builder has taken the package."""


def builder_name() -> str:
    """This thread among the builders."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


class Worker:
    """Builds what is queued until it is stopped."""

    def __init__(self, settings: Settings, write: Callable[[], AbstractContextManager[Connection]]) -> None:
        """``write`` gives a short transaction, by which a package is claimed."""
        self._settings = settings
        self._write = write
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)
        self._tidied = -TIDY_SECONDS

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """A package was asked for."""
        self._wake.set()

    def stop(self) -> None:
        """End; what is being built is left for another builder."""
        self._stop.set()
        self._wake.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                if self._once():
                    continue
                pause = IDLE_SECONDS
            except (psycopg.OperationalError, StoreError) as error:
                logger.warning("packages wait: the database does not answer: %s", type(error).__name__)
                pause = AWAY_SECONDS
            self._wake.wait(pause)

    def _once(self) -> bool:
        """Build one package; False when none waits."""
        if time.monotonic() - self._tidied >= TIDY_SECONDS:
            self._tidied = time.monotonic()
            with self._write() as connection:
                tidy(self._settings, connection)
        with self._write() as connection:
            order = claim(connection, builder_name())
        if order is None:
            return False
        work_on(self._settings, order, stopped=self._stop.is_set)
        return True


def work_on(
    settings: Settings,
    order: Order,
    *,
    stopped: Callable[[], bool] = lambda: False,
    told: Callable[[str, int], None] = lambda step, progress: None,
) -> None:
    """Build a claimed package to its end: ready, failed with its reason, or given back when the process stops.

    Raises psycopg.Error and StoreError when the database is away; the package is taken up again later.
    """
    if order.attempts > MOST_ATTEMPTS:
        _failed(
            settings, order, "evidence_builder_died", "Every process that began to build it ended meanwhile."
        )
        return
    with _pulse(settings, order, stopped) as progress:

        def step(name: str, percent: int) -> None:
            progress(name, percent)
            told(name, percent)

        try:
            built = build(settings, order, step)
        except Abandoned:
            with connect(settings.database(), name="evidence-end") as connection:
                give_back(connection, order)
        except (psycopg.OperationalError, ConnectionError):
            raise
        except OutfallError as error:
            if error.code == "database_away":
                raise
            _failed(settings, order, error.code, error.message)
        except Exception as error:
            logger.exception("package %s could not be built", order.number)
            _failed(settings, order, "evidence_build_failed", f"{type(error).__name__}: {error}")
        else:
            if built is not None:
                logger.info("package %s is ready: %d bytes", order.number, built.size)


def _failed(settings: Settings, order: Order, code: str, message: str) -> None:
    logger.error("package %s could not be built: [%s] %s", order.number, code, message)
    with connect(settings.database(), name="evidence-end") as connection:
        fail(connection, order, code, message)


@contextmanager
def _pulse(
    settings: Settings, order: Order, stopped: Callable[[], bool]
) -> Iterator[Callable[[str, int], None]]:
    """Beat while the package is built; gives the function that is told the step and the percent.

    That function raises Abandoned when the process stops or the package was taken by another builder.
    """
    state: list[tuple[str, int]] = [("started", 0)]
    done, lost = threading.Event(), threading.Event()

    def run() -> None:
        while not done.wait(PULSE_SECONDS):
            try:
                with connect(settings.database(), name="evidence-pulse", autocommit=True) as connection:
                    while not lost.is_set():
                        if not beat(connection, order, *state[0]):
                            lost.set()
                        if done.wait(PULSE_SECONDS):
                            return
            except (psycopg.Error, StoreError) as error:
                logger.warning("package %s: no pulse: %s", order.number, type(error).__name__)

    def progress(step: str, percent: int) -> None:
        # Some of the work is done beside the rest, and what is shown only grows.
        state[0] = step, max(percent, state[0][1])
        if lost.is_set() or stopped():
            raise Abandoned

    thread = threading.Thread(target=run, name="evidence-pulse", daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        done.set()
        thread.join()


def tidy(settings: Settings, connection: Connection) -> None:
    """Let packages go that have been kept long enough, and what killed builders left behind."""
    folder = evidence_folder(settings)
    before = clock.now() - timedelta(days=settings.evidence_keep_days)
    for name in expire(connection, before):
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir():
        for path in folder.glob(f"*{PART}"):
            if time.time() - path.stat().st_mtime > _OLD_PART_SECONDS:
                path.unlink(missing_ok=True)

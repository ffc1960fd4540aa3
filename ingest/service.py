"""The ingest process: wires the parts, waits for a signal, stops in order."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from queue import SimpleQueue

from ingest.arrival import Arrival
from ingest.heartbeat import Heartbeat
from ingest.keeper import Keeper
from ingest.metrics import Metrics
from ingest.session import Session, broker_address
from ingest.shards import Shards
from ingest.worker import Worker
from store import logs
from store.clock import now
from store.errors import OutfallError
from store.settings import Settings, load_settings

log = logging.getLogger(__name__)

CLIENT_ID = "outfall-ingest-{number}"
"""Fixed, so that the broker finds the session of an instance again."""

WORKER_SECONDS = 3.0
SESSION_SECONDS = 1.5
"""Together below the five seconds in which a process has to stop; what was not stored by then is delivered again."""

SWITCH_SECONDS = 0.001
"""How long a busy thread keeps the interpreter. With the usual 5 ms the broker's thread would wait that long for every read."""


COLLECT_AFTER = 50_000
"""Objects made between two looks of the garbage collector. A batch makes tens of thousands that hold no circles."""


def run(settings: Settings, stopping: threading.Event) -> None:
    """Ingest until ``stopping`` is set. Raises SettingsError when the broker or the database is not configured."""
    shards = Shards(settings.ingest_workers)
    arrivals: list[SimpleQueue[Sequence[Arrival]]] = [SimpleQueue() for _ in range(shards.count)]
    session = Session(
        broker_address(settings.broker(), settings.mqtt_ca),
        client_id=CLIENT_ID.format(number=settings.ingest_instance),
        receive_maximum=settings.receive_maximum,
        arrivals=arrivals,
        shards=shards,
    )
    metrics = Metrics()
    metrics.serve(settings.http_host, settings.ingest_metrics_port)
    heartbeat = Heartbeat(now())
    workers = [
        Worker(
            settings,
            shard=shard,
            session=session,
            arrivals=arrivals[shard],
            keeper=Keeper(settings, stopping, owns=partial(_is_in, shards, shard)),
            metrics=metrics,
            heartbeat=heartbeat,
            stopping=stopping,
        )
        for shard in range(shards.count)
    ]
    for worker in workers:
        worker.prepare()
    failed: list[BaseException] = []
    threads = [
        threading.Thread(target=_work, args=(worker, stopping, failed), name="store", daemon=True)
        for worker in workers
    ]
    if not stopping.is_set():
        # What was imported and read until now stays for good; the collector need not look at it again.
        gc.freeze()
        session.start()
        for thread in threads:
            thread.start()
        stopping.wait()
        deadline = time.monotonic() + WORKER_SECONDS
        for thread in threads:
            thread.join(max(deadline - time.monotonic(), 0))
        session.stop(SESSION_SECONDS)
    if failed:
        raise failed[0]
    log.info("ingest stopped")


def _is_in(shards: Shards, shard: int, gateway: str) -> bool:
    return shards.of(gateway) == shard


def _work(worker: Worker, stopping: threading.Event, failed: list[BaseException]) -> None:
    try:
        worker.run()
    except BaseException as error:  # handed to the main thread, which ends the process with it
        failed.append(error)
        stopping.set()


def main() -> int:
    """The command ``outfall ingest``: settings from the environment, SIGTERM or SIGINT to stop. Returns the exit code."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(COLLECT_AFTER, 20, 100)
    try:
        settings = load_settings()
        logs.configure(settings, "ingest")
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stopping.set())
        run(settings, stopping)
    except OutfallError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0

"""The ingest process: wires the parts, waits for a signal, stops in order."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Sequence
from queue import SimpleQueue

from ingest.arrival import Arrival
from ingest.heartbeat import Heartbeat
from ingest.keeper import Keeper
from ingest.metrics import Metrics
from ingest.session import Session, broker_address
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


def run(settings: Settings, stopping: threading.Event) -> None:
    """Ingest until ``stopping`` is set. Raises SettingsError when the broker or the database is not configured."""
    arrivals: SimpleQueue[Sequence[Arrival]] = SimpleQueue()
    session = Session(
        broker_address(settings.broker(), settings.mqtt_ca),
        client_id=CLIENT_ID.format(number=settings.ingest_instance),
        receive_maximum=settings.receive_maximum,
        arrivals=arrivals,
    )
    metrics = Metrics()
    metrics.serve(settings.http_host, settings.ingest_metrics_port)
    worker = Worker(
        settings,
        session=session,
        arrivals=arrivals,
        keeper=Keeper(settings, stopping),
        metrics=metrics,
        heartbeat=Heartbeat(now()),
        stopping=stopping,
    )
    failed: list[BaseException] = []

    def work() -> None:
        try:
            worker.run()
        except BaseException as error:  # handed to the main thread, which ends the process with it
            failed.append(error)
            stopping.set()

    thread = threading.Thread(target=work, name="store", daemon=True)
    thread.start()
    stopping.wait()
    thread.join(WORKER_SECONDS)
    session.stop(SESSION_SECONDS)
    if failed:
        raise failed[0]
    log.info("ingest stopped")


def main() -> int:
    """The command ``outfall ingest``: settings from the environment, SIGTERM or SIGINT to stop. Returns the exit code."""
    sys.setswitchinterval(SWITCH_SECONDS)
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

"""Tells the other processes every few seconds that this one lives, and how it does."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from alerts.backoff import Backoff
from store.database import connect
from store.queries import queries

log = logging.getLogger(__name__)

EVERY_SECONDS = 5.0


class Heartbeat(threading.Thread):
    """Writes the row of this process in ``service_heartbeat`` until the stop event is set, and takes it away at the end."""

    def __init__(
        self,
        database_url: str,
        started: datetime,
        state: Callable[[], Mapping[str, Any]],
        stop: threading.Event,
    ) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._database_url = database_url
        self._row = {
            "service": "alerts",
            "instance": f"{socket.gethostname()}:{os.getpid()}",
            "started_at": started,
        }
        self._state = state
        self._ending = stop

    def run(self) -> None:
        """Beat; a database that is away is tried again."""
        backoff = Backoff()
        sql = queries("watch")
        while not self._ending.is_set():
            try:
                with connect(self._database_url, name="alerts-beat", autocommit=True) as connection:
                    while not self._ending.is_set():
                        connection.execute(sql["beat"], {**self._row, "state": Jsonb(dict(self._state()))})
                        backoff.reset()
                        self._ending.wait(EVERY_SECONDS)
                    connection.execute(sql["end_beat"], self._row)
            except Exception as error:
                log.warning("no heartbeat: %s", error)
                self._ending.wait(backoff.failed())

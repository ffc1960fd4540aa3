"""The row by which others see that this process is alive."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from starlette.concurrency import run_in_threadpool

from api.context import Database
from store.queries import queries
from store.release import release

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0


class Heartbeat:
    """Beats every five seconds while ``run`` runs, and takes its row back when it is cancelled."""

    def __init__(self, database: Database, started_at: datetime) -> None:
        self._database = database
        self._names = {"service": "api", "instance": f"{socket.gethostname()}:{os.getpid()}"}
        self._started_at = started_at

    async def run(self) -> None:
        """Until cancelled. While the database is away nobody is told, which is what others shall see."""
        state = Jsonb({"release": release()})
        written = False
        try:
            while True:
                written = await self._write("beat", started_at=self._started_at, state=state)
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            # A database that was away a moment ago would hold up the end of the process.
            if written:
                await self._write("end_beat")

    async def _write(self, statement: str, **arguments: Any) -> bool:
        try:
            await run_in_threadpool(self._execute, statement, {**self._names, **arguments})
        except psycopg.Error as error:
            logger.warning("heartbeat: the database does not answer: %s", type(error).__name__)
            return False
        return True

    def _execute(self, statement: str, arguments: dict[str, Any]) -> None:
        with self._database.write() as connection:
            connection.execute(queries("watch")[statement], arguments)

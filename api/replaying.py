"""Replays that people ask for on the console: written down, then done by a thread while the page shows how far it is.

A piece is stored in a transaction of its own, so a replay that is cut off has done what it says; asking again does the rest.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime

import psycopg
from psycopg.types.json import Jsonb

from ingest.replay import Chosen, ReplayReport, replay, waiting
from store import audit, clock
from store.database import Connection, connect
from store.errors import Conflict, OutfallError, Refused
from store.queries import queries
from store.registry import load_registry
from store.settings import Settings

logger = logging.getLogger(__name__)

TELL_SECONDS = 0.5
"""How often a replay tells how far it is."""

MOST_CHOSEN = 500
"""Pieces that can be chosen one by one; more are chosen by their reason."""


def ask(connection: Connection, chosen: Chosen, *, actor: str, origin: str, at: datetime) -> int:
    """Write a replay down, with an audit event; its number. :func:`begin` does it once this is committed.

    Raises Refused ``nothing_to_replay`` and ``too_many_chosen``, Conflict ``replay_runs`` while another replay runs.
    """
    if chosen.ids is not None and len(chosen.ids) > MOST_CHOSEN:
        raise Refused(
            f"At most {MOST_CHOSEN} pieces can be chosen one by one; choose more by their reason.",
            code="too_many_chosen",
            most=MOST_CHOSEN,
        )
    row = connection.execute(queries("ingest")["lock_replay_here"]).fetchone()
    if row is None or not row[0]:
        raise Conflict("Another replay is running; wait until it is done.", code="replay_runs")
    total = waiting(connection, chosen)
    if not total:
        raise Refused("None of these pieces waits to be replayed.", code="nothing_to_replay")
    told = chosen.as_dict()
    arguments = {"actor": actor, "origin": origin, "chosen": Jsonb(told), "total": total, "at": at}
    number = int(connection.execute(queries("quarantine")["add_run"], arguments).fetchall()[0][0])
    audit.record(
        connection,
        actor=actor,
        origin=origin,
        action="ingest:quarantine:ask",
        subject=str(number),
        detail={"chosen": told, "pieces": total},
    )
    return number


def begin(settings: Settings, run_id: int, chosen: Chosen, *, actor: str, origin: str) -> threading.Thread:
    """Do a replay in a thread that does not keep the process alive."""
    thread = threading.Thread(
        target=_work, args=(settings, run_id, chosen, actor, origin), name=f"replay-{run_id}", daemon=True
    )
    thread.start()
    return thread


def _work(settings: Settings, run_id: int, chosen: Chosen, actor: str, origin: str) -> None:
    try:
        with (
            connect(settings.database(), name="replay") as connection,
            connect(settings.database(), name="replay-told", autocommit=True) as telling,
        ):
            teller = _Teller(telling, run_id)
            code: str | None = None
            try:
                report = replay(
                    connection,
                    load_registry(connection, at=clock.now()),
                    actor=actor,
                    origin=origin,
                    chosen=chosen,
                    progress=teller.heard,
                    settings=settings,
                )
                teller.tell(report)
            except OutfallError as error:
                code = error.code
            except psycopg.Error as error:
                logger.warning("replay %d ended early: %s", run_id, type(error).__name__)
                code = "store_failed"
            telling.execute(queries("quarantine")["end_run"], {"id": run_id, "error_code": code})
    except (psycopg.Error, OutfallError) as error:
        # Nobody can be told now; the page shows that the replay has not been heard of.
        logger.warning("replay %d: the database is away: %s", run_id, type(error).__name__)


class _Teller:
    """Writes down how far a replay is, not more often than people can see it."""

    def __init__(self, connection: Connection, run_id: int) -> None:
        self._connection = connection
        self._run_id = run_id
        self._told = -TELL_SECONDS

    def heard(self, so_far: ReplayReport, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= TELL_SECONDS:
            self._told = now
            self.tell(so_far)

    def tell(self, so_far: ReplayReport) -> None:
        self._connection.execute(
            queries("quarantine")["advance_run"],
            {
                "id": self._run_id,
                "done": so_far.pieces,
                "readings": so_far.readings,
                "outcomes": Jsonb(dict(so_far.outcomes)),
            },
        )

"""Quarantined pieces and replays from rows to values, for the API and for the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ingest.replay import STORED
from store.clock import BEIJING
from store.database import Connection, rows
from store.errors import NotFound
from store.queries import queries

Row = dict[str, Any]
Place = tuple[datetime, int]

WAITING, TAKEN = "waiting", "stored"
STATES = (WAITING, TAKEN)

SILENT = timedelta(seconds=60)
"""A replay that has told nothing for so long has died with its process: a piece takes milliseconds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of pieces asks for, by receive time; what is None does not narrow.

    ``state`` is ``waiting`` (no replay has stored it) or ``stored``.
    """

    start: datetime
    end: datetime
    reason: str | None = None
    gateway: str | None = None
    mn: str | None = None
    state: str | None = None
    outlet_key: int | None = None
    message_id: int | None = None


def pieces(connection: Connection, wanted: Wanted, after: Place | None, limit: int) -> list[Row]:
    """Up to ``limit + 1`` pieces, newest first; without their bytes."""
    arguments = {
        "from_time": wanted.start,
        "to_time": wanted.end,
        "reason": wanted.reason,
        "gateway": wanted.gateway,
        "mn": wanted.mn,
        "state": wanted.state,
        "outlet_key": wanted.outlet_key,
        "message_id": wanted.message_id,
        "after_time": after and after[0],
        "after_id": after and after[1],
        "most": limit + 1,
    }
    with rows(connection) as cursor:
        return cursor.execute(queries("quarantine")["pieces"], arguments).fetchall()


def piece(connection: Connection, piece_id: int) -> Row:
    """One piece with its bytes. Raises NotFound ``piece_not_found``."""
    with rows(connection) as cursor:
        row = cursor.execute(queries("quarantine")["piece"], {"id": piece_id}).fetchone()
    if row is None:
        raise NotFound(f"There is no quarantined piece {piece_id}.", code="piece_not_found")
    return row


def replays_of(connection: Connection, piece_id: int) -> list[Row]:
    """What became of a piece each time it was replayed, newest first."""
    with rows(connection) as cursor:
        return cursor.execute(queries("quarantine")["replays_of"], {"id": piece_id}).fetchall()


def reasons(connection: Connection, start: datetime, end: datetime) -> list[Row]:
    """Pieces of a time by reason and gateway, the most first."""
    with rows(connection) as cursor:
        return cursor.execute(
            queries("quarantine")["reasons"], {"from_time": start, "to_time": end}
        ).fetchall()


def piece_item(row: Mapping[str, Any]) -> Row:
    """A piece as the API shows it."""
    outcome = row["outcome"]
    return {
        "id": row["id"],
        "received_at": row["received_at"].astimezone(BEIJING),
        "gateway": row["gateway"],
        "channel": row["channel"],
        "mn": row["mn"],
        "outlet": row["outlet"],
        "reason": row["reason"],
        "detail": row["detail"],
        "bytes": row["bytes"],
        "message_id": row["message_id"],
        "state": TAKEN if outcome in STORED else WAITING,
        "replay": None
        if outcome is None
        else {
            "at": row["replayed_at"].astimezone(BEIJING),
            "outcome": outcome,
            "actor": row["replayed_by"],
        },
    }


@dataclass(frozen=True, slots=True)
class Run:
    """A replay that somebody asked for.

    ``state`` is ``running``, ``done``, ``failed`` (``error_code`` says why) or ``interrupted``: its process ended before it did.
    """

    id: int
    actor: str
    origin: str
    chosen: Mapping[str, Any]
    total: int
    done: int
    readings: int
    outcomes: Mapping[str, int]
    started_at: datetime
    beat_at: datetime
    ended_at: datetime | None
    error_code: str | None
    state: str = "running"

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 if self.total <= self.done else self.done * 100 // self.total


def run_of(row: Row, now: datetime) -> Run:
    """A run from its row."""
    run = Run(**row)
    if run.ended_at is not None:
        return replace(run, state="failed" if run.error_code else "done")
    return replace(run, state="interrupted" if now - run.beat_at > SILENT else "running")


def runs(connection: Connection, now: datetime, *, before: int | None = None, most: int = 20) -> list[Run]:
    """The newest replays, newest first."""
    with rows(connection) as cursor:
        found = cursor.execute(queries("quarantine")["runs"], {"before": before, "most": most}).fetchall()
    return [run_of(row, now) for row in found]


def run(connection: Connection, run_id: int, now: datetime) -> Run:
    """One replay. Raises NotFound ``replay_not_found``."""
    with rows(connection) as cursor:
        row = cursor.execute(queries("quarantine")["run"], {"id": run_id}).fetchone()
    if row is None:
        raise NotFound(f"There is no replay {run_id}.", code="replay_not_found")
    return run_of(row, now)


def run_pieces(connection: Connection, asked: Run, most: int) -> list[Row]:
    """What became of the pieces of a replay; at most ``most`` of them, in order."""
    arguments = {
        "actor": asked.actor,
        "from_time": asked.started_at,
        "to_time": asked.ended_at,
        "most": most,
    }
    with rows(connection) as cursor:
        return cursor.execute(queries("quarantine")["run_pieces"], arguments).fetchall()

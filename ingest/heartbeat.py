"""Tells the other processes every few seconds that ingest is alive, and how it does."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from typing import Protocol

from psycopg.types.json import Jsonb

EVERY = timedelta(seconds=5)


class Connected(Protocol):
    """What the heartbeat says about the session with the broker."""

    connected: bool
    delivered: int


class Heartbeat:
    """Collects the key numbers between two beats."""

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._instance = f"{socket.gethostname()}:{os.getpid()}"
        self._beaten_at: datetime | None = None
        self._committed_at: datetime | None = None
        self._lag = timedelta(0)
        self._messages = 0
        self._stored = 0

    def committed(self, moment: datetime, messages: int, lag: timedelta) -> None:
        """A batch was committed; ``lag`` is the age of its oldest message."""
        self._committed_at = moment
        self._messages += messages
        self._stored += messages
        self._lag = lag

    def due(self, moment: datetime) -> bool:
        """Whether it is time; also when the clock was set back."""
        return self._beaten_at is None or not timedelta(0) <= moment - self._beaten_at < EVERY

    def row(self, moment: datetime, session: Connected, waiting: int, retries: int) -> dict[str, object]:
        """The arguments of the statement ``beat``."""
        since = self._beaten_at or self._started_at
        seconds = max((moment - since).total_seconds(), 0.001)
        state = {
            "broker_connected": session.connected,
            "messages_per_second": round(self._messages / seconds, 1),
            "messages_waiting": waiting,
            "messages_unacknowledged": max(session.delivered - self._stored, 0),
            "lag_seconds": round(self._lag.total_seconds(), 3),
            "last_commit": self._committed_at.isoformat() if self._committed_at else None,
            "retries": retries,
        }
        self._beaten_at = moment
        self._messages = 0
        return {
            "instance": self._instance,
            "started_at": self._started_at,
            "seen_at": moment,
            "state": Jsonb(state),
        }

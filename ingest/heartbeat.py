"""Tells the other processes every few seconds that ingest is alive, and how it does."""

from __future__ import annotations

import os
import socket
import threading
from datetime import datetime, timedelta
from typing import Protocol

from psycopg.types.json import Jsonb

EVERY = timedelta(seconds=5)


class Connected(Protocol):
    """What the heartbeat says about the session with the broker."""

    listening: bool
    delivered: int


class Heartbeat:
    """Collects the key numbers between two beats, from every storing thread."""

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._instance = f"{socket.gethostname()}:{os.getpid()}"
        self._lock = threading.Lock()
        self._beaten_at: datetime | None = None
        self._counted_from = started_at
        self._listening = False
        self._committed_at: datetime | None = None
        self._lag = timedelta(0)
        self._messages = 0
        self._handled = 0
        self._waiting: dict[int, int] = {}

    def committed(self, moment: datetime, messages: int, lag: timedelta) -> None:
        """A batch was committed; ``lag`` is the age of its oldest message."""
        with self._lock:
            self._committed_at = moment
            self._messages += messages
            self._lag = lag

    def handled(self, messages: int) -> None:
        """So many messages were stored, known already, or left to the broker to deliver again."""
        with self._lock:
            self._handled += messages

    def waiting(self, shard: int, messages: int) -> None:
        """So many messages wait for this storing thread."""
        self._waiting[shard] = messages

    def due(self, moment: datetime, session: Connected) -> bool:
        """Whether it is time, the broker came or went, or the clock was set back. True for one thread only: the beat counts
        as sent."""
        with self._lock:
            young = self._beaten_at is not None and timedelta(0) <= moment - self._beaten_at < EVERY
            if young and session.listening == self._listening:
                return False
            self._beaten_at = moment
            self._listening = session.listening
            return True

    def row(self, moment: datetime, session: Connected) -> dict[str, object]:
        """The arguments of the statement ``beat``."""
        with self._lock:
            seconds = max((moment - self._counted_from).total_seconds(), 0.001)
            state = {
                "broker_connected": session.listening,
                "messages_per_second": round(self._messages / seconds, 1),
                "messages_waiting": sum(self._waiting.values()),
                "messages_unacknowledged": max(session.delivered - self._handled, 0),
                "lag_seconds": round(self._lag.total_seconds(), 3),
                "last_commit": self._committed_at.isoformat() if self._committed_at else None,
            }
            self._counted_from = moment
            self._messages = 0
        return {
            "instance": self._instance,
            "started_at": self._started_at,
            "seen_at": moment,
            "state": Jsonb(state),
        }

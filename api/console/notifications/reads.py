"""What the pages of notifications read, as rows. The statements are in ``store/sql/console_notifications.sql``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from store.database import Connection, rows
from store.queries import queries

Row = dict[str, Any]

PAGE = 50
"""Messages on a page."""

HISTORY = 100
"""Records of channels and plans that are shown."""

MINUTE = timedelta(minutes=1)


def _fetch(connection: Connection, name: str, arguments: Mapping[str, Any] | None = None) -> list[Row]:
    with rows(connection) as cursor:
        return cursor.execute(queries("console_notifications")[name], dict(arguments or {})).fetchall()


def messages(connection: Connection, asked: Mapping[str, Any], before: int | None) -> list[Row]:
    """Messages, newest first; one more than a page shows."""
    return _fetch(connection, "messages", {**asked, "before_id": before, "most": PAGE + 1})


def message_counts(connection: Connection) -> dict[str, int]:
    """How many messages stand in which state."""
    return {row["state"]: row["count"] for row in _fetch(connection, "message_counts")}


def merged(connection: Connection, message_id: int) -> list[Row]:
    """The messages that went out with one."""
    return _fetch(connection, "merged", {"id": message_id})


def rates(connection: Connection, now: datetime) -> dict[str, int]:
    """Attempts of each channel within the last minute."""
    return {
        row["channel_id"]: row["attempts"] for row in _fetch(connection, "rates", {"since": now - MINUTE})
    }


def channel_history(connection: Connection) -> list[Row]:
    """Every record of a channel without its secrets, newest first."""
    return _fetch(connection, "channel_history", {"most": HISTORY})


def applications(connection: Connection) -> list[Row]:
    """Who applied a channels file when, and what it changed."""
    return _fetch(connection, "applications", {"most": HISTORY})


def state_of_force(connection: Connection) -> str:
    """A short text that changes whenever another channel or plan comes into force."""
    row = _fetch(connection, "in_force")[0]
    return hashlib.sha256(f"{row['channels']} {row['plan']}".encode()).hexdigest()[:32]

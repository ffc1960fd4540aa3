"""What the page of the system's health reads: each part by itself, so that one that is missing leaves the others."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from store.database import Connection, rows
from store.queries import queries

logger = logging.getLogger(__name__)

Row = dict[str, Any]

PARTS: Mapping[str, tuple[str, str]] = {
    "services": ("console_health", "services"),
    "gateways": ("console_health", "gateways"),
    "judging": ("console_health", "judging"),
    "outbox": ("console_health", "outbox"),
    "handovers": ("console_health", "handovers"),
    "jobs": ("jobs", "every_job"),
    "leader": ("jobs", "leader"),
    "standbys": ("jobs", "standbys"),
    "sealing": ("console_health", "sealing"),
    "outgoing": ("console_health", "outgoing"),
    "packages": ("console_health", "packages"),
    "sizes": ("console_health", "sizes"),
    "growth": ("console_health", "growth"),
    "oldest_data": ("console_health", "oldest_data"),
    "connections": ("console_health", "connections"),
    "outages": ("console_health", "outages"),
    "versions": ("console_health", "versions"),
    "migrations": ("watch", "applied_migrations"),
}
"""Name of a part: the group and the name of its statement."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that the data directory lies on, in bytes."""

    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of each part; a part that could not be read is not in it."""

    at: datetime
    parts: Mapping[str, list[Row]]
    disk: Disk | None = None
    failed: tuple[str, ...] = field(default=())

    def rows(self, name: str) -> list[Row] | None:
        """The rows of a part; None when it could not be read."""
        return self.parts.get(name)

    def row(self, name: str) -> Row | None:
        """The one row of a part; None when it could not be read or is empty."""
        found = self.parts.get(name)
        return found[0] if found else None


def gather(connection: Connection, home: Path, now: datetime) -> Found:
    """Read every part in a savepoint of its own.

    Raises psycopg.OperationalError when the connection itself is lost.
    """
    connection.execute(queries("console_health")["impatient"])
    parts: dict[str, list[Row]] = {}
    failed: list[str] = []
    for name, (group, statement) in PARTS.items():
        try:
            with connection.transaction(), rows(connection) as cursor:
                parts[name] = cursor.execute(queries(group)[statement], {"now": now}).fetchall()
        except psycopg.Error as error:
            if connection.broken:
                raise
            logger.warning("health: %s cannot be read: %s", name, type(error).__name__)
            failed.append(name)
    return Found(now, parts, disk_of(home), tuple(failed))


def disk_of(home: Path) -> Disk | None:
    """The disk of the local stack's database; None where the database lies elsewhere."""
    folder = home / "postgres"
    try:
        if not folder.is_dir():
            return None
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return Disk(usage.total, usage.free)

"""Dropping raw data that nobody has to keep any longer: once a night, by the leader alone."""

from __future__ import annotations

import logging
from datetime import datetime, time

from store.database import Connection
from store.retention.dropping import drop_old, policies
from store.settings import Settings
from store.tasks import OUTFALL

log = logging.getLogger(__name__)

RETENTION = "retention"

RETENTION_AT = time(2, 40)
"""Beijing time at which nobody waits for the database."""


def drop_at_night(connection: Connection, settings: Settings, at: datetime) -> int | None:
    """Drop what may go by the rules of ``store.retention``; how many chunks went, None when none did or it is switched off.

    A policy of TimescaleDB itself would drop by age alone and is called out every night until it is gone.
    """
    for table in policies(connection):
        log.error(
            "TimescaleDB has a retention policy on %s that knows no legal hold. Remove it: select remove_retention_policy('%s').",
            table,
            table,
        )
    if settings.retention == "off":
        return None
    gone = drop_old(connection, at, settings.retention_years, OUTFALL)
    for looked in gone:
        log.info("dropped %s of %s, data until %s", looked.chunk.name, looked.chunk.kind, looked.chunk.end)
    return len(gone) or None

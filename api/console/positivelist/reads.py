"""Rows of the page of the positive list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.tasks.facts import year_of
from store.database import Connection, rows
from store.queries import queries

Row = dict[str, Any]

MOST = 200
"""Records, proposals and samples on the page; the API has all of them, page by page."""


def records(connection: Connection, *, site_key: int | None, site: str | None, at: datetime) -> list[Row]:
    """Every stay as it was recorded, newest record first, replaced ones included."""
    arguments = {"at": at, "site_key": site_key, "site": site, "before_key": None, "most": MOST}
    with rows(connection) as cursor:
        return cursor.execute(queries("tasks")["listings"], arguments).fetchall()


def off_site_done(connection: Connection, *, site_key: int | None, at: datetime) -> Mapping[int, int]:
    """Off-site verifications done in the Beijing year that holds ``at``, by site key."""
    from_time, to_time = year_of(at)
    arguments = {"site_key": site_key, "from_time": from_time, "to_time": to_time}
    found = connection.execute(queries("console_positivelist")["off_site_done"], arguments)
    return {row[0]: row[1] for row in found}


def proposals(connection: Connection) -> list[Row]:
    """Proposals for removal, newest first. For the bureau only."""
    with rows(connection) as cursor:
        return cursor.execute(queries("console_positivelist")["removal_proposals"], {"most": MOST}).fetchall()


def samples(connection: Connection) -> list[Row]:
    """Published samples, newest first. For the bureau only: what was drawn announces visits."""
    with rows(connection) as cursor:
        return cursor.execute(queries("tasks")["samples"], {"before": None, "most": 24}).fetchall()

"""The checkpoint that a package is as of: asked for, or made right before building, once what came in is judged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from api.evidence.plans import Plans
from api.evidence.working import Head
from store import clock
from store.clock import HOUR, hour_start
from store.database import Connection, rows
from store.errors import Conflict
from store.log.checkpoint import parse_checkpoint
from store.log.notes import parse_note
from store.log.sealing import seal_all
from store.queries import queries

_POLL_SECONDS = 0.25


def take_head(plans: Plans, connection: Connection) -> tuple[Head, list[datetime]]:
    """The checkpoint to build as of, and the hours that were not judged when it was signed. ``connection`` is in autocommit mode.

    Raises Conflict ``checkpoint_not_found`` and what sealing raises.
    """
    unjudged: list[datetime] = []
    asked = plans.order.asked_size
    if asked is None:
        unjudged = _wait_for_judgement(plans, connection)
        plans.step("sealing", 0)
        seal_all(connection, plans.signer, clock.now)
    plans.step("sealing", 1)
    with rows(connection) as cursor:
        row = cursor.execute(queries("evidence")["checkpoint"], {"size": asked}).fetchone()
    if row is None:
        raise Conflict("The log has no checkpoint to build as of.", code="checkpoint_not_found")
    return Head(parse_checkpoint(parse_note(row["note"]).text), row["note"]), unjudged


def _wait_for_judgement(plans: Plans, connection: Connection) -> list[datetime]:
    """Give the judgement a moment to come to an end; the hours that still wait after it."""
    place = plans.order.place
    span = {
        "outlet_keys": list(place.outlet_keys),
        "from_time": place.from_time,
        "to_time": place.to_time,
    }
    began = time.monotonic()
    limit = plans.settings.evidence_wait_seconds
    while True:
        waiting = connection.execute(queries("evidence")["touched_hours"], span).fetchall()
        passed = time.monotonic() - began
        if not waiting or passed >= limit:
            return _hours(waiting, place.from_time, place.to_time)
        plans.step("waiting", passed / limit)
        time.sleep(_POLL_SECONDS)


def _hours(waiting: Sequence[tuple[datetime, datetime]], begin: datetime, end: datetime) -> list[datetime]:
    found: set[datetime] = set()
    for start, stop in waiting:
        hour = hour_start(max(start, begin))
        while hour < min(stop, end):
            found.add(hour)
            hour += HOUR
    return sorted(found)

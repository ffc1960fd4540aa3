"""Taking up what devices say of themselves: standard checks (CN 2062) and states (CN 3020, 2021), as automatic marks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from alerts.automatic import STATES, align
from alerts.staterecords import HOLDS, State, checks_of, marks_of_states, pairs_of, states_of
from alerts.windows import windows
from store.checkfiling import add_device_check
from store.clock import BEIJING, HOUR, hour_start
from store.database import Connection, rows
from store.errors import NotFound
from store.model import Outlet, Registry
from store.queries import queries

log = logging.getLogger(__name__)

NAME = "device_records"
AGAIN = timedelta(hours=1)
"""Records are looked at again for so long: a batch that waited for the database is committed later than it was received."""


def take_up_device_records(connection: Connection, registry: Registry, at: datetime) -> int:
    """Take up the device records that came since the last run; the number of checks and marks that changed.

    Idempotent: a record that was taken up before changes nothing. What changed has its hours judged again.
    """
    sql = queries("marks")
    known = connection.execute(sql["taken_upto"], {"name": NAME}).fetchone()
    arguments = {"since": known[0] - AGAIN if known else None, "upto": at}
    changed = 0
    with rows(connection) as cursor:
        for row in cursor.execute(sql["check_records"], arguments).fetchall():
            changed += _take_check(connection, registry, row, at)
        outlets = cursor.execute(
            sql["outlets_with_states"], arguments | {"standing_since": at - HOLDS - HOUR}
        ).fetchall()
    for row in outlets:
        changed += _keep_states(connection, registry, row["outlet_key"], row["earliest"], at)
    connection.execute(sql["take_upto"], {"name": NAME, "upto": at})
    return changed


def _take_check(connection: Connection, registry: Registry, row: Mapping[str, Any], at: datetime) -> int:
    outlet = _outlet(registry, row["outlet_key"])
    if outlet is None:
        return 0
    moment = (row["data_time"] or row["received_at"]).astimezone(BEIJING)
    found = checks_of(pairs_of(row["body"]), moment, outlet.medium)
    if not found:
        log.warning("message %d: a standard check without a result of 0 or 1", row["message_id"])
    taken = [
        add_device_check(
            connection,
            outlet.key,
            check,
            message_id=row["message_id"],
            received_at=row["received_at"],
            at=at,
        )
        for check in found
    ]
    return sum(check is not None for check in taken)


def _keep_states(
    connection: Connection, registry: Registry, outlet_key: int, earliest: datetime, at: datetime
) -> int:
    """Bring the marks of an outlet's states since ``earliest`` in line with its records."""
    outlet = _outlet(registry, outlet_key)
    if outlet is None:
        return 0
    sql = queries("marks")
    start = hour_start(earliest)
    states: list[State] = []
    arguments = {"outlet_key": outlet_key, "from_time": start - HOLDS, "to_time": at}
    for received_at, data_time, body in connection.execute(sql["state_records"], arguments):
        moment = (data_time or received_at).astimezone(BEIJING)
        states += states_of(pairs_of(body), moment, outlet.medium)
    wanted = [mark for mark in marks_of_states(states, at.astimezone(BEIJING)) if mark.from_time >= start]
    count, hours = align(connection, outlet_key, wanted, [(start, at)], STATES, at)
    for from_time, to_time in windows(hours):
        connection.execute(
            sql["touch_hours"],
            {"outlet_key": outlet_key, "from_time": from_time, "to_time": to_time, "cause": "mark"},
        )
    return count


def _outlet(registry: Registry, outlet_key: int) -> Outlet | None:
    try:
        return registry.outlet_by_key(outlet_key)
    except NotFound:
        return None

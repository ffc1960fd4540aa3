"""What time drives: hours that ended without a frame, and days that nobody computed."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.judgement.subject import subject_of
from store.clock import BEIJING, DAY, day_start, hour_start
from store.database import Connection
from store.model import Registry
from store.queries import queries
from store.settings import Settings

HOURS = "hours"
"""Name of the sweep over ended hours in the table ``sweep``."""


def sweep_hours(connection: Connection, registry: Registry, settings: Settings, now: datetime) -> int:
    """Touch the hours whose grace time is over since the last sweep, so that what did not come is judged as missing.

    The first sweep of all begins with the present day; a sweep after a downtime catches up. Returns how many hours were swept.
    """
    sql = queries("alerts")
    target = hour_start(now - timedelta(seconds=settings.hour_grace_seconds))
    row = connection.execute(sql["sweep_upto"], {"name": HOURS}).fetchone()
    upto: datetime = row[0].astimezone(BEIJING) if row else min(day_start(now), target)
    if upto >= target:
        return 0
    outlets = [outlet.key for outlet in registry.outlets() if outlet.judged and outlet.monitor is not None]
    connection.execute(sql["touch_ended"], {"outlets": outlets, "from_time": upto, "to_time": target})
    connection.execute(sql["sweep_to"], {"name": HOURS, "upto": target})
    connection.execute(sql["announce_touched"])
    return int((target - upto) / timedelta(hours=1))


def find_unsettled_days(connection: Connection, registry: Registry, settings: Settings, now: datetime) -> int:
    """Queue ended days since an outlet's first data that have no value, for instance a day of which nothing came."""
    subjects = [subject_of(outlet) for outlet in registry.outlets()]
    ended = day_start(now - timedelta(seconds=settings.day_grace_seconds)) - DAY
    found = connection.execute(
        queries("alerts")["find_unsettled_days"],
        {
            "outlets": [subject.outlet_key for subject in subjects],
            "factors": [",".join(subject.factors) for subject in subjects],
            "ended_before": ended,
        },
    )
    return found.rowcount

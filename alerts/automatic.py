"""Keeping the automatic marks of judged hours: what the flags say now is written, what they no longer say is taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.flagmarks import Came, Flagged, marks_of, minute_of, segments
from alerts.windows import windows
from store import texts
from store.clock import BEIJING, hour_start
from store.database import Connection, rows
from store.markfiling import add_automatic, take_back_automatic
from store.markrules import NewMark
from store.marks import Mark, mark_of
from store.model import Outlet
from store.queries import queries

FLAGS, STATES = "flags", "states"
"""Origins of automatic marks: flags of readings, and state records of devices (CN 3020, 2021)."""

MINUTE_SECONDS = 60


def keep_automatic(connection: Connection, outlet: Outlet, hours: Iterable[datetime], at: datetime) -> int:
    """Bring the automatic marks of some hours in line with the flags of their readings; how many marks changed.

    Runs in the transaction that judges the hours, before they are judged; the caller holds the outlet.
    """
    ranges = windows(hours)
    if not ranges:
        return 0
    arguments = {
        "outlet_key": outlet.key,
        "froms": [start for start, _ in ranges],
        "tos": [end for _, end in ranges],
        "earliest": ranges[0][0],
        "latest": ranges[-1][1],
    }
    sql = queries("marks")
    cadence = outlet.monitor.cadence.minute if outlet.monitor else None
    flagged = [
        Flagged(factor, kind, data_time.astimezone(BEIJING), status)
        for factor, kind, data_time, status in connection.execute(
            sql["flagged_readings"],
            arguments | {"kinds": ["hour", "minute"] if cadence else ["hour", "minute", "realtime"]},
        )
    ]
    found = segments(
        flagged,
        _came(connection, outlet, flagged),
        gas=outlet.medium == "gas",
        minute_seconds=cadence or MINUTE_SECONDS,
    )
    return align(connection, outlet.key, marks_of(found), ranges, FLAGS, at)[0]


def align(
    connection: Connection,
    outlet_key: int,
    wanted: Sequence[NewMark],
    ranges: Sequence[tuple[datetime, datetime]],
    origin: str,
    at: datetime,
) -> tuple[int, set[datetime]]:
    """Make the automatic marks of one origin that begin in some ranges the wanted ones.

    Returns how many were added or taken back, and the hours in which they begin.
    """
    arguments = {
        "outlet_key": outlet_key,
        "froms": [start for start, _ in ranges],
        "tos": [end for _, end in ranges],
        "origin": origin,
    }
    with rows(connection) as cursor:
        standing = [mark_of(row) for row in cursor.execute(queries("marks")["automatic_marks"], arguments)]
    known = {_said(mark) for mark in standing}
    still = {_said(mark) for mark in wanted}
    stale = [mark for mark in standing if _said(mark) not in still]
    fresh = [mark for mark in wanted if _said(mark) not in known]
    take_back_automatic(
        connection, stale, origin=origin, reason=texts.text("marks.automatic_taken_back"), at=at
    )
    add_automatic(connection, outlet_key, fresh, origin=origin, at=at)
    begun = [mark.from_time for mark in stale] + [mark.from_time for mark in fresh]
    return len(begun), {hour_start(moment) for moment in begun}


def _said(mark: Mark | NewMark) -> tuple[object, ...]:
    return mark.category, mark.label, mark.factor, mark.from_time, mark.to_time


def _came(connection: Connection, outlet: Outlet, flagged: Sequence[Flagged]) -> Came:
    """What came in the hours with flags; how many realtime readings a minute had is asked where some of them are flagged."""
    if not flagged:
        return Came()
    sql = queries("marks")
    factors = {*outlet.factors, *(reading.factor for reading in flagged)}
    kinds: dict[datetime, set[tuple[str, str]]] = defaultdict(set)
    hours = {"hours": sorted({hour_start(reading.at) for reading in flagged}), "factors": sorted(factors)}
    for hour, factor, kind in connection.execute(sql["came_in_hours"], hours | {"outlet_key": outlet.key}):
        kinds[hour.astimezone(BEIJING)].add((factor, kind))
    places = sorted({(each.factor, minute_of(each.at)) for each in flagged if each.kind == "realtime"})
    minutes = {"factors": [factor for factor, _ in places], "minutes": [at for _, at in places]}
    counted = (
        connection.execute(sql["realtime_in_minutes"], minutes | {"outlet_key": outlet.key}) if places else ()
    )
    return Came(
        {hour: frozenset(found) for hour, found in kinds.items()},
        {(factor, minute.astimezone(BEIJING)): count for factor, minute, count in counted},
    )

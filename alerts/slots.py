"""When a daily job is due: pure arithmetic of days and clock times in Beijing, which knows no summer time."""

from __future__ import annotations

from datetime import datetime, time

from store.clock import BEIJING, DAY


def newest_slot(daily_at: time, now: datetime) -> datetime:
    """The last moment at or before ``now`` at which the job was due."""
    today = now.astimezone(BEIJING).replace(
        hour=daily_at.hour, minute=daily_at.minute, second=0, microsecond=0
    )
    return today if today <= now else today - DAY


def next_slot(daily_at: time, now: datetime) -> datetime:
    """The first moment after ``now`` at which the job is due."""
    return newest_slot(daily_at, now) + DAY


def due_slots(daily_at: time, done: datetime | None, now: datetime) -> list[datetime]:
    """The moments up to ``now`` that are still to be done, the oldest first.

    ``done`` is the last one that was done. A job that never ran does the newest only: before its first day there was nothing to
    do. A ``done`` of another clock time (the setting was changed) counts for its day.
    """
    newest = newest_slot(daily_at, now)
    if done is None:
        return [newest]
    slots: list[datetime] = []
    while newest.astimezone(BEIJING).date() > done.astimezone(BEIJING).date():
        slots.append(newest)
        newest -= DAY
    return slots[::-1]

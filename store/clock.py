"""Time as the standards have it: Beijing time on the wire, aware datetimes everywhere.

HJ 212 texts carry no zone and mean UTC+08:00 without summer time; days and hours of regulation.md B are Beijing days and hours.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "UTC+08:00")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def now() -> datetime:
    """The present moment, aware, in Beijing time. The only place that reads the wall clock for domain purposes."""
    return datetime.now(UTC).astimezone(BEIJING)


def hour_start(moment: datetime) -> datetime:
    """Start of the Beijing clock hour that holds ``moment`` (hour label = start of the hour, regulation.md B.1)."""
    return moment.astimezone(BEIJING).replace(minute=0, second=0, microsecond=0)


def day_start(moment: datetime) -> datetime:
    """Start (00:00 Beijing) of the calendar day that holds ``moment``."""
    return moment.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)

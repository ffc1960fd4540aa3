"""Hours and days as ranges: few windows for a query, few rows for the queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from store.clock import HOUR, hour_start


def hours_between(from_time: datetime, to_time: datetime) -> Iterator[datetime]:
    """The Beijing clock hours that a range touches, in order; the end is exclusive."""
    hour = hour_start(from_time)
    while hour < to_time:
        yield hour
        hour += HOUR


def windows(hours: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """The hours as ranges, adjacent ones joined, in order."""
    joined: list[tuple[datetime, datetime]] = []
    for hour in sorted(hours):
        if joined and joined[-1][1] == hour:
            joined[-1] = (joined[-1][0], hour + HOUR)
        else:
            joined.append((hour, hour + HOUR))
    return joined

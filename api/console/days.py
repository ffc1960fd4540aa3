"""Days that a form or an address names, as Beijing moments. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.clock import BEIJING, DAY
from store.errors import Refused

FIRST_YEAR, LAST_YEAR = 1970, 2200
"""No data are older; and a day can be counted on from."""


def day_of(written: str) -> datetime | None:
    """The start of a Beijing day, ``2026-11-24``; None for an empty field. Raises Refused ``day_malformed``."""
    if not written.strip():
        return None
    try:
        day = datetime.strptime(written.strip(), "%Y-%m-%d").replace(tzinfo=BEIJING)
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year < LAST_YEAR:
        raise Refused(f"{written[:40]!r} is no day: write 2026-11-24.", code="day_malformed")
    return day


def end_of_day(written: str, now: datetime) -> datetime | None:
    """The last moment of a day, of today the present one: "as of that day". None for an empty field.

    Raises Refused ``day_malformed`` and ``day_in_future``.
    """
    day = day_of(written)
    if day is None:
        return None
    if day > now:
        raise Refused("The day has not come yet.", code="day_in_future")
    return min(now, day + DAY - timedelta(microseconds=1))

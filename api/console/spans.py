"""Days and minutes as forms and addresses give them, in Beijing time. Pure; the present moment is an argument."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.clock import BEIJING, DAY, day_start
from store.errors import Refused

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=BEIJING), datetime(2200, 1, 1, tzinfo=BEIJING)


def minute_given(text: str) -> datetime:
    """The minute of a field of type ``datetime-local``. Raises Refused ``local_time_wrong``."""
    try:
        moment = datetime.strptime(text.strip().replace(" ", "T")[:16], "%Y-%m-%dT%H:%M").replace(
            tzinfo=BEIJING
        )
    except ValueError:
        moment = None
    if moment is None or not EARLIEST <= moment < LATEST:
        raise Refused("Give day and time to the minute, like 2026-11-24T08:00.", code="local_time_wrong")
    return moment


def minute_field(moment: datetime) -> str:
    """A moment as the value of a field of type ``datetime-local``."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M")


def day_given(text: str | None) -> datetime | None:
    """The start of the day of a field of type ``date``; None when nothing is given or it is no day."""
    try:
        day = datetime.strptime((text or "").strip(), "%Y-%m-%d").replace(tzinfo=BEIJING)
    except ValueError:
        return None
    return day if EARLIEST <= day < LATEST - DAY else None


def days_given(
    first: str | None, last: str | None, *, now: datetime, usual: int, longest: int
) -> tuple[datetime, datetime]:
    """Start of the first day and end of the last one; ``usual`` days up to today where the address does not say.

    Raises Refused ``days_too_many`` beyond ``longest`` days.
    """
    start, end = day_given(first), day_given(last)
    if end is None:
        end = day_start(now) if start is None else max(start, min(day_start(now), start + (usual - 1) * DAY))
    if start is None or start > end:
        start = end - (usual - 1) * DAY
    if end - start >= timedelta(days=longest):
        raise Refused(f"At most {longest} days can be shown at once.", code="days_too_many", days=longest)
    return start, end + DAY


def day_field(moment: datetime) -> str:
    """A moment as the value of a field of type ``date``."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d")


def last_day_field(end: datetime) -> str:
    """The last day before an exclusive end, as the value of a field of type ``date``."""
    return day_field(end - timedelta(microseconds=1))

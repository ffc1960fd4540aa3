"""What a mark must be, until when it can be filed, and which of two marks counts (regulation.md C.1, C.3). Pure.

The time limit is set by the day. A mark over several days is therefore kept as one mark a day: each has its own deadline, and of
a stop of a week that is filed in the end only the last day takes effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from store.clock import BEIJING, DAY, HOUR, day_start, hour_start
from store.errors import Refused
from store.marklabels import CATEGORIES, find_label, labels_of
from store.model import Outlet
from store.reasons import check_reason
from store.settings import Settings

LONGEST = timedelta(days=31)
"""One statement speaks of a month at most; longer stops are filed by the month [P]."""


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark as it is filed; see :class:`store.marks.Mark`. ``proof`` names documents filed with it and their digests."""

    category: str
    label: str
    factor: str | None
    from_time: datetime
    to_time: datetime
    reason: str
    proof: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Clocks:
    """The time limits of C.3, all configurable.

    Attributes
    ----------
    deadline : Beijing clock time until which a day can be marked
    days : how many days after the marked day that is
    late : data that come this long after the end of their hour came late: after a break of communication
    """

    deadline: time = time(12)
    days: int = 1
    late: timedelta = timedelta(hours=2)


USUAL = Clocks()


def clocks_of(settings: Settings) -> Clocks:
    """The time limits as they are set; data are late as for the alerts (``late_seconds``)."""
    return Clocks(
        deadline=time.fromisoformat(settings.mark_deadline),
        days=settings.mark_deadline_days,
        late=timedelta(seconds=settings.late_seconds),
    )


def deadline_of(
    to_time: datetime, received_data_at: datetime | None = None, clocks: Clocks = USUAL
) -> datetime:
    """Until when a period that ends at ``to_time`` can be marked to effect: 12:00 of the day after the marked day (C.3).

    Data that came late could not be marked before: then it is 12:00 of the day after they came.

    Parameters
    ----------
    to_time : exclusive end of the marked period; midnight ends the day before
    received_data_at : when the last data of the period came; None = none came
    """
    limit = timedelta(hours=clocks.deadline.hour, minutes=clocks.deadline.minute) + clocks.days * DAY
    ordinary = day_start(to_time - timedelta.resolution) + limit
    if received_data_at is None:
        return ordinary
    hour_end = hour_start(to_time - timedelta.resolution) + HOUR
    came_late = received_data_at > hour_end + clocks.late
    return max(ordinary, day_start(received_data_at) + limit) if came_late else ordinary


def by_day(from_time: datetime, to_time: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The parts of [from, to) that lie in one Beijing day each, in order."""
    start = from_time.astimezone(BEIJING)
    while start < to_time:
        end = min(day_start(start) + DAY, to_time.astimezone(BEIJING))
        yield start, end
        start = end


def check_mark(new: NewMark, outlet: Outlet, industry: str, at: datetime) -> None:
    """Refuse a mark that says nothing that can be.

    Raises Refused: ``mark_category_unknown``, ``mark_label_unknown``, ``mark_factor_unknown``, ``mark_not_whole_minutes``,
    ``mark_ends_before_start``, ``mark_in_future``, ``mark_too_long``, ``reason_missing``, ``text_too_long``.
    """
    if new.category not in CATEGORIES:
        raise Refused(
            f"The category is {' or '.join(CATEGORIES)}, not {new.category!r}.", code="mark_category_unknown"
        )
    found = find_label(industry, new.category, new.label)
    if found is None or not found.filed:
        known = [item.code for item in labels_of(industry) if item.category == new.category and item.filed]
        raise Refused(
            f"There is no {new.category} label {new.label!r} to file for the industry {industry}; "
            f"there are {', '.join(known)}.",
            code="mark_label_unknown",
            label=new.label,
            labels="、".join(known),
        )
    check_factor(new.factor, outlet, code="mark_factor_unknown")
    if any(moment.second or moment.microsecond for moment in (new.from_time, new.to_time)):
        raise Refused("A mark begins and ends at whole minutes.", code="mark_not_whole_minutes")
    if new.to_time <= new.from_time:
        raise Refused("A mark ends after it starts.", code="mark_ends_before_start")
    if new.to_time > at:
        latest = at.astimezone(BEIJING).replace(second=0, microsecond=0)
        raise Refused(
            f"A mark speaks of what has been: it can end at {latest.isoformat(timespec='minutes')} at the latest.",
            code="mark_in_future",
            latest=latest.strftime("%Y-%m-%d %H:%M"),
        )
    if new.to_time - new.from_time > LONGEST:
        raise Refused(
            f"One mark speaks of {LONGEST.days} days at most; file the rest as another.",
            code="mark_too_long",
            days=LONGEST.days,
        )
    check_reason(new.reason)


def check_factor(factor: str | None, outlet: Outlet, *, code: str) -> None:
    """Refuse a factor that the outlet does not have; None stands for all of them."""
    known = {*outlet.factors, *(limit.factor for limit in outlet.limits)}
    if factor is not None and factor not in known:
        raise Refused(
            f"The outlet {outlet.id} has no factor {factor!r}; it has {', '.join(sorted(known))}.",
            code=code,
            factor=factor,
        )

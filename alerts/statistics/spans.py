"""The calendar of the statistics: days, months, quarters and years of Beijing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.clock import BEIJING, DAY, HOUR, day_start

SPANS = ("day", "month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Span:
    """One calendar span: ``start`` inclusive, ``end`` exclusive, both at 00:00 Beijing."""

    name: str
    start: datetime
    end: datetime

    @property
    def days(self) -> int:
        """Calendar days."""
        return (self.end - self.start).days

    def hours(self, since: datetime, until: datetime) -> list[datetime]:
        """Starts of its hours within [since, until), in order."""
        return _steps(max(self.start, since), min(self.end, until), HOUR.seconds)

    def whole_days(self, since: datetime, until: datetime) -> list[datetime]:
        """Starts of its days that hold or follow ``since`` and have ended by ``until``, in order."""
        first = max(self.start, day_start(since))
        return [day for day in _steps(first, min(self.end, until), DAY.days * 86400) if day + DAY <= until]


def span_of(name: str, moment: datetime) -> Span:
    """The span of this name that holds ``moment``. Raises KeyError for a name outside ``SPANS``."""
    day = day_start(moment)
    if name == "day":
        return Span(name, day, day + DAY)
    months = _MONTHS[name]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    following = first.month + months
    end = first.replace(year=first.year + (following > 12), month=(following - 1) % 12 + 1)
    return Span(name, first, end)


def before(span: Span) -> Span:
    """The span before."""
    return span_of(span.name, span.start - HOUR)


def ended_between(name: str, earliest: datetime, latest: datetime) -> list[Span]:
    """The spans of a name that ended after ``earliest`` and up to ``latest``, in order."""
    found: list[Span] = []
    span = before(span_of(name, latest))
    while span.end > earliest:
        found.append(span)
        span = before(span)
    return found[::-1]


def _steps(first: datetime, end: datetime, seconds: int) -> list[datetime]:
    """Beijing has no summer time: steps of seconds are steps of the calendar."""
    begin = first.timestamp()
    count = int(-(-(end.timestamp() - begin) // seconds)) if end > first else 0
    return [datetime.fromtimestamp(begin + number * seconds, BEIJING) for number in range(count)]

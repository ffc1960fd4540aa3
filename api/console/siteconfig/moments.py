"""The two times of the registry that a page asks for: when something holds, and when it was believed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from api.console.days import end_of_day

Day = Annotated[str, Query(max_length=20)]


@dataclass(frozen=True, slots=True)
class Moments:
    """As of the end of a day, as believed at the end of another; of today the present moment.

    Attributes
    ----------
    at_day, known_day : as they were asked, empty for now
    at, known_at : the moments
    """

    at_day: str
    known_day: str
    at: datetime
    known_at: datetime

    def address(self, path: str) -> str:
        """A page with the same moments."""
        given = {"at": self.at_day, "known": self.known_day}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{query}" if query else path

    def holds(self, start: datetime, end: datetime | None) -> bool:
        """Whether a record with these ends is in force then."""
        return start <= self.at and (end is None or end > self.at)

    def believed(self, start: datetime, end: datetime | None) -> bool:
        """Whether a record that was written and replaced at these times was believed then."""
        return start <= self.known_at and (end is None or end > self.known_at)


def moments_of(at: str, known: str, now: datetime) -> Moments:
    """The moments of an address. Raises Refused ``day_malformed`` and ``day_in_future``."""
    return Moments(at, known, end_of_day(at, now) or now, end_of_day(known, now) or now)

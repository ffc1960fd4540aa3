"""Hours that are invalid or missing and that nobody has marked; what needs a mark is told by ``api.console.markpages``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from api.console.markpages.effects import parts_of
from api.console.markpages.reads import marks_over
from api.console.markpages.stretches import INVALID, MISSING, Stretch, stretches
from api.console.unit.duties import Gap
from api.console.unit.reads import doubtful_hours
from store.clock import DAY, HOUR, day_start
from store.database import Connection
from store.markrules import Clocks
from store.model import Outlet

MOST = 100
"""Stretches whose deadlines are looked up; whoever has more begins with these."""


def unmarked(
    connection: Connection, outlets: Iterable[Outlet], first: datetime, last: datetime
) -> list[Stretch]:
    """The stretches of judged outlets in [first, last) that are invalid or missing and unmarked, by time.

    Exceeded hours are answered by alerts; what the device said of itself asks nothing of anybody.
    """
    judged = [outlet for outlet in outlets if outlet.judged]
    places = [(outlet.key, factor) for outlet in judged for factor in outlet.factors]
    found = stretches(
        doubtful_hours(connection, places, first, last),
        marks_over(connection, judged, first, last),
        {outlet.key: outlet.factors for outlet in judged},
    )
    return [stretch for stretch in found if stretch.kind in (INVALID, MISSING)]


def hours_of(found: Iterable[Stretch]) -> int:
    """How many hours of outlets these are; an hour of several factors is one."""
    return len(
        {
            (stretch.outlet_key, stretch.start + number * HOUR)
            for stretch in found
            for number in range(stretch.hours)
        }
    )


def open_gaps(connection: Connection, outlets: Sequence[Outlet], clocks: Clocks, now: datetime) -> list[Gap]:
    """What can still be marked to effect, what must be marked first first."""
    by_key = {outlet.key: outlet for outlet in outlets}
    first = day_start(now) - clocks.days * DAY
    gaps: list[Gap] = []
    for stretch in unmarked(connection, outlets, first, now)[-MOST:]:
        parts = parts_of(connection, clocks, stretch.outlet_key, stretch.start, stretch.end, now)
        waiting = [part.deadline for part in parts if not part.late]
        if waiting:
            gaps.append(Gap(by_key[stretch.outlet_key], stretch, min(waiting)))
    return sorted(gaps, key=lambda gap: (gap.deadline, gap.stretch.start))

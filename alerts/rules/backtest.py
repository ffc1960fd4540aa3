"""One rule over history, without writing anything: what it would have noticed with the thresholds of today."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.judgement.subject import subject_of
from alerts.rules.keeping import examined
from alerts.rules.loading import Asked, load
from alerts.rules.shape import Noticed, Rule
from alerts.rules.thresholds import judging_of, thresholds_of
from alerts.windows import hours_between
from store.clock import DAY, day_start
from store.database import Connection
from store.model import Outlet
from store.queries import queries
from store.settings import Settings

CHUNK = timedelta(days=7)
"""Data time read at once, as in the judging of touched hours."""

Progress = Callable[[int, int], None]
"""Told how many chunks of how many are done."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule would have noticed at an outlet."""

    outlet: Outlet
    noticed: Noticed


def backtest(
    connection: Connection,
    rule: Rule,
    outlets: Sequence[Outlet],
    settings: Settings,
    from_time: datetime,
    to_time: datetime,
    at: datetime,
    progress: Progress = lambda done, total: None,
) -> list[Hit]:
    """What ``rule`` notices in the periods of [from_time, to_time), outlet by outlet in order of time.

    The transaction is read-only. A forecast looks at every hour or day as it stood at its end.
    """
    chunks = list(_chunks(day_start(from_time), to_time))
    hits: list[Hit] = []
    done = 0
    with connection.transaction():
        connection.execute(queries("rules")["read_only"])
        for outlet in outlets:
            subject = subject_of(outlet)
            asked = Asked(
                outlet, subject, [rule], thresholds_of(settings), judging_of(settings), at, over=True
            )
            for start, end in chunks:
                hours = list(hours_between(start, end))
                starts = hours if rule.follows == "hour" else sorted({day_start(hour) for hour in hours})
                _, noticed = examined(rule, load(connection, asked, rule.follows, starts, True).window)
                found = [one for one in noticed if start <= one.start < end and one.start >= from_time]
                hits += [Hit(outlet, one) for one in sorted(found, key=lambda one: one.start)]
                done += 1
                progress(done, len(chunks) * len(outlets))
    return hits


def _chunks(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of whole days; the last one ends with the day that holds ``end``."""
    last = day_start(end) if day_start(end) == end else day_start(end) + DAY
    while start < last:
        yield start, min(start + CHUNK, last)
        start += CHUNK

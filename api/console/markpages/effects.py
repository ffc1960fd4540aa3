"""What a mark would change before it is filed: its hours judged with it, nothing written (regulation.md C.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.hours import Judging, judge_hours
from alerts.judgement.subject import subject_of
from alerts.judgement.values import Period
from alerts.loading import stored_periods
from alerts.rules.thresholds import judging_of
from api.console.markpages.reads import received_at
from store.clock import HOUR, hour_start
from store.database import Connection
from store.markrules import Clocks, NewMark, by_day, check_mark, clocks_of, deadline_of
from store.marks import Mark
from store.model import Outlet
from store.settings import Settings

MOST_HOURS = 72
"""Hours that are judged for a preview; of a longer mark the first ones are."""

ASSUMED = 0
"""Id of a mark that is not filed."""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a mark within one day: its deadline, and whether that has passed."""

    start: datetime
    end: datetime
    deadline: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """One hour of one factor that comes out otherwise with the mark; ``before`` and ``after`` are results of design §2."""

    factor: str
    start: datetime
    before: str
    after: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What filing would do.

    Attributes
    ----------
    judged : hours that were looked at; fewer than the mark has when it is longer than ``MOST_HOURS``
    kept : exceeded hours under the mark that stay exceeded, with the reasons
    """

    parts: tuple[Part, ...]
    judged: int
    hours: int
    changed: tuple[Effect, ...]
    kept: tuple[Effect, ...]

    @property
    def late(self) -> bool:
        """Whether nothing of it can take effect any more."""
        return all(part.late for part in self.parts)

    def turning(self, result: str) -> tuple[Effect, ...]:
        """The hours that become this."""
        return tuple(effect for effect in self.changed if effect.after == result)


def preview(
    connection: Connection, settings: Settings, outlet: Outlet, industry: str, new: NewMark, at: datetime
) -> Preview:
    """What ``new`` would change if it were filed at ``at``. Raises Refused as filing does."""
    check_mark(new, outlet, industry, at)
    parts = tuple(
        parts_of(connection, clocks_of(settings), outlet.key, new.from_time, new.to_time, at, new.factor)
    )
    first, last = hour_start(new.from_time), hour_start(new.to_time - timedelta.resolution) + HOUR
    hours = [first + number * HOUR for number in range(int((last - first) / HOUR))]
    judged = hours[:MOST_HOURS]
    subject = subject_of(outlet)
    before = stored_periods(connection, outlet.key, "hour", subject.factors, judged[0], judged[-1] + HOUR)
    found = judge_hours(
        connection,
        subject,
        judged,
        frozenset(),
        Judging(
            now=at,
            rules=judging_of(settings),
            hour_grace=timedelta(seconds=settings.hour_grace_seconds),
            late=timedelta(seconds=settings.late_seconds),
        ),
        assumed=[_assumed(outlet, new, part, at) for part in parts],
    )
    changed: list[Effect] = []
    kept: list[Effect] = []
    for place, stored in sorted(before.items(), key=lambda item: (item[0][1], item[0][0])):
        period = found.newest[place]
        if new.factor not in (None, period.factor):
            continue
        was, now = result_of(stored.period), result_of(period)
        if was != now:
            changed.append(Effect(period.factor, period.start, was, now, reasons_of(period)))
        elif now == "exceeded":
            kept.append(Effect(period.factor, period.start, was, now, reasons_of(period)))
    return Preview(parts, len(judged), len(hours), tuple(changed), tuple(kept))


def parts_of(
    connection: Connection,
    clocks: Clocks,
    outlet_key: int,
    from_time: datetime,
    to_time: datetime,
    at: datetime,
    factor: str | None = None,
) -> Iterator[Part]:
    """The days of a time with their deadlines, as filing sets them; data that came late move a deadline that has passed."""
    for start, end in by_day(from_time, to_time):
        deadline = deadline_of(end, None, clocks)
        if at > deadline:
            deadline = deadline_of(end, received_at(connection, outlet_key, start, end, factor), clocks)
        yield Part(start, end, deadline, at > deadline)


def result_of(period: Period) -> str:
    """The worst result of a period; of one that nothing judges, whether it is valid."""
    results = {verdict.result for verdict in period.verdicts}
    for result in ("exceeded", "exempt", "undetermined", "invalid", "missing"):
        if result in results:
            return result
    if period.status == "missing":
        return "missing"
    if not period.valid:
        return "invalid"
    return "compliant" if "compliant" in results else "valid"


def reasons_of(period: Period) -> tuple[str, ...]:
    """Why it came out so, each reason once."""
    told = (*period.reasons, *(reason for verdict in period.verdicts for reason in verdict.reasons))
    return tuple(dict.fromkeys(told))


def _assumed(outlet: Outlet, new: NewMark, part: Part, at: datetime) -> Mark:
    return Mark(
        id=ASSUMED,
        outlet_key=outlet.key,
        category=new.category,
        label=new.label,
        factor=new.factor,
        from_time=part.start,
        to_time=part.end,
        reason=new.reason,
        channel="manual",
        filed_by="",
        received_at=at,
        deadline=part.deadline,
        late=part.late,
        withdrawn_at=None,
    )

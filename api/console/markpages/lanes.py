"""The lane chart of an outlet: what was judged and what was said of the same hours, one above the other. Pure geometry.

Time runs to the right. Lanes: the results of each factor, marks of the monitor, marks of the working condition, what the devices
marked by themselves, checks, and how the source ran. Everything is told by a word or a sign too, never by colour alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from store.checks import Check
from store.clock import BEIJING, DAY, HOUR, hour_start
from store.marks import Mark

LABEL = 132
"""Width of the names of the lanes, in units of the drawing."""

PLOT = 960
"""Width of the time."""

HEAD = 22
ROW = 20
GAP = 6
SIGN_WIDTH = 26
"""A piece narrower than this has no room for its sign."""

COVERED, LATE_ONLY, UNCOVERED = "covered", "late_only", "uncovered"

RUNNING, UNKNOWN_STATE = "running", "unknown"
STATES = ("stopped", "starting", "stopping", "banked")
"""How a source can be when it does not simply run (regulation.md B.1)."""


@dataclass(frozen=True, slots=True)
class Said:
    """One stretch of a lane before it is drawn: ``cover`` says whether a mark stands over it."""

    start: datetime
    end: datetime
    kind: str
    cover: str | None = None
    about: str | None = None
    """What it is: the id of a filed mark, category and label of automatic ones, the factor of a result."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One drawn stretch: place in the drawing, and what it says."""

    x: float
    y: float
    width: float
    said: Said

    @property
    def roomy(self) -> bool:
        """Whether a sign fits into it."""
        return self.width >= SIGN_WIDTH


@dataclass(frozen=True, slots=True)
class Point:
    """A check on its lane."""

    x: float
    y: float
    check: Check


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane. ``name`` is a factor code for results, else the code of the lane."""

    kind: str
    name: str
    y: float
    height: float
    pieces: tuple[Piece, ...] = ()
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the time axis; ``major`` begins a day."""

    x: float
    at: datetime
    major: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything of the drawing, in its own units. ``now_x`` is None when now is not within the time."""

    start: datetime
    end: datetime
    width: float
    height: float
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    now_x: float | None


def x_of(moment: datetime, start: datetime, end: datetime) -> float:
    """Where a moment lies, kept within the time."""
    share = (min(max(moment, start), end) - start) / (end - start)
    return round(LABEL + PLOT * share, 1)


def results(rows: Iterable[Mapping[str, Any]], marks: Sequence[Mark]) -> list[Said]:
    """The results of one factor, alike hours in a row joined; an exceeded hour says whether a filed mark stands over it."""
    found: list[Said] = []
    for row in rows:
        start = row["start"].astimezone(BEIJING)
        kind = row["result"] or ("valid" if row["valid"] else "invalid")
        if kind == "no_limit":
            kind = "valid" if row["valid"] else "invalid"
        if row["status"] == "missing":
            kind = "missing"
        cover = cover_of(marks, row["factor"], start) if kind == "exceeded" else None
        last = found[-1] if found else None
        if last is not None and last.end == start and (last.kind, last.cover) == (kind, cover):
            found[-1] = Said(last.start, start + HOUR, kind, cover, row["factor"])
        else:
            found.append(Said(start, start + HOUR, kind, cover, row["factor"]))
    return found


def cover_of(marks: Iterable[Mark], factor: str, start: datetime) -> str:
    """Whether filed marks stand over an hour: one that takes effect, only late ones, or none."""
    over = [
        mark
        for mark in marks
        if mark.channel == "manual"
        and mark.withdrawn_at is None
        and mark.covers(factor)
        and mark.from_time < start + HOUR
        and mark.to_time > start
    ]
    if any(not mark.late for mark in over):
        return COVERED
    return LATE_ONLY if over else UNCOVERED


def said_by(marks: Iterable[Mark], category: str) -> list[Said]:
    """The filed marks of one category; withdrawn ones are left out, they say nothing any more."""
    return [
        Said(mark.from_time, mark.to_time, "late" if mark.late else category, None, str(mark.id))
        for mark in marks
        if mark.channel == "manual" and mark.withdrawn_at is None and mark.category == category
    ]


def automatic(marks: Iterable[Mark]) -> list[Said]:
    """What the devices said, by label: marks of several factors that touch or overlap are one stretch."""
    by_label: dict[str, list[Mark]] = {}
    for mark in marks:
        if mark.channel == "automatic" and mark.withdrawn_at is None:
            by_label.setdefault(f"{mark.category}:{mark.label}", []).append(mark)
    found: list[Said] = []
    for label, same in by_label.items():
        joined: list[Said] = []
        for mark in sorted(same, key=lambda one: one.from_time):
            last = joined[-1] if joined else None
            if last is not None and mark.from_time <= last.end:
                joined[-1] = Said(last.start, max(last.end, mark.to_time), "automatic", None, label)
            else:
                joined.append(Said(mark.from_time, mark.to_time, "automatic", None, label))
        found += joined
    return sorted(found, key=lambda one: (one.start, one.about or ""))


def running(rows: Iterable[Mapping[str, Any]]) -> list[Said]:
    """How the source ran, by what most factors of each hour say."""
    by_hour: dict[datetime, list[str]] = {}
    for row in rows:
        by_hour.setdefault(row["start"].astimezone(BEIJING), []).append(row["status"])
    found: list[Said] = []
    for start in sorted(by_hour):
        kind = _state(by_hour[start])
        last = found[-1] if found else None
        if last is not None and last.end == start and last.kind == kind:
            found[-1] = Said(last.start, start + HOUR, kind)
        else:
            found.append(Said(start, start + HOUR, kind))
    return found


def _state(statuses: Sequence[str]) -> str:
    state, count = Counter(statuses).most_common(1)[0]
    if 2 * count >= len(statuses):
        if state in STATES:
            return state
        if state in ("missing", "no_data"):
            return UNKNOWN_STATE
    return RUNNING


def draw(
    start: datetime,
    end: datetime,
    lanes: Sequence[tuple[str, str, Sequence[Said], Sequence[Check]]],
    now: datetime,
) -> Chart:
    """Lay the lanes (kind, name, stretches, checks) out. Stretches that overlap within a lane stand below one another."""
    y: float = HEAD
    drawn: list[Lane] = []
    for kind, name, said, checks in lanes:
        inside = [one for one in said if one.end > start and one.start < end]
        rows = _rows(inside)
        pieces = tuple(
            Piece(
                x=x_of(one.start, start, end),
                y=y + row * ROW,
                width=round(x_of(one.end, start, end) - x_of(one.start, start, end), 1),
                said=one,
            )
            for one, row in zip(inside, rows, strict=True)
        )
        height = ROW * (max(rows, default=0) + 1)
        points = tuple(
            Point(x_of(check.checked_at, start, end), y + ROW / 2, check)
            for check in checks
            if start <= check.checked_at < end
        )
        drawn.append(Lane(kind, name, y, height, pieces, points))
        y += height + GAP
    return Chart(
        start=start,
        end=end,
        width=LABEL + PLOT,
        height=y,
        lanes=tuple(drawn),
        ticks=ticks(start, end),
        now_x=x_of(now, start, end) if start < now < end else None,
    )


def _rows(said: Sequence[Said]) -> list[int]:
    """The row of each stretch within its lane: the first one that is free."""
    free: list[datetime] = []
    rows: list[int] = []
    for one in said:
        row = next((number for number, until in enumerate(free) if until <= one.start), len(free))
        if row == len(free):
            free.append(one.end)
        free[row] = one.end
        rows.append(row)
    return rows


def ticks(start: datetime, end: datetime) -> tuple[Tick, ...]:
    """Every two hours of a day, every six of a few days, every twelve of a week."""
    length = end - start
    step = 2 * HOUR if length <= DAY else 6 * HOUR if length <= 3 * DAY else timedelta(hours=12)
    at = hour_start(start)
    found = []
    while at <= end:
        found.append(Tick(x_of(at, start, end), at, at.astimezone(BEIJING).hour == 0))
        at += step
    return tuple(found)

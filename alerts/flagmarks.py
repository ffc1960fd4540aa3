"""Automatic marks from the flags of readings (regulation.md B.1, C.1): what the device said of itself, minute by minute. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from store import texts
from store.clock import HOUR, hour_start
from store.markrules import NewMark

MINUTE = timedelta(minutes=1)

LABELS: Mapping[str, tuple[str, str]] = {
    "calibration": ("device", "calibration"),
    "maintenance": ("device", "maintenance"),
    "fault": ("device", "fault"),
    "power_failure": ("device", "fault"),
    "stopped": ("condition", "stopped"),
    "starting": ("condition", "starting"),
    "stopping": ("condition", "stopping"),
    "banked": ("condition", "banked"),
}
"""Status of a reading -> category and label. Lost data and lost communication (数据缺失, 通讯中断) are states, not marks."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A reading whose flag says something of the monitor or the source; ``kind`` is hour, minute or realtime."""

    factor: str
    kind: str
    at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Came:
    """What came at all in the hours with flags: factor and kind by hour, and how many realtime readings a minute had."""

    kinds: Mapping[datetime, frozenset[tuple[str, str]]] = field(default_factory=dict)
    realtime: Mapping[tuple[str, datetime], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """Minutes in a row, within an hour, in which a factor had one status; None = every factor that came."""

    from_time: datetime
    to_time: datetime
    status: str
    factor: str | None = None


def segments(flagged: Iterable[Flagged], came: Came, *, gas: bool, minute_seconds: int) -> list[Segment]:
    """The flagged minutes of some hours, joined to segments.

    Gas is judged by its minutes: their flags count, else those of the realtime readings (half of a minute's readings make the
    minute), else the flag of the hour frame for the whole hour. In water an hour is one analysis: the flag of its frame counts,
    and the minutes where no frame came.

    What all factors of an hour say alike is said once, of the outlet.
    """
    by_place: dict[tuple[datetime, str], list[Flagged]] = defaultdict(list)
    for reading in flagged:
        if reading.status in LABELS:
            by_place[hour_start(reading.at), reading.factor].append(reading)
    by_hour: dict[datetime, list[Segment]] = defaultdict(list)
    for (hour, factor), readings in by_place.items():
        kinds = {kind for other, kind in came.kinds.get(hour, ()) if other == factor}
        by_hour[hour] += _of_factor(hour, factor, readings, _deciding(kinds, gas), came, minute_seconds)
    return sorted(
        (
            segment
            for hour, found in by_hour.items()
            for segment in _alike(found, {factor for factor, _ in came.kinds.get(hour, ())})
        ),
        key=lambda segment: (segment.from_time, segment.to_time, segment.status, segment.factor or ""),
    )


def marks_of(found: Iterable[Segment]) -> list[NewMark]:
    """The segments as marks."""
    return [
        NewMark(
            *LABELS[segment.status],
            segment.factor,
            segment.from_time,
            segment.to_time,
            f"{texts.text('marks.automatic_flag')}：{texts.text(f'marks.{segment.status}')}",
        )
        for segment in found
    ]


def _deciding(kinds: set[str], gas: bool) -> str:
    order = ("minute", "realtime", "hour") if gas else ("hour", "minute", "realtime")
    return next((kind for kind in order if kind in kinds), "hour")


def _of_factor(
    hour: datetime, factor: str, readings: Sequence[Flagged], kind: str, came: Came, minute_seconds: int
) -> list[Segment]:
    deciding = [reading for reading in readings if reading.kind == kind]
    if kind == "hour":
        return [Segment(hour, hour + HOUR, reading.status, factor) for reading in deciding]
    if kind == "realtime":
        shares: dict[tuple[datetime, str], int] = defaultdict(int)
        for reading in deciding:
            shares[minute_of(reading.at), reading.status] += 1
        minutes = [
            (at, at + MINUTE, status)
            for (at, status), count in shares.items()
            if 2 * count >= came.realtime.get((factor, at), count)
        ]
    else:
        length = timedelta(seconds=max(minute_seconds, 60))
        minutes = [
            (minute_of(reading.at), min(minute_of(reading.at) + length, hour + HOUR), reading.status)
            for reading in deciding
        ]
    return [Segment(start, end, status, factor) for start, end, status in _joined(sorted(minutes))]


def _joined(minutes: Iterable[tuple[datetime, datetime, str]]) -> list[tuple[datetime, datetime, str]]:
    joined: list[tuple[datetime, datetime, str]] = []
    for start, end, status in minutes:
        if joined and joined[-1][2] == status and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), status)
        else:
            joined.append((start, end, status))
    return joined


def _alike(found: Sequence[Segment], factors: set[str]) -> list[Segment]:
    """Segments that every factor of the hour has become one of the outlet; with a single factor it stays of that factor."""
    by_time: dict[tuple[datetime, datetime, str], list[Segment]] = defaultdict(list)
    for segment in found:
        by_time[segment.from_time, segment.to_time, segment.status].append(segment)
    merged: list[Segment] = []
    for (start, end, status), same in by_time.items():
        whole = len(factors) > 1 and {segment.factor for segment in same} >= factors
        merged += [Segment(start, end, status)] if whole else same
    return merged


def minute_of(moment: datetime) -> datetime:
    """The start of the minute that holds a moment."""
    return moment.replace(second=0, microsecond=0)

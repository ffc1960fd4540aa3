"""Which records are due when: the order in which a logger produces its frames."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deploy.simulator import episodes as kinds
from deploy.simulator.calendar import DAY, HOUR, day_of
from deploy.simulator.episodes import Episode
from deploy.simulator.noise import channel, scatter
from deploy.simulator.sources import Source

REALTIME, FACILITY, MINUTE, HOURLY, CHECK, DAILY = "realtime", "facility", "minute", "hour", "check", "day"
#: Seconds after the instant, or after the end of the period, at which the frame is sent: just after, smaller periods first.
DELAYS = {REALTIME: 1, FACILITY: 2, MINUTE: 3, HOURLY: 8, CHECK: 12, DAILY: 20}
#: The nightly standard check lies between 02:00 and 05:00; its result is told when all of that is over.
CHECK_TOLD = 5 * HOUR


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One record of one outlet: due at ``due``, about the period that starts at ``start`` (seconds since the epoch).

    A standard check starts at midnight when it is the nightly one, else at the moment of the check.
    """

    due: int
    start: int
    kind: str
    outlet: str


def periods(source: Source, detail: bool = True) -> dict[str, int]:
    """Length in seconds of each kind of record that the logger sends; a realtime record has the length 0 of an instant.

    ``detail`` False leaves only hours and days.
    """
    cadence = source.cadence
    found: dict[str, int] = {}
    if detail and cadence.realtime:
        found[REALTIME] = 0
    if detail and source.medium == "gas" and source.protocol in ("2017", "2025"):
        found[FACILITY] = 0
    if detail and cadence.minute:
        found[MINUTE] = cadence.minute
    if cadence.hour:
        found[HOURLY] = HOUR
    if source.says_checks():
        found[CHECK] = CHECK_TOLD
    if cadence.day:
        found[DAILY] = DAY
    return found


def _step(source: Source, kind: str) -> int:
    if kind == REALTIME:
        return source.cadence.realtime or 60
    if kind == MINUTE:
        return source.cadence.minute or HOUR
    return DAY if kind in (CHECK, DAILY) else HOUR


def records(source: Source, after: Mapping[str, int], detail: bool = True) -> Iterator[Record]:
    """Every record of an outlet in the order of sending, without end.

    ``after`` gives for each kind the start of the last record that is already sent; the next one comes first.
    """
    streams = [_stream(source, kind, length, after[kind]) for kind, length in periods(source, detail).items()]
    return heapq.merge(*streams)


def _stream(source: Source, kind: str, length: int, last: int) -> Iterator[Record]:
    step = _step(source, kind)
    start = day_of(last) + DAY if kind in (CHECK, DAILY) else last - last % step + step
    while True:
        yield Record(start + length + DELAYS[kind], start, kind, source.outlet)
        start += step


def first_position(source: Source, begin: int) -> dict[str, int]:
    """The ``after`` with which :func:`records` starts at ``begin``, each kind with its first whole record."""
    return dict.fromkeys(periods(source), begin - 1)


@dataclass(frozen=True, slots=True)
class Step:
    """A record to send now, and the records that count as sent when it is: a restart must not forget what is still held back."""

    record: Record
    settles: tuple[Record, ...]


def released(stream: Iterator[Record], episodes: Sequence[Episode]) -> Iterator[Step]:
    """The same records, those due in an outage held back until it is over; fresh data go first (HJ 212-2025 8.1.2).

    What an episode ``loss`` takes never comes; which records it takes depends on nothing but the records themselves.
    """
    windows = sorted((e.start, e.end) for e in episodes if e.kind == kinds.OUTAGE)
    held: list[Record] = []
    release = 0
    for record in stream:
        if _is_lost(record, episodes):
            continue
        window = next(((start, end) for start, end in windows if start <= record.due < end), None)
        if window is not None:
            held.append(record)
            release = window[1]
        elif held and record.due >= release:
            yield Step(record, ())
            for position, late in enumerate(held, start=1):
                yield Step(late, (late, record) if position == len(held) else (late,))
            held = []
        else:
            yield Step(record, (record,))


def _is_lost(record: Record, episodes: Sequence[Episode]) -> bool:
    return any(
        episode.kind == kinds.LOSS
        and episode.outlet == record.outlet
        and episode.covers(record.due)
        and scatter(channel(0, record.outlet, record.kind), record.start) < episode.amount
        for episode in episodes
    )

"""What was said about an outlet beside its readings: marks, checks of its monitors, comparisons of the chain (regulation.md C).

Only what takes effect is here: late and withdrawn marks are statements for people and change no value (C.3).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from store.checks import ChainCheck, Check
from store.clock import HOUR, hour_start
from store.marks import Mark

OUT_OF_CONTROL = "out_of_control"
"""失控: from the last passed check before a failed one until the next passed one (HJ 75-2017 12.1, HJ 356-2019 6.2)."""

STANDARD_CHECK = "standard_check"
"""Label of a device mark over a standard check (标样核查, C.1)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time whose data do not count, and why: the label of a device mark, or OUT_OF_CONTROL."""

    from_time: datetime
    to_time: datetime
    label: str

    @property
    def seconds(self) -> int:
        return int((self.to_time - self.from_time).total_seconds())


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one factor in one hour.

    Attributes
    ----------
    taken : time taken out, disjoint and in order; a filed mark outranks an automatic one, a mark an uncontrolled time
    marks : every effective mark over the hour, those that were outranked too: a standard check stays visible (C.1)
    before, after : the last check up to the end of the hour and the first one after it
    """

    taken: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    chain: ChainCheck | None = None
    before: Check | None = None
    after: Check | None = None
    standard_check: bool = False


SILENCE = Said()


@dataclass(frozen=True, slots=True)
class Statements:
    """Everything effective that was said of one outlet; made by :func:`statements_of`.

    ``marks`` are in order of time, ``by_hour`` has those that touch an hour, ``checks`` is by factor in order of time.
    """

    marks: tuple[Mark, ...] = ()
    by_hour: Mapping[datetime, tuple[Mark, ...]] = field(default_factory=dict)
    checks: Mapping[str, tuple[Check, ...]] = field(default_factory=dict)
    chain: Mapping[tuple[str, datetime], ChainCheck] = field(default_factory=dict)

    def of(self, factor: str, start: datetime) -> Said:
        """What was said of a factor in the hour from ``start``."""
        marks = self.by_hour.get(start, ())
        checks = self.checks.get(factor, ())
        chain = self.chain.get((factor, start))
        if not marks and not checks and chain is None:
            return SILENCE
        marks = tuple(mark for mark in marks if mark.covers(factor))
        device = [mark for mark in marks if mark.category == "device"]
        end = start + HOUR
        place = bisect_right(checks, end - timedelta.resolution, key=_checked_at)
        held = _standard_since(checks[:place], start)
        return Said(
            taken=_taken(device, checks, start, end),
            marks=marks,
            chain=chain,
            before=checks[place - 1] if place else None,
            after=checks[place] if place < len(checks) else None,
            standard_check=held or any(mark.label == STANDARD_CHECK for mark in device),
        )


NOTHING_SAID = Statements()


def statements_of(
    marks: Iterable[Mark],
    checks: Iterable[Check],
    chain: Iterable[ChainCheck],
    earliest: datetime,
    latest: datetime,
) -> Statements:
    """The statements of one outlet for the hours of [earliest, latest); marks beyond it are kept for the counting of quotas.

    ``checks`` should hold, of each factor, the last one before the range and the first one after it.
    """
    effective = tuple(
        sorted((mark for mark in marks if mark.effective), key=lambda mark: (mark.from_time, mark.id))
    )
    by_hour: dict[datetime, tuple[Mark, ...]] = {}
    for mark in effective:
        hour = hour_start(max(mark.from_time, earliest))
        while hour < min(mark.to_time, latest):
            by_hour[hour] = (*by_hour.get(hour, ()), mark)
            hour += HOUR
    by_factor: dict[str, tuple[Check, ...]] = {}
    for check in sorted(checks, key=lambda check: (check.checked_at, check.id)):
        by_factor[check.factor] = (*by_factor.get(check.factor, ()), check)
    compared = {
        (check.factor, hour_start(check.start)): check for check in sorted(chain, key=lambda check: check.id)
    }
    return Statements(effective, by_hour, by_factor, compared)


def lengths_of(spans: Iterable[Span]) -> dict[str, int]:
    """How many seconds each label takes out."""
    lengths: dict[str, int] = {}
    for span in spans:
        lengths[span.label] = lengths.get(span.label, 0) + span.seconds
    return lengths


def reasons_of_taken(labels: Mapping[str, int]) -> tuple[str, ...]:
    """Why statements take a value out: device marks, checks that failed, or both."""
    reasons: tuple[str, ...] = ()
    if any(label != OUT_OF_CONTROL for label in labels):
        reasons += ("device_mark",)
    if OUT_OF_CONTROL in labels:
        reasons += ("quality_check_failed",)
    return reasons


def out_of_control(checks: tuple[Check, ...], start: datetime, end: datetime) -> list[Span]:
    """The uncontrolled time of [start, end): between two checks of which either failed.

    Before the first known check the time is uncontrolled when that one failed: no passed one vouches for it.
    """
    first = bisect_right(checks, start, key=_checked_at)
    moments = [start]
    while first < len(checks) and checks[first].checked_at < end:
        moments.append(checks[first].checked_at)
        first += 1
    spans: list[Span] = []
    for place, begin in enumerate(moments):
        finish = moments[place + 1] if place + 1 < len(moments) else end
        following = bisect_right(checks, begin, key=_checked_at)
        failed_before = following > 0 and not checks[following - 1].passed
        failed_after = following < len(checks) and not checks[following].passed
        if finish > begin and (failed_before or failed_after):
            spans.append(Span(begin, finish, OUT_OF_CONTROL))
    return spans


def _checked_at(check: Check) -> datetime:
    return check.checked_at


def _standard_since(checks: tuple[Check, ...], start: datetime) -> bool:
    """Whether a standard check was made at or after ``start``."""
    for check in reversed(checks):
        if check.checked_at < start:
            return False
        if check.kind == "standard":
            return True
    return False


def _taken(device: list[Mark], checks: tuple[Check, ...], start: datetime, end: datetime) -> tuple[Span, ...]:
    """The device marks and uncontrolled times of an hour as disjoint spans, the higher rank where they overlap."""
    ranked = sorted(device, key=lambda mark: (mark.channel != "manual", mark.from_time, mark.id))
    wanted = [Span(max(mark.from_time, start), min(mark.to_time, end), mark.label) for mark in ranked]
    wanted += out_of_control(checks, start, end)
    if len(wanted) < 2:
        return tuple(wanted)
    edges = sorted({edge for span in wanted for edge in (span.from_time, span.to_time)})
    taken: list[Span] = []
    for begin, finish in pairwise(edges):
        label = next(
            (span.label for span in wanted if span.from_time <= begin and finish <= span.to_time), None
        )
        if label is None:
            continue
        if taken and taken[-1].label == label and taken[-1].to_time == begin:
            taken[-1] = Span(taken[-1].from_time, finish, label)
        else:
            taken.append(Span(begin, finish, label))
    return tuple(taken)

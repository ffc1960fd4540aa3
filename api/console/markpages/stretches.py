"""Stretches of hours that need a mark: exceeded, invalid or missing, and nobody has said why. Pure (regulation.md C)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from store.clock import BEIJING, HOUR
from store.marklabels import CONDITION, DEVICE
from store.marks import Mark

EXCEEDED, INVALID, MISSING, AUTOMATIC = "exceeded", "invalid", "missing", "automatic"
KINDS = (EXCEEDED, INVALID, MISSING, AUTOMATIC)

_USUAL: Mapping[str, tuple[str, str]] = {
    "calibration": (DEVICE, "calibration"),
    "maintenance": (DEVICE, "maintenance"),
    "fault": (DEVICE, "fault"),
    "power_failure": (DEVICE, "fault"),
    "comm_fault": (DEVICE, "fault"),
    "no_data": (DEVICE, "fault"),
    "missing": (DEVICE, "fault"),
    "standard_check": (DEVICE, "standard_check"),
    "stopped": (CONDITION, "stopped"),
}
"""What a stretch of a status usually is; the person who files says what it was."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours in a row of one outlet that are alike.

    Attributes
    ----------
    factors : those that the stretch concerns alike, in the order of the outlet
    labels : (category, label) of the automatic marks over it
    late_said : a mark that came too late speaks of it already: a statement only
    multiple : the largest exceedance multiple, where a maximum was exceeded
    """

    outlet_key: int
    kind: str
    factors: tuple[str, ...]
    start: datetime
    end: datetime
    status: str
    labels: tuple[tuple[str, str], ...] = ()
    late_said: bool = False
    multiple: Decimal | None = None

    @property
    def hours(self) -> int:
        """How long it is."""
        return int((self.end - self.start) / HOUR)

    @property
    def usual(self) -> tuple[str, str] | None:
        """Category and label that the form begins with."""
        if self.kind == EXCEEDED:
            return None
        return _USUAL.get(self.status)


def kind_of(row: Mapping[str, Any]) -> str | None:
    """Why an hour needs a mark; None when it is valid and within its limits."""
    if row["result"] == "exceeded":
        return EXCEEDED
    if row["status"] == "missing" or row["result"] == "missing":
        return MISSING
    return None if row["valid"] else INVALID


@dataclass(frozen=True, slots=True)
class _Hour:
    factor: str
    start: datetime
    kind: str
    status: str
    labels: tuple[tuple[str, str], ...]
    late_said: bool
    multiple: Decimal | None

    @property
    def alike(self) -> tuple[object, ...]:
        return self.kind, self.status, self.labels, self.late_said


def stretches(
    rows: Iterable[Mapping[str, Any]], marks: Sequence[Mark], factors: Mapping[int, Sequence[str]]
) -> list[Stretch]:
    """What needs a mark out of judged hours (``lane_hours``) and the marks over them, by outlet and time.

    An hour that a filed mark in effect speaks of needs none. ``factors``: those of each outlet, in its order.
    """
    by_outlet: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        if mark.withdrawn_at is None:
            by_outlet[mark.outlet_key].append(mark)
    hours: dict[tuple[int, str], list[_Hour]] = defaultdict(list)
    for row in rows:
        hour = _hour(row, by_outlet.get(row["outlet_key"], ()))
        if hour is not None:
            hours[row["outlet_key"], row["factor"]].append(hour)
    runs: dict[tuple[object, ...], _Run] = {}
    for (outlet_key, factor), found in hours.items():
        for run in _runs(found):
            place = (outlet_key, run.hour.alike, run.hour.start, run.end)
            runs.setdefault(place, run).join(factor, run)
    made = [
        Stretch(
            outlet_key=int(str(place[0])),
            kind=run.hour.kind,
            factors=tuple(code for code in factors.get(int(str(place[0])), ()) if code in run.factors)
            or tuple(sorted(run.factors)),
            start=run.hour.start,
            end=run.end,
            status=run.hour.status,
            labels=run.hour.labels,
            late_said=run.hour.late_said,
            multiple=run.multiple,
        )
        for place, run in runs.items()
    ]
    return sorted(made, key=lambda one: (one.start, one.outlet_key, KINDS.index(one.kind), one.factors))


def _hour(row: Mapping[str, Any], marks: Iterable[Mark]) -> _Hour | None:
    kind = kind_of(row)
    if kind is None:
        return None
    start = row["start"].astimezone(BEIJING)
    over = [
        mark
        for mark in marks
        if mark.covers(row["factor"]) and mark.from_time < start + HOUR and mark.to_time > start
    ]
    if any(mark.channel == "manual" and mark.effective for mark in over):
        return None
    labels = tuple(sorted({(mark.category, mark.label) for mark in over if mark.channel == "automatic"}))
    return _Hour(
        factor=row["factor"],
        start=start,
        # What the device said of itself stands; for an exceeded hour only people can answer.
        kind=AUTOMATIC if labels and kind != EXCEEDED else kind,
        status=row["status"],
        labels=labels,
        late_said=any(mark.channel == "manual" and mark.late for mark in over),
        multiple=row["multiple"],
    )


@dataclass(slots=True)
class _Run:
    hour: _Hour
    end: datetime
    multiple: Decimal | None
    factors: set[str] = field(default_factory=set)

    def join(self, factor: str, other: _Run) -> None:
        """The same hours of a further factor."""
        self.factors.add(factor)
        self.multiple = _larger(self.multiple, other.multiple)


def _runs(hours: Iterable[_Hour]) -> list[_Run]:
    runs: list[_Run] = []
    for hour in sorted(hours, key=lambda one: one.start):
        last = runs[-1] if runs else None
        if last is not None and last.end == hour.start and last.hour.alike == hour.alike:
            last.end = hour.start + HOUR
            last.multiple = _larger(last.multiple, hour.multiple)
        else:
            runs.append(_Run(hour, hour.start + HOUR, hour.multiple))
    return runs


def _larger(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    known = [value for value in (one, other) if value is not None]
    return max(known) if known else None

"""The loss ledger that adds up: received = accepted + duplicate + conflicting + quarantined. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.dataread import ledger_counts
from store.clock import BEIJING
from store.texts import has, text

Row = Mapping[str, Any]
Place = tuple[datetime | None, str, int | None]


@dataclass(frozen=True, slots=True)
class Count:
    """Frames of one reason or anomaly, with its word."""

    code: str
    word: str
    frames: int


@dataclass(frozen=True, slots=True)
class Line:
    """Frames of one time and place; what is None was added up over.

    Attributes
    ----------
    start : begin of the hour or day
    outlet_key : 0 = belongs to no outlet
    quarantined : by reason, the most first
    anomalies : beside the sum: frames that were taken although something about them is odd
    readings : values that were stored
    """

    start: datetime | None
    gateway: str | None
    outlet_key: int | None
    received: int
    accepted: int
    duplicate: int
    conflicting: int
    quarantined: tuple[Count, ...]
    anomalies: tuple[Count, ...]
    readings: int

    @property
    def refused(self) -> int:
        """All that was quarantined."""
        return sum(count.frames for count in self.quarantined)

    @property
    def difference(self) -> int:
        """Frames whose fate is not known; anything but 0 is a fault of the platform."""
        return self.received - self.accepted - self.duplicate - self.conflicting - self.refused

    @property
    def balanced(self) -> bool:
        """Whether every frame is accounted for."""
        return self.difference == 0


def line_of(rows: Iterable[Row], place: Place = (None, "", None)) -> Line:
    """One line from ledger rows of any number of hours and places."""
    counts = ledger_counts(rows)
    start, gateway, outlet_key = place
    return Line(
        start=start,
        gateway=gateway or None,
        outlet_key=outlet_key,
        received=counts["received"],
        accepted=counts["accepted"],
        duplicate=counts["duplicate"],
        conflicting=counts["conflicting"],
        quarantined=_counts("quarantine", counts["quarantined"]["by_reason"]),
        anomalies=_counts("anomaly", counts["anomalies"]),
        readings=counts["readings"]["accepted"],
    )


def by_place(rows: Iterable[Row]) -> list[Line]:
    """A line a gateway and outlet over the whole time; what belongs to no outlet at the end of its gateway."""
    grouped: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        grouped.setdefault((row["gateway"], row["outlet_key"]), []).append(row)
    ordered = sorted(grouped, key=lambda place: (place[0], place[1] == 0, place[1]))
    return [line_of(grouped[place], (None, *place)) for place in ordered]


def by_time(rows: Iterable[Row]) -> list[Line]:
    """A line an hour or day over all places, the newest first."""
    grouped: dict[datetime, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["start"].astimezone(BEIJING), []).append(row)
    return [line_of(grouped[start], (start, "", None)) for start in sorted(grouped, reverse=True)]


def _counts(topic: str, frames: Mapping[str, int]) -> tuple[Count, ...]:
    ordered = sorted(frames.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(code, word_of(topic, code), number) for code, number in ordered)


def word_of(topic: str, code: str) -> str:
    """A reason of the quarantine or an anomaly in Chinese; the code itself for one that the catalogue lacks."""
    key = f"console.{topic}.{code}"
    return text(key) if has(key) else code


def verdict(line: Line) -> str:
    """The plain word under the sum."""
    if line.balanced:
        return text("console.quality.ledger.balanced", received=line.received)
    return text("console.quality.ledger.unbalanced", count=abs(line.difference))


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line with what stands before it and where its cells lead."""

    line: Line
    name: str
    sub: str
    messages_path: str | None
    quarantine_paths: Mapping[str, str]


def period_name(start: datetime, unit: str) -> str:
    """An hour or a day."""
    return words.day_label(start) if unit == "day" else f"{start:%m-%d %H:00}"


def all_balanced(lines: Sequence[Line]) -> bool:
    """Whether no line leaves anything open."""
    return all(line.balanced for line in lines)

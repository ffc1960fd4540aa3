"""Scales of a chart: round numbers up the side, Beijing days and hours along the bottom. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10

from store.clock import BEIJING, DAY, HOUR, day_start


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis; ``label`` None = a small one without a number."""

    at: float
    label: str | None


@dataclass(frozen=True, slots=True)
class Scale:
    """A side scale from ``low`` to ``high`` with its round numbers."""

    low: float
    high: float
    ticks: tuple[Tick, ...]


def side_scale(lowest: float, highest: float, parts: int = 5) -> Scale:
    """A scale that holds both, with about ``parts`` round numbers: steps of 1, 2, 2.5 or 5 times a power of ten."""
    highest = max(highest, lowest + max(abs(lowest) * 1e-6, 1e-6))
    raw = (highest - lowest) / parts
    unit = 10.0 ** floor(log10(raw))
    step = next((unit * many for many in (1, 2, 2.5, 5) if unit * many >= raw * 0.9999), unit * 10)
    first = floor(lowest / step + 1e-9)
    last = max(ceil(highest / step - 1e-9), first + 1)
    places = max(0, -floor(log10(step) + 1e-9)) + (1 if round(step / unit, 6) == 2.5 else 0)
    ticks = tuple(Tick(number * step, f"{number * step:.{places}f}") for number in range(first, last + 1))
    return Scale(first * step, last * step, ticks)


def time_ticks(start: datetime, end: datetime, span: timedelta = HOUR) -> list[tuple[datetime, str | None]]:
    """Marks along the bottom: days, and for hourly values hours between them where there is room.

    ``start`` and ``end`` are Beijing midnights.
    """
    days = max(1, round((end - start) / DAY))
    found: list[tuple[datetime, str | None]] = []
    every = 1 if days <= 16 else 2 if days <= 32 else ceil(days / 16)
    hours = 24 if span >= DAY or days > 7 else 3 if days == 1 else 6 if days <= 3 else 12
    moment = day_start(start)
    while moment < end:
        number = (moment - day_start(start)) // DAY
        hour = moment.astimezone(BEIJING).hour
        if hour == 0:
            found.append((moment, f"{moment.astimezone(BEIJING):%m-%d}" if number % every == 0 else None))
        else:
            found.append((moment, f"{hour:02d}:00" if days <= 3 else None))
        moment += hours * HOUR
    return found


def panels(start: datetime, end: datetime, most: timedelta = 31 * DAY) -> list[tuple[datetime, datetime]]:
    """The period in equal pieces of whole days, none longer than ``most``."""
    days = max(1, ceil((end - start) / DAY))
    count = ceil(days / (most / DAY))
    length = ceil(days / count)
    edges = [start + number * length * DAY for number in range(count)]
    return [(edge, min(edge + length * DAY, end)) for edge in edges if edge < end]

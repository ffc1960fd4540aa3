"""A small picture of a factor around an episode, drawn on the server: it needs no script and prints. Pure.

The points are those of the outlet page's chart (``api.console.series``); floats are for drawing only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, log10
from typing import Any

from store.clock import BEIJING

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 26
TICKS = 4

AROUND = {"hour": timedelta(hours=18), "day": timedelta(days=10)}
"""What is shown before and after an episode, by the length of its periods."""

LONGEST = {"hour": timedelta(days=21), "day": timedelta(days=180)}
"""A longer episode is shown by its end."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text of an axis at a place."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A bound as it was in force, as a line from ``x1`` to ``x2``."""

    x1: float
    x2: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time, from ``x`` on ``width`` wide."""

    x: float
    width: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that the drawing holds, in its own units. ``lines`` are the value's, broken where a period is absent."""

    lines: tuple[str, ...]
    exceeded: tuple[tuple[float, float], ...]
    limits: tuple[LimitLine, ...]
    invalid: tuple[Band, ...]
    episode: Band
    xs: tuple[Label, ...]
    ys: tuple[Label, ...]
    unit: str
    width: int = WIDTH
    height: int = HEIGHT


def window_of(first: datetime, last: datetime, span: str, now: datetime) -> tuple[datetime, datetime]:
    """The time that the picture shows."""
    length = timedelta(days=1) if span == "day" else timedelta(hours=1)
    around = AROUND["day" if span == "day" else "hour"]
    end = min(last + length + around, max(now, last + length))
    return max(first - around, end - LONGEST["day" if span == "day" else "hour"]), end


def picture_of(
    panel: Mapping[str, Any],
    window: tuple[datetime, datetime],
    episode: tuple[datetime, datetime],
    period: timedelta,
) -> Picture | None:
    """The picture of one panel of the chart's data; None when there is no value to draw."""
    points = [(one[0], one[1], one[2]) for one in panel["points"]]
    values: list[float] = [value for _, value, _ in points if value is not None]
    if not values:
        return None
    start, end = (_milliseconds(moment) for moment in window)
    bounds: list[float] = [line["value"] for line in panel["limits"]]
    low, high = min(0.0, *values, *bounds), max([*values, *bounds])
    top = high + (high - low or 1.0) * 0.08

    def x(moment: float) -> float:
        share = (moment - start) / ((end - start) or 1)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(max(share, 0.0), 1.0), 1)

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (top - low)), 1)

    episode_start, episode_end = (_milliseconds(moment) for moment in episode)
    return Picture(
        lines=tuple(_lines(points, x, y, int(period.total_seconds() * 1000))),
        exceeded=tuple((x(at), y(value)) for at, value, over in points if over and value is not None),
        limits=tuple(
            LimitLine(x(line["from"]), x(line["to"]), y(line["value"]), line["label"])
            for line in panel["limits"]
        ),
        invalid=tuple(
            Band(x(begin), max(x(stop) - x(begin), 1.0), why) for begin, stop, why in panel["invalid"]
        ),
        episode=Band(x(episode_start), max(x(episode_end) - x(episode_start), 2.0)),
        xs=tuple(Label(x(_milliseconds(at)), _stamp(at, window)) for at in _moments(window)),
        ys=tuple(Label(y(value), _number(value)) for value in _steps(low, top)),
        unit=panel["unit"],
    )


def _lines(points: Sequence[Any], x: Any, y: Any, period: int) -> list[str]:
    """Stretches of values as the points of lines; a missing period breaks the line."""
    lines: list[list[str]] = [[]]
    before: int | None = None
    for at, value, _ in points:
        if value is None or (before is not None and at - before > period * 1.5):
            lines.append([])
        if value is not None:
            lines[-1].append(f"{x(at)},{y(value)}")
            before = at
    return [" ".join(line) for line in lines if line]


def _steps(low: float, top: float) -> list[float]:
    """Round values between low and top, about ``TICKS`` of them."""
    rough = (top - low) / TICKS
    scale = float(10 ** _exponent(rough))
    step = next(factor * scale for factor in (1, 2, 2.5, 5, 10) if factor * scale >= rough)
    first = int(low / step)
    return [step * place for place in range(first, first + TICKS + 2) if low <= step * place <= top]


def _exponent(value: float) -> int:
    return floor(log10(value)) if value > 0 else 0


def _number(value: float) -> str:
    return f"{value:.6g}"


def _moments(window: tuple[datetime, datetime]) -> list[datetime]:
    """Whole hours or days for the axis, at most eight."""
    start, end = (moment.astimezone(BEIJING) for moment in window)
    hours = (end - start) / timedelta(hours=1)
    step = next(one for one in (3, 6, 12, 24, 48, 96, 168, 336, 672, 10_000) if hours / one <= 8)
    at = start.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    while at <= end:
        if at >= start:
            found.append(at)
        at += timedelta(hours=step)
    return found


def _stamp(at: datetime, window: tuple[datetime, datetime]) -> str:
    days = window[1] - window[0] > timedelta(days=4)
    return at.strftime("%m-%d" if days or at.hour == 0 else "%H:%M")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

"""The compliance of the last days of an outlet as a strip: one square a day, with a sign and a word. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from store.clock import BEIJING, DAY
from store.model import Outlet
from store.texts import text

DAYS = 30
CELL = 20
"""Width of a day in the units of the drawing; a square is two smaller, so that days stand apart."""

KINDS = ("compliant", "exceeded", "exempt", "invalid", "missing", "none")
_DECIDES = ("exceeded", "exempt")
_SAME = {"undetermined": "invalid"}


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day. ``sign`` stands in its square, ``said`` is everything in words."""

    day: datetime
    kind: str
    x: int
    sign: str
    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one outlet, oldest first; ``told`` are those that are neither compliant nor without a verdict, newest first."""

    outlet_id: str
    name: str
    width: int
    days: tuple[CalendarDay, ...]
    sums: str
    told: tuple[CalendarDay, ...]


def calendars(
    outlets: Iterable[Outlet], rows: Iterable[Mapping[str, Any]], first: datetime
) -> tuple[Calendar, ...]:
    """The strips of the judged outlets from rows of ``day_results``; ``first`` is the oldest day."""
    counted: dict[tuple[int, datetime], Counter[str]] = defaultdict(Counter)
    for row in rows:
        result = _SAME.get(row["result"], row["result"])
        counted[row["outlet_key"], row["day"].astimezone(BEIJING)][result] += row["periods"]
    return tuple(_calendar(outlet, counted, first) for outlet in outlets if outlet.judged)


def kind_of(results: Mapping[str, int]) -> str:
    """What a day is called: exceeded when one period was, then exempt, else what most of its periods are."""
    for kind in _DECIDES:
        if results.get(kind):
            return kind
    rest = {kind: results.get(kind, 0) for kind in ("missing", "invalid", "compliant")}
    most = max(rest, key=lambda kind: rest[kind])
    return most if rest[most] else "none"


def _calendar(
    outlet: Outlet, counted: Mapping[tuple[int, datetime], Mapping[str, int]], first: datetime
) -> Calendar:
    days = tuple(
        _day(number, first + number * DAY, counted.get((outlet.key, first + number * DAY), {}))
        for number in range(DAYS)
    )
    kinds = Counter(day.kind for day in days)
    return Calendar(
        outlet_id=outlet.id,
        name=outlet.name,
        width=DAYS * CELL,
        days=days,
        sums=text("console.unit.calendar_sum", **{kind: kinds[kind] for kind in KINDS}),
        told=tuple(day for day in reversed(days) if day.kind not in ("compliant", "none")),
    )


def _day(number: int, day: datetime, results: Mapping[str, int]) -> CalendarDay:
    kind = kind_of(results)
    counts = {name: results.get(name, 0) for name in ("exceeded", "compliant", "invalid", "missing")}
    detail = "console.unit.calendar_nothing" if kind == "none" else "console.unit.calendar_counts"
    label = words.day_label(day)
    return CalendarDay(
        day=day,
        kind=kind,
        x=number * CELL,
        sign=text(f"console.unit.day_sign.{kind}"),
        label=label,
        said=text(
            "console.unit.calendar_day",
            day=label,
            word=text(f"console.unit.day.{kind}"),
            detail=text(detail, **counts),
        ),
    )

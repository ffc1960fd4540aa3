"""One factor's panel of the chart, from rows. Pure; the floats are for drawing and for nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from api.console import words
from api.console.outlet.choice import Choice
from api.console.outlet.thinning import MOST_POINTS, kept
from api.console.outletview import result_of
from api.console.overview import status_word
from api.console.series import NOT_JUDGED, limit_lines
from store.marklabels import find_label
from store.model import Outlet
from store.texts import text

MINUTE_PERIOD = timedelta(minutes=10)
"""Minute data are ten-minute values where the monitor's cadence does not say otherwise (hj212.md §9)."""

REALTIME_GAP = 3
"""A realtime series has a hole where so many of its intervals in a row brought nothing."""

VALUE = "value"

Cells = list[list[Any]]


class Point(NamedTuple):
    """One point of every line of a panel."""

    at: int
    values: tuple[float | None, ...]
    flag: str | None
    status: str
    result: str | None
    compared: float | None


@dataclass(slots=True)
class Drawn:
    """What is to be drawn of one factor.

    ``readings`` is how many there are; ``whole`` says whether each is drawn. ``stretches`` are (begin, end, word) of what is no
    normal measurement or was judged so.
    """

    points: list[Point] = field(default_factory=list)
    stretches: Cells = field(default_factory=list)
    readings: int = 0
    whole: bool = True


def gap_of(outlet: Outlet, kind: str) -> timedelta:
    """From which distance on two neighbours have a hole between them."""
    cadence = None if outlet.monitor is None else outlet.monitor.cadence
    if kind == "realtime":
        seconds = cadence.realtime if cadence is not None and cadence.realtime else 60
        return REALTIME_GAP * timedelta(seconds=seconds)
    return period_of(outlet, kind) * 3 / 2


def period_of(outlet: Outlet, kind: str) -> timedelta:
    """How long the period of a reading is; nothing for realtime, whose readings are instants."""
    cadence = None if outlet.monitor is None else outlet.monitor.cadence
    if kind == "minute":
        return timedelta(seconds=cadence.minute) if cadence is not None and cadence.minute else MINUTE_PERIOD
    return {"hour": timedelta(hours=1), "day": timedelta(days=1)}.get(kind, timedelta(0))


def folds(outlet: Outlet, factor: str, basis: str) -> bool:
    """Whether the panel shows folded values: the outlet folds, the factor has limits, and it was not asked otherwise."""
    return (
        basis == "folded"
        and outlet.oxygen_reference is not None
        and any(limit.factor == factor for limit in outlet.limits)
    )


def whole(rows: Sequence[tuple[Any, ...]], gap: int, period: int) -> Drawn:
    """Readings that are all drawn: rows of ``chart_readings``."""
    drawn = Drawn(readings=len(rows))
    for at, value, flag, status in rows:
        if drawn.points and at - drawn.points[-1].at > gap:
            drawn.points.append(_hole(drawn.points[-1].at + max(1, period)))
        drawn.points.append(Point(at, (value,), flag, status, None, None))
        if status != "normal":
            _stretch(drawn.stretches, at, at + period, status_word(status))
    return drawn


def thinned(rows: Iterable[tuple[Any, ...]], gap: int, period: int) -> Drawn:
    """Readings of which the extremes are drawn: rows of ``chart_thinned``."""
    drawn = Drawn(whole=False)
    points: set[Point] = set()
    turns: list[tuple[int, int, str]] = []
    last = 0
    for status, flag, count, least, most, until, turned in rows:
        drawn.readings += count
        last = max(last, until)
        for value, at in (extreme for extreme in (least, most) if extreme is not None):
            points.add(Point(abs(int(at)), (value,), flag, status, None, None))
        turns += [(at, distance, status) for at, distance in turned or ()]
    turns.sort()
    for number, (at, distance, status) in enumerate(turns):
        # A run of one status ends at the reading before the next turn.
        end = turns[number + 1][0] - turns[number + 1][1] if number + 1 < len(turns) else last
        if distance > gap:
            points.add(_hole(at - distance + max(1, min(period or 1, distance // 2))))
        if status != "normal":
            _stretch(drawn.stretches, at, end + period, status_word(status))
    drawn.points = sorted(points, key=lambda point: point.at)
    return drawn


def periods(
    rows: Sequence[tuple[Any, ...]], columns: Sequence[str], period: int, window: tuple[int, int]
) -> Drawn:
    """Hours or days with the chosen columns: rows of ``chart_periods``, thinned where there are too many."""
    places = [("reported", "after_marking", "after_exemption").index(column) + 1 for column in columns]
    drawn = Drawn(readings=len(rows))
    points: list[Point] = []
    for row in rows:
        at, valid, status, verdict, compared, flag, sent_as, judged = row[0], *row[4:11]
        result = result_of(verdict, valid, status) if judged else None
        values = tuple(row[place] for place in places)
        if points and at - points[-1].at > period:
            points.append(_hole(points[-1].at + period, len(places)))
        points.append(Point(at, values, flag, sent_as or status, result, compared))
        if sent_as is not None and sent_as != "normal":
            _stretch(drawn.stretches, at, at + period, status_word(sent_as))
        elif result in NOT_JUDGED:
            _stretch(drawn.stretches, at, at + period, text(f"console.result.{result}"))
    if len(points) > MOST_POINTS:
        named = [
            place for place, point in enumerate(points) if point.result == "exceeded" or _odd(point.flag)
        ]
        lines = [[point.values[line] for point in points] for line in range(len(places))]
        places_kept = kept([point.at for point in points], lines, named, window)
        points = [points[place] for place in places_kept]
        drawn.whole = False
    drawn.points = points
    return drawn


def panel(
    outlet: Outlet,
    factor: str,
    choice: Choice,
    drawn: Drawn,
    marks: Sequence[Mapping[str, Any]],
    industry: str,
) -> dict[str, Any]:
    """The panel as the page's script wants it.

    ``lines`` have ``points`` of [milliseconds, value or null]; ``flags`` are [milliseconds, value, letter, word] of points that
    are not N; ``exceeded`` [milliseconds, value]; ``invalid`` and ``marks`` stretches of time; ``limits`` the dated bounds.
    """
    folded = folds(outlet, factor, choice.basis)
    names = choice.columns if choice.spanned else (VALUE,)
    window = (choice.window.start, choice.window.end)
    return {
        "factor": factor,
        "name": words.factor_name(factor),
        "unit": words.factor_unit(factor),
        "what": text("console.chart.folded" if folded else "console.chart.measured"),
        "lines": [
            {
                "id": name,
                "name": text(f"console.outlet.column.{name}"),
                "points": [[point.at, point.values[number]] for point in drawn.points],
            }
            for number, name in enumerate(names)
        ],
        "exceeded": [[point.at, _first(point)] for point in drawn.points if point.result == "exceeded"],
        "flags": [
            [point.at, _first(point), point.flag or "?", status_word(point.status)]
            for point in drawn.points
            if point.flag != "" and _odd(point.flag) and _first(point) is not None
        ],
        "invalid": drawn.stretches,
        "marks": [mark_cell(mark, industry) for mark in marks],
        "limits": limit_lines(outlet, factor, window),
        "readings": drawn.readings,
        "whole": drawn.whole,
    }


def mark_cell(mark: Mapping[str, Any], industry: str) -> list[Any]:
    """A stretch of marks: [begin, end, category, word, late]."""
    label = find_label(industry, mark["category"], mark["label"])
    name = label.name if label else mark["label"]
    word = text(f"console.outlet.mark.{mark['category']}", label=name)
    if mark["late"]:
        word = text("console.outlet.mark.late", mark=word)
    return [mark["begins"], mark["ends"], mark["category"], word, mark["late"]]


def _odd(flag: str | None) -> bool:
    """Whether a flag is worth a letter: it came, and is not N."""
    return flag is not None and flag.strip().upper() != "N"


def _first(point: Point) -> float | None:
    """Where a sign of the point stands: at its first line that has a value, else at what was compared."""
    return next((value for value in point.values if value is not None), point.compared)


def _hole(at: int, lines: int = 1) -> Point:
    return Point(at, (None,) * lines, "", "normal", None, None)


def _stretch(into: Cells, start: int, end: int, word: str) -> None:
    """Add a stretch, or lengthen the last one when it is of the same kind and touches."""
    if into and into[-1][2] == word and into[-1][1] >= start:
        into[-1][1] = max(into[-1][1], end)
    else:
        into.append([start, end, word])


def milliseconds(moment: datetime) -> int:
    """A moment as scripts count it."""
    return int(moment.timestamp() * 1000)

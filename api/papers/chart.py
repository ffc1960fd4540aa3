"""The chart of one factor at one outlet: values, limits, marks, validity (regulation.md A.1, C.1, C.4). Pure.

Tones and patterns differ without colour too, for a paper is copied in black and white.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from api.papers.axis import Scale, side_scale, time_ticks
from api.papers.legend import LANE, sign
from api.papers.svg import Box, Drawing, width_of
from api.papers.tones import (
    BOUND,
    CONDITION,
    CONDITION_LINE,
    DEVICE,
    EXEMPT,
    FAINT,
    GREY,
    INK,
    SMALL,
    VALUE,
    WIDTH,
)

LEFT, RIGHT = 13.0, WIDTH - 1.5
TOP, PLOT, UNDER, GAP, AXIS = 1.5, 34.0, 2.2, 0.7, 5.0
LABELS_MOST = 14
"""Exceedances that are labelled in one chart; the table of exceedances has all."""


@dataclass(frozen=True, slots=True)
class Point:
    """One hour or day. ``judged`` is what was compared, ``reported`` what came; ``label`` is printed at an exceedance."""

    start: datetime
    reported: float | None
    judged: float | None
    result: str
    excess: float = 0.0
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit while it is in force, a ``lower`` or an upper one; one that depends on a condition is dashed more finely."""

    value: float
    start: datetime
    end: datetime
    label: str
    conditional: bool = False
    lower: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A mark: ``device`` or ``condition``."""

    category: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Lanes:
    """The words beside the lanes under the plot."""

    result: str
    device: str
    condition: str


@dataclass
class Chart:
    """Everything of one panel. ``span`` is the length of a period: an hour or a day."""

    start: datetime
    end: datetime
    span: timedelta
    points: Sequence[Point]
    bounds: Sequence[Bound]
    bands: Sequence[Band]
    lanes: Lanes
    _drawing: Drawing = field(init=False)
    _scale: Scale = field(init=False)
    _taken: list[Box] = field(init=False)
    _places: list[tuple[float, float, bool]] = field(init=False)

    def draw(self) -> dict[str, Any]:
        """The drawing as facts of the template."""
        lanes = 1 + len({band.category for band in self.bands})
        self._drawing = Drawing(WIDTH, TOP + PLOT + UNDER + lanes * (LANE + GAP) + AXIS)
        self._scale = self._side()
        self._shade()
        self._axes()
        self._values()
        self._limits()
        self._exceedances()
        self._lanes()
        return self._drawing.facts()

    # Places

    def _x(self, moment: datetime) -> float:
        share = (moment - self.start) / (self.end - self.start)
        return LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT)

    def _middle(self, point: Point) -> float:
        return self._x(point.start + self.span / 2)

    def _y(self, value: float) -> float:
        share = (value - self._scale.low) / (self._scale.high - self._scale.low)
        return TOP + PLOT * (1 - min(max(share, 0.0), 1.0))

    def _side(self) -> Scale:
        values = [point.judged for point in self.points if point.judged is not None]
        values += [
            point.reported
            for point in self.points
            if point.result == "no_limit" and point.reported is not None
        ]
        limits = [bound.value for bound in self.bounds]
        everything = values + limits or [
            point.reported for point in self.points if point.reported is not None
        ]
        if not everything:
            return side_scale(0.0, 1.0)
        lowest = min(0.0, *everything)
        if lowest == 0.0 and any(bound.lower for bound in self.bounds):  # a closed range, as of pH
            lowest = min(everything) - (max(everything) - min(everything)) * 0.3
        highest = max(everything)
        room = 0.30 if any(point.result == "exceeded" for point in self.points) else 0.12
        return side_scale(lowest, highest + (highest - lowest) * room)

    def _column(self, run: Sequence[Point], top: float, bottom: float) -> Box:
        return Box(self._x(run[0].start), top, self._x(run[-1].start + self.span), bottom)

    def _runs(self, result: str) -> list[list[Point]]:
        return [run for kind, run in self._all_runs() if kind == result]

    def _all_runs(self) -> Iterable[tuple[str, list[Point]]]:
        for kind, found in groupby(self.points, key=lambda point: point.result):
            yield kind, list(found)

    # Layers, from the back to the front

    def _shade(self) -> None:
        bottom = TOP + PLOT
        boxes = {
            category: [
                Box(self._x(band.start), TOP, self._x(band.end), bottom)
                for band in self.bands
                if band.category == category
            ]
            for category in ("device", "condition")
        }
        for box in boxes["device"]:
            self._drawing.rectangle(box, fill=DEVICE)
        for box in boxes["condition"]:
            self._drawing.rectangle(box, fill=CONDITION)
        self._drawing.upright(boxes["condition"], stroke=CONDITION_LINE, thick=0.1, step=1.8)
        self._drawing.hatch(
            [self._column(run, TOP, bottom) for run in self._runs("invalid")], stroke="#8C8C8C", thick=0.1
        )

    def _axes(self) -> None:
        bottom = TOP + PLOT
        self._drawing.lines(
            [[(LEFT, self._y(tick.at)), (RIGHT, self._y(tick.at))] for tick in self._scale.ticks],
            stroke=FAINT,
            thick=0.1,
        )
        for tick in self._scale.ticks:
            if tick.label is not None:
                self._drawing.word(
                    LEFT - 1.2, self._y(tick.at), tick.label, size=SMALL, align="right", fill=GREY
                )
        floor = self._drawing.height - AXIS
        long: list[list[tuple[float, float]]] = []
        for moment, label in time_ticks(self.start, self.end, self.span):
            x = self._x(moment)
            long.append([(x, bottom), (x, floor + (1.2 if label else 0.5))])
            if label is not None:
                self._drawing.word(x, floor + 3.0, label, size=SMALL, align="center", fill=GREY)
        self._drawing.lines(long, stroke="#B5B5B5", thick=0.1)
        self._drawing.rectangle(Box(LEFT, TOP, RIGHT, bottom), stroke="#8C8C8C")

    def _values(self) -> None:
        for of, stroke in ((lambda p: p.judged, VALUE), (_unjudged, GREY)):
            pieces = _pieces(self.points, of)
            self._drawing.lines(
                [[(self._middle(point), self._y(value)) for point, value in piece] for piece in pieces],
                stroke=stroke,
                thick=0.3,
            )
            lone = [piece[0] for piece in pieces if len(piece) == 1]
            each = [place for piece in pieces for place in piece] if len(self.points) <= 62 else lone
            self._drawing.dots(
                [(self._middle(point), self._y(value)) for point, value in each], 0.45, fill=stroke
            )
        aside = [
            (self._middle(point), self._y(point.reported))
            for point in self.points
            if point.judged is None and point.reported is not None and point.result != "no_limit"
        ]
        self._drawing.dots(aside, 0.38, fill="#FFFFFF", stroke=GREY)

    def _limits(self) -> None:
        for bound in self.bounds:
            y = self._y(bound.value)
            ends = [(self._x(bound.start), y), (self._x(bound.end), y)]
            self._drawing.lines(
                [ends], stroke=BOUND, thick=0.28, dash="0.8 0.7" if bound.conditional else "2.2 0.9"
            )
        self._taken = []
        self._places = [
            (self._middle(point), self._y(point.judged), point.result in ("exceeded", "exempt"))
            for point in self.points
            if point.judged is not None
        ]
        for bound in self.bounds:
            box = self._room_of(bound)
            self._taken.append(box)
            self._drawing.rectangle(box, fill="#FFFFFF")
            middle = (box.top + box.bottom) / 2
            self._drawing.word(box.right, middle, bound.label, size=SMALL, align="right", fill=BOUND)

    def _room_of(self, bound: Bound) -> Box:
        """Where the words of a limit hide least: at its right end, or further left, above the line or below."""
        width, y = width_of(bound.label, SMALL), self._y(bound.value)
        left, right = self._x(bound.start) + 1.0, self._x(bound.end) - 1.0
        ends = [right - number * (right - left - width) / 24 for number in range(25)]
        boxes = [
            Box(max(end, left + width) - width, middle - 1.2, max(end, left + width), middle + 1.2)
            for middle in (y - 1.6, y + 1.8, y - 4.2, y + 4.4)
            for end in ends
        ]
        fitting = [box for box in boxes if box.top >= TOP and box.bottom <= TOP + PLOT] or boxes
        return min(fitting, key=lambda box: (self._hidden(box), boxes.index(box)))

    def _hidden(self, box: Box) -> int:
        """How many values lie under a box, and what was printed there before as very many."""
        words = sum(1000 for other in self._taken if box.overlaps(other))
        inside = 0
        for x, y, over in self._places:
            if box.left <= x <= box.right:
                # The line to a value that is over the limit goes up through the box and ends above it.
                inside += y < box.bottom if over else box.top - 1.0 <= y <= box.bottom
        return words + inside

    def _exceedances(self) -> None:
        triangles = []
        for point in self.points:
            if point.result in ("exceeded", "exempt") and point.judged is not None:
                x, y = self._middle(point), self._y(point.judged)
                corners = [(x, y - 0.5), (x - 0.75, y - 1.9), (x + 0.75, y - 1.9)]
                triangles.append((point.result, corners))
        self._drawing.areas([c for kind, c in triangles if kind == "exceeded"], fill=BOUND)
        self._drawing.areas([c for kind, c in triangles if kind == "exempt"], fill=EXEMPT)
        peaks = [max(run, key=lambda point: point.excess) for run in self._runs("exceeded")]
        peaks = [peak for peak in peaks if peak.label and peak.judged is not None]
        for peak in sorted(peaks, key=lambda point: (-point.excess, point.start))[:LABELS_MOST]:
            self._label(peak)

    def _label(self, peak: Point) -> None:
        """Print what a peak was where there is room above it or beside that; without room the table has to do."""
        assert peak.label is not None and peak.judged is not None
        width = width_of(peak.label, SMALL)
        x, y = self._middle(peak), self._y(peak.judged)
        for middle in (y - 3.4, y - 6.0, y - 8.6, y - 11.2):
            leader = Box(x - 0.2, middle + 1.2, x + 0.2, max(y - 2.0, middle + 1.3))
            for aim in (x - width / 2, x - width + 1.5, x - 1.5):
                left = min(max(aim, LEFT + 0.5), RIGHT - 0.5 - width)
                box = Box(left - 0.3, middle - 1.2, left + width + 0.3, middle + 1.2)
                if box.top >= TOP and not any(
                    box.overlaps(other) or leader.overlaps(other) for other in self._taken
                ):
                    self._print(peak.label, box, leader)
                    return

    def _print(self, label: str, box: Box, leader: Box) -> None:
        self._taken += [box, leader]
        if leader.bottom - leader.top > 1.0:
            x = (leader.left + leader.right) / 2
            self._drawing.lines([[(x, leader.bottom), (x, leader.top)]], stroke=BOUND, thick=0.12)
        self._drawing.rectangle(box, fill="#FFFFFF")
        self._drawing.word(box.left + 0.3, (box.top + box.bottom) / 2, label, size=SMALL, fill=INK)

    def _lanes(self) -> None:
        top = TOP + PLOT + UNDER
        self._results(top)
        for category, name, fill in (
            ("device", self.lanes.device, "#7F93A8"),
            ("condition", self.lanes.condition, CONDITION),
        ):
            boxes = [band for band in self.bands if band.category == category]
            if not boxes:
                continue
            top += LANE + GAP
            self._lane(top, name)
            for band in boxes:
                box = Box(self._x(band.start), top + 0.3, self._x(band.end), top + LANE - 0.3)
                self._drawing.rectangle(box, fill=fill, stroke=GREY, thick=0.1)
                if category == "condition":
                    self._drawing.upright([box], stroke=CONDITION_LINE, step=0.9)

    def _lane(self, top: float, name: str) -> None:
        self._drawing.rectangle(Box(LEFT, top, RIGHT, top + LANE), stroke=FAINT, thick=0.1)
        self._drawing.word(LEFT - 1.2, top + LANE / 2, name, size=SMALL, align="right", fill=GREY)

    def _results(self, top: float) -> None:
        self._lane(top, self.lanes.result)
        for kind, run in self._all_runs():
            sign(self._drawing, kind, self._column(run, top, top + LANE))


def _unjudged(point: Point) -> float | None:
    return point.reported if point.result == "no_limit" and point.judged is None else None


def _pieces(points: Sequence[Point], of: Callable[[Point], float | None]) -> list[list[tuple[Point, float]]]:
    """Runs of points side by side that have a value."""
    found: list[list[tuple[Point, float]]] = []
    for before, point in pairwise([None, *points]):
        assert point is not None
        value = of(point)
        if value is None:
            continue
        if before is None or of(before) is None:
            found.append([])
        found[-1].append((point, value))
    return found

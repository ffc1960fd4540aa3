"""A drawing in millimetres: shapes as SVG, words as places for the page to print them with its own fonts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

HATCH_STEP = 0.9
"""Millimetres between the lines of a hatched area."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, right, bottom; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether they share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass
class Drawing:
    """A drawing of ``width`` by ``height`` that grows shape by shape."""

    width: float
    height: float
    _shapes: list[str] = field(default_factory=list)
    _words: list[dict[str, Any]] = field(default_factory=list)

    def rectangle(
        self, box: Box, *, fill: str = "none", stroke: str | None = None, thick: float = 0.15
    ) -> None:
        """A rectangle, filled or outlined."""
        outline = f' stroke="{stroke}" stroke-width="{thick}"' if stroke else ""
        self._shapes.append(
            f'<rect x="{box.left:.2f}" y="{box.top:.2f}" width="{box.right - box.left:.2f}" '
            f'height="{box.bottom - box.top:.2f}" fill="{fill}"{outline}/>'
        )

    def lines(
        self,
        lines: Iterable[Sequence[tuple[float, float]]],
        *,
        stroke: str,
        thick: float,
        dash: str | None = None,
    ) -> None:
        """Open lines through points, all in one stroke."""
        path = "".join(
            "".join(f"{'L' if number else 'M'}{x:.2f} {y:.2f}" for number, (x, y) in enumerate(line))
            for line in lines
        )
        if path:
            dashes = f' stroke-dasharray="{dash}"' if dash else ""
            self._shapes.append(
                f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{thick}" '
                f'stroke-linejoin="round"{dashes}/>'
            )

    def areas(
        self,
        areas: Iterable[Sequence[tuple[float, float]]],
        *,
        fill: str,
        stroke: str = "none",
        thick: float = 0.0,
    ) -> None:
        """Closed areas, all in one fill."""
        path = "".join(
            "".join(f"{'L' if number else 'M'}{x:.2f} {y:.2f}" for number, (x, y) in enumerate(area)) + "Z"
            for area in areas
        )
        if path:
            self._shapes.append(f'<path d="{path}" fill="{fill}" stroke="{stroke}" stroke-width="{thick}"/>')

    def dots(
        self,
        places: Iterable[tuple[float, float]],
        radius: float,
        *,
        fill: str,
        stroke: str = "none",
        thick: float = 0.12,
    ) -> None:
        """Small circles."""
        self._shapes.extend(
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius}" fill="{fill}" stroke="{stroke}" stroke-width="{thick}"/>'
            for x, y in places
        )

    def hatch(
        self, boxes: Iterable[Box], *, stroke: str, thick: float = 0.12, step: float = HATCH_STEP
    ) -> None:
        """Rising lines over boxes. They lie on one grid, so that boxes side by side look like one."""
        self.lines([line for box in boxes for line in _rising(box, step)], stroke=stroke, thick=thick)

    def upright(
        self, boxes: Iterable[Box], *, stroke: str, thick: float = 0.12, step: float = HATCH_STEP
    ) -> None:
        """Upright lines over boxes, on one grid too; a narrow box has one at least."""
        found: list[list[tuple[float, float]]] = []
        for box in boxes:
            places = [
                number * step for number in range(int(box.left // step) + 1, int(box.right // step) + 1)
            ]
            for x in places or [(box.left + box.right) / 2]:
                found.append([(x, box.top), (x, box.bottom)])
        self.lines(found, stroke=stroke, thick=thick)

    def word(
        self, x: float, y: float, text: str, *, size: float, align: str = "left", fill: str = "#222222"
    ) -> None:
        """A word whose middle line is at ``y``; ``align`` (left, center, right) says what of it is at ``x``. Size in points."""
        self._words.append({"x": x, "y": y, "text": text, "size": size, "align": align, "fill": fill})

    def facts(self) -> dict[str, Any]:
        """What the template ``drawing.typ`` prints."""
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:.2f}mm" height="{self.height:.2f}mm" '
            f'viewBox="0 0 {self.width:.2f} {self.height:.2f}">{"".join(self._shapes)}</svg>'
        )
        return {"svg": svg, "width": self.width, "height": self.height, "words": self._words}


def _rising(box: Box, step: float) -> list[list[tuple[float, float]]]:
    """The parts of the lines x + y = k * step that lie in the box."""
    found = []
    first = int((box.left + box.top) // step)
    last = int((box.right + box.bottom) // step)
    for number in range(first, last + 1):
        total = number * step
        low, high = max(box.left, total - box.bottom), min(box.right, total - box.top)
        if high > low:
            found.append([(low, total - low), (high, total - high)])
    return found


def width_of(text: str, size: float) -> float:
    """About how many millimetres wide a text of ``size`` points is printed."""
    signs = sum(0.57 if ord(character) < 0x2E80 else 1.0 for character in text)
    return signs * size * 0.3528

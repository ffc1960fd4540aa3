"""The signs of results in the lanes of a chart, and what each means. Pure."""

from __future__ import annotations

from typing import Any

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

LANE = 2.6
"""Height of a lane, in millimetres."""


def sign(drawing: Drawing, result: str, box: Box) -> None:
    """The sign of a result in a lane or a legend: each has a height, a tone and a pattern of its own."""
    middle = (box.top + box.bottom) / 2
    match result:
        case "compliant":
            drawing.rectangle(Box(box.left, box.bottom - 0.7, box.right, box.bottom), fill="#A8C3AE")
        case "exceeded":
            drawing.rectangle(box, fill=BOUND)
        case "exempt":
            drawing.rectangle(Box(box.left, box.top, box.right, middle), fill=EXEMPT, stroke=INK, thick=0.1)
        case "invalid":
            drawing.hatch([box], stroke=INK, thick=0.16, step=0.8)
        case "undetermined":
            drawing.rectangle(Box(box.left, middle - 0.45, box.right, middle + 0.45), fill="#555555")
        case "missing":
            drawing.rectangle(Box(box.left, box.top, box.right, box.bottom), fill="#F2F2F2")
            drawing.lines(
                [[(box.left, middle), (box.right, middle)]], stroke=GREY, thick=0.15, dash="0.4 0.5"
            )
        case _:
            drawing.lines([[(box.left, box.bottom), (box.right, box.bottom)]], stroke=GREY, thick=0.25)


def legend(words: dict[str, str]) -> dict[str, Any]:
    """What each sign means, in as many rows as it takes. ``words`` are the texts by sign, in the order of drawing."""
    drawing = Drawing(WIDTH, 12.0)
    x, y = 0.0, 1.2
    for name, said in words.items():
        width = 7.0 + width_of(said, SMALL) + 3.5
        if x + width > WIDTH:
            x, y = 0.0, y + 5.2
        _sample(drawing, name, Box(x, y, x + 5.5, y + LANE))
        drawing.word(x + 7.0, y + LANE / 2, said, size=SMALL, fill=INK)
        x += width
    return drawing.facts()


def _sample(drawing: Drawing, name: str, box: Box) -> None:
    middle = (box.top + box.bottom) / 2
    across = [(box.left, middle), (box.right, middle)]
    match name:
        case "value":
            drawing.lines([across], stroke=VALUE, thick=0.35)
        case "aside":
            drawing.dots([((box.left + box.right) / 2, middle)], 0.45, fill="#FFFFFF", stroke=GREY)
        case "bound" | "conditional":
            drawing.lines([across], stroke=BOUND, thick=0.3, dash="2.2 0.9" if name == "bound" else "0.8 0.7")
        case "peak":
            x = (box.left + box.right) / 2
            drawing.areas([[(x, middle + 0.8), (x - 0.8, middle - 0.7), (x + 0.8, middle - 0.7)]], fill=BOUND)
        case "device":
            drawing.rectangle(box, fill=DEVICE, stroke=GREY, thick=0.1)
        case "condition":
            drawing.rectangle(box, fill=CONDITION, stroke=GREY, thick=0.1)
            drawing.upright([box], stroke=CONDITION_LINE, step=1.1)
        case _:
            drawing.rectangle(box, stroke=FAINT, thick=0.1)
            sign(drawing, name, box)

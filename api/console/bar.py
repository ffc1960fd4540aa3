"""The value-against-limit bar: where the filling ends, where the limit stands, and the words beside it.

The limit of a concentration stands at four fifths of the bar, so that bars of different limits can be compared at a glance and an
exceedance has room. A range (pH) has its two bounds at one and five sixths. Pure geometry in percent of the width.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from api.console import words

LIMIT_AT = Decimal(80)
RANGE_AT = (Decimal(100) / 6, Decimal(500) / 6)

NEAR = Decimal("0.9")
"""From this share of the limit the bar says 接近限值. A choice of display, no rule of any standard."""

NEAR_EDGE = Decimal("0.1")
"""Within this share of a range's width from one of its bounds the bar says 接近限值."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What the template draws.

    Attributes
    ----------
    level : ``low``, ``near`` or ``over``
    fill : end of the filling in percent of the width, or None when a marker is drawn instead
    marker : place of the value in percent, for ranges
    ticks : places of the bounds in percent
    cut : whether the value lies beyond the bar's end
    label : share of the limit, e.g. ``61 %``; empty for ranges
    """

    level: str
    fill: str | None
    marker: str | None
    ticks: tuple[str, ...]
    cut: bool
    label: str


def draw(value: Decimal, minimum: Decimal | None, maximum: Decimal | None) -> Bar | None:
    """The bar of a value against its bounds; None when there is no bound that a bar could show."""
    if minimum is not None and maximum is not None and minimum < maximum:
        return _range(value, minimum, maximum)
    if minimum is None and maximum is not None and maximum > 0:
        return _ceiling(value, maximum)
    return None


def _ceiling(value: Decimal, maximum: Decimal) -> Bar:
    share = value / maximum
    level = "over" if value > maximum else "near" if share >= NEAR else "low"
    place = share * LIMIT_AT
    return Bar(
        level=level,
        fill=_place(place),
        marker=None,
        ticks=(_place(LIMIT_AT),),
        cut=place > 100,
        label=words.percent(share),
    )


def _range(value: Decimal, minimum: Decimal, maximum: Decimal) -> Bar:
    width = maximum - minimum
    if value > maximum or value < minimum:
        level = "over"
    elif min(value - minimum, maximum - value) < width * NEAR_EDGE:
        level = "near"
    else:
        level = "low"
    place = RANGE_AT[0] + (value - minimum) / width * (RANGE_AT[1] - RANGE_AT[0])
    return Bar(
        level=level,
        fill=None,
        marker=_place(place),
        ticks=(_place(RANGE_AT[0]), _place(RANGE_AT[1])),
        cut=not 0 <= place <= 100,
        label="",
    )


def _place(place: Decimal) -> str:
    return f"{min(max(place, Decimal(0)), Decimal(100)):.1f}"

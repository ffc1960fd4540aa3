"""What the value of a cell is: a number that a spreadsheet holds exactly, a Beijing time, a day, or text. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from store.clock import BEIJING
from store.isotime import moment_of

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)

MOST_DIGITS = 15
"""Significant digits that a spreadsheet's number keeps and shows (IEEE 754 double: every decimal of so many survives)."""

MOST_DECIMALS = 30
"""Decimals that a number format of a spreadsheet can ask for."""


class Exact(NamedTuple):
    """A number with the decimals that it is written with."""

    value: float | int
    decimals: int


def text_of(value: object) -> str:
    """A value as text: decimals in normal notation with all their digits, everything else by ``str``."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def exact(value: object) -> Exact | None:
    """The number cell that shows exactly this text; None when there is none: it is no number, or a float would change it.

    "-0.0" and "007" are none either: a spreadsheet would drop the sign and the zeros.
    """
    if isinstance(value, bool):
        return None
    text = text_of(value)
    if _NUMBER.fullmatch(text) is None:
        return None
    digits = text.lstrip("-").replace(".", "").lstrip("0")
    decimals = len(text.partition(".")[2])
    if len(digits) > MOST_DIGITS or decimals > MOST_DECIMALS or (not digits and text.startswith("-")):
        return None
    return Exact(float(text) if decimals else int(text), decimals)


def beijing(value: object) -> datetime | None:
    """The Beijing time of an aware moment, without its zone; None when the value is no moment (a word stands in its place)."""
    moment = _moment(value)
    return None if moment is None else moment.astimezone(BEIJING).replace(tzinfo=None)


def beijing_day(value: object) -> date | None:
    """The Beijing day of a moment, or the date itself; None when the value is neither."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    moment = _moment(value)
    return None if moment is None else moment.astimezone(BEIJING).date()


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = moment_of(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else None
    return None

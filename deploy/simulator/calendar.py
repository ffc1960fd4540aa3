"""Beijing calendar arithmetic on whole seconds since the epoch, which is the simulator's time."""

from __future__ import annotations

import math
from datetime import datetime

from store.clock import BEIJING

BEIJING_SECONDS = 8 * 3600
HOUR = 3600
DAY = 86400
_YEAR = 365.2425 * DAY


def hour_of(t: int) -> int:
    """Start of the clock hour that holds ``t``."""
    return t - t % HOUR


def day_of(t: int) -> int:
    """Start of the Beijing day that holds ``t``."""
    return t - (t + BEIJING_SECONDS) % DAY


def day_number(t: int) -> int:
    """Number of the Beijing day that holds ``t``; consecutive days have consecutive numbers."""
    return (t + BEIJING_SECONDS) // DAY


def hour_in_day(t: int) -> float:
    """Beijing hours since midnight, 0 to 24."""
    return ((t + BEIJING_SECONDS) % DAY) / 3600.0


def warmth(t: int, warmest_day: int = 215) -> float:
    """Where in the year ``t`` is: 1 on the warmest day (day of the year), -1 half a year from it."""
    day = ((t + BEIJING_SECONDS) % _YEAR) / DAY
    return math.cos(2 * math.pi * (day - warmest_day) / 365.2425)


def moment(t: int) -> datetime:
    """``t`` as an aware Beijing datetime."""
    return datetime.fromtimestamp(t, BEIJING)


def stamp(t: int) -> str:
    """``t`` as HJ 212 writes it: YYYYMMDDhhmmss in Beijing time."""
    return moment(t).strftime("%Y%m%d%H%M%S")

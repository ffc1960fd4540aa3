"""The effective transmission rate (有效传输率 = 传输率 x 有效率, regulation.md D.3), at once and after re-transmission."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.judgement.arithmetic import EXACT
from alerts.statistics.counting import HUNDRED, percent
from store.clock import DAY, day_start

PUBLISHED = timedelta(hours=13)
"""D.3: the day before is published from about 13:00. What had come by then makes the immediate rate (即时)."""

CHECKED_DAILY = frozenset({"w01018", "w21003", "w21011", "w21001"})
"""COD, NH3-N, TP, TN: one hour a day of automatic standard check leaves the denominator (D.3)."""


@dataclass(frozen=True, slots=True)
class Transmission:
    """Counts of hours or days of one or several factors; ``due`` is without those that left the statistics."""

    due: int = 0
    in_time: int = 0
    received: int = 0
    valid: int = 0
    stopped: int = 0
    checks: int = 0

    def __add__(self, other: Transmission) -> Transmission:
        return Transmission(
            self.due + other.due,
            self.in_time + other.in_time,
            self.received + other.received,
            self.valid + other.valid,
            self.stopped + other.stopped,
            self.checks + other.checks,
        )

    @property
    def immediate(self) -> Decimal | None:
        """传输率 of what came in time, per cent; None when nothing was due."""
        return percent(self.in_time, self.due)

    @property
    def completed(self) -> Decimal | None:
        """传输率 with what was re-transmitted later (补全), per cent."""
        return percent(self.received, self.due)

    @property
    def valid_rate(self) -> Decimal | None:
        """有效率: valid of due, per cent."""
        return percent(self.valid, self.due)

    @property
    def effective_immediate(self) -> Decimal | None:
        """有效传输率 of what came in time, per cent, unrounded."""
        return self._product(self.in_time)

    @property
    def effective(self) -> Decimal | None:
        """有效传输率 after re-transmission, per cent, unrounded."""
        return self._product(self.received)

    def _product(self, came: int) -> Decimal | None:
        """One division, so that a product that is exactly the threshold stays it."""
        if not self.due:
            return None
        return EXACT.divide(HUNDRED * came * self.valid, Decimal(self.due * self.due))


def in_time_until(start: datetime) -> datetime:
    """The moment until which a period of the day that holds ``start`` counts as sent at once: 13:00 of the next day."""
    return day_start(start) + DAY + PUBLISHED


def transmission(
    periods: Sequence[datetime],
    *,
    stopped: Container[datetime] = (),
    checks: Container[datetime] = (),
    in_time: Container[datetime] = (),
    received: Container[datetime] = (),
    valid: Container[datetime] = (),
) -> Transmission:
    """Count the periods of one factor.

    Parameters
    ----------
    periods : starts of the hours (or days) in which data were to be expected
    stopped : of these, when the source stood: they leave the statistics
    checks : hours of an automatic standard check, of a factor in ``CHECKED_DAILY``; the first of a day that gave no valid value
        leaves too, so that 23 of 24 are 100 %
    in_time, received, valid : when data came in time, came at all, and are valid
    """
    left: set[datetime] = set()
    days: set[datetime] = set()
    for start in periods:
        if start in checks and start not in valid and start not in stopped and day_start(start) not in days:
            days.add(day_start(start))
            left.add(start)
    due = [start for start in periods if start not in stopped and start not in left]
    return Transmission(
        due=len(due),
        in_time=sum(1 for start in due if start in in_time),
        received=sum(1 for start in due if start in received),
        valid=sum(1 for start in due if start in valid),
        stopped=sum(1 for start in periods if start in stopped),
        checks=len(left),
    )

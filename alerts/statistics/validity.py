"""Whether a month is valid, and its mean (regulation.md B.1, B.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.arithmetic import mean
from alerts.statistics.facts import Facts
from alerts.statistics.spans import Span

VALID_DAYS = 25
"""HJ 76 App. B: a month of gas needs 25 valid days."""

VALID_DAYS_FEBRUARY = 23
"""... and February 23."""

THREE_QUARTERS = 75
"""HJ 356-2019 7: a month of water needs 75 % of its days; HJ/T 75-2007 asks for 75 % of the running hours of a stack."""

FEBRUARY = 2


@dataclass(frozen=True, slots=True)
class Mean:
    """Arithmetic mean of the valid days: measured and folded, and how many days are in it."""

    measured: Decimal | None
    folded: Decimal | None
    days: int


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """What a month has of what it needs; ``unit`` is ``days``, or ``hours`` where an older permit counts running hours."""

    have: int
    need: int
    unit: str

    @property
    def valid(self) -> bool:
        """A month in which the source never ran needs nothing and has nothing that could be valid."""
        return self.have >= self.need > 0


def month_of_gas(month: Span, valid_days: int) -> Sufficiency:
    """25 valid days, 23 in February."""
    need = VALID_DAYS_FEBRUARY if month.start.month == FEBRUARY else VALID_DAYS
    return Sufficiency(valid_days, need, "days")


def month_of_running_hours(valid_hours: int, running_hours: int) -> Sufficiency:
    """75 % of the running hours (HJ/T 75-2007), where the outlet's day rule is ``75pct_running``."""
    return Sufficiency(valid_hours, least(running_hours), "hours")


def month_of_water(month: Span, valid_days: int) -> Sufficiency:
    """75 % of the days of the month: 24 of 31, 23 of 30, 21 of 28."""
    return Sufficiency(valid_days, least(month.days), "days")


def least(whole: int) -> int:
    """The smallest count that is at least 75 % of ``whole``."""
    return -(-whole * THREE_QUARTERS // 100)


def mean_of_days(days: Sequence[datetime], facts: Facts) -> Mean:
    """The mean of the valid days of a month, quarter or year."""
    valid = [fact for day in days if (fact := facts.get(day)) is not None and fact.valid]
    measured = mean([fact.measured for fact in valid if fact.measured is not None])
    folded = mean([fact.folded for fact in valid if fact.folded is not None])
    return Mean(measured.value() if measured else None, folded.value() if folded else None, len(valid))

"""The quarterly capture rate of a stack (季度有效数据捕集率, HJ 75-2017 12.1.3). It is not the effective transmission rate."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.statistics.counting import percent, reaches

REQUIRED = Decimal(75)
"""HJ 75-2017 12.1.3: at least 75 %."""


@dataclass(frozen=True, slots=True)
class Capture:
    """``(hours - invalid - stopped) / (hours - stopped)``. Hours that are missing or undetermined count as invalid: nothing valid
    was captured in them."""

    hours: int
    invalid: int
    stopped: int

    @property
    def running(self) -> int:
        """Hours in which something was to be captured."""
        return self.hours - self.stopped

    @property
    def rate(self) -> Decimal | None:
        """Per cent, unrounded; None when the source stood all the time."""
        return percent(self.running - self.invalid, self.running)

    def at_least(self, required: Decimal) -> bool:
        """Whether the rate reaches ``required`` per cent."""
        return reaches(self.running - self.invalid, self.running, required)


def capture(hours: Sequence[datetime], valid: Container[datetime], stopped: Container[datetime]) -> Capture:
    """The capture rate over ``hours``; an hour in which the source stood is not invalid, whatever its data say."""
    standing = sum(1 for hour in hours if hour in stopped)
    invalid = sum(1 for hour in hours if hour not in stopped and hour not in valid)
    return Capture(len(hours), invalid, standing)

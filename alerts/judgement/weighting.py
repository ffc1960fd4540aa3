"""The volume that each valid hourly value of a water day stands for (HJ 356-2019 7, regulation.md B.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.arithmetic import EXACT, Mean


@dataclass(frozen=True, slots=True)
class Weights:
    """Volumes in m3 by the start of the valid hour. ``complete`` is False when the flow of an hour in between is not known."""

    by_hour: Mapping[datetime, Decimal]
    complete: bool

    def mean(self, values: Mapping[datetime, Decimal]) -> Mean | None:
        """``sum(C x Q) / sum(Q)``; None when no volume is known or all of it is zero."""
        total, volume = Decimal(0), Decimal(0)
        for start, value in values.items():
            weight = self.by_hour.get(start, Decimal(0))
            total = EXACT.add(total, EXACT.multiply(value, weight))
            volume = EXACT.add(volume, weight)
        return Mean(total, volume) if volume > 0 else None


def weigh(
    hours: Sequence[datetime], volumes: Mapping[datetime, Decimal], valid: Sequence[datetime], way: str
) -> Weights:
    """Volumes for the valid hours of a day.

    Parameters
    ----------
    hours : every hour of the day, in order
    volumes : m3 discharged in each hour whose flow is known
    valid : hours with a valid value, in order
    way : ``same_hour``, or ``until_next_valid``: a value stands until the next valid one, the last until the end of the day
    """
    weights: dict[datetime, Decimal] = {}
    complete = True
    for place, start in enumerate(valid):
        following = valid[place + 1] if place + 1 < len(valid) else None
        if way == "same_hour":
            covered = [start]
        else:
            covered = [hour for hour in hours if start <= hour and (following is None or hour < following)]
        known = [volumes[hour] for hour in covered if hour in volumes]
        complete = complete and len(known) == len(covered)
        total = Decimal(0)
        for volume in known:
            total = EXACT.add(total, volume)
        weights[start] = total
    return Weights(weights, complete)

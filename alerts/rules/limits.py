"""The limit that a forecast is made against, while what it depends on is not all known yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.subject import Subject
from store.model import Limit


@dataclass(frozen=True, slots=True)
class Against:
    """``limit`` is what seems to hold now and warns; ``sure`` is the maximum whose exceedance no later value can make lawful."""

    limit: Limit
    maximum: Decimal
    sure: Decimal


def against(
    subject: Subject, factor: str, basis: str, start: datetime, conditions: Mapping[str, Decimal]
) -> Against | None:
    """The strictest maximum that holds for these values of conditions; None without one.

    Where limits depend on the mean of another factor that is not over yet (GB 18918: NH3-N by water temperature), one of them
    will hold: only the laxest of them is sure.
    """
    limits = [limit for limit in subject.in_force(factor, basis, start) if limit.maximum is not None]
    built = subject.options.built
    free, open_ = [], []
    for limit in limits:
        if limit.condition is None:
            free.append(limit)
        elif limit.condition.factor is None:
            free += [limit] if limit.condition.holds({}, built) else []
        else:
            open_.append(limit)
    holding = [
        limit for limit in open_ if limit.condition is not None and limit.condition.holds(conditions, built)
    ]
    candidates = [(limit, limit.maximum) for limit in (*free, *holding) if limit.maximum is not None]
    if not candidates:
        return None
    limit, maximum = min(candidates, key=lambda one: one[1])
    sure = [limit.maximum for limit in free if limit.maximum is not None]
    sure += [max(limit.maximum for limit in open_ if limit.maximum is not None)] if open_ else []
    return Against(limit, maximum, min(sure))

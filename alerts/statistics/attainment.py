"""How many periods were compliant and how many exceeded (达标率, regulation.md D.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.statistics.counting import percent
from alerts.statistics.facts import Facts
from store.clock import day_start


@dataclass(frozen=True, slots=True)
class Attainment:
    """Periods by their result. Invalid, undetermined, missing and exempt ones stand apart and are never called compliant."""

    compliant: int = 0
    exceeded: int = 0
    exempt: int = 0
    invalid: int = 0
    undetermined: int = 0
    missing: int = 0
    no_limit: int = 0

    @property
    def rate(self) -> Decimal | None:
        """``compliant / (compliant + exceeded)`` in per cent, unrounded; None when nothing could be judged."""
        return percent(self.compliant, self.compliant + self.exceeded)


def attainment(periods: Sequence[datetime], facts: Facts, *, absent: str | None) -> Attainment | None:
    """Count the results of ``periods``; one that was never judged counts as ``absent``, or not at all (None).

    None when no period has a verdict: the factor is not judged by this span.
    """
    results = Counter(fact.result for start in periods if (fact := facts.get(start)) and fact.result)
    if not results:
        return None
    if absent is not None:
        never = sum(1 for start in periods if start not in facts)
        results.update({absent: never})
    return Attainment(**results)


def days_with_exceeded_hours(periods: Iterable[datetime], facts: Facts) -> int:
    """Exceeded days of a stack: days with at least one exceeded hour (D.2, a statistic)."""
    return len(
        {day_start(start) for start in periods if (fact := facts.get(start)) and fact.result == "exceeded"}
    )

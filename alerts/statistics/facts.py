"""What the statistics count: hours and days of one factor as they were judged, and what was said about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.exemptions import cover_of
from alerts.judgement.statements import Statements
from alerts.judgement.values import MISSING

STOPPED = "stopped"
"""Status and condition label of a source that does not run (停运)."""

NO_DISCHARGE = "flow_zero"

RANK = ("exceeded", "exempt", "undetermined", "invalid", "missing", "compliant", "no_limit")
"""Results of several limits on one period: the first of these is the result of the period."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One hour or day of one factor in its newest revision.

    Attributes
    ----------
    measured, folded : value after marking; there is none when the period is invalid or missing
    reported : value as it was sent, also of an invalid period
    volume : m3, of the flow of water only
    reasons : reason codes of the period
    result : of its verdicts (``RANK``); None without a verdict
    """

    start: datetime
    valid: bool
    status: str
    measured: Decimal | None
    folded: Decimal | None
    reported: Decimal | None
    volume: Decimal | None
    reasons: tuple[str, ...]
    result: str | None

    @property
    def undetermined(self) -> bool:
        """Not valid, and yet nothing took its value out."""
        return not self.valid and self.measured is not None

    @property
    def missing(self) -> bool:
        return self.status == MISSING

    @property
    def measurable(self) -> bool:
        """Whether the measured concentration may enter a mass: valid, or only not to be folded for want of oxygen.

        Mass counts with the measured value, never the folded one (regulation.md A.2), so oxygen is nothing to it.
        """
        return self.valid or (self.undetermined and bool(self.reasons) and self.reasons[0].startswith("o2_"))


Facts = Mapping[datetime, Fact]
"""Facts of one factor and span by their start."""


def result_of(results: Iterable[str]) -> str | None:
    """The result of a period from those of its limits."""
    found = set(results)
    return next((result for result in RANK if result in found), None)


def stopped_hours(factor: str, facts: Facts, statements: Statements) -> frozenset[datetime]:
    """The hours in which the source stood: by their status, or by an effective condition mark over 45 minutes of them (D.3)."""
    flagged = {start for start, fact in facts.items() if fact.status == STOPPED}
    marked = {hour for hour in statements.by_hour if marked_stopped(statements, factor, hour)}
    return frozenset(flagged | marked)


def marked_stopped(statements: Statements, factor: str, hour: datetime) -> bool:
    """Whether effective condition marks say for 45 minutes of the hour that the source stood; overlaps count once."""
    return STOPPED in cover_of(statements, (), factor, hour).labels

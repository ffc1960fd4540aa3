"""What goes into a day and what its drafts look like before they meet the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.judgement.decision import Case
from alerts.judgement.marks import largest_share, reasons_of
from alerts.judgement.values import MISSING, NORMAL, Columns, Period

HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class HourResult:
    """What a day needs of a judged hour.

    Attributes
    ----------
    measured, folded : the value after marking
    volume : m3, known for the flow of water only
    covered : labels of the working-condition marks that last 45 minutes of the hour
    standard_check : whether a standard check (标样核查) was made in the hour
    exempt : exceeded but exempt: the value after marking stays, the one after exemption is none
    reasons : reason codes of the hour
    """

    start: datetime
    valid: bool
    status: str
    measured: Decimal | None
    folded: Decimal | None
    volume: Decimal | None
    covered: tuple[str, ...] = ()
    standard_check: bool = False
    exempt: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether the source stood still, by flag or by a working-condition mark (停运)."""
        return self.status == "stopped" or "stopped" in self.covered

    @property
    def undetermined(self) -> bool:
        """Not valid, and yet nothing took its value out."""
        return not self.valid and self.measured is not None

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why an undetermined hour is undetermined."""
        return self.reasons[:1] or reasons_of(self.status)


@dataclass(frozen=True, slots=True)
class Draft:
    """A day of one factor before its verdicts.

    Attributes
    ----------
    judged : the value after marking; it is judged
    exempted : the value after exemption: the same without the exempt hours
    """

    case: Case
    reported: Columns
    recomputed: Columns
    judged: Columns
    exempted: Columns
    count: int
    expected: int
    inputs: Mapping[str, Any]
    rule: str
    hour_statuses: Mapping[str, int]

    def status(self, valid: bool) -> str:
        """Mark of the day: normal when valid, missing without data, else what most of its other hours were."""
        if not self.case.present:
            return MISSING
        return NORMAL if valid else largest_share(self.hour_statuses)


def hour_result(period: Period) -> HourResult:
    """The result of a judged hour."""
    volume = period.inputs.get("volume")
    return HourResult(
        period.start,
        period.valid,
        period.status,
        period.after_marking.measured,
        period.after_marking.folded,
        Decimal(volume) if volume is not None else None,
        covered=tuple(period.inputs.get("covered", ())),
        standard_check=bool(period.inputs.get("standard_check", False)),
        exempt=any(verdict.result == "exempt" for verdict in period.verdicts),
        reasons=period.reasons,
    )


def hours_of(day: datetime) -> list[datetime]:
    """The 24 hours of a Beijing day, in order; there is no summer time."""
    return [day + timedelta(hours=number) for number in range(HOURS_A_DAY)]


def statuses(hours: Sequence[HourResult]) -> dict[str, int]:
    """How many hours had each status; an hour taken out for another reason than its mark counts under its mark."""
    counts: dict[str, int] = {}
    for hour in hours:
        counts[hour.status] = counts.get(hour.status, 0) + 1
    absent = HOURS_A_DAY - len(hours)
    if absent:
        counts[MISSING] = counts.get(MISSING, 0) + absent
    return dict(sorted(counts.items()))


def told_hours(hours: Sequence[HourResult]) -> dict[str, Any]:
    """The hours of a day as its inputs tell of them: how many had each status, stood, or were exempt."""
    told: dict[str, Any] = {"hours": statuses(hours)}
    stopped = sum(1 for hour in hours if hour.stopped)
    exempt = sum(1 for hour in hours if hour.exempt)
    return told | ({"stopped": stopped} if stopped else {}) | ({"exempt": exempt} if exempt else {})


def received(hours: Sequence[HourResult]) -> bool:
    """Whether any hour of the day came at all."""
    return any(hour.status != MISSING for hour in hours)

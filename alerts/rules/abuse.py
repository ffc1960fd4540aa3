"""Signs that marks are used to hide exceedances (regulation.md C.6), looked for day by day over a month.

Three pictures: most exceeded hours lie under marks; a start or stop without its physical signature; a yearly exemption nearly
used up. Each is a reason to look, not a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.judgement.arithmetic import EXACT
from alerts.judgement.factors import OXYGEN
from alerts.judgement.subject import Subject
from alerts.judgement.values import Period
from alerts.rules.reading import bound_for, measured, moment, overlaps, said, sent, stretch, text
from alerts.rules.shape import Noticed, Rule, Subjected, Thresholds, Window
from alerts.windows import hours_between
from store.clock import BEIJING, DAY, HOUR
from store.marks import Mark
from store.model import Exemption, Limit

SIGNATURE = (OXYGEN, "a01012", "a00000", "a01011")
"""What a start or stop moves: oxygen, temperature of the gas, flow, velocity (hj212.md §11.2)."""

PHASES = frozenset({"starting", "stopping"})

BEFORE = 24
"""Hours before a start or stop that it is compared with."""

Hour = tuple[datetime, Decimal, Limit]


def exceeded(subject: Subject, period: Period) -> tuple[Decimal, Limit] | None:
    """The value of an hour as it came and the limit that it is above, whatever marks and flags say of it."""
    limit = bound_for(subject, period.factor, period.start)
    value = said(subject, period)
    if limit is None or limit.maximum is None or value is None or value <= limit.maximum:
        return None
    return value, limit


def examine(window: Window) -> list[Noticed]:
    """At most one notice a day and factor for the share, one a day for the outlet from the other two pictures."""
    filed = [mark for mark in window.marks if mark.channel == "manual" and mark.withdrawn_at is None]
    found: list[Noticed] = []
    if not filed:
        return found
    for day in window.starts:
        for factor in window.subject.factors:
            noticed = _share(window, factor, day, filed)
            if noticed is not None:
                found.append(noticed)
        pictures = [*_quotas(window, day, filed), *_unsigned(window, day, filed)]
        if pictures:
            hours = sorted({hour for picture in pictures for hour in picture.get("hours", [])})
            evidence = {"hours": hours, "days": [moment(day)]}
            numbers = {"pictures": pictures}
            found.append(Noticed(None, day, numbers, evidence, ABUSE.innocent_causes))
    return found


def _share(window: Window, factor: str, day: datetime, filed: Sequence[Mark]) -> Noticed | None:
    limits = window.thresholds
    since, until = day + DAY - limits.abuse_days * DAY, day + DAY
    over: list[Hour] = []
    under: list[Hour] = []
    for start in hours_between(since, until):
        period = window.hours.get((factor, start))
        found = exceeded(window.subject, period) if period is not None else None
        if found is None:
            continue
        over.append((start, *found))
        if any(mark.effective and mark.covers(factor) and overlaps(mark, start) for mark in filed):
            under.append((start, *found))
    if len(under) < limits.abuse_hours or Decimal(len(under)) < limits.abuse_share * len(over):
        return None
    numbers: dict[str, Any] = {
        "picture": "share",
        "exceeded_hours": len(over),
        "marked_hours": len(under),
        "share": text(EXACT.divide(Decimal(len(under)), Decimal(len(over))).quantize(Decimal("0.001"))),
        "days": limits.abuse_days,
    }
    evidence = {"hours": [moment(start) for start, _, _ in under], "period": stretch(since, until)}
    return Noticed(factor, day, numbers, evidence, (), under[-1][2].key)


def _quotas(window: Window, day: datetime, filed: Sequence[Mark]) -> list[dict[str, Any]]:
    """Exemptions of which the marked hours of the calendar year up to the day's end have used up nearly everything."""
    pictures = []
    for exemption in window.subject.exemptions:
        if exemption.hours_per_year is None or not exemption.in_force(day):
            continue
        used = _used(exemption, day, filed)
        if used >= EXACT.multiply(window.thresholds.quota_share, exemption.hours_per_year):
            pictures.append(
                {
                    "picture": "quota",
                    "label": exemption.label,
                    "used_hours": text(used),
                    "hours_per_year": text(exemption.hours_per_year),
                    "source": exemption.source,
                }
            )
    return pictures


def _used(exemption: Exemption, day: datetime, filed: Iterable[Mark]) -> Decimal:
    """Marked hours of the label in the calendar year up to the end of the day; overlapping marks count once."""
    year = day.astimezone(BEIJING).replace(month=1, day=1)
    ranges = sorted(
        (max(mark.from_time, year), min(mark.to_time, day + DAY))
        for mark in filed
        if mark.effective and mark.category == "condition" and mark.label == exemption.label
    )
    total, reached = timedelta(0), year
    for start, end in ranges:
        here = max(start, reached)
        if end > here:
            total += end - here
            reached = end
    return EXACT.divide(Decimal(int(total.total_seconds())), Decimal(3600))


def _unsigned(window: Window, day: datetime, filed: Sequence[Mark]) -> list[dict[str, Any]]:
    """Start and stop marks of the day of a stack over which nothing moved: every value stays near its median before."""
    if not window.subject.gas:
        return []
    pictures = []
    for mark in filed:
        if mark.label not in PHASES or not (day <= mark.from_time < day + DAY):
            continue
        moved = _movements(window, mark)
        if moved and all(change <= window.thresholds.signature_share for change in moved.values()):
            pictures.append(
                {
                    "picture": "no_signature",
                    "mark": mark.id,
                    "label": mark.label,
                    "largest_change": {factor: text(change) for factor, change in moved.items()},
                    "hours": [moment(start) for start in _hours_of(mark)],
                }
            )
    return pictures


def _movements(window: Window, mark: Mark) -> Mapping[str, Decimal]:
    """Largest change of each quantity under the mark against its median before, as a share; two at least must be known."""
    moved = {}
    first = _hours_of(mark)[0]
    for factor in SIGNATURE:
        before = sorted(
            value
            for place in range(1, BEFORE + 1)
            if (value := _value(window, factor, first - place * HOUR)) is not None
        )
        during = [value for start in _hours_of(mark) if (value := _value(window, factor, start)) is not None]
        if len(before) < BEFORE // 2 or not during:
            continue
        median = before[len(before) // 2]
        if median > 0:
            change = max(EXACT.divide(abs(value - median), median) for value in during)
            moved[factor] = change.quantize(Decimal("0.001"))
    return moved if len(moved) >= 2 else {}


def _value(window: Window, factor: str, start: datetime) -> Decimal | None:
    period = window.hours.get((factor, start))
    return sent(period) if period is not None and measured(period) else None


def _hours_of(mark: Mark) -> list[datetime]:
    """Clock hours that a mark touches."""
    return list(hours_between(mark.from_time, mark.to_time))


def ends(window: Window) -> set[Subjected]:
    """Any judged day without one of the pictures."""
    days = {(period.factor, period.start) for period in window.periods("day")}
    return days | {(None, start) for _, start in days}


def back(thresholds: Thresholds) -> timedelta:
    """The month before a day, and the day before a start."""
    return thresholds.abuse_days * DAY


ABUSE = Rule(
    "mark_abuse",
    "day",
    ("hours", "days", "marks"),
    examine,
    ends,
    settings=(
        "mark_abuse_days",
        "mark_abuse_hours",
        "mark_abuse_percent",
        "quota_warning_percent",
        "signature_percent",
    ),
    back=back,
    keeps_late=False,
)

"""Everything that the statistics of one outlet are made from, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.judgement.statements import NOTHING_SAID, STANDARD_CHECK, Statements
from alerts.statistics.facts import Facts
from store.clock import HOUR, hour_start

Receipts = Mapping[datetime, datetime]
"""When the data of a period first came, by its start."""


@dataclass(frozen=True, slots=True)
class Material:
    """Judged periods, receipts and statements of one outlet over a time.

    Attributes
    ----------
    begun : start of the outlet's first judged hour: nothing was due before; None before its first data
    until : what had ended, and was long enough ago to have come, when this was looked at; start of an hour
    days_until : the same for days, which are settled later than their last hour
    hours, days : facts by factor
    since : first moment of which hours of a factor were loaded, where that is before the spans that are asked for
    hour_receipts, day_receipts : by factor
    """

    begun: datetime | None
    until: datetime
    days_until: datetime
    hours: Mapping[str, Facts] = field(default_factory=dict)
    days: Mapping[str, Facts] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    hour_receipts: Mapping[str, Receipts] = field(default_factory=dict)
    day_receipts: Mapping[str, Receipts] = field(default_factory=dict)
    statements: Statements = NOTHING_SAID


def standard_check_hours(statements: Statements, factor: str) -> frozenset[datetime]:
    """The hours of a standard check (标样核查) of a factor: of the check itself, or under a device mark that names one."""
    hours = {
        hour_start(check.checked_at)
        for check in statements.checks.get(factor, ())
        if check.kind == "standard"
    }
    for mark in statements.marks:
        if mark.category == "device" and mark.label == STANDARD_CHECK and mark.covers(factor):
            hour = hour_start(mark.from_time)
            while hour < mark.to_time:
                hours.add(hour)
                hour += HOUR
    return frozenset(hours)

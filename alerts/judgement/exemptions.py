"""Exemption of an exceeded hour under a working-condition mark (豁免, regulation.md C.4 step 6 and C.5): quota and ceiling.

Nothing is exempt by default: it takes an exemption on record, with its source, for the label and the factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.judgement.arithmetic import EXACT
from alerts.judgement.marks import HOUR_SECONDS, VALID_SECONDS
from alerts.judgement.statements import Statements
from store.clock import BEIJING, HOUR
from store.marks import Mark
from store.model import Exemption

COVERING_SECONDS = VALID_SECONDS
"""A condition mark covers an hour when it lasts 45 minutes of it, as a state of the source marks it (regulation.md B.1)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One exemption beside the marked time of an hour.

    Attributes
    ----------
    event_hours : marked hours from the begin of the event to the end of the hour; the longest when several events touch it
    year_hours : marked hours of the calendar year up to the end of the hour
    """

    exemption: Exemption
    event_hours: Decimal
    year_hours: Decimal

    def refusal(self, value: Decimal | None) -> tuple[str, ...]:
        """Why it does not exempt ``value``; empty when it does. What exactly uses up a quota is still within it."""
        exemption = self.exemption
        if exemption.hours_per_event is not None and self.event_hours > exemption.hours_per_event:
            return ("exemption_event_used_up",)
        if exemption.hours_per_year is not None and self.year_hours > exemption.hours_per_year:
            return ("exemption_year_used_up",)
        if exemption.ceiling is not None and value is not None and value > exemption.ceiling:
            return ("above_exemption_ceiling",)
        return ()


@dataclass(frozen=True, slots=True)
class Cover:
    """The working-condition labels that cover an hour and what they may exempt."""

    labels: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()

    def exempts(self, value: Decimal | None) -> bool:
        """Whether one of the grants exempts ``value``."""
        return any(not grant.refusal(value) for grant in self.grants)

    def refusals(self, value: Decimal | None) -> tuple[str, ...]:
        """Why the marks exempt nothing, each reason once."""
        if not self.grants:
            return ("condition_mark_without_exemption",)
        return tuple(dict.fromkeys(reason for grant in self.grants for reason in grant.refusal(value)))


NO_COVER = Cover()


def cover_of(statements: Statements, exemptions: Sequence[Exemption], factor: str, start: datetime) -> Cover:
    """What covers a factor in the hour from ``start``."""
    end = start + HOUR
    over = [mark for mark in statements.by_hour.get(start, ()) if _speaks(mark, factor)]
    labels = tuple(
        label
        for label in dict.fromkeys(mark.label for mark in over)
        if sum(_clip(joined(mark for mark in over if mark.label == label), start, end)) >= COVERING_SECONDS
    )
    if not labels:
        return NO_COVER
    grants = tuple(
        _grant(exemption, statements, factor, start)
        for exemption in exemptions
        if exemption.label in labels and factor in exemption.factors and exemption.in_force(start)
    )
    return Cover(labels, grants)


def joined(marks: Iterable[Mark]) -> list[tuple[datetime, datetime]]:
    """The times of some marks, those that overlap or touch joined into one event, in order."""
    events: list[tuple[datetime, datetime]] = []
    for begin, end in sorted((mark.from_time, mark.to_time) for mark in marks):
        if events and begin <= events[-1][1]:
            events[-1] = (events[-1][0], max(events[-1][1], end))
        else:
            events.append((begin, end))
    return events


def shown(cover: Cover) -> list[dict[str, Any]]:
    """The quotas as they stood, for the inputs of the hour."""
    return [
        {
            "key": grant.exemption.key,
            "label": grant.exemption.label,
            "event_hours": format(grant.event_hours, "f"),
            "year_hours": format(grant.year_hours, "f"),
        }
        for grant in cover.grants
    ]


def _speaks(mark: Mark, factor: str) -> bool:
    """Whether a mark of a working condition speaks of a factor. Only filed ones count: C.1 knows no other channel for them, and a
    flag that the source's own logger sets must not open an exemption without anybody who answers for it."""
    return mark.category == "condition" and mark.channel == "manual" and mark.covers(factor)


def _grant(exemption: Exemption, statements: Statements, factor: str, start: datetime) -> Grant:
    """The quotas used up to the end of the hour; a year is a calendar year in Beijing."""
    end = start + HOUR
    events = joined(
        mark for mark in statements.marks if mark.label == exemption.label and _speaks(mark, factor)
    )
    over = [(begin, min(finish, end)) for begin, finish in events if begin < end and start < finish]
    year = start.astimezone(BEIJING).replace(month=1, day=1, hour=0)
    return Grant(
        exemption,
        event_hours=_hours(max(int((finish - begin).total_seconds()) for begin, finish in over)),
        year_hours=_hours(sum(_clip(events, year, end))),
    )


def _clip(events: Iterable[tuple[datetime, datetime]], earliest: datetime, latest: datetime) -> list[int]:
    """Seconds of each event within [earliest, latest)."""
    return [
        int((min(finish, latest) - max(begin, earliest)).total_seconds())
        for begin, finish in events
        if begin < latest and earliest < finish
    ]


def _hours(seconds: int) -> Decimal:
    return EXACT.divide(Decimal(seconds), Decimal(HOUR_SECONDS))

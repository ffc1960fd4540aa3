"""The cells of concentrations and other measured values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from alerts.judgement.exemptions import cover_of
from alerts.judgement.factors import PH
from alerts.statistics.facts import Fact, Facts, stopped_hours
from alerts.statistics.material import Material
from alerts.statistics.report import Statistic
from api.console.reports.columns import bounds_at
from api.console.reports.model import NOTHING, Cell, Head, Sign
from api.console.reports.periods import Period
from api.console.reports.rounding import Places
from store.clock import DAY, HOUR
from store.model import Outlet
from store.texts import has, text

_MARKS = frozenset({"device_mark", "taken_minutes_left_out", "taken_minutes_in_value"})
"""Reasons that say: a device mark covers something of the period."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Makes cells of judged periods of one outlet."""

    outlet: Outlet
    of: Period
    places: Places
    material: Material

    def period(self, head: Head, start: datetime) -> Cell:
        """An hour of a day, or a day of a month."""
        daily = self.of.kind == "month"
        facts = (self.material.days if daily else self.material.hours).get(head.factor, {})
        return self._cell(head, start, facts, daily=daily)

    def whole(self, head: Head) -> Cell:
        """The judged value of the whole: the daily mean of a day, the hourly mean of an hour."""
        daily = self.of.kind == "day"
        facts = (self.material.days if daily else self.material.hours).get(head.factor, {})
        return self._cell(head, self.of.start, facts, daily=daily)

    def month(self, head: Head, statistic: Statistic, *, row: bool) -> Cell:
        """The mean of the valid days of a month or quarter; as a row it says how often the limit was exceeded."""
        if head.factor == PH:
            return self._range(head, statistic.span.start, statistic.span.end)
        value = statistic.mean.folded if head.measure == "folded" else statistic.mean.measured
        if value is None:
            ended = statistic.days_due > 0
            return Cell(signs=(Sign.MISSING,), why=Sign.MISSING.means) if ended else NOTHING
        signs: list[Sign] = []
        validity = statistic.validity
        why = ""
        if validity is not None and not validity.valid and statistic.complete:
            signs.append(Sign.INVALID)
            why = text(
                f"console.reports.month_invalid.{validity.unit}", have=validity.have, need=validity.need
            )
        times = 0
        if head.judged and row:
            by_hour = statistic.by_hour
            times = (by_hour.exceeded if by_hour else 0) if statistic.gas else statistic.exceeded_days
            if times:
                signs.append(Sign.EXCEEDED)
        rounded = self.places.rounded(value, head.factor, head.measure)
        return Cell(rounded, tuple(signs), why, times=times)

    def _cell(self, head: Head, start: datetime, facts: Facts, *, daily: bool) -> Cell:
        fact = facts.get(start)
        stood = self._stood(head.factor, start, daily=daily)
        if fact is None or fact.missing:
            if not self._due(start, daily=daily):
                return NOTHING
            sign = Sign.STOPPED if stood else Sign.MISSING
            return Cell(signs=(sign,), why=sign.means)
        value, signs = self._value_of(head, fact, stood=stood)
        times = 0
        shown = None if value is None else self.places.rounded(value, head.factor, head.measure)
        if head.judged and (value is not None or head.factor == PH):
            bounds = bounds_at(self.outlet, head.factor, start, start + (DAY if daily else HOUR))
            if self.outlet.medium == "gas" and daily:
                # Gas is judged by the hour; an exceeded day is one with an exceeded hour, a statistic (regulation.md D.2).
                times = self._exceeded_hours(head.factor, start) if self.of.kind == "month" else 0
                bounds = []
            if times or (fact.result == "exceeded" and not (daily and self.outlet.medium == "gas")):
                signs.append(Sign.EXCEEDED)
            elif fact.result == "exempt":
                signs.append(Sign.EXEMPT)
            if value is not None:
                shown = self.places.rounded(value, head.factor, head.measure, bounds)
        if self._marked(head.factor, start, fact, daily=daily):
            signs.append(Sign.MARKED)
        if daily and head.factor == PH:
            return replace(self._range(head, start, start + DAY, tuple(signs)), why=_why(fact))
        return Cell(shown, tuple(signs), _why(fact), times=times)

    def _range(self, head: Head, start: datetime, end: datetime, signs: tuple[Sign, ...] = ()) -> Cell:
        """Of pH there is no mean (regulation.md B.2): the least and the largest of the valid hours."""
        facts = self.material.hours.get(head.factor, {})
        values = [
            fact.measured
            for hour, fact in facts.items()
            if start <= hour < end and fact.valid and fact.measured is not None
        ]
        if not values:
            return Cell(signs=signs)
        ends = (self.places.rounded(pick(values), head.factor, head.measure) for pick in (min, max))
        return Cell(signs=signs, words="～".join(format(one, "f") for one in ends))

    def _value_of(self, head: Head, fact: Fact, *, stood: bool) -> tuple[Decimal | None, list[Sign]]:
        folded = head.measure == "folded"
        if fact.valid:
            return (fact.folded if folded else fact.measured), []
        if stood:
            return (None if folded else fact.reported), [Sign.STOPPED]
        if fact.undetermined:
            return (fact.folded if folded else fact.measured), [Sign.UNDETERMINED]
        # What was sent is shown all the same: nothing is deleted, and the sign says that it counts for nothing.
        return (None if folded else fact.reported), [Sign.INVALID]

    def _due(self, start: datetime, *, daily: bool) -> bool:
        begun = self.material.begun
        if begun is None:
            return False
        end = start + (DAY if daily else HOUR)
        until = self.material.days_until if daily else self.material.until
        return end > begun and end <= until

    def _stood(self, factor: str, start: datetime, *, daily: bool) -> bool:
        stopped = stopped_hours(
            factor, _slice(self.material.hours.get(factor, {}), start, daily), self.material.statements
        )
        if not daily:
            return start in stopped
        return all(start + number * HOUR in stopped for number in range(24))

    def _marked(self, factor: str, start: datetime, fact: Fact, *, daily: bool) -> bool:
        if _MARKS.intersection(fact.reasons):
            return True
        hours = [start + number * HOUR for number in range(24 if daily else 1)]
        return any(cover_of(self.material.statements, (), factor, hour).labels for hour in hours)

    def _exceeded_hours(self, factor: str, day: datetime) -> int:
        hours = self.material.hours.get(factor, {})
        found = (hours.get(day + number * HOUR) for number in range(24))
        return sum(fact is not None and fact.result == "exceeded" for fact in found)


def _slice(facts: Facts, start: datetime, daily: bool) -> Mapping[datetime, Fact]:
    hours = [start + number * HOUR for number in range(24 if daily else 1)]
    return {hour: facts[hour] for hour in hours if hour in facts}


def _why(fact: Fact) -> str:
    """The reasons of a period in words."""
    said = [text(f"reasons.{code}") for code in fact.reasons if has(f"reasons.{code}")]
    return text("console.reports.or").join(said)

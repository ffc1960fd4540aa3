"""From rows to what the judgement takes, wherever they were read: readings by factor and hour, verdicts in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from alerts.judgement.factors import FLOW, OXYGEN
from alerts.judgement.subject import Subject
from alerts.judgement.values import NOTHING, FactorHour, Period, Sample, Verdict
from store.clock import BEIJING, HOUR, hour_start

Place = tuple[str, datetime]
"""A factor and the start of its period."""

Row = tuple[str, datetime, int, "Decimal | None", "Decimal | None", "Decimal | None", str]
"""A reading: factor, data time, revision, value, folded, total, status."""


def factors_wanted(subject: Subject) -> tuple[str, ...]:
    """The factors to load: oxygen and flow are needed for the others even where they are not registered."""
    helper = OXYGEN if subject.gas else FLOW
    return subject.factors if helper in subject.factors else (*subject.factors, helper)


def samples_of(rows: Iterable[Row]) -> dict[Place, tuple[Sample, ...]]:
    """Readings by factor and hour, in time order, each in its newest revision.

    The rows come in the order of time, and the revisions of a reading in theirs.
    """
    newest: dict[Place, dict[datetime, Sample]] = defaultdict(dict)
    hour = hour_end = datetime.min.replace(tzinfo=BEIJING)
    for factor, data_time, revision, value, folded, total, status in rows:
        if not hour <= data_time < hour_end:
            hour = hour_start(data_time)
            hour_end = hour + HOUR
        # A later revision takes the place of an earlier one; readings come in time order, so the keys stay in the order of time.
        newest[factor, hour][data_time] = Sample(
            data_time, _finite(value), _finite(folded), _finite(total), status, revision
        )
    return {place: tuple(by_time.values()) for place, by_time in newest.items()}


def _finite(value: Decimal | None) -> Decimal | None:
    """NaN and infinity are no numbers for the judgement."""
    return value if value is not None and value.is_finite() else None


def received_of(
    frames: Mapping[Place, tuple[Sample, ...]],
    minutes: Mapping[Place, tuple[Sample, ...]],
    realtime: Mapping[Place, tuple[Sample, ...]],
) -> dict[Place, FactorHour]:
    """Everything that came of each factor in each hour. Of an hour that holds several hour frames the first counts."""
    places = frames.keys() | minutes.keys() | realtime.keys()
    return {
        place: FactorHour(
            frame=frames[place][0] if place in frames else NOTHING.frame,
            minutes=minutes.get(place, ()),
            realtime=realtime.get(place, ()),
        )
        for place in places
    }


def in_order(period: Period) -> Period:
    """The period with its verdicts in the order of their limits, as they are kept."""
    if len(period.verdicts) < 2:
        return period
    return replace(period, verdicts=tuple(sorted(period.verdicts, key=_limit_order)))


def _limit_order(verdict: Verdict) -> int:
    return verdict.limit_key or 0

"""Judging hours of one outlet: which of them can be judged now, what they are judged from, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.judgement.collecting import Place, factors_wanted, received_of
from alerts.judgement.hour import judge_hour
from alerts.judgement.statements import NOTHING_SAID
from alerts.judgement.subject import Subject
from alerts.judgement.values import FactorHour, Period, Rules, Sample
from alerts.loading import Stored, first_period, load_statements, samples, stored_periods
from alerts.writing import Change, changes_of
from store.clock import HOUR
from store.database import Connection
from store.marks import Mark


@dataclass(frozen=True, slots=True)
class Judging:
    """One round of judging: the moment, the rules, and how long data may take."""

    now: datetime
    rules: Rules
    hour_grace: timedelta
    late: timedelta


@dataclass(frozen=True, slots=True)
class JudgedHours:
    """What a round over some hours gave: the newest period values, stored or new, and the changes to write."""

    newest: Mapping[Place, Period]
    changes: Sequence[Change]


def judge_hours(
    connection: Connection,
    subject: Subject,
    hours: Iterable[datetime],
    settled: frozenset[datetime],
    judging: Judging,
    *,
    assumed: Sequence[Mark] = (),
) -> JudgedHours:
    """Judge some hours of one outlet; nothing is written. ``assumed`` are marks that are not filed: what would they change?

    A factor of an hour is judged as soon as its hour frame is there. Without one it waits until the hour is settled: a sweep
    after the grace time (``settled``) judges every factor, from the minutes or as missing. What was judged is judged again.
    """
    ordered = sorted(hours)
    if not ordered or not subject.factors:
        return JudgedHours({}, ())
    earliest, latest = ordered[0], ordered[-1] + HOUR
    wanted = factors_wanted(subject)
    frames = samples(connection, subject.outlet_key, "hour", wanted, ordered)
    stored = stored_periods(connection, subject.outlet_key, "hour", subject.factors, earliest, latest)
    chosen = {hour: _factors(subject, hour, hour in settled, frames, stored, judging) for hour in ordered}
    open_hours = [hour for hour, factors in chosen.items() if factors]
    received = _received(connection, subject, wanted, open_hours, frames, chosen)
    begun = first_period(connection, subject.outlet_key, subject.factors) if settled else None
    statements = (
        load_statements(connection, subject, open_hours[0], open_hours[-1] + HOUR, assumed)
        if open_hours
        else NOTHING_SAID
    )
    judged: list[Period] = []
    for hour in open_hours:
        came = {factor: received[factor, hour] for factor in wanted if (factor, hour) in received}
        known = any((factor, hour) in stored for factor in subject.factors)
        if came and (begun is None or hour < begun):
            begun = hour
        if not came and not known and (begun is None or hour < begun):
            continue
        judged += judge_hour(subject, hour, came, judging.rules, chosen[hour], statements)
    newest = {place: entry.period for place, entry in stored.items()}
    newest.update({(period.factor, period.start): period for period in judged})
    return JudgedHours(newest, changes_of(judged, stored))


def _factors(
    subject: Subject,
    hour: datetime,
    settled: bool,
    frames: Mapping[Place, object],
    stored: Mapping[Place, Stored],
    judging: Judging,
) -> tuple[str, ...]:
    """The factors of an hour that can be judged now."""
    end = hour + HOUR
    if settled and end + judging.hour_grace <= judging.now:
        return subject.factors
    if not subject.reports_hour and end <= judging.now:
        return subject.factors
    return tuple(factor for factor in subject.factors if (factor, hour) in frames or (factor, hour) in stored)


def _received(
    connection: Connection,
    subject: Subject,
    wanted: Sequence[str],
    hours: Sequence[datetime],
    frames: Mapping[Place, tuple[Sample, ...]],
    chosen: Mapping[datetime, Sequence[str]],
) -> dict[Place, FactorHour]:
    """Everything that came in some hours. Realtime readings are read only where minutes are absent."""
    minutes = samples(connection, subject.outlet_key, "minute", wanted, hours)
    bare = [hour for hour in hours if any((factor, hour) not in minutes for factor in chosen[hour])]
    realtime = samples(connection, subject.outlet_key, "realtime", wanted, bare)
    return received_of(frames, minutes, realtime)

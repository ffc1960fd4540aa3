"""Settling days of one outlet: the hours that never came, then the day itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.hours import JudgedHours, Judging, judge_hours
from alerts.judgement.day import judge_day
from alerts.judgement.day_values import HourResult, hour_result, hours_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import Period
from alerts.loading import samples, stored_periods
from alerts.writing import Change, changes_of
from store.clock import DAY, day_start
from store.database import Connection


@dataclass(frozen=True, slots=True)
class JudgedDays:
    """What a round over some days gave: what changed in their hours and in themselves, and the days that wait for hours."""

    hours: JudgedHours
    changes: Sequence[Change]
    waiting: Sequence[datetime]


def judge_days(
    connection: Connection, subject: Subject, days: Mapping[datetime, bool], judging: Judging
) -> JudgedDays:
    """Judge some ended days; nothing is written.

    An hour of such a day that was never received is missing, but never one before the outlet's first data. A day that is
    still to wait (True) and has absent hours is judged as it stands, without calling them missing yet.
    """
    if not days or not subject.factors:
        return JudgedDays(JudgedHours({}, ()), (), ())
    ordered = sorted(days)
    earliest, latest = ordered[0], ordered[-1] + DAY
    stored_hours = stored_periods(connection, subject.outlet_key, "hour", subject.factors, earliest, latest)
    newest = {place: entry.period for place, entry in stored_hours.items()}
    every = [hour for day in ordered for hour in hours_of(day)]
    absent = [hour for hour in every if any((factor, hour) not in stored_hours for factor in subject.factors)]
    waiting = sorted({day_start(hour) for hour in absent if days[day_start(hour)]})
    absent = [hour for hour in absent if day_start(hour) not in waiting]
    settled = judge_hours(connection, subject, absent, frozenset(absent), judging)
    newest.update(settled.newest)
    frames = samples(connection, subject.outlet_key, "day", subject.factors, every)
    stored_days = stored_periods(connection, subject.outlet_key, "day", subject.factors, earliest, latest)
    judged: list[Period] = []
    for day in ordered:
        hours: dict[str, list[HourResult]] = {
            factor: [hour_result(newest[factor, hour]) for hour in hours_of(day) if (factor, hour) in newest]
            for factor in subject.factors
        }
        came = {factor: frames[factor, day][0] for factor in subject.factors if (factor, day) in frames}
        if any(hours.values()) or came:
            judged += judge_day(subject, day, hours, came, judging.rules)
    return JudgedDays(settled, changes_of(judged, stored_days), waiting)

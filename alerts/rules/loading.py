"""From rows to a window: everything that the rules of a span may ask for, read once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.judgement.factors import FLOW, OXYGEN
from alerts.judgement.minutes import Minutes, minutes_of
from alerts.judgement.statements import statements_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import FactorHour, Period, Rules
from alerts.loading import samples, stored_periods
from alerts.rules.shape import LENGTHS, Place, Rule, Thresholds, Window
from alerts.windows import hours_between
from store.checkreads import checks_over
from store.checks import Check
from store.clock import BEIJING, DAY, HOUR, day_start
from store.database import Connection
from store.markreads import marks_over
from store.marks import Mark
from store.model import Outlet
from store.queries import queries


@dataclass(frozen=True, slots=True)
class Asked:
    """What a window is wanted for.

    Attributes
    ----------
    over : see :class:`Window`
    """

    outlet: Outlet
    subject: Subject
    rules: Sequence[Rule]
    thresholds: Thresholds
    judging: Rules
    at: datetime
    over: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """A window, and the revision of every stored period in it by span, factor and start."""

    window: Window
    revisions: dict[tuple[str, str, datetime], int] = field(default_factory=dict)


def load_hours(connection: Connection, asked: Asked, hours: Sequence[datetime], judged: bool) -> Loaded:
    """The window over some hours, in order and not none of them.

    ``judged``: some of the hours have period values. While an hour runs and has none only its minutes are read.
    """
    subject, thresholds = asked.subject, asked.thresholds
    earliest, latest = hours[0], hours[-1] + HOUR
    reach = max((rule.back(thresholds) for rule in asked.rules if rule.span == "hour"), default=timedelta(0))
    if any(rule.span == "day" for rule in asked.rules):
        today = day_start(asked.at)
        wanted = day_start(earliest) if asked.over else max(today, day_start(earliest))
        since = min(earliest - reach, wanted)
    else:
        since = earliest - reach
    marks = marks_over(connection, subject.outlet_key, since, latest + reach)
    checks = checks_over(connection, subject.outlet_key, since, latest + reach) if judged else ()
    revisions: dict[tuple[str, str, datetime], int] = {}
    periods: dict[Place, Period] = {}
    if judged:
        periods = _periods(connection, subject, "hour", since, latest + reach, revisions)
    window = Window(
        subject=subject,
        at=asked.at,
        starts=tuple(hours),
        thresholds=thresholds,
        rules=asked.judging,
        minutes=_minutes(connection, asked, hours, marks, checks),
        hours=periods,
        marks=marks,
        checks=checks,
        over=asked.over,
    )
    return Loaded(window, revisions)


def load_days(connection: Connection, asked: Asked, days: Sequence[datetime]) -> Loaded:
    """The window over some days, in order and not none of them.

    Hours are read only where somebody filed marks: nothing else that a rule asks of a day needs them.
    """
    subject, thresholds = asked.subject, asked.thresholds
    earliest, latest = days[0], days[-1] + DAY
    reach = max((rule.back(thresholds) for rule in asked.rules), default=timedelta(0))
    revisions: dict[tuple[str, str, datetime], int] = {}
    since = earliest - reach
    year = earliest.astimezone(BEIJING).replace(month=1, day=1)
    marks = marks_over(
        connection, subject.outlet_key, min(since, year) if subject.exemptions else since, latest
    )
    hours: dict[Place, Period] = {}
    if any(mark.channel == "manual" for mark in marks):
        hours = _periods(connection, subject, "hour", since, latest, revisions)
    window = Window(
        subject=subject,
        at=asked.at,
        starts=tuple(days),
        thresholds=thresholds,
        rules=asked.judging,
        hours=hours,
        days=_periods(connection, subject, "day", earliest, latest, revisions),
        marks=marks,
        known=_outages(connection, asked.outlet, earliest, latest),
        over=asked.over,
    )
    return Loaded(window, revisions)


def load(
    connection: Connection, asked: Asked, follows: str, starts: Sequence[datetime], judged: bool
) -> Loaded:
    """The window of the rules that follow hours, or days."""
    if follows == "hour":
        return load_hours(connection, asked, starts, judged)
    return load_days(connection, asked, starts)


def _periods(
    connection: Connection,
    subject: Subject,
    span: str,
    earliest: datetime,
    latest: datetime,
    revisions: dict[tuple[str, str, datetime], int],
) -> dict[Place, Period]:
    wanted = _with_helpers(subject)
    stored = stored_periods(connection, subject.outlet_key, span, wanted, earliest, latest)
    revisions.update({(span, *place): entry.revision for place, entry in stored.items()})
    return {place: entry.period for place, entry in stored.items()}


def _with_helpers(subject: Subject) -> tuple[str, ...]:
    """Oxygen and flow explain the others even where they are not registered."""
    helper = OXYGEN if subject.gas else FLOW
    return tuple(dict.fromkeys((*subject.factors, helper)))


def _minutes(
    connection: Connection,
    asked: Asked,
    hours: Sequence[datetime],
    marks: Sequence[Mark],
    checks: Sequence[Check],
) -> dict[Place, Minutes]:
    """Minutes of the hours, and of the hours before those in which a factor stood still: the run may have begun there."""
    minutes = _minutes_in(connection, asked, hours, marks, checks)
    still = {start for (_, start), came in minutes.items() if len(set(came.valid.values())) == 1}
    before = sorted({start - HOUR for start in still} - set(hours))
    return minutes | _minutes_in(connection, asked, before, marks, checks) if before else minutes


def _minutes_in(
    connection: Connection,
    asked: Asked,
    hours: Sequence[datetime],
    marks: Sequence[Mark],
    checks: Sequence[Check],
) -> dict[Place, Minutes]:
    subject = asked.subject
    wanted = _with_helpers(subject)
    came = samples(connection, subject.outlet_key, "minute", wanted, hours)
    bare = [hour for hour in hours if any((factor, hour) not in came for factor in subject.factors)]
    realtime = samples(connection, subject.outlet_key, "realtime", wanted, bare)
    places = came.keys() | realtime.keys()
    if not places:
        return {}
    statements = statements_of(marks, checks, (), hours[0], hours[-1] + HOUR)
    return {
        (factor, start): minutes_of(
            FactorHour(minutes=came.get((factor, start), ()), realtime=realtime.get((factor, start), ())),
            start,
            subject.minute_seconds,
            subject.missing_flag,
            statements.of(factor, start).taken,
        )
        for factor, start in places
    }


def _outages(
    connection: Connection, outlet: Outlet, earliest: datetime, latest: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    arguments = {
        "outlet_key": outlet.key,
        "gateway": outlet.monitor.gateway if outlet.monitor else None,
        "site_key": outlet.site_key,
        "earliest": earliest,
        "latest": latest,
    }
    found = connection.execute(queries("rules")["known_outages"], arguments)
    return tuple((start.astimezone(BEIJING), end.astimezone(BEIJING)) for start, end in found)


def starts_of(rule: Rule, window: Window) -> tuple[datetime, ...]:
    """The periods of a window that a rule has to examine.

    A day that is forecast follows from its hours; a rule that looks back looks again at the judged hours after a changed one.
    """
    if rule.span != rule.follows:
        return tuple(sorted({day_start(start) for start in window.starts}))
    reach = rule.back(window.thresholds)
    if rule.span != "hour" or not reach:
        return window.starts
    judged = {start for _, start in window.hours}
    later = {
        hour
        for start in window.starts
        for hour in hours_between(start + HOUR, start + reach)
        if hour in judged
    }
    return tuple(sorted(set(window.starts) | later))


def length_of(rule: Rule) -> timedelta:
    """Length of the periods that a rule examines."""
    return LENGTHS[rule.span]

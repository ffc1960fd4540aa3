"""Who is told of what, and when: routing by site, severity, kind and shift, who is on duty, and quiet hours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from store.channelsentries import WEEKDAYS, DutyEntry, Plan, QuietEntry, RouteEntry, ShiftEntry
from store.clock import BEIJING, DAY

FOR_THE_RECORD = "info"

_LEVELLED = ("escalated", "lead")


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be told, as far as routing asks. ``site`` and ``code`` are None for what concerns Outfall itself; ``level`` is
    that of an escalation."""

    purpose: str
    severity: str
    site: str | None
    code: str | None
    level: int = 0


def recipients(plan: Plan, telling: Telling, at: datetime) -> Mapping[str, datetime]:
    """The channels that are told, each with the earliest moment of sending.

    Every route that matches adds its channels; where none matches the default channels are told, except of what is only for the
    record. In quiet hours a message waits for their end, unless its severity is exempt or one of its routes goes through. Who is
    on duty when it goes out gets it, not who was when it was written.
    """
    running = {shift.id for shift in plan.shifts if runs(shift, at)}
    routes = [route for route in plan.routes if _matches(route, telling, running)]
    morning = _end_of_quiet(plan.quiet_hours, telling.severity, at)
    if not routes:
        told = () if telling.severity == FOR_THE_RECORD else plan.default
        return dict.fromkeys(told, morning)
    moments: dict[str, datetime] = {}
    for route in routes:
        moment = at if route.through_quiet else morning
        for channel in (*route.channels, *(duty_channels(plan, moment) if route.on_duty else ())):
            moments[channel] = min(moment, moments.get(channel, moment))
    return moments


def on_duty(plan: Plan, at: datetime) -> tuple[DutyEntry, ...]:
    """The lines of the roster that hold at a moment; empty where nobody stands in it."""
    if plan.duty is None:
        return ()
    shifts = {shift.id: shift for shift in plan.shifts}
    return tuple(entry for entry in plan.duty.roster if _holds(entry, shifts[entry.shift], at))


def duty_channels(plan: Plan, at: datetime) -> tuple[str, ...]:
    """Over what those on duty are told; the fallback where nobody is."""
    if plan.duty is None:
        return ()
    holding = on_duty(plan, at)
    if not holding:
        return plan.duty.fallback
    return tuple(dict.fromkeys(channel for entry in holding for channel in entry.channels))


def hours_of(entry: DutyEntry, shift: ShiftEntry) -> tuple[datetime, datetime]:
    """From when to when somebody is on duty. The whole day round when both times of the shift are the same."""
    begin = datetime.combine(entry.date, shift.begins, tzinfo=BEIJING)
    end = datetime.combine(entry.date, shift.ends, tzinfo=BEIJING)
    return begin, end if begin < end else end + DAY


def _holds(entry: DutyEntry, shift: ShiftEntry, at: datetime) -> bool:
    begin, end = hours_of(entry, shift)
    return begin <= at < end


def _matches(route: RouteEntry, telling: Telling, running: set[str]) -> bool:
    return (
        telling.purpose in route.purposes
        and (telling.purpose not in _LEVELLED or telling.level >= route.from_level)
        and telling.severity in route.severities
        and (route.sites is None or telling.site in route.sites)
        and (route.codes is None or telling.code in route.codes)
        and (route.shifts is None or bool(running.intersection(route.shifts)))
    )


def runs(shift: ShiftEntry, at: datetime) -> bool:
    """Whether a shift runs at a moment of its usual week."""
    local = at.astimezone(BEIJING)
    today, yesterday = (WEEKDAYS[moment.weekday()] for moment in (local, local - DAY))
    clock = local.time()
    if shift.begins < shift.ends:
        return today in shift.days and shift.begins <= clock < shift.ends
    # Over midnight, or the whole day round when both times are the same.
    return (today in shift.days and clock >= shift.begins) or (yesterday in shift.days and clock < shift.ends)


def _end_of_quiet(quiet: QuietEntry | None, severity: str, at: datetime) -> datetime:
    """``at`` itself outside quiet hours, else their end."""
    if quiet is None or severity in quiet.exempt:
        return at
    local = at.astimezone(BEIJING)
    clock = local.time()
    over_midnight = quiet.begins > quiet.ends
    after, before = clock >= quiet.begins, clock < quiet.ends
    inside = (after or before) if over_midnight else (after and before)
    if not inside:
        return at
    end = _at(local, quiet.ends)
    return end if end > local else end + timedelta(days=1)


def _at(day: datetime, clock: time) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)

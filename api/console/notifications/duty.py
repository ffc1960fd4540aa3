"""Today's and the next days' duty as a table, and who would be told of something when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts.kinds import SEVERITIES
from alerts.notify.plan import Telling, duty_channels, hours_of, on_duty, recipients, runs
from api.console.notifications.planwords import hours_text
from store.channelsentries import WEEKDAYS, Plan, ShiftEntry
from store.clock import BEIJING
from store.handling.deadlines import Clocks
from store.texts import text

DAYS = 7
"""Days that the table shows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One shift of one day: who, over what; ``now``: it runs at this moment; ``fallback``: nobody stands in the roster."""

    people: tuple[str, ...]
    channels: tuple[str, ...]
    now: bool
    fallback: bool


@dataclass(frozen=True, slots=True)
class DutyDay:
    """One day of the table."""

    day: date
    weekday: str
    today: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class DutyTable:
    """The table: shifts (id, hours) as columns, days as rows."""

    shifts: tuple[tuple[str, str], ...]
    days: tuple[DutyDay, ...]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on duty at this moment."""

    people: tuple[str, ...]
    channels: tuple[str, ...]
    fallback: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One channel that would be told, and when; ``waits``: it waits for the end of the quiet hours."""

    channel: str
    at: datetime
    waits: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a thing that nobody reacts to: what would be told, at which moment, and to whom."""

    word: str
    at: datetime
    told: tuple[Told, ...]


def duty_table(plan: Plan, first: date, now: datetime) -> DutyTable | None:
    """The table from a day on; None where the plan has no roster."""
    if plan.duty is None:
        return None
    named = {entry.shift for entry in plan.duty.roster}
    shifts = [shift for shift in plan.shifts if shift.id in named]
    today = now.astimezone(BEIJING).date()
    days = [first + timedelta(days=place) for place in range(DAYS)]
    return DutyTable(
        tuple((shift.id, hours_text(shift)) for shift in shifts),
        tuple(
            DutyDay(
                day=day,
                weekday=text(f"console.notifications.weekday.{WEEKDAYS[day.weekday()]}"),
                today=day == today,
                cells=tuple(_cell(plan, shift, day, now) for shift in shifts),
            )
            for day in days
        ),
    )


def duty_now(plan: Plan, now: datetime) -> OnDuty | None:
    """Who is on duty now; None where the plan has no roster."""
    if plan.duty is None:
        return None
    holding = on_duty(plan, now)
    people = tuple(dict.fromkeys(entry.who for entry in holding))
    return OnDuty(people, duty_channels(plan, now), fallback=not holding)


def stages(
    plan: Plan, *, site: str | None, code: str, severity: str, clocks: Clocks, at: datetime
) -> list[Stage]:
    """Who would be told of an alert raised at ``at`` that nobody reacts to, stage by stage, and of its end."""

    def stage(word: str, purpose: str, moment: datetime, level: int = 0) -> Stage:
        found = recipients(plan, Telling(purpose, severity, site, code, level), moment)
        told = tuple(Told(channel, when, when > moment) for channel, when in sorted(found.items()))
        return Stage(text(f"console.notifications.stage.{word}"), moment, told)

    overdue = at + clocks.acknowledge
    return [
        stage("raised", "raised", at),
        stage("reminder", "reminder", at + clocks.remind),
        stage("escalated_1", "escalated", overdue, 1),
        stage("escalated_2", "escalated", overdue + clocks.escalate_again, 2),
        stage("cleared", "cleared", overdue + 2 * clocks.escalate_again),
    ]


def usual_severity(code: str) -> str:
    """The severity that a kind is raised with."""
    return SEVERITIES.get(code, "warning")


def active_routes(plan: Plan, now: datetime) -> list[bool]:
    """Of each route whether its shifts run now."""
    running = {shift.id for shift in plan.shifts if runs(shift, now)}
    return [route.shifts is None or bool(running.intersection(route.shifts)) for route in plan.routes]


def _cell(plan: Plan, shift: ShiftEntry, day: date, now: datetime) -> Cell:
    assert plan.duty is not None
    entries = [one for one in plan.duty.roster if one.shift == shift.id and one.date == day]
    current = False
    if entries:
        begin, end = hours_of(entries[0], shift)
        current = begin <= now < end
    channels = tuple(dict.fromkeys(channel for one in entries for channel in one.channels))
    return Cell(
        people=tuple(one.who for one in entries),
        channels=channels or plan.duty.fallback,
        now=current,
        fallback=not entries,
    )

"""What is due of a lead, until when, under which dated norm. Pure.

Beijing days. The day of the beginning is not counted, a time in days or years ends with its last day, one in hours to the minute.
``due_at`` is the first moment that is too late. What does not count (testing, appraisal, ...) moves the end of a decision by
as many days; while it lasts, nothing is due.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from store import texts
from store.clock import BEIJING, DAY
from store.errors import Conflict
from store.leads.calendar import Calendar
from store.leads.law import ClockNorm, Law

ClockState = Literal["running", "suspended", "met", "void"]


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count; ``end`` None = it lasts."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Times:
    """What the clocks of a lead start from and end with; None = has not happened.

    Attributes
    ----------
    act_end : the last moment of the act; None = it goes on, no limitation runs
    closed_at : decided that there is no case: the filing is met by it and nothing else is due any more
    instructed_at : the bureau let it be with an instruction or a talk; the filing is no longer due
    """

    found_at: datetime
    act_end: datetime | None
    harmful: bool = False
    disclosed_at: datetime | None = None
    stated_at: datetime | None = None
    instructed_at: datetime | None = None
    filed_at: datetime | None = None
    decided_at: datetime | None = None
    published_at: datetime | None = None
    closed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    transfer_proposed_at: datetime | None = None
    transfer_approved_at: datetime | None = None
    transferred_at: datetime | None = None
    police_answered_at: datetime | None = None
    police_accepted: bool | None = None
    objected_at: datetime | None = None
    filing_days: int = 0
    decision_days: int = 0
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock.

    Attributes
    ----------
    due_at : exclusive; None while suspended
    last_day : of a clock in days or years: the last day in time
    norm : id in store/law.yaml, or ``setting:<name>``
    """

    kind: str
    state: ClockState
    starts_at: datetime
    due_at: datetime | None
    last_day: date | None
    days_extended: int
    days_suspended: int
    norm: str
    clause: str
    confidence: str
    met_at: datetime | None

    @property
    def overdue_when_met(self) -> bool:
        """Whether it was done too late."""
        return self.met_at is not None and self.due_at is not None and self.met_at >= self.due_at


@dataclass(frozen=True, slots=True)
class Rules:
    """The law, the calendar, and what no norm fixes.

    Attributes
    ----------
    statement_days : working days that a company gets for its statement
    authority : ``city`` or ``district``: who files and decides (regulation.md G.3)
    """

    law: Law
    calendar: Calendar
    statement_days: int
    authority: str = "city"


def clocks_of(times: Times, rules: Rules) -> list[Clock]:
    """Every clock that has begun, in the order of the procedure."""
    found: list[Clock | None] = [
        _statement(times, rules),
        _clock(
            "filing",
            times.found_at,
            rules,
            met=_first(times.filed_at, times.instructed_at, times.transferred_at, times.closed_at),
            extended=times.filing_days,
        ),
        _decision(times, rules),
        _clock("publication", times.decided_at, rules, met=times.published_at),
        _clock(
            "transfer_decision",
            times.transfer_proposed_at,
            rules,
            met=_since(times.transfer_proposed_at, times.transfer_approved_at),
        ),
        _clock("transfer", times.transfer_approved_at, rules, met=times.transferred_at),
        _clock("police_review", times.transferred_at, rules, met=times.police_answered_at),
        _objection(times, rules),
        *_limitations(times, rules),
    ]
    return [_over(clock, times) for clock in found if clock is not None]


def end_of(
    start: datetime, amount: int, unit: str, calendar: Calendar, *, more_days: int = 0
) -> tuple[datetime, date | None]:
    """The first moment that is too late, and the last day in time (None for hours).

    Raises ValueError for an unknown unit.
    """
    if unit == "hours":
        return start + timedelta(hours=amount), None
    day = start.astimezone(BEIJING).date()
    if unit == "days":
        last = day + timedelta(days=amount + more_days)
    elif unit == "working_days":
        last = calendar.after(day, amount) + timedelta(days=more_days)
    elif unit == "years":
        last = _years_after(day, amount)
    else:
        raise ValueError(f"no such unit: {unit}")
    return datetime.combine(last, time(), BEIJING) + DAY, last


def _years_after(day: date, years: int) -> date:
    """The same day years later; of 29 February the 28th where there is none."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, months.monthrange(year, day.month)[1]))


def suspended_days(pauses: Sequence[Pause], start: datetime, until: datetime) -> int:
    """Whole Beijing days of [start, until) in pauses, each once: from the day a pause began to the day before it ended."""
    days: set[date] = set()
    for pause in pauses:
        first = max(pause.start, start).astimezone(BEIJING).date()
        end = min(pause.end or until, until).astimezone(BEIJING).date()
        while first < end:
            days.add(first)
            first += timedelta(days=1)
    return len(days)


def extension_of(norm: ClockNorm, used: int) -> tuple[int, str]:
    """Days and need of the next extension when ``used`` were given. Raises Conflict ``extension_used_up``."""
    if used >= len(norm.extensions):
        raise Conflict(
            f"The time can be extended {len(norm.extensions)} times at the most ({norm.clause}).",
            code="extension_used_up",
            most=len(norm.extensions),
        )
    following = norm.extensions[used]
    return following.days, following.needs


def _clock(
    kind: str,
    start: datetime | None,
    rules: Rules,
    *,
    met: datetime | None,
    extended: int = 0,
    suspended: int = 0,
    lasting: bool = False,
) -> Clock | None:
    """A clock under the norm that is in force when it starts; None when it has not begun or no norm knows it."""
    norm = None if start is None else rules.law.clock(kind, start.astimezone(BEIJING).date())
    if start is None or norm is None:
        return None
    due, last = end_of(start, norm.amount, norm.unit, rules.calendar, more_days=extended + suspended)
    clause = norm.clause
    if norm.unit == "working_days":
        clause += _calendar_note(rules.calendar)
    state: ClockState = "met" if met is not None else "suspended" if lasting else "running"
    return Clock(
        kind,
        state,
        start,
        None if state == "suspended" else due,
        None if state == "suspended" else last,
        extended,
        suspended,
        norm.id,
        clause,
        norm.confidence,
        met,
    )


def _calendar_note(calendar: Calendar) -> str:
    return texts.text("leads.calendar.weekends_only") if calendar.name == "weekends_only" else ""


def _statement(times: Times, rules: Rules) -> Clock | None:
    """The company's time to state its case: no norm fixes it, a setting does."""
    if times.disclosed_at is None:
        return None
    due, last = end_of(times.disclosed_at, rules.statement_days, "working_days", rules.calendar)
    clause = texts.text("leads.clause.statement") + _calendar_note(rules.calendar)
    met = _since(times.disclosed_at, times.stated_at)
    state: ClockState = "met" if met else "running"
    return Clock(
        "statement", state, times.disclosed_at, due, last, 0, 0, "setting:statement_days", clause, "P", met
    )


def _decision(times: Times, rules: Rules) -> Clock | None:
    if times.filed_at is None:
        return None
    until = _first(times.decided_at, times.transferred_at, times.closed_at)
    ended = until or max([times.filed_at, *(pause.end or pause.start for pause in times.pauses)])
    lasting = until is None and any(pause.end is None for pause in times.pauses)
    return _clock(
        "decision",
        times.filed_at,
        rules,
        met=until,
        extended=times.decision_days,
        suspended=suspended_days(times.pauses, times.filed_at, ended),
        lasting=lasting,
    )


def _objection(times: Times, rules: Rules) -> Clock | None:
    """Only where the police refused."""
    if times.police_accepted is not False:
        return None
    return _clock("objection", times.police_answered_at, rules, met=times.objected_at)


def _limitations(times: Times, rules: Rules) -> list[Clock | None]:
    """From the end of the act (Code 1054, 行政处罚法 36): the one that applies, and the other for its date."""
    if times.act_end is None:
        return []
    met = _first(times.filed_at, times.transferred_at)
    ordinary = _clock("limitation", times.act_end, rules, met=None if times.harmful else met)
    harm = _clock("limitation_harm", times.act_end, rules, met=met if times.harmful else None)
    other = ordinary if times.harmful else harm
    return [
        clock if clock is None or clock is not other else replace(clock, state="void")
        for clock in (ordinary, harm)
    ]


def _over(clock: Clock, times: Times) -> Clock:
    """Nothing is due of a lead that was closed or withdrawn."""
    over = times.closed_at is not None or times.withdrawn_at is not None
    return replace(clock, state="void") if over and clock.state in ("running", "suspended") else clock


def _first(*moments: datetime | None) -> datetime | None:
    """The earliest of those that have happened."""
    return min((moment for moment in moments if moment is not None), default=None)


def _since(start: datetime | None, *moments: datetime | None) -> datetime | None:
    """The earliest that has happened since ``start``: what was begun again is not met by what was done before."""
    if start is None:
        return None
    return _first(*(moment for moment in moments if moment is not None and moment >= start))

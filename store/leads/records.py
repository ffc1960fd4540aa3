"""What is recorded beside the content of a lead: statements of the company, talks, collective discussions, more time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from store import texts
from store.clock import BEIJING
from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.handling import OUTFALL, Caller
from store.leads.actions import Step, Taken, check, lock, write
from store.leads.bounds import check_past
from store.leads.clocks import Rules, end_of, extension_of
from store.leads.steps import TABLE, Action
from store.queries import queries

SUSPENSIONS = ("testing", "appraisal", "hearing", "other")
"""Why time does not count; 部令30号 57 names suspension, testing and appraisal."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk (约谈): regulation.md G.7. ``follows``: the talk that this one follows up."""

    held_at: datetime
    place: str
    host: str
    attendees: tuple[str, ...]
    facts_shown: str
    commitments: str | None = None
    deadline: date | None = None
    follow_up: str | None = None
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class Discussion:
    """A collective discussion (集体讨论): what the written record says (regulation.md G.2)."""

    held_at: datetime
    place: str
    host: str
    attendees: tuple[str, ...]
    facts: str
    evidence: str
    qualification: str
    party: str
    law: str
    discretion: str
    procedure: str
    conclusion: str


@dataclass(frozen=True, slots=True)
class MoreTime:
    """An extension that was approved. ``discussion_id``: the collective discussion that decided it."""

    clock: str
    reason: str
    approved_by: str
    approved_at: datetime
    discussion_id: int | None = None


def state_case(
    connection: Connection, lead_id: int, content: str, caller: Caller, *, rules: Rules, at: datetime
) -> tuple[int, Taken]:
    """The company states its case (陈述申辩); the id of the statement.

    In time and after a review it sends the lead back to the technical review: what the party brings forward is looked into.
    A late one is kept and does not. Raises as ``take_step``; NotFound ``lead_not_found`` before the company was told.
    """
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.STATE, caller, reason=content)
    in_time = at < company_due(lead, rules)
    arguments = {"lead_id": lead_id, "content": content, "in_time": in_time, "made_by": caller.name, "at": at}
    row = connection.execute(queries("leads")["add_statement"], arguments).fetchone()
    assert row is not None
    step = Step(Action.STATE, content, {"statement": row[0], "in_time": in_time})
    taken = write(connection, lead, step, caller, after, rules=rules, at=at)
    if in_time:
        taken = reopen(connection, taken, {"statement": row[0]}, rules=rules, at=at)
    return int(row[0]), taken


def company_due(lead: Mapping[str, Any], rules: Rules) -> datetime:
    """Until when the company's statement is in time: exclusive."""
    due, _ = end_of(lead["disclosed_at"], rules.statement_days, "working_days", rules.calendar)
    return due


def reopen(
    connection: Connection, taken: Taken, detail: Mapping[str, Any], *, rules: Rules, at: datetime
) -> Taken:
    """Send a lead that was reviewed back to the technical review for what the company brought forward in time."""
    if (taken.after, Action.REOPEN, OUTFALL.role) not in TABLE:
        return taken
    lead = lock(connection, taken.lead_id, OUTFALL)
    after = check(connection, lead, Action.REOPEN, OUTFALL, reason=None)
    step = Step(Action.REOPEN, texts.text("leads.reopened"), detail)
    write(connection, lead, step, OUTFALL, after, rules=rules, at=at)
    return Taken(taken.lead_id, taken.number, taken.before, after)


def record_talk(
    connection: Connection, lead_id: int, talk: Talk, caller: Caller, *, rules: Rules, at: datetime
) -> tuple[int, Taken]:
    """Record a talk that was held. Raises as ``take_step``; Refused ``held_in_future``; NotFound ``talk_not_found``."""
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.TALKED, caller, reason=None)
    check_past(talk.held_at, at)
    sql = queries("leads")
    if talk.follows is not None:
        found = connection.execute(sql["find_talk"], {"id": talk.follows, "lead_id": lead_id}).fetchone()
        if found is None:
            raise NotFound(f"Lead {lead_id} has no talk {talk.follows}.", code="talk_not_found")
    arguments = {
        **asdict(talk),
        "attendees": list(talk.attendees),
        "lead_id": lead_id,
        "recorded_by": caller.name,
    }
    row = connection.execute(sql["add_talk"], {**arguments, "at": at}).fetchone()
    assert row is not None
    deadline = None if talk.deadline is None else talk.deadline.isoformat()
    detail = {"talk": row[0], "held_at": talk.held_at.isoformat(), "deadline": deadline}
    step = Step(Action.TALKED, talk.facts_shown, detail)
    return int(row[0]), write(connection, lead, step, caller, after, rules=rules, at=at)


def record_discussion(
    connection: Connection,
    lead_id: int,
    discussion: Discussion,
    caller: Caller,
    *,
    rules: Rules,
    at: datetime,
) -> tuple[int, Taken]:
    """Record a collective discussion with the digest of its content. Raises as ``take_step``; Refused ``held_in_future``."""
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.DISCUSS, caller, reason=None)
    check_past(discussion.held_at, at)
    arguments = {
        **asdict(discussion),
        "attendees": list(discussion.attendees),
        "lead_id": lead_id,
        "revision": lead["revision"],
        "digest": lead["digest"],
        "recorded_by": caller.name,
        "at": at,
    }
    row = connection.execute(queries("leads")["add_discussion"], arguments).fetchone()
    assert row is not None
    detail = {"discussion": row[0], "held_at": discussion.held_at.isoformat()}
    step = Step(Action.DISCUSS, discussion.conclusion, detail)
    return int(row[0]), write(connection, lead, step, caller, after, rules=rules, at=at)


def extend(
    connection: Connection, lead_id: int, more: MoreTime, caller: Caller, *, rules: Rules, at: datetime
) -> Taken:
    """More time for the filing or the decision, as the norm in force allows, with who approved it and when.

    Raises as ``take_step``; Conflict ``extension_used_up``, ``extension_too_late`` (the time was over when it was approved),
    ``clock_not_running``; Refused ``discussion_needed``, ``held_in_future``; NotFound ``discussion_not_found``.
    """
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.EXTEND, caller, reason=more.reason)
    check_past(more.approved_at, at)
    sql = queries("leads")
    with rows(connection) as cursor:
        clocks = {row["kind"]: row for row in cursor.execute(sql["clocks"], {"lead_id": lead_id})}
        given = cursor.execute(sql["extensions"], {"lead_id": lead_id}).fetchall()
    clock = clocks.get(more.clock)
    norm = None
    if clock is not None and clock["state"] in ("running", "suspended"):
        norm = rules.law.clock(more.clock, clock["starts_at"].astimezone(BEIJING).date())
    if clock is None or norm is None:
        raise Conflict(
            f"The time of the {more.clock} does not run for this lead.",
            code="clock_not_running",
            clock=more.clock,
        )
    if clock["due_at"] is not None and more.approved_at >= clock["due_at"]:
        raise Conflict(
            "The time was over when the extension was approved.", code="extension_too_late", clock=more.clock
        )
    days, needs = extension_of(norm, sum(1 for row in given if row["clock"] == more.clock))
    if needs == "discussion":
        _check_discussed(connection, lead_id, more.discussion_id)
    arguments = {
        **asdict(more),
        "lead_id": lead_id,
        "days": days,
        "recorded_by": caller.name,
        "at": at,
    }
    connection.execute(sql["add_extension"], arguments)
    detail = {
        "clock": more.clock,
        "days": days,
        "approved_by": more.approved_by,
        "discussion": more.discussion_id,
    }
    return write(
        connection, lead, Step(Action.EXTEND, more.reason, detail), caller, after, rules=rules, at=at
    )


def suspend(
    connection: Connection, lead_id: int, why: str, reason: str, caller: Caller, *, rules: Rules, at: datetime
) -> Taken:
    """From now on time does not count towards the decision. Raises as ``take_step``; Refused ``suspension_wrong``."""
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.SUSPEND, caller, reason=reason)
    if why not in SUSPENSIONS:
        raise Refused(f"Time stands for one of {', '.join(SUSPENSIONS)}.", code="suspension_wrong")
    arguments = {"lead_id": lead_id, "why": why, "reason": reason, "at": at, "actor": caller.name}
    connection.execute(queries("leads")["start_suspension"], arguments)
    return write(
        connection, lead, Step(Action.SUSPEND, reason, {"why": why}), caller, after, rules=rules, at=at
    )


def resume(
    connection: Connection, lead_id: int, reason: str, caller: Caller, *, rules: Rules, at: datetime
) -> Taken:
    """Time counts again. Raises as ``take_step``."""
    lead = lock(connection, lead_id, caller)
    after = check(connection, lead, Action.RESUME, caller, reason=reason)
    connection.execute(
        queries("leads")["end_suspension"], {"lead_id": lead_id, "at": at, "actor": caller.name}
    )
    return write(connection, lead, Step(Action.RESUME, reason), caller, after, rules=rules, at=at)


def _check_discussed(connection: Connection, lead_id: int, discussion_id: int | None) -> None:
    if discussion_id is None:
        raise Refused(
            "This extension is decided collectively: record the discussion first and name it.",
            code="discussion_needed",
        )
    found = connection.execute(
        queries("leads")["find_discussion"], {"id": discussion_id, "lead_id": lead_id}
    ).fetchone()
    if found is None:
        raise NotFound(f"Lead {lead_id} has no discussion {discussion_id}.", code="discussion_not_found")

"""What time drives in the handling: companies told, clocks started, overdue steps escalated, unacknowledged alerts recalled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.telling import tell
from store.database import Connection
from store.handling import OUTFALL, Action, Step, clocks_of, take_step
from store.handling.actions import start_clock
from store.handling.deadlines import MOST_ESCALATION, Clocks, escalation
from store.model import Registry
from store.queries import queries
from store.settings import Settings

MOST = 500
"""Alerts of one kind of work in one run; the rest waits for the next one, seconds later."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one run did."""

    notified: int
    started: int
    escalated: int
    reminded: int


def watch_deadlines(connection: Connection, registry: Registry, settings: Settings, at: datetime) -> Watched:
    """Do what is due in the handling of alerts, in the caller's transaction. Idempotent: a second run finds nothing left.

    An alert that somebody works on at this very moment is left for the next run. ``registry`` is not needed: what a unit is
    stands beside its alerts in the database.
    """
    clocks = clocks_of(settings)
    return Watched(
        notified=_notify(connection, clocks, at) if settings.notify_company == "automatic" else 0,
        started=_start(connection, clocks, at),
        escalated=_escalate(connection, clocks, at),
        reminded=_remind(connection, clocks, at),
    )


def _notify(connection: Connection, clocks: Clocks, at: datetime) -> int:
    """Tell companies of what Outfall may tell by itself: their time to answer begins."""
    found = _ids(connection, "to_notify", most=MOST)
    for alert_id in found:
        step = Step(Action.NOTIFY, reason="automatic", public=True)
        take_step(connection, alert_id, step, OUTFALL, clocks=clocks, at=at)
    return len(found)


def _start(connection: Connection, clocks: Clocks, at: datetime) -> int:
    """Start the clock of alerts that none runs for."""
    found = _ids(connection, "without_due", most=MOST)
    return sum(start_clock(connection, alert_id, clocks=clocks) for alert_id in found)


def _escalate(connection: Connection, clocks: Clocks, at: datetime) -> int:
    """Let the next level hear of each step that is overdue."""
    arguments = {"at": at, "most_level": MOST_ESCALATION, "most": MOST}
    found = connection.execute(queries("handling")["overdue"], arguments).fetchall()
    count = 0
    for alert_id, due_at, due_step, heard in found:
        level = escalation(due_at, at, clocks.escalate_again)
        if level <= heard:
            continue
        detail = {"level": level, "due_at": due_at.isoformat()}
        step = Step(Action.ESCALATE, reason=due_step, detail=detail, level=level)
        take_step(connection, alert_id, step, OUTFALL, clocks=clocks, at=at)
        tell(connection, "escalated", alert_id, at)
        count += 1
    return count


def _remind(connection: Connection, clocks: Clocks, at: datetime) -> int:
    """Recall active alerts that nobody has acknowledged."""
    found = _ids(connection, "to_remind", before=at - clocks.remind, most=MOST)
    for alert_id in found:
        step = Step(Action.REMIND, reason="unacknowledged")
        take_step(connection, alert_id, step, OUTFALL, clocks=clocks, at=at)
        tell(connection, "reminder", alert_id, at)
    return len(found)


def _ids(connection: Connection, name: str, **arguments: Any) -> list[int]:
    found: Iterable[tuple[Any, ...]] = connection.execute(queries("handling")[name], arguments)
    return [row[0] for row in found]

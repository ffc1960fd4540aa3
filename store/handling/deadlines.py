"""What is due in the handling of an alert, until when, and to which level it escalates. Pure.

No norm fixes these times (regulation.md D.2): all are settings, the answer times with one province's values as samples. Nothing
is due for what calls nobody: late data, what a wider outage explains, and alerts for the record (severity info).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.handling.steps import SETTLED, State
from store.settings import Settings

MOST_ESCALATION = 2
"""Level 1 is the supervisor (分管领导), level 2 the head of the authority; there is nobody above."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The times of the handling; see the settings of the same names."""

    acknowledge: timedelta
    answer_key_unit: timedelta
    answer_other: timedelta
    verify: timedelta
    visit: timedelta
    close: timedelta
    escalate_again: timedelta
    remind: timedelta


def clocks_of(settings: Settings) -> Clocks:
    """The clocks as configured."""
    return Clocks(
        acknowledge=timedelta(minutes=settings.acknowledge_minutes),
        answer_key_unit=timedelta(hours=settings.answer_hours_key_unit),
        answer_other=timedelta(hours=settings.answer_hours_other),
        verify=timedelta(hours=settings.verify_hours),
        visit=timedelta(hours=settings.visit_hours),
        close=timedelta(hours=settings.close_hours),
        escalate_again=timedelta(hours=settings.escalate_again_hours),
        remind=timedelta(minutes=settings.reminder_minutes),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands.

    Attributes
    ----------
    calls : somebody is called for it: it is active or was, not late, not explained by a wider outage, not only for the record
    since : when the handling became what it is
    """

    state: State
    acknowledged: bool
    calls: bool
    key_unit: bool
    raised_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """The step that is due next."""

    step: str
    at: datetime


def due(standing: Standing, clocks: Clocks) -> Due | None:
    """What is due first: the acknowledgement, or the step that the state waits for. None when nothing is."""
    if not standing.calls or standing.state in SETTLED:
        return None
    waiting: list[Due] = []
    if not standing.acknowledged and standing.state in (State.NEW, State.NOTIFIED, State.ANSWERED):
        waiting.append(Due("acknowledge", standing.raised_at + clocks.acknowledge))
    step = _of_state(standing, clocks)
    if step is not None:
        waiting.append(step)
    return min(waiting, key=lambda one: one.at, default=None)


def _of_state(standing: Standing, clocks: Clocks) -> Due | None:
    if standing.state is State.NOTIFIED:
        allowed = clocks.answer_key_unit if standing.key_unit else clocks.answer_other
        return Due("answer", standing.since + allowed)
    if standing.state is State.ANSWERED:
        return Due("verify", standing.since + clocks.verify)
    if standing.state is State.SITE_VISIT:
        return Due("verify", standing.since + clocks.visit)
    if standing.state in (State.CONFIRMED, State.UNFOUNDED):
        return Due("close", standing.since + clocks.close)
    return None


def escalation(due_at: datetime, at: datetime, again: timedelta) -> int:
    """The level that must have heard at ``at`` of a step due at ``due_at``: 0 in time, then one level every ``again``."""
    if at < due_at:
        return 0
    return min(1 + (at - due_at) // again, MOST_ESCALATION)

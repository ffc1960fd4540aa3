"""The clocks of a lead in words: under which norm, since when, until when, what moved them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.console import words
from store.texts import text


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock.

    Attributes
    ----------
    due_at : the first moment that is too late; None while time stands
    last_day : the last day in time, where it is counted in days
    moved : what moved its end, a sentence each
    late : it was met too late
    """

    kind: str
    word: str
    clause: str
    confidence: str
    state: str
    state_word: str
    starts_at: datetime
    due_at: datetime | None
    last_day: date | None
    met_at: datetime | None
    late: bool
    moved: tuple[str, ...]

    @property
    def running(self) -> bool:
        """Whether time runs."""
        return self.state == "running" and self.due_at is not None


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A time that does not count. ``to_time`` None = it lasts."""

    why: str
    reason: str
    from_time: datetime
    to_time: datetime | None
    by: str
    ended_by: str | None


def clock_rows(
    clocks: Sequence[Mapping[str, Any]], extensions: Sequence[Mapping[str, Any]]
) -> list[ClockRow]:
    """The clocks, those that run and are due first in front, as the store reads them."""
    return [_row(clock, [one for one in extensions if one["clock"] == clock["kind"]]) for clock in clocks]


def _row(clock: Mapping[str, Any], extensions: Sequence[Mapping[str, Any]]) -> ClockRow:
    moved = [
        text(
            "console.leads.clock.extended",
            days=one["days"],
            by=one["approved_by"],
            day=words.day_label(one["approved_at"]),
            reason=one["reason"],
        )
        for one in extensions
    ]
    if clock["days_suspended"]:
        moved.append(text("console.leads.clock.suspended_days", days=clock["days_suspended"]))
    if clock["escalation"]:
        moved.append(text("console.leads.clock.escalated", level=clock["escalation"]))
    return ClockRow(
        clock["kind"],
        text(f"law.clock.{clock['kind']}"),
        clock["clause"],
        clock["confidence"],
        clock["state"],
        text(f"leads.clock_state.{clock['state']}"),
        clock["starts_at"],
        clock["due_at"],
        clock["last_day"],
        clock["met_at"],
        clock["overdue_when_met"],
        tuple(moved),
    )


def pause_rows(suspensions: Sequence[Mapping[str, Any]]) -> list[PauseRow]:
    """The times that do not count, oldest first."""
    return [
        PauseRow(
            text(f"console.leads.suspend.{one['why']}"),
            one["reason"],
            one["from_time"],
            one["to_time"],
            one["started_by"],
            one["ended_by"],
        )
        for one in suspensions
    ]

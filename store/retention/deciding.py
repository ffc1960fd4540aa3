"""Which chunks may go. Pure.

A chunk goes when everything in it is old, by its data time and by its receipt, when no hold touches it and when the log has all
of it. Late data lie in chunks of their data time: the time of receipt keeps what came in yesterday about six years ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

KINDS = ("message", "reading", "device_record", "quarantine")
"""Raw data, in the order in which they are dropped."""

POLICY = "policy_retention"
"""What TimescaleDB calls a job that drops by age alone."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk of a hypertable. Times are of its dividing column, half-open."""

    kind: str
    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """What a hold covers.

    Attributes
    ----------
    source : ``hold`` (placed by hand), ``lead`` or ``package`` (by itself, while it is open)
    id, number : of the hold, lead or package
    outlet_keys : outlets it is about; None = all
    """

    source: str
    id: int
    number: str | None
    reason: str
    outlet_keys: frozenset[int] | None
    start: datetime
    end: datetime

    def overlaps(self, chunk: Chunk) -> bool:
        """Whether the times meet."""
        return self.start < chunk.end and chunk.start < self.end


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be known of a chunk that is old.

    Attributes
    ----------
    newest : receipt of its newest row, None when it is empty
    unsealed : whether the log does not have all of it yet
    late_for : scopes that do not meet its time and whose data it holds all the same (messages that came late)
    """

    newest: datetime | None
    unsealed: bool
    late_for: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a chunk may go, and what keeps it: ``young``, ``late_data``, ``held``, ``unsealed``."""

    reasons: tuple[str, ...]
    held_by: tuple[Scope, ...] = ()

    @property
    def goes(self) -> bool:
        """Whether nothing keeps it."""
        return not self.reasons


def cutoff_of(at: datetime, years: int) -> datetime:
    """What is older may go: the same moment so many years ago; on 29 February the day before."""
    try:
        return at.replace(year=at.year - years)
    except ValueError:
        return at.replace(year=at.year - years, day=28)


def old_at(chunk: Chunk, years: int) -> datetime:
    """When the chunk's own time is old enough."""
    try:
        return chunk.end.replace(year=chunk.end.year + years)
    except ValueError:
        return chunk.end.replace(year=chunk.end.year + years, month=3, day=1)


def decide(chunk: Chunk, cutoff: datetime, scopes: Iterable[Scope], facts: Facts | None) -> Decision:
    """What becomes of a chunk. ``facts`` are needed only when its time is old; None then counts as not known and keeps it."""
    reasons: list[str] = []
    held_by: list[Scope] = [scope for scope in scopes if scope.overlaps(chunk)]
    if chunk.end > cutoff:
        reasons.append("young")
    elif facts is None:
        reasons.append("unsealed")
    else:
        held_by += [scope for scope in facts.late_for if scope not in held_by]
        if facts.newest is not None and facts.newest >= cutoff:
            reasons.append("late_data")
        if facts.unsealed:
            reasons.append("unsealed")
    if held_by:
        reasons.append("held")
    return Decision(tuple(reasons), tuple(held_by))


def foreign_policies(jobs: Sequence[tuple[str, str]]) -> list[str]:
    """Hypertables of raw data that TimescaleDB itself would drop from, by (procedure, table). There must be none."""
    return sorted({table for procedure, table in jobs if procedure == POLICY and table in KINDS})

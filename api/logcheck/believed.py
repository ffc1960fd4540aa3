"""The registry as it was believed over time: what a message was decoded with.

Ingest reads the registry when it is told of a change, and once a minute; a message that waited while the database was away is
decoded with what is believed when it is stored. So a message may have been decoded with the state of its receipt, with the one
before (for a moment), or with a later one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from store.database import Connection
from store.model import Registry
from store.queries import queries
from store.registry import load_registry


@dataclass(frozen=True, slots=True)
class Believed:
    """The states that differ in what the decoder looks at, oldest first; state n holds from ``moments[n]`` on."""

    moments: Sequence[datetime]
    states: Sequence[Registry]

    def at(self, moment: datetime) -> int:
        """Number of the state at a moment; 0 before the first."""
        return max(0, bisect_right(self.moments, moment) - 1)

    def possible(self, received_at: datetime, last: int | None) -> Iterator[int]:
        """Numbers of the states that a message may have been decoded with, the likeliest first.

        ``last`` is the state that the message before it in its stream was decoded with: time goes on.
        """
        usual = self.at(received_at)
        first = usual if last is None else max(usual, last)
        yield first
        if usual != first:
            yield usual
        if usual > 0:
            yield usual - 1
        yield from (number for number in range(usual + 1, len(self.states)) if number != first)


def load_believed(connection: Connection) -> Believed:
    """Every state of the registry, from its versions."""
    found = connection.execute(queries("logverify")["registry_moments"]).fetchall()
    moments: list[datetime] = []
    states: list[Registry] = []
    before: object = None
    for (moment,) in found:
        state = load_registry(connection, at=moment, known_at=moment)
        facts = frozenset((outlet.key, outlet.monitor) for outlet in state.outlets())
        if facts != before:
            moments.append(moment)
            states.append(state)
            before = facts
    if not states:
        return Believed([datetime.min.replace(tzinfo=UTC)], [Registry((), (), None)])
    return Believed(moments, states)

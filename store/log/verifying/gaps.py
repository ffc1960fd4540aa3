"""What retention dropped lawfully: the holes that must be there."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from store.database import Connection
from store.log.spans import Spans, joined, spans_of
from store.queries import queries


class Numbers:
    """A set of whole numbers, asked whether it holds one."""

    def __init__(self, parts: Iterable[tuple[int, int]] = ()) -> None:
        """``parts`` are half-open, in any order."""
        self.spans: Spans = joined(parts)
        self._lows = [low for low, _ in self.spans]

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._lows, number) - 1
        return place >= 0 and number < self.spans[place][1]


_NONE = Numbers()


@dataclass(frozen=True, slots=True)
class Gaps:
    """The dropped chunks.

    Attributes
    ----------
    ids : table -> numbers of the rows that were dropped (message, quarantine)
    times : table -> ranges of the time that the table is divided by
    """

    ids: dict[str, Numbers] = field(default_factory=dict)
    times: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether anything was ever dropped."""
        return bool(self.times)

    @property
    def any_message(self) -> bool:
        """Whether messages were ever dropped."""
        return "message" in self.times

    def has_message(self, message_id: int) -> bool:
        """Whether a message was dropped."""
        return message_id in self.ids.get("message", _NONE)

    def leaf_may_be_gone(self, kind: str, number: int) -> bool:
        """Whether the row of a leaf was dropped. Period values and records never are."""
        return kind == "message" and self.has_message(number)

    def has(self, table: str, moment: datetime) -> bool:
        """Whether the rows of a table at this moment were dropped."""
        return any(start <= moment < end for start, end in self.times.get(table, ()))


def load_gaps(connection: Connection) -> Gaps:
    """Every drop that is recorded."""
    ids: dict[str, list[tuple[int, int]]] = defaultdict(list)
    times: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for kind, start, end, numbers in connection.execute(queries("logverify")["drops"]):
        times[kind].append((start, end))
        # Without an end it is none that retention wrote; its record in the log shows that.
        with suppress(ValueError):
            ids[kind].extend(spans_of(numbers))
    return Gaps({kind: Numbers(found) for kind, found in ids.items()}, dict(times))

"""Values that follow from a message and are not stored with it: each must have been known before.

Asked of the database some thousands at a time. A value that only a later message brought is missing all the same, unless a
replay stored it, which comes later than its number says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from api.logcheck.expected import Content
from api.logcheck.matching import Repetition, reading_name
from store.database import Connection
from store.log.verifying.gaps import Gaps
from store.log.verifying.report import Report, shown
from store.queries import queries

AT_ONCE = 2000


class Repetitions:
    """Collects repetitions and checks them in batches; ``finish`` checks what is left."""

    def __init__(self, connection: Connection, gaps: Gaps, report: Report) -> None:
        self._connection = connection
        self._gaps = gaps
        self._report = report
        self._waiting: list[Repetition] = []
        rows = connection.execute(queries("logverify")["replayed_messages"]).fetchall()
        self._replayed: Collection[int] = {row[0] for row in rows}

    def add(self, found: Iterable[Repetition]) -> None:
        """Take some more."""
        self._waiting.extend(found)
        if len(self._waiting) >= AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Check all that wait."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        known = self._known(waiting)
        for number, item in enumerate(waiting):
            self._report.checked["repetition"] += 1
            if any(self._explains(message_id, item) for message_id in known.get(number, ())):
                continue
            if self._gaps.has("reading", item.key.data_time):
                self._report.unverifiable["reading_dropped"] += 1
                continue
            self._report.differ(
                "reading_missing",
                "reading",
                reading_name(item.key),
                "message_id",
                None,
                f"{item.message_id}: {shown(_brief(item.content))}",
            )

    def _explains(self, message_id: int, item: Repetition) -> bool:
        return (
            message_id <= item.message_id or message_id in self._replayed or item.message_id in self._replayed
        )

    def _known(self, waiting: list[Repetition]) -> dict[int, list[int]]:
        times = [item.key.data_time for item in waiting]
        contents = [item.content for item in waiting]
        arguments = {
            "numbers": list(range(len(waiting))),
            "outlets": [item.key.outlet_key for item in waiting],
            "kinds": [item.key.kind for item in waiting],
            "factors": [item.key.factor for item in waiting],
            "times": times,
            "values": [content.value for content in contents],
            "minima": [content.minimum for content in contents],
            "maxima": [content.maximum for content in contents],
            "totals": [content.total for content in contents],
            "foldeds": [content.folded for content in contents],
            "folded_minima": [content.folded_minimum for content in contents],
            "folded_maxima": [content.folded_maximum for content in contents],
            "flags": [content.flag for content in contents],
            "extras": [content.extra for content in contents],
            "earliest": min(times),
            "latest": max(times),
        }
        rows = self._connection.execute(queries("logverify")["known_readings"], arguments).fetchall()
        return dict(rows)


def _brief(content: Content) -> str:
    return ", ".join(
        f"{name}={value}" for name, value in zip(Content._fields, content, strict=True) if value is not None
    )

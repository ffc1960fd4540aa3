"""Notices a gateway that sends far more than its monitors can have to say. Its messages are stored all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ingest.arrival import Arrival

MINUTE = timedelta(seconds=60)


class FloodMeter:
    """Counts messages by gateway and minute of receipt. A minute above the threshold is reported once."""

    def __init__(self, messages_per_second: int) -> None:
        self._most = messages_per_second * 60
        self._minute: datetime | None = None
        self._counts: dict[str, int] = {}
        self._told: set[str] = set()

    def count(self, arrivals: Iterable[Arrival]) -> Iterator[tuple[str, datetime, int]]:
        """Count arrivals; gives gateway, minute and messages so far for each that has just gone above the threshold."""
        for arrival in arrivals:
            if self._minute is None or not self._minute <= arrival.received_at < self._minute + MINUTE:
                self._minute = arrival.received_at.replace(second=0, microsecond=0)
                self._counts.clear()
                self._told.clear()
            count = self._counts.get(arrival.gateway, 0) + 1
            self._counts[arrival.gateway] = count
            if count > self._most and arrival.gateway not in self._told:
                self._told.add(arrival.gateway)
                yield arrival.gateway, self._minute, count

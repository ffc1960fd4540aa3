"""The loss ledger of a batch: what came in, and what became of it.

Frames are counted as ``received`` when the decoder hands them out, before anyone knows their fate, and a second time with
their fate. The two counts meet only in the table: received = accepted + duplicate + conflicting + every quarantined reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from store.clock import BEIJING, HOUR, hour_start

NO_OUTLET = 0
"""Outlet key of frames that no outlet could be found for."""


class LedgerKey(NamedTuple):
    """One row of the ledger."""

    hour: datetime
    gateway: str
    outlet_key: int
    disposition: str
    reason: str


class Tally:
    """Counts of frames and readings by ledger row."""

    def __init__(self) -> None:
        self._counts: dict[LedgerKey, list[int]] = defaultdict(lambda: [0, 0])
        self._hour = self._next_hour = datetime.min.replace(tzinfo=BEIJING)

    def add(
        self,
        received_at: datetime,
        gateway: str,
        outlet_key: int,
        disposition: str,
        *,
        reason: str = "",
        frames: int = 1,
        readings: int = 0,
    ) -> None:
        """Count frames received at this moment; ``reason`` belongs to quarantined and anomaly."""
        if not self._hour <= received_at < self._next_hour:
            self._hour = hour_start(received_at)
            self._next_hour = self._hour + HOUR
        count = self._counts[LedgerKey(self._hour, gateway, outlet_key, disposition, reason)]
        count[0] += frames
        count[1] += readings

    def merge(self, other: Tally) -> None:
        """Add every count of another tally."""
        for key, frames, readings in other.rows():
            count = self._counts[key]
            count[0] += frames
            count[1] += readings

    def rows(self) -> Iterator[tuple[LedgerKey, int, int]]:
        """Ledger rows in one order everywhere, so that two writers never wait for each other in a circle."""
        for key in sorted(self._counts):
            frames, readings = self._counts[key]
            yield key, frames, readings

    def total(self, disposition: str) -> int:
        """Frames of one disposition over all rows."""
        return sum(frames for key, frames, _ in self.rows() if key.disposition == disposition)

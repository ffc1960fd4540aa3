"""Which storing thread handles which gateway."""

from __future__ import annotations

import threading


class Shards:
    """Deals gateways out in turn, as they first appear, and never changes its mind while the process lives.

    A byte stream must stay with one thread to stay in order. Dealing in turn spreads a handful of gateways better than a hash
    would."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._lock = threading.Lock()
        self._of: dict[str, int] = {}

    def of(self, gateway: str) -> int:
        """Number of the thread, from 0."""
        with self._lock:
            return self._of.setdefault(gateway, len(self._of) % self.count)

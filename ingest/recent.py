"""Which messages were stored a moment ago: how a redelivery is told from a repetition.

The broker redelivers what it has no acknowledgement for: after a lost connection, a restart of ingest or its own restart.
Such a message has the packet identifier and the bytes of one that was stored already. Within one session the broker counts
packet identifiers up through 65535, so among the last few thousand messages an equal identifier with equal bytes from the
same gateway can only be the same publish. A logger that repeats a frame publishes it anew, under another identifier: that is
stored and counted as a duplicate.

When the broker has forgotten the session it counts from 1 again and redelivers nothing: then everything here is forgotten too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

Delivery = tuple[str, str, int, bytes]
"""Gateway, channel, packet identifier, SHA-256 of the payload."""


class RecentDeliveries:
    """The last ``size`` committed deliveries."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._order: deque[Delivery] = deque()
        self._known: set[Delivery] = set()

    def __contains__(self, delivery: Delivery) -> bool:
        return delivery in self._known

    def __len__(self) -> int:
        return len(self._order)

    def remember(self, deliveries: Iterable[Delivery]) -> None:
        """Add what was just committed, oldest first; the oldest beyond the size are forgotten."""
        for delivery in deliveries:
            if delivery in self._known:
                continue
            self._order.append(delivery)
            self._known.add(delivery)
            if len(self._order) > self._size:
                self._known.discard(self._order.popleft())

    def forget(self) -> None:
        """Forget all: the broker started a new session."""
        self._order.clear()
        self._known.clear()

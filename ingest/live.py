"""What the console hears as it happens: which outlets have new readings, at most twice a second."""

from __future__ import annotations

import json
from collections.abc import Iterable

SECONDS_BETWEEN = 0.5
OUTLETS_IN_ONE = 90
"""Identifiers have at most 63 characters; PostgreSQL takes payloads below 8,000 bytes."""


class LivePacing:
    """Collects outlets between two notifications."""

    def __init__(self) -> None:
        self._outlets: set[str] = set()
        self._sent_at = float("-inf")

    def add(self, outlet_ids: Iterable[str]) -> None:
        """These outlets have new readings in the database."""
        self._outlets.update(outlet_ids)

    def due(self, monotonic: float) -> list[str]:
        """Payloads to send now for the channel ``outfall_live``; empty when nothing is new or the last was just sent."""
        if not self._outlets or monotonic - self._sent_at < SECONDS_BETWEEN:
            return []
        self._sent_at = monotonic
        ordered = sorted(self._outlets)
        self._outlets.clear()
        return [
            json.dumps({"event": "readings", "outlets": ordered[start : start + OUTLETS_IN_ONE]})
            for start in range(0, len(ordered), OUTLETS_IN_ONE)
        ]

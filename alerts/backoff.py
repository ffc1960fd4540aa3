"""How long to wait before trying again."""

from __future__ import annotations

FIRST_SECONDS = 0.5
MOST_SECONDS = 30.0
"""A database that restarts is back within seconds; longer waits only delay the first alert after it."""


class Backoff:
    """Doubling waits in seconds, from half a second to half a minute."""

    def __init__(self) -> None:
        self._next = FIRST_SECONDS

    def failed(self) -> float:
        """One more failure: how long to wait now."""
        wait = self._next
        self._next = min(self._next * 2, MOST_SECONDS)
        return wait

    def reset(self) -> None:
        """It worked."""
        self._next = FIRST_SECONDS

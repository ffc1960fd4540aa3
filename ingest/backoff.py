"""How long to wait before the next attempt at something that failed."""

from __future__ import annotations

import random


class Backoff:
    """Doubling waits with jitter, so that a district's processes do not all knock at the same moment.

    Each wait is between half of the present step and the whole of it, in seconds.
    """

    def __init__(self, first: float, most: float, chance: random.Random | None = None) -> None:
        self._first = first
        self._most = most
        self._step = first
        self._chance = chance or random.Random()

    def next(self) -> float:
        """The wait after one more failure."""
        wait = self._step * self._chance.uniform(0.5, 1.0)
        self._step = min(self._step * 2, self._most)
        return wait

    def reset(self) -> None:
        """It worked: the next failure waits the least again."""
        self._step = self._first

"""Randomness that is a function of time: the same seed and moment give the same number, in any order, in any process.

That is what makes the simulator restartable: a gap that is filled later gets exactly the values it would have had, and a
period that is sent twice is the same twice.
"""

from __future__ import annotations

import math
from hashlib import blake2b

_MASK = (1 << 64) - 1


def channel(seed: int, *names: str) -> int:
    """A 64-bit number for one named stream of one seed."""
    text = "/".join((str(seed), *names)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def scatter(stream: int, index: int) -> float:
    """A number in [0, 1) for one index of a stream; neighbouring indexes are unrelated (the SplitMix64 mixing step)."""
    x = (stream + index * 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return float((x ^ (x >> 31)) >> 11) * 2.0**-53


class Noise:
    """Smooth noise in [0, 1]: random points every so many seconds, joined smoothly, on several scales.

    Parameters
    ----------
    stream : from :func:`channel`
    scales : (seconds between points, weight) pairs; the weights add up to 1
    """

    __slots__ = ("_last", "_scales", "_stream")

    def __init__(self, stream: int, scales: tuple[tuple[int, float], ...]) -> None:
        self._stream = stream
        self._scales = scales
        self._last: list[tuple[int, float, float]] = [(-1, 0.0, 0.0)] * len(scales)

    def __call__(self, t: int) -> float:
        """The value at ``t`` seconds since the epoch."""
        total = 0.0
        for position, (seconds, weight) in enumerate(self._scales):
            index, within = divmod(t, seconds)
            known, here, there = self._last[position]
            if known != index:
                stream = self._stream + position
                here, there = scatter(stream, index), scatter(stream, index + 1)
                self._last[position] = (index, here, there)
            share = within / seconds
            total += weight * (here + (there - here) * share * share * (3.0 - 2.0 * share))
        return total


def bump(x: float, centre: float, width: float, period: float = 24.0) -> float:
    """A bell of height 1 around ``centre`` on a circle of ``period`` (hours of the day)."""
    distance = abs(x - centre) % period
    distance = min(distance, period - distance)
    return math.exp(-0.5 * (distance / width) ** 2)


def clamp(x: float, low: float = 0.0, high: float = 1.0) -> float:
    """``x`` held between ``low`` and ``high``."""
    return low if x < low else high if x > high else x


def between(low: float, high: float, share: float) -> float:
    """The number that lies ``share`` (0 to 1) of the way from ``low`` to ``high``."""
    return low + (high - low) * share

"""Where the rows of a chunk stand in the evidence log. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]
"""Half-open."""


def leaves_of(runs: Iterable[tuple[int, Sequence[Interval]]], ids: Sequence[Interval]) -> list[Interval]:
    """The leaves of the numbers ``ids`` (sorted, disjoint), given runs of (first leaf, numbers of the run).

    Raises ValueError when a number is in no run.
    """
    found: list[Interval] = []
    covered = 0
    for first, numbers in runs:
        leaf = first
        for low, high in numbers:
            for wanted_low, wanted_high in ids:
                start, end = max(low, wanted_low), min(high, wanted_high)
                if start < end:
                    found.append((leaf + start - low, leaf + end - low))
                    covered += end - start
            leaf += high - low
    if covered != sum(high - low for low, high in ids):
        raise ValueError("not every number has a leaf")
    return merged(found)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same numbers in the fewest intervals, in order."""
    found: list[Interval] = []
    for low, high in sorted(intervals):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found

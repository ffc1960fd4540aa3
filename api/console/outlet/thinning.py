"""Which points of a long series are drawn: of each stretch of time its smallest and its largest, and all that matter. Pure.

What a person must not miss is never left out: the extremes of every line, every point that is named (exceeded, or with a
flag that is not N), the first and the last, and both ends of every hole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

MOST_POINTS = 3000
"""A series of no more points is drawn whole."""

BUCKETS = 800
"""A longer one is divided into so many stretches of equal length: about one a pixel of an office screen."""

Values = Sequence[float | None]


def kept(
    times: Sequence[int],
    lines: Sequence[Values],
    named: Collection[int],
    window: tuple[int, int],
    buckets: int = BUCKETS,
) -> list[int]:
    """Positions of the points to draw, in order.

    ``times`` are in order; each of ``lines`` has a value, or None for a hole, at every time; ``named`` are positions that must
    stay.
    """
    if not times:
        return []
    chosen = {0, len(times) - 1, *named}
    start, end = window
    length = max(1, end - start)
    for values in lines:
        least: dict[int, tuple[float, int]] = {}
        most: dict[int, tuple[float, int]] = {}
        for position, value in enumerate(values):
            beside = (values[place] for place in (position - 1, position + 1) if 0 <= place < len(values))
            if value is None:
                if any(other is not None for other in beside):
                    chosen.add(position)
                continue
            if any(other is None for other in beside):
                # The points beside a hole stay, so that the hole is as long as it was.
                chosen.add(position)
            bucket = (times[position] - start) * buckets // length
            if bucket not in least or value < least[bucket][0]:
                least[bucket] = (value, position)
            if bucket not in most or value > most[bucket][0]:
                most[bucket] = (value, position)
        chosen.update(position for _, position in least.values())
        chosen.update(position for _, position in most.values())
    return sorted(chosen)

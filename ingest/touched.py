"""Which outlet-hours a batch touched, as few ranges as possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from store.clock import DAY, HOUR, day_start, hour_start


class TouchedRange(NamedTuple):
    """Hours of one outlet: ``from_time`` inclusive, ``to_time`` exclusive, both on the hour."""

    outlet_key: int
    from_time: datetime
    to_time: datetime


def touched_ranges(readings: Iterable[tuple[int, str, datetime]]) -> list[TouchedRange]:
    """Ranges for (outlet, kind, data time) of readings that are new; adjacent and overlapping ones are joined.

    A day reading touches its whole Beijing day, every other kind the hour that holds its data time.
    """
    spans: dict[int, set[tuple[datetime, datetime]]] = defaultdict(set)
    for outlet_key, kind, data_time in readings:
        start = day_start(data_time) if kind == "day" else hour_start(data_time)
        spans[outlet_key].add((start, start + (DAY if kind == "day" else HOUR)))
    ranges: list[TouchedRange] = []
    for outlet_key in sorted(spans):
        from_time: datetime | None = None
        to_time: datetime | None = None
        for start, end in sorted(spans[outlet_key]):
            if to_time is not None and start <= to_time:
                to_time = max(to_time, end)
                continue
            if from_time is not None and to_time is not None:
                ranges.append(TouchedRange(outlet_key, from_time, to_time))
            from_time, to_time = start, end
        if from_time is not None and to_time is not None:
            ranges.append(TouchedRange(outlet_key, from_time, to_time))
    return ranges

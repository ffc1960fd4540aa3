"""When daily jobs are due, and what a downtime leaves to be made up."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.slots import due_slots, newest_slot, next_slot
from store.clock import BEIJING, DAY

ONE = time(13, 0)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BEIJING)


CASES = [
    (None, at(24, 14), [at(24, 13)], "never ran, after the time: today's only"),
    (None, at(24, 12, 59), [at(23, 13)], "never ran, before the time: yesterday's only"),
    (at(24, 13), at(24, 14), [], "done today"),
    (at(23, 13), at(24, 12, 59), [], "one minute too early"),
    (at(23, 13), at(24, 13), [at(24, 13)], "due on the very minute"),
    (
        at(21, 13),
        at(24, 14),
        [at(22, 13), at(23, 13), at(24, 13)],
        "down for three days: each of them, oldest first",
    ),
    (at(24, 9), at(24, 14), [], "done today under another clock time: not twice a day"),
]


@pytest.mark.parametrize(("done", "now", "slots", "remark"), CASES, ids=[case[3] for case in CASES])
def test_what_is_due(done: datetime | None, now: datetime, slots: list[datetime], remark: str) -> None:
    assert due_slots(ONE, done, now) == slots


@given(st.timedeltas(timedelta(0), 365 * DAY), st.integers(0, 40), st.times())
def test_doing_what_is_due_leaves_nothing_and_every_day_has_one_slot(
    into_the_year: timedelta, days: int, daily_at: time
) -> None:
    now = datetime(2026, 1, 1, tzinfo=BEIJING) + into_the_year
    slots = due_slots(daily_at, newest_slot(daily_at, now) - days * DAY, now)
    assert len(slots) == days
    assert all(later - earlier == DAY for earlier, later in pairwise(slots))
    assert due_slots(daily_at, slots[-1] if slots else newest_slot(daily_at, now), now) == []
    assert timedelta(0) < next_slot(daily_at, now) - now <= DAY

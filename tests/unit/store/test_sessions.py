"""The lock after wrong passwords."""

from __future__ import annotations

from datetime import timedelta

from store.sessions import LONGEST_LOCK, lock_time


def test_the_lock_begins_with_the_fifth_failure_and_grows_to_an_hour() -> None:
    assert [lock_time(failures) for failures in range(5)] == [None] * 5
    assert [lock_time(failures) for failures in (5, 6, 7)] == [timedelta(seconds=s) for s in (30, 60, 120)]
    assert lock_time(12) == lock_time(10_000) == LONGEST_LOCK

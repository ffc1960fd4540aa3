"""Which chunks may go: every case of age, receipt, hold and sealing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.clock import BEIJING, DAY
from store.retention.deciding import Chunk, Facts, Scope, cutoff_of, decide, foreign_policies, old_at

NOW = datetime(2026, 11, 26, 2, 40, tzinfo=BEIJING)
CUTOFF = cutoff_of(NOW, 5)
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
OLD = Chunk("message", "_hyper_1_1_chunk", CUTOFF - 2 * WEEK, CUTOFF - WEEK)
EDGE = Chunk("message", "_hyper_1_2_chunk", CUTOFF - WEEK, CUTOFF)
YOUNG = Chunk("message", "_hyper_1_3_chunk", CUTOFF - WEEK, CUTOFF + timedelta(microseconds=1))
SEALED = Facts(OLD.end, unsealed=False)


def scope(start: datetime, end: datetime) -> Scope:
    """A hold over this time."""
    return Scope("hold", 1, None, "诉讼", frozenset({1}), start, end)


BESIDE = scope(OLD.end, OLD.end + WEEK)
ACROSS = scope(OLD.start + timedelta(days=1), OLD.end + WEEK)


@pytest.mark.parametrize(
    ("chunk", "facts", "scopes", "reasons"),
    [
        (OLD, SEALED, (), ()),
        (
            EDGE,
            Facts(CUTOFF - timedelta(microseconds=1), unsealed=False),
            (),
            (),
        ),  # ends with the cutoff: all of it is older
        (YOUNG, None, (), ("young",)),
        (OLD, Facts(CUTOFF, unsealed=False), (), ("late_data",)),  # received within the five years
        (OLD, Facts(None, unsealed=False), (), ()),  # empty
        (OLD, Facts(OLD.end, unsealed=True), (), ("unsealed",)),
        (OLD, None, (), ("unsealed",)),  # nobody looked: it stays
        (OLD, SEALED, (ACROSS,), ("held",)),
        (OLD, SEALED, (BESIDE,), ()),  # begins where the chunk ends
        (
            OLD,
            Facts(OLD.end, False, (BESIDE,)),
            (BESIDE,),
            ("held",),
        ),  # messages that came late are of its time
        (OLD, Facts(CUTOFF, True), (ACROSS,), ("late_data", "unsealed", "held")),
        (YOUNG, None, (scope(YOUNG.start, YOUNG.end),), ("young", "held")),
    ],
)
def test_a_chunk_goes_or_says_what_keeps_it(
    chunk: Chunk, facts: Facts | None, scopes: tuple[Scope, ...], reasons: tuple[str, ...]
) -> None:
    decision = decide(chunk, CUTOFF, scopes, facts)
    assert decision.reasons == reasons
    assert decision.goes == (reasons == ())
    assert bool(decision.held_by) == ("held" in reasons)


def test_a_leap_day_keeps_a_day_longer() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=BEIJING)
    assert cutoff_of(leap, 5) == datetime(2023, 2, 28, 12, tzinfo=BEIJING)
    assert old_at(Chunk("reading", "c", leap - WEEK, leap), 5) == datetime(2033, 3, 1, 12, tzinfo=BEIJING)


@given(
    end=st.integers(0, 40 * 366 * 86400).map(lambda seconds: NOW - 20 * 366 * DAY + seconds * SECOND),
    now=st.integers(0, 20 * 366 * 86400).map(lambda seconds: NOW + seconds * SECOND),
    years=st.integers(5, 20),
)
def test_nothing_goes_before_the_day_that_is_told(end: datetime, now: datetime, years: int) -> None:
    chunk = Chunk("reading", "c", end - WEEK, end)
    decision = decide(chunk, cutoff_of(now, years), (), Facts(end, unsealed=False))
    if decision.goes:
        assert now >= old_at(chunk, years)


@pytest.mark.parametrize(
    ("jobs", "found"),
    [
        ([], []),
        # What the community edition offers: it drops by age alone, so it must not be used for raw data.
        ([("policy_retention", "reading"), ("policy_retention", "message")], ["message", "reading"]),
        ([("policy_compression", "reading")], []),  # compressing drops nothing
        ([("policy_retention", "service_metrics")], []),  # no raw data of ours
        ([("policy_job_stat_history_retention", "reading")], []),
    ],
)
def test_a_policy_that_knows_no_hold_is_noticed(jobs: list[tuple[str, str]], found: list[str]) -> None:
    assert foreign_policies(jobs) == found

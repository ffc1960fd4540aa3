"""What is due when, and who hears of it when it is overdue."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from store.clock import BEIJING
from store.handling.deadlines import Due, Standing, clocks_of, due, escalation
from store.handling.steps import State
from store.settings import load_settings

CLOCKS = clocks_of(load_settings())
RAISED = datetime(2026, 11, 24, 10, 5, tzinfo=BEIJING)
LATER = datetime(2026, 11, 24, 15, 0, tzinfo=BEIJING)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00")


def standing(state: str, *, acknowledged: bool = True, calls: bool = True, key: bool = True) -> Standing:
    return Standing(State(state), acknowledged, calls, key, RAISED, LATER)


CASES = [
    # what stands, what is due until when, remark
    (
        standing("new", acknowledged=False),
        ("acknowledge", "2026-11-24T10:35"),
        "30 minutes after it was raised",
    ),
    (standing("new"), None, "acknowledged and nobody asked: nothing is due"),
    (standing("notified"), ("answer", "2026-11-24T19:00"), "a key unit: 4 h"),
    (standing("notified", key=False), ("answer", "2026-11-26T15:00"), "any other unit: 48 h"),
    (standing("notified", acknowledged=False), ("acknowledge", "2026-11-24T10:35"), "the earlier of two"),
    (standing("answered"), ("verify", "2026-11-25T15:00"), "24 h after the answer"),
    (standing("site_visit"), ("verify", "2026-11-27T15:00"), "72 h for a visit"),
    (
        standing("site_visit", acknowledged=False),
        ("verify", "2026-11-27T15:00"),
        "who verified has taken it up",
    ),
    (standing("confirmed"), ("close", "2026-11-29T15:00"), "120 h to close it or make it a lead"),
    (standing("unfounded"), ("close", "2026-11-29T15:00"), "the same"),
    (standing("closed"), None, "settled"),
    (standing("lead"), None, "settled here; the lead has clocks of its own"),
    (
        standing("new", acknowledged=False, calls=False),
        None,
        "late, inhibited or for the record: calls nobody",
    ),
    (standing("notified", calls=False), None, "even when an officer told the company"),
]


@pytest.mark.parametrize(("now", "expected", "remark"), CASES, ids=[case[2] for case in CASES])
def test_what_is_due_next(now: Standing, expected: tuple[str, str] | None, remark: str) -> None:
    found = due(now, CLOCKS)
    assert found == (None if expected is None else Due(expected[0], at(expected[1]))), remark


LEVELS = [
    (timedelta(seconds=-1), 0, "in time"),
    (timedelta(0), 1, "the very moment it is due"),
    (timedelta(hours=3, minutes=59), 1, "the supervisor has heard"),
    (timedelta(hours=4), 2, "still not done: the level above"),
    (timedelta(days=30), 2, "there is nobody above"),
]


@pytest.mark.parametrize(("over", "level", "remark"), LEVELS, ids=[row[2] for row in LEVELS])
def test_an_overdue_step_escalates_level_by_level(over: timedelta, level: int, remark: str) -> None:
    assert escalation(LATER, LATER + over, timedelta(hours=4)) == level, remark

"""Tasks in words, and the filters of their list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.console.taskpages.asking import moment_of
from api.console.taskpages.filtering import Filters, filters_of
from api.console.taskpages.reads import VisitCount
from api.console.taskpages.views import (
    decision_views,
    event_views,
    outcome_options,
    reason_options,
    task_view,
)
from store.clock import BEIJING
from store.errors import Refused
from store.model import Registry

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=BEIJING)
NOBODY = Registry((), (), None)


def item(**given: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": 1, "number": "RW-20261124-0001", "kind": "on_site", "site": "plant-one", "outlet": "stack", "alert_id": None,
        "alert_number": None, "reason": "complaint", "statement": "群众反映", "listed": True, "state": "open",
        "outcome": None, "assigned_to": "wang", "created_at": NOW - timedelta(days=1), "created_by": "system",
        "due_at": NOW + timedelta(hours=1), "counted": False, "visited_at": None,
    }  # fmt: skip
    return fields | given


OVERDUE = [
    (item(), False, "there is time"),
    (item(due_at=NOW - timedelta(seconds=1)), True, "its time is over"),
    (
        item(due_at=NOW - timedelta(days=1), state="done", outcome="no_problem"),
        False,
        "what is done is never overdue",
    ),
    (item(due_at=None), False, "no time was set"),
]


@pytest.mark.parametrize(("task", "overdue", "remark"), OVERDUE)
def test_a_task_is_overdue(task: dict[str, Any], overdue: bool, remark: str) -> None:
    assert task_view(task, NOBODY, {}, NOW).overdue is overdue, remark


def test_a_task_in_words_names_people_and_places_as_far_as_they_are_known() -> None:
    found = task_view(item(), NOBODY, {"wang": "王（虚构）"}, NOW)
    assert (found.kind_word, found.reason_word, found.state_word) == ("现场检查", "投诉举报", "待办")
    assert (found.assigned_word, found.created_word) == ("王（虚构）", "系统")
    assert found.where == "plant-one stack", "a unit that is registered no more has its id"


def test_what_a_company_does_not_learn_is_nothing() -> None:
    found = task_view(item(reason=None, statement=None, assigned_to=None, created_by=None), NOBODY, {}, NOW)
    assert (found.reason_word, found.assigned_word, found.created_word) == (None, None, None)


def test_the_history_says_to_whom_and_with_what_outcome() -> None:
    rows = [
        {"at": NOW, "actor": "li", "action": "assigned", "reason": None, "detail": {"to": "wang"}},
        {
            "at": NOW,
            "actor": "wang",
            "action": "done",
            "reason": "未见异常",
            "detail": {"outcome": "no_problem"},
        },
    ]
    words = [(event.who, event.word, event.reason) for event in event_views(rows, {"wang": "王"})]
    assert words == [("li", "指派：王", None), ("王", "办结：未发现问题", "未见异常")]


def test_a_decision_says_why_and_on_what() -> None:
    row = {
        "at": NOW,
        "way": "on_site",
        "reasons": ["serious_exceedance", "no_such_reason"],
        "inputs": {"listed": True, "multiple": "1.25", "visits": 0, "cap": 2, "policy": {}},
        "rule": "routing/1",
    }
    (found,) = decision_views([row])
    assert found.reasons == ("严重超标", "no_such_reason")
    assert found.facts == (
        ("正面清单", "在清单内"),
        ("超标倍数", "1.25"),
        ("当时本年度现场检查次数", "0"),
        ("年度上限", "2"),
    )


def test_a_visit_has_its_own_reasons_and_outcomes() -> None:
    assert ("complaint", "投诉举报") in reason_options("on_site")
    assert reason_options("off_site") == [("by_hand", "人工安排")]
    assert [code for code, _ in outcome_options("on_site")] == [
        "no_problem",
        "violation_found",
        "inspection_refused",
    ]


ADDRESSES = [
    (Filters(), "/tasks", "the usual list"),
    (Filters(state="all", kind="on_site", mine=True), "/tasks?state=all&kind=on_site&mine=1", "some filters"),
    (Filters(overdue=True), "/tasks?overdue=1", "one"),
]


@pytest.mark.parametrize(("filters", "address", "remark"), ADDRESSES)
def test_a_list_can_be_passed_on_by_its_address(filters: Filters, address: str, remark: str) -> None:
    assert filters.address() == address, remark


def test_filters_that_are_none_fall_back() -> None:
    assert filters_of("' or 1=1", "party", "", "yes", "0") == Filters()


@pytest.mark.parametrize(("made", "left"), [(0, 2), (2, 0), (3, 0)])
def test_what_an_override_used_beyond_the_cap_leaves_nothing_and_not_less(made: int, left: int) -> None:
    assert VisitCount("a", "甲", True, made, 0, 2).left == left


def test_a_time_of_a_form_is_of_beijing() -> None:
    assert moment_of("2026-11-24T08:30") == datetime(2026, 11, 24, 8, 30, tzinfo=BEIJING)
    assert moment_of(" ") is None
    with pytest.raises(Refused):
        moment_of("half past eight")

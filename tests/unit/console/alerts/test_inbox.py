"""Rows, views and choices of the inbox."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.console.alerts.filters import Filters
from api.console.alerts.inbox import choices_of, deadline_of, inbox_row, views_of
from store.model import Registry
from tests.unit.console.alerts.rows import alert
from tests.unit.console.samples import NOW, limit, outlet, site

REGISTRY = Registry(sites=(site(outlet(limit())),), gateways=("gw-one",), authority=None)

# due step, minutes from now, what is said, overdue, remark
DEADLINES = [
    ("acknowledge", 12, "剩余 12 分钟", False, "in time"),
    ("answer", 60 * 50, "剩余 2 天", False, "days"),
    ("verify", 0, "已超期 0 秒", True, "the moment itself is too late"),
    ("close", -60 * 3, "已超期 3 小时", True, "hours ago"),
]


@pytest.mark.parametrize(("step", "minutes", "words", "overdue", "remark"), DEADLINES)
def test_a_deadline_says_which_time_runs_and_how_it_stands(
    step: str, minutes: int, words: str, overdue: bool, remark: str
) -> None:
    found = deadline_of(alert(due_step=step, due_at=NOW + timedelta(minutes=minutes)), NOW)
    assert found is not None
    assert (found.words, found.overdue) == (words, overdue), remark


def test_nothing_is_due_of_what_is_settled() -> None:
    assert deadline_of(alert(), NOW) is None


def test_a_company_is_shown_its_own_time_to_answer_and_no_clock_of_the_bureau() -> None:
    inner = alert(
        due_step="verify", due_at=NOW, assigned_to="officer", acknowledged_at=NOW, acknowledged_by="officer"
    )
    shown = inbox_row(inner, REGISTRY, me="plant", for_company=True, now=NOW)
    assert (shown.deadline, shown.assigned_to, shown.selectable) == (None, None, False)
    assert shown.alert.acknowledged_by == "生态环境局"
    own = inbox_row(alert(due_step="answer", due_at=NOW), REGISTRY, me="plant", for_company=True, now=NOW)
    assert own.deadline is not None


@pytest.mark.parametrize(
    ("given", "apart", "selectable"),
    [
        ({}, None, True),
        ({"late": True}, "late", True),
        ({"inhibited_by": 4}, "inhibited", True),
        ({"handling": "closed"}, None, False),
        ({"handling": "lead"}, None, False),
        ({"condition": "pending"}, None, False),
    ],
)
def test_what_stands_apart_is_named_and_what_is_settled_cannot_be_chosen(
    given: dict[str, object], apart: str | None, selectable: bool
) -> None:
    shown = inbox_row(alert(**given), REGISTRY, me="officer", for_company=False, now=NOW)
    assert (shown.apart, shown.selectable) == (apart, selectable)


def test_every_view_has_its_count_under_the_filters_and_keeps_them_in_its_address() -> None:
    filters = Filters(show="mine", site="plant-one")
    views = views_of(filters, {"show": {"mine": 2, "all": 9}}, for_company=False)
    assert [(view.name, view.count) for view in views if view.count] == [("mine", 2), ("all", 9)]
    assert [view.name for view in views if view.current] == ["mine"]
    assert views[0].path == "/alerts?show=open&site=plant-one"


def test_every_choice_says_how_many_it_leaves_and_a_company_is_offered_no_finding() -> None:
    counted = {"code": {"exceedance_hour": 3}, "severity": {"serious": 3}}
    choices = choices_of(Filters(), counted, REGISTRY, for_company=False)
    assert choices.codes == (("exceedance_hour", "数据超标（小时）（3）"),)
    assert ("serious", "较重（3）") in choices.severities
    company = choices_of(Filters(), counted, REGISTRY, for_company=True)
    assert [value for value, _ in company.handlings] == ["new", "notified", "answered", "closed"]
    assert [value for value, _ in company.conditions] == ["active", "cleared"]

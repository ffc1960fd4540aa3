"""The audit trail in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from api.console.auditpages.asked import Asked
from api.console.auditpages.reads import Beside
from api.console.auditpages.views import action_choices, event_row, facts, known_actions
from store.auditread import Sought
from store.clock import BEIJING
from store.errors import Refused
from store.language import speaking

AT = datetime(2026, 11, 26, 9, 30, tzinfo=BEIJING)


def event(**given: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "at": AT,
        "actor": "wang",
        "origin": "10.0.0.9",
        "action": "alerts:alert:acknowledge",
        "subject": "YJ-20261126-0001",
        "detail": {},
        **given,
    }


def test_an_event_says_who_did_what_to_which_thing_and_leads_to_it() -> None:
    beside = Beside(names={"wang": "王示例"}, things={"YJ-20261126-0001": ("alert", 12)}, leaves={7: 345})
    row = event_row(event(), beside)
    assert (row.actor, row.name, row.word, row.origin) == ("王示例", "wang", "确认预警", "10.0.0.9")
    assert (row.subject, row.link, row.leaf) == ("YJ-20261126-0001", "/alerts/12", 345)


@pytest.mark.parametrize(
    ("actor", "word"),
    [("system", "系统"), ("token:city", "令牌 city"), ("cli", "命令行"), ("li", "li")],
)
def test_who_is_a_person_a_token_or_the_system(actor: str, word: str) -> None:
    assert event_row(event(actor=actor), Beside()).actor == word


@pytest.mark.parametrize(
    ("action", "subject", "link", "remark"),
    [
        ("marks:mark:file", "plant-one-stack", "/outlets/plant-one-stack", "an outlet"),
        ("people:user:add", "wang", "/users", "a user has no page of its own name"),
        ("registry:sites:apply", None, "/sites", "the file as a whole"),
        ("tasks:sample:draw", "2026-Q4", "/positive-list", "a sample"),
        ("retention:hold:lift", "4", "/retention", "a hold"),
        ("log:key:made", "outfall/1", None, "nothing shows it"),
        ("alerts:alert:close", "YJ-20200101-0001", None, "an alert that is not there any more"),
    ],
)
def test_a_subject_leads_to_the_page_that_shows_it(
    action: str, subject: str | None, link: str | None, remark: str
) -> None:
    beside = Beside(outlets=frozenset({"plant-one-stack"}))
    assert event_row(event(action=action, subject=subject), beside).link == link, remark


@pytest.mark.parametrize(
    ("action", "detail", "shown", "remark"),
    [
        ("people:user:add", {"role": "legal_reviewer", "site": None}, [("角色", "法制审核")], "what is null is left out"),
        ("marks:check:file", {"passed": False, "kind": "comparison"}, [("类别", "实际水样比对"), ("合格", "否")], "codes"),
        ("marks:mark:file", {"factor": "a21026", "late": []}, [("监测因子", "二氧化硫")], "a factor by its name"),
        ("alerts:alert:confirm", {"from": "answered", "to": "confirmed"}, [("由", "企业已反馈"), ("至", "属实")], "an alert"),
        ("leads:lead:presented", {"to": "technical_review"}, [("至", "技术审核")], "a lead"),
        ("alerts:alert:assign", {"to": "li"}, [("至", "li")], "a person is no code"),
        (
            "evidence:package:read",
            {"from": "2026-11-01T00:00:00+08:00", "subject": {"kind": "lead", "number": "XS-1"}},
            [("由", "2026-11-01 00:00:00"), ("对象", "类别：线索；编号：XS-1")],
            "times and what lies within",
        ),
        ("retention:hold:lift", {"of": "x", "reason": "终结"}, [("理由", "终结"), ("对象", "x")], "the reason first"),
        ("marks:mark:file", {"marks": [1, 2]}, [("标记编号", "1、2")], "a short list in a line"),
        ("x:y:z", {"strange": 1.5}, [("strange", "1.5")], "what nobody has a word for stays as it is"),
        ("tasks:sample:draw", {"seed": "20261101"}, [("随机种子", "20261101")], "digits are no day"),
    ],
)  # fmt: skip
def test_details_are_told_in_words(
    action: str, detail: dict[str, Any], shown: list[tuple[str, str]], remark: str
) -> None:
    assert facts(action, detail) == shown, remark


def test_a_long_list_stands_in_lines_and_says_how_much_is_left_out() -> None:
    ((_, value),) = facts(
        "registry:sites:apply", {"changes": [f"limit of outlet number {n}: opened" for n in range(70)]}
    )
    lines = value.split("\n")
    assert (len(lines), lines[-1]) == (61, "另有 10 项")


def test_words_come_in_the_language_of_the_reader() -> None:
    with speaking("en"):
        row = event_row(event(detail={"reason": "x", "public": True}), Beside())
    assert (row.word, row.facts) == ("Alert acknowledged", (("Reason", "x"), ("Shown to the company", "yes")))


def test_the_choice_of_actions_has_every_source_and_all_of_it_at_once() -> None:
    choices = dict(action_choices(known_actions()))
    assert choices["数据留存"][0] == ("retention:", "数据留存（全部）")
    assert ("retention:hold:place", "设置留存冻结") in choices["数据留存"]
    assert sum(len(options) - 1 for options in choices.values()) == len(known_actions())


@pytest.mark.parametrize(
    ("asked", "sought", "remark"),
    [
        (Asked(), Sought(), "nothing"),
        (Asked(who=" wang ", action="people:"), Sought(actor="wang", action="people:"), "without blanks"),
        (
            Asked(since="2026-11-01", until="2026-11-01"),
            Sought(
                from_time=datetime(2026, 11, 1, tzinfo=BEIJING), to_time=datetime(2026, 11, 2, tzinfo=BEIJING)
            ),
            "a whole Beijing day",
        ),
        (Asked(words="a\x00b"), Sought(words="ab"), "no zero byte for the database"),
    ],
)
def test_the_form_says_what_is_searched(asked: Asked, sought: Sought, remark: str) -> None:
    assert asked.sought() == sought, remark


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(since="2026-02-30"), "day_malformed"),
        (Asked(until="tomorrow"), "day_malformed"),
        (Asked(until="9999-12-31"), "day_malformed"),
        (Asked(since="2026-11-02", until="2026-11-01"), "span_reversed"),
    ],
)
def test_a_wrong_day_is_refused(asked: Asked, code: str) -> None:
    with pytest.raises(Refused) as refused:
        asked.sought()
    assert refused.value.code == code


def test_a_search_is_an_address_that_can_be_passed_on() -> None:
    asked = Asked(who="wang", since="2026-11-01")
    assert asked.address("/audit", before=9) == "/audit?who=wang&since=2026-11-01&before=9"
    assert Asked().address("/audit") == "/audit"

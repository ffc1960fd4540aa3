"""Small words of leads: sizes, fines, validity, forms, addresses, the board."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from starlette.datastructures import FormData

from api.console.leads.board import CARDS, columns_of
from api.console.leads.content import fine_words, size_words, validity
from api.console.leads.filtering import Asked, address_of
from api.console.leads.forms import local_time, read
from api.console.leads.lawview import confidence_word, law_rows
from api.shapes.leadsteps import AddTalk, EditLead, ReviewLead
from store.clock import BEIJING
from store.errors import Refused
from store.leads.law import load_law
from store.leads.lawlist import law_at
from store.model import Registry

REGISTRY = Registry((), (), None)
NOW = datetime(2026, 11, 24, 12, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KB"), (3_500_000, "3.3 MB"), (2_000_000_000, "1.8 GB")],
)
def test_a_size_has_one_decimal_and_the_unit_that_fits(size: int, words: str) -> None:
    assert size_words(size) == words


def test_a_fine_is_told_in_ten_thousands_where_it_is_whole() -> None:
    norm: dict[str, Any] = {"fine": ["100000", "1000000"], "persons": ["5000", "15000"], "tiers": []}
    assert list(fine_words(norm)) == ["罚款 10 万～100 万元", "对责任人员罚款 5000～15000元"]
    assert list(fine_words({"fine": None, "persons": None, "tiers": []})) == ["未载明罚款幅度"]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (None, None, "未载明起止"),
        ("2026-08-15", None, "2026-08-15 起有效"),
        (None, "2026-08-15", "至 2026-08-15 前有效"),
        ("2016-01-01", "2026-08-15", "2016-01-01 起至 2026-08-15 前有效"),
    ],
)
def test_validity_names_the_days(start: str | None, end: str | None, words: str) -> None:
    assert validity(start, end) == words


def test_a_form_reads_beijing_times_lists_and_lines_and_leaves_out_what_is_empty() -> None:
    form = FormData(
        [
            ("held_at", "2026-11-20T09:30"), ("place", " 会议室 "), ("host", "甲"), ("attendees", "乙、丙\r\n丁"),
            ("facts_shown", "第一行\r\n第二行"), ("deadline", ""), ("follow_up", ""),
        ]
    )  # fmt: skip
    talk = read(AddTalk, form, times=("held_at",), lines=("attendees",))
    assert talk.held_at == datetime(2026, 11, 20, 9, 30, tzinfo=BEIJING)
    assert (talk.place, talk.attendees, talk.deadline) == ("会议室", ["乙", "丙", "丁"], None)
    assert talk.facts_shown == "第一行\n第二行"
    assert talk.model_fields_set.isdisjoint({"deadline", "follow_up"})


def test_a_field_that_may_be_emptied_is_given_as_none() -> None:
    form = FormData([("title", "事由"), ("to_time", ""), ("feedback", "")])
    edited = read(EditLead, form, times=("to_time",), kept=("to_time", "feedback"))
    assert {"to_time", "feedback"} <= edited.model_fields_set
    assert edited.to_time is None


# form, code, label of the field, remark
WRONG = [
    ([("result", "sign"), ("digest", "0" * 64)], "form_field_missing", "审核意见", "no opinion"),
    ([("result", "sign"), ("opinion", "好"), ("digest", "abc")], "form_field_wrong", "内容摘要", "no digest"),
    (
        [("result", "maybe"), ("opinion", "好"), ("digest", "0" * 64)],
        "form_field_wrong",
        "审核结论",
        "neither",
    ),
]


@pytest.mark.parametrize(("given", "code", "label", "remark"), WRONG, ids=[wrong[3] for wrong in WRONG])
def test_a_form_that_is_wrong_names_the_field(
    given: list[tuple[str, str]], code: str, label: str, remark: str
) -> None:
    with pytest.raises(Refused) as refused:
        read(ReviewLead, FormData(given), labels={"result": "review_result"})
    assert (refused.value.code, refused.value.facts["field"]) == (code, label), remark


def test_a_time_is_shown_in_beijing_and_to_the_second_only_where_it_has_some() -> None:
    assert local_time(NOW) == "2026-11-24T12:00"
    assert local_time(NOW + timedelta(seconds=5, microseconds=9)) == "2026-11-24T12:00:05"
    assert local_time(None) == ""


def test_the_filters_stand_in_the_address_and_a_change_leaves_the_page_of_the_list() -> None:
    asked = Asked(view="table", site="plant", overdue=True, first=date(2026, 11, 1), before="x")
    assert address_of(asked) == "/leads?view=table&site=plant&overdue=true&from=2026-11-01"
    assert address_of(asked, view="board", site="", overdue=False, first=None) == "/leads"
    assert not Asked(view="table").narrowed
    assert asked.narrowed


def row(number: int, state: str, due: timedelta | None, **other: Any) -> dict[str, Any]:
    return {
        "id": number, "number": f"XS-{number}", "state": state, "state_since": NOW, "kind": "exceedance", "title": "事由",
        "sample": False, "site": "plant", "site_name": "示例厂", "outlet_keys": [], "factors": ["a21026"], "from_time": NOW,
        "to_time": None, "basis": None, "candidates": [], "created_at": NOW, "created_by": "wang", "handler": None,
        "created_name": "王", "handler_name": None, "due_kind": None if due is None else "filing",
        "due_at": None if due is None else NOW + due, "due_clause": None, "signed": None, "of_state": 1, **other,
    }  # fmt: skip


def test_what_is_overdue_stands_in_front_and_what_nothing_is_due_of_comes_last() -> None:
    day = timedelta(days=1)
    found = [row(1, "draft", None), row(2, "returned", 3 * day), row(3, "draft", -day), row(4, "draft", day)]
    draft = columns_of(found, REGISTRY)[0]
    assert [card.id for card in draft.cards] == [3, 4, 2, 1]
    assert [card.overdue(NOW) for card in draft.cards] == [True, False, False, False]


def test_a_column_counts_what_it_does_not_show() -> None:
    found = [row(number, "filed", None, of_state=70) for number in range(CARDS)]
    found += [row(1000 + number, "talk", None, of_state=5) for number in range(5)]
    outcome = columns_of(found, REGISTRY)[-1]
    assert (len(outcome.cards), outcome.count) == (CARDS, 75)


def test_a_card_names_the_clauses_that_were_chosen_each_once() -> None:
    candidates = [
        {"norm": "code-1107", "clause": "法典第1107条"},
        {"norm": "code-1107b", "clause": "法典第1107条"},
    ]
    card = columns_of(
        [row(1, "draft", None, basis=["code-1107", "code-1107b"], candidates=candidates)], REGISTRY
    )[0]
    assert card.cards[0].clauses == ("法典第1107条",)


def test_every_record_of_the_law_file_can_be_told_on_every_day_of_a_change() -> None:
    for day in (date(2020, 1, 1), date(2026, 8, 14), date(2026, 8, 15)):
        found = law_at(day, day, (), ())
        for group in ("norms", "clocks", "thresholds", "principles"):
            assert all(one.clause and one.says for one in law_rows(group, found[group])), (group, day)
    law = load_law()
    tags = {
        entry.confidence
        for entries in (law.norms, law.clocks, law.thresholds, law.principles)
        for entry in entries
    }
    assert all(confidence_word(tag) for tag in tags)


def test_a_site_without_registered_outlets_is_told_all_the_same() -> None:
    assert columns_of([row(1, "draft", None, outlet_keys=[99])], REGISTRY)[0].cards[0].outlets

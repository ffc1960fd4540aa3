"""What can be done with an alert now, and why not what cannot."""

from __future__ import annotations

import pytest

from api.console.alerts.actions import offers_of
from store.handling.steps import State
from tests.unit.console.alerts.rows import alert
from tests.unit.console.samples import NOW

# state, role, acknowledged, what can be done, remark
CASES = [
    ("new", "officer", False, ["acknowledge", "assign", "notify", "remind", "verify", "comment", "attach"], "just come"),
    ("new", "officer", True, ["assign", "notify", "remind", "verify", "comment", "attach"], "taken up"),
    ("notified", "officer", True, ["assign", "remind", "answer", "verify", "comment", "attach"], "the company's turn"),
    ("confirmed", "officer", True, ["assign", "remind", "close", "lead", "comment", "attach"], "it is so"),
    ("unfounded", "officer", True, ["assign", "remind", "close", "comment", "attach"], "it is not so"),
    ("site_visit", "officer", True, ["assign", "remind", "verify", "close", "lead", "comment", "attach"], "a visit"),
    ("closed", "officer", True, ["comment", "attach"], "what is learnt afterwards"),
    ("new", "company", False, ["comment", "attach"], "not asked yet"),
    ("notified", "company", False, ["answer", "comment", "attach"], "asked"),
    ("answered", "company", False, ["answer", "comment", "attach"], "an answer may be completed"),
    ("new", "auditor", False, [], "looks only"),
    ("new", "legal_reviewer", False, [], "signs leads"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "role", "acknowledged", "able", "remark"), CASES)
def test_the_page_offers_what_the_table_of_steps_allows(
    state: str, role: str, acknowledged: bool, able: list[str], remark: str
) -> None:
    row = alert(state=state, acknowledged_at=NOW if acknowledged else None)
    assert [offer.action for offer in offers_of(row, role).ready] == able, remark


def test_what_cannot_be_done_says_why() -> None:
    greyed = {offer.action: offer.why_not for offer in offers_of(alert(), "officer").greyed}
    assert greyed == {"answer": "尚未通知企业。", "close": "须先核实。", "lead": "须先核实。"}
    unfounded = offers_of(alert(state="unfounded", acknowledged_at=NOW), "officer").greyed
    assert {offer.action: offer.why_not for offer in unfounded}["lead"] == "核实为不属实，不能转线索。"


def test_after_a_visit_the_findings_are_the_two_others() -> None:
    assert offers_of(alert(state="new"), "officer").findings == ("confirmed", "unfounded", "site_visit")
    assert offers_of(alert(state="site_visit"), "officer").findings == ("confirmed", "unfounded")


def test_nothing_is_done_with_what_is_not_sure_yet() -> None:
    offers = offers_of(alert(condition="pending"), "officer")
    assert offers.ready == ()
    assert {offer.why_not for offer in offers.greyed} == {"预警尚在观察，还不能处置。"}


@pytest.mark.parametrize("state", [State.CONFIRMED, State.UNFOUNDED, State.SITE_VISIT, State.LEAD])
def test_a_company_cannot_tell_from_the_page_what_was_found(state: State) -> None:
    offers = offers_of(alert(state=state.value, handling="answered"), "company")
    said = [(offer.action, offer.why_not) for offer in (*offers.ready, *offers.greyed)]
    assert said == [
        ("comment", None),
        ("attach", None),
        ("answer", "生态环境局正在核实，暂不能再提交反馈；可以补充说明和附件。"),
    ]

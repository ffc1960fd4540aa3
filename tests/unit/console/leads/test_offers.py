"""A step that cannot be taken says why; one that can says nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.console.leads.offers import offers_for
from store.leads.guards import Standing
from store.leads.steps import State

DRAFT = Standing("XS-1", State.DRAFT, "city")
REVIEW = Standing("XS-1", State.TECHNICAL_REVIEW, "city", has_facts=True, has_basis=True)
REVIEWED = replace(REVIEW, state=State.REVIEWED)

# standing, role, step, why not (part of it; None = it can be taken), remark
CASES = [
    (DRAFT, "officer", "edit", None, "an officer works on a draft"),
    (DRAFT, "officer", "present", "请先写明违法事实", "nothing to review yet"),
    (replace(DRAFT, has_facts=True), "officer", "present", "请先选定法律依据", "facts without a basis"),
    (replace(DRAFT, has_facts=True, has_basis=True), "officer", "present", None, "ready for review"),
    (
        DRAFT,
        "technical_reviewer",
        "sign_technical",
        "当前为“草拟”",
        "too early, and it is said where it would be",
    ),
    (REVIEW, "technical_reviewer", "sign_technical", None, "somebody else's lead"),
    (
        replace(REVIEW, drafted=True),
        "technical_reviewer",
        "sign_technical",
        "您参与了线索 XS-1 的起草",
        "one's own",
    ),
    (
        replace(REVIEW, reviewed_legal=True),
        "admin",
        "sign_technical",
        "须由两人分别进行",
        "the other review was theirs",
    ),
    (REVIEW, "officer", "sign_technical", "由技术审核人员办理", "never an officer's"),
    (REVIEW, "legal_reviewer", "sign_legal", "可办理的状态：法制审核", "the technical review comes first"),
    (REVIEWED, "supervisor", "file", "请先提交", "the city bureau files"),
    (replace(REVIEWED, authority_level="district"), "supervisor", "file", None, "the district files itself"),
    (REVIEWED, "supervisor", "transfer", "移送", "no transfer without approval"),
    (replace(REVIEWED, transfer_approved=True), "supervisor", "transfer", None, "approved"),
]


@pytest.mark.parametrize(
    ("standing", "role", "step", "why", "remark"), CASES, ids=[case[4] for case in CASES]
)
def test_a_step_says_why_it_cannot_be_taken(
    standing: Standing, role: str, step: str, why: str | None, remark: str
) -> None:
    offer = offers_for(standing, role)[step]
    assert offer.possible is (why is None), remark
    if why is not None:
        assert why in (offer.why or ""), remark


def test_what_outfall_does_itself_is_offered_to_nobody() -> None:
    assert not {"remind", "escalate", "reopen"} & offers_for(REVIEW, "admin").keys()

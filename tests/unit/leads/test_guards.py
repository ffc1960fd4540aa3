"""What a step asks for beside state and role."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.leads.guards import Standing, blocked
from store.leads.steps import Action, State

READY = Standing("XS-1", State.REVIEWED, "city", has_facts=True, has_basis=True)

CASES: list[tuple[Action, Standing, str | None, str]] = [
    (Action.SIGN_TECHNICAL, READY, None, "a stranger reviews"),
    (Action.SIGN_TECHNICAL, replace(READY, drafted=True), "reviewer_is_drafter", "one's own"),
    (Action.RETURN_TECHNICAL, replace(READY, drafted=True), "reviewer_is_drafter", "nor sends it back"),
    (Action.SIGN_LEGAL, replace(READY, drafted=True), "reviewer_is_drafter", "one's own, for the law"),
    (
        Action.SIGN_LEGAL,
        replace(READY, reviewed_technical=True),
        "reviewer_is_other_reviewer",
        "both reviews",
    ),
    (
        Action.SIGN_TECHNICAL,
        replace(READY, reviewed_legal=True),
        "reviewer_is_other_reviewer",
        "the other way round",
    ),
    (Action.SIGN_TECHNICAL, replace(READY, reviewed_technical=True), None, "the same review again"),
    (Action.PRESENT, replace(READY, has_facts=False), "facts_missing", "nothing said"),
    (Action.PRESENT, replace(READY, has_basis=False), "basis_missing", "no law chosen"),
    (Action.PRESENT, READY, None, "facts and law"),
    (Action.STATE, READY, "not_disclosed", "the company was not told"),
    (Action.STATE, replace(READY, disclosed=True), None, "it was told"),
    (Action.FILE, READY, "submit_first", "the city files"),
    (Action.FILE, replace(READY, authority_level="district"), None, "the bureau files itself"),
    (Action.FILE, replace(READY, state=State.SUBMITTED), None, "the city has it"),
    (Action.SUSPEND, replace(READY, suspended=True), "already_suspended", "twice"),
    (Action.SUSPEND, replace(READY, decided=True), "already_suspended", "after the decision"),
    (Action.RESUME, READY, "not_suspended", "time counts"),
    (Action.DECIDE, replace(READY, decided=True), "already_decided", "twice"),
    (Action.PUBLISH, READY, "not_to_publish", "no decision"),
    (Action.PUBLISH, replace(READY, decided=True, published=True), "not_to_publish", "twice"),
    (Action.TRANSFER, replace(READY, transfer_proposed=True), "transfer_not_approved", "only proposed"),
    (Action.TRANSFER, replace(READY, transfer_proposed=True, transfer_approved=True), None, "approved"),
    (Action.APPROVE_TRANSFER, READY, "transfer_not_proposed", "nothing proposed"),
    (
        Action.REFUSE_TRANSFER,
        replace(READY, transfer_proposed=True, transfer_approved=True),
        "transfer_not_proposed",
        "approved",
    ),
    (Action.PROPOSE_TRANSFER, replace(READY, transfer_proposed=True), "transfer_proposed", "twice"),
    (Action.POLICE_REFUSE, replace(READY, police_answered=True), "police_answered", "twice"),
    (Action.POLICE_ACCEPT, replace(READY, police_answered=True), None, "after the objection they take it"),
    (
        Action.POLICE_ACCEPT,
        replace(READY, police_answered=True, police_accepted=True),
        "police_accepted",
        "twice",
    ),
    (Action.OBJECT, replace(READY, police_answered=True), None, "they refused"),
    (
        Action.OBJECT,
        replace(READY, police_answered=True, police_accepted=True),
        "nothing_to_object",
        "they took it",
    ),
    (Action.OBJECT, replace(READY, police_answered=True, objected=True), "nothing_to_object", "twice"),
    (Action.EDIT, READY, None, "asks for nothing more"),
]


@pytest.mark.parametrize(
    ("action", "standing", "code", "remark"), CASES, ids=[row[3] + row[0] for row in CASES]
)
def test_a_step_is_blocked_for_its_reason(
    action: Action, standing: Standing, code: str | None, remark: str
) -> None:
    refusal = blocked(action, standing)
    assert (None if refusal is None else refusal.code) == code, remark

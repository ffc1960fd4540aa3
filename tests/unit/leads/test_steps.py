"""The table of lead steps against a second one, written by hand in another shape."""

from __future__ import annotations

from itertools import product

import pytest

from store.leads.actions import EVENT_OF
from store.leads.steps import (
    DRAFTING,
    EDITABLE,
    NEEDS_REASON,
    OUTCOMES,
    ROLES_OF,
    SYSTEM,
    TABLE,
    TRANSFER_STEPS,
    Action,
    State,
    possible,
)
from store.people import Role
from store.texts import has

EVERYBODY = [*(role.value for role in Role), SYSTEM]
DRAFTER = {"officer", "supervisor", "admin"}
DECIDER = {"supervisor", "admin"}

# What a drafter, a decider, a reviewer, the company and Outfall can do in each state, and where it leads; "=" = it stays.
OPEN_DRAFT = {
    "assign": "=",
    "edit": "=",
    "choose": "=",
    "weigh": "=",
    "attach": "=",
    "record": "=",
    "withdraw": "withdrawn",
    "disclose": "=",
    "talked": "=",
    "discuss": "=",
}
VOIDS = dict.fromkeys(("edit", "choose", "weigh", "attach"), "technical_review")
LATER = {"assign": "=", "record": "=", "disclose": "=", "talked": "=", "discuss": "="}
TOLD = {"remind": "=", "escalate": "="}
STATES: dict[str, dict[str, dict[str, str]]] = {
    "draft": {
        "drafter": {**OPEN_DRAFT, "refresh": "=", "present": "technical_review"},
        "decider": {"extend": "="},
        "system": TOLD,
    },
    "returned": {
        "drafter": {**OPEN_DRAFT, "refresh": "=", "present": "technical_review"},
        "decider": {"extend": "="},
        "system": TOLD,
    },
    "technical_review": {
        "drafter": OPEN_DRAFT,
        "decider": {"extend": "=", "return": "returned"},
        "technical": {"sign_technical": "legal_review", "return_technical": "returned"},
        "system": TOLD,
    },
    "legal_review": {
        "drafter": {**OPEN_DRAFT, **VOIDS},
        "decider": {"extend": "=", "return": "returned"},
        "legal": {"sign_legal": "reviewed", "return_legal": "returned"},
        "system": {**TOLD, "reopen": "technical_review"},
    },
    "reviewed": {
        "drafter": {**OPEN_DRAFT, **VOIDS, "propose_transfer": "="},
        "decider": {
            "extend": "=",
            "return": "returned",
            "submit": "submitted",
            "decline": "no_case",
            "instruct": "instruct",
            "summon": "talk",
            "file": "filed",
            "transfer": "transferred",
            "approve_transfer": "=",
            "refuse_transfer": "=",
        },
        "system": {**TOLD, "reopen": "technical_review"},
    },
    "submitted": {
        "drafter": {**LATER, "propose_transfer": "="},
        "decider": {
            "extend": "=",
            "return": "returned",  # the city sends it back
            "decline": "no_case",
            "instruct": "instruct",
            "summon": "talk",
            "file": "filed",
            "transfer": "transferred",
            "approve_transfer": "=",
            "refuse_transfer": "=",
        },
        "system": TOLD,
    },
    "instruct": {"drafter": LATER, "decider": {"extend": "=", "submit": "submitted"}, "system": TOLD},
    "talk": {"drafter": LATER, "decider": {"extend": "=", "submit": "submitted"}, "system": TOLD},
    "no_case": {"drafter": {"record": "=", "talked": "=", "discuss": "="}, "system": TOLD},
    "filed": {
        "drafter": {**LATER, "propose_transfer": "="},
        "decider": {
            "extend": "=",
            "suspend": "=",
            "resume": "=",
            "decide": "=",
            "publish": "=",
            "transfer": "transferred",
            "approve_transfer": "=",
            "refuse_transfer": "=",
        },
        "system": TOLD,
    },
    "transferred": {
        "drafter": {"record": "=", "talked": "="},
        "decider": {"police_accept": "=", "police_refuse": "=", "object": "="},
        "system": TOLD,
    },
    "withdrawn": {},
}
KINDS = {
    "drafter": DRAFTER,
    "decider": DECIDER,
    "technical": {"technical_reviewer", "admin"},
    "legal": {"legal_reviewer", "admin"},
    "party": {"company", "admin"},
    "system": {SYSTEM},
}


def expected(state: str, action: str, role: str) -> str | None:
    by_kind = dict(STATES[state])
    if state != "withdrawn":
        by_kind["party"] = {"state": "="}
    for kind, steps in by_kind.items():
        if role in KINDS[kind] and action in steps:
            return state if steps[action] == "=" else steps[action]
    return None


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)), ids=str)
def test_each_role_can_do_what_the_table_says_and_nothing_else(state: State, action: Action) -> None:
    for role in EVERYBODY:
        after = TABLE.get((state, action, role))
        assert (None if after is None else after.value) == expected(state.value, action.value, role), role


def test_the_second_table_names_every_state_and_only_known_actions() -> None:
    assert set(STATES) == set(State)
    for by_kind in STATES.values():
        for steps in by_kind.values():
            assert set(steps) <= set(Action)


def test_every_state_can_be_reached_and_every_open_one_leads_to_an_end() -> None:
    reached = {State.DRAFT}
    while more := {after for (before, _, _), after in TABLE.items() if before in reached} - reached:
        reached |= more
    assert reached == set(State)
    ends = {State.NO_CASE, State.FILED, State.TRANSFERRED, State.WITHDRAWN}
    for state in set(State) - ends:
        ahead = {state}
        while more := {after for (before, _, _), after in TABLE.items() if before in ahead} - ahead:
            ahead |= more
        assert ends & ahead, state


def test_nothing_is_reviewed_but_through_both_reviews_one_after_the_other() -> None:
    into = {
        (before, action)
        for (before, action, _), after in TABLE.items()
        if after is not before and after is State.REVIEWED
    }
    assert into == {(State.LEGAL_REVIEW, Action.SIGN_LEGAL)}
    into = {
        (before, action)
        for (before, action, _), after in TABLE.items()
        if after is not before and after is State.LEGAL_REVIEW
    }
    assert into == {(State.TECHNICAL_REVIEW, Action.SIGN_TECHNICAL)}


def test_every_change_of_what_is_reviewed_ends_before_the_technical_review_is_over() -> None:
    for (before, action, _), after in TABLE.items():
        if action in DRAFTING:
            assert before in EDITABLE, (before, action)
            assert after in (State.DRAFT, State.RETURNED, State.TECHNICAL_REVIEW), (before, action)


def test_a_company_states_its_case_and_can_do_nothing_else() -> None:
    assert {action for action, roles in ROLES_OF.items() if Role.COMPANY in roles} == {Action.STATE}
    for reader in ("auditor", "operator"):
        assert not any(reader in roles for roles in ROLES_OF.values()), reader


def test_every_step_that_decides_needs_a_reason() -> None:
    deciding = {action for (before, action, _), after in TABLE.items() if after is not before}
    # Presenting and submitting say no more than that it is done; a change says what was changed.
    assert deciding - NEEDS_REASON == {Action.PRESENT, Action.SUBMIT, Action.REOPEN, *DRAFTING} - {
        Action.CHOOSE,
        Action.REFRESH,
    }


def test_every_action_state_and_outcome_has_its_word_in_chinese() -> None:
    assert set(EVENT_OF) == set(Action)
    assert all(has(f"leads.action.{word}") for word in EVENT_OF.values())
    assert all(has(f"leads.state.{state}") for state in State)
    assert set(OUTCOMES) <= set(State)
    assert set(TRANSFER_STEPS.values()) <= NEEDS_REASON


def test_what_is_offered_is_in_the_order_of_the_actions() -> None:
    assert possible(State.DRAFT, "auditor") == ()
    offered = possible(State.REVIEWED, "admin")
    assert list(offered) == [action for action in Action if action in offered]
    assert Action.SUBMIT in offered

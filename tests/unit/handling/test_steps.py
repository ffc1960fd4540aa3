"""The handling of an alert: every state × action × role, against a table written a second time, the other way round."""

from __future__ import annotations

from itertools import product

import pytest

from store.handling.steps import (
    EVENT_OF,
    NEEDS_REASON,
    ROLES_OF,
    SETTLED,
    SYSTEM,
    TABLE,
    Action,
    State,
    possible,
)
from store.people import ROLES

BUREAU = ("officer", "supervisor", "admin")
EVERYBODY = (*ROLES, SYSTEM)

# By state and kind of person: what each action leads to. What is not named is not possible.
STAYS_FOR_BUREAU = dict.fromkeys(("acknowledge", "assign", "comment", "attach", "remind"), "=")
EXPECTED: dict[str, dict[str, dict[str, str]]] = {
    "new": {
        "bureau": {
            **STAYS_FOR_BUREAU,
            "notify": "notified",
            "confirm": "confirmed",
            "reject": "unfounded",
            "visit": "site_visit",
        },
        "company": {"comment": "=", "attach": "="},  # nobody has asked it yet
        "system": {"remind": "=", "escalate": "=", "notify": "notified"},
    },
    "notified": {
        "bureau": {
            **STAYS_FOR_BUREAU,
            "answer": "answered",  # what the company said by telephone
            "confirm": "confirmed",
            "reject": "unfounded",
            "visit": "site_visit",
        },
        "company": {"comment": "=", "attach": "=", "answer": "answered"},
        "system": {"remind": "=", "escalate": "="},
    },
    "answered": {
        "bureau": {
            **STAYS_FOR_BUREAU,
            "answer": "=",
            "confirm": "confirmed",
            "reject": "unfounded",
            "visit": "site_visit",
        },
        "company": {"comment": "=", "attach": "=", "answer": "="},  # completes its answer
        "system": {"remind": "=", "escalate": "="},
    },
    "site_visit": {
        "bureau": {
            **STAYS_FOR_BUREAU,
            "confirm": "confirmed",
            "reject": "unfounded",
            "close": "closed",
            "lead": "lead",
        },
        "company": {"comment": "=", "attach": "="},
        "system": {"remind": "=", "escalate": "="},
    },
    "confirmed": {
        "bureau": {**STAYS_FOR_BUREAU, "close": "closed", "lead": "lead"},
        "company": {"comment": "=", "attach": "="},
        "system": {"remind": "=", "escalate": "="},
    },
    "unfounded": {
        "bureau": {**STAYS_FOR_BUREAU, "close": "closed"},  # what is not so is no lead
        "company": {"comment": "=", "attach": "="},
        "system": {"remind": "=", "escalate": "="},
    },
    "closed": {"bureau": {"comment": "=", "attach": "="}, "company": {}, "system": {}},
    # A company must not be able to tell a lead from the findings before it.
    "lead": {
        "bureau": {"comment": "=", "attach": "="},
        "company": {"comment": "=", "attach": "="},
        "system": {},
    },
}


def expected(state: str, action: str, role: str) -> str | None:
    kind = "bureau" if role in BUREAU else role
    after = EXPECTED[state].get(kind, {}).get(action)
    return state if after == "=" else after


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)), ids=str)
def test_each_role_can_do_what_the_table_says_and_nothing_else(state: State, action: Action) -> None:
    for role in EVERYBODY:
        after = TABLE.get((state, action, role))
        assert (None if after is None else after.value) == expected(state.value, action.value, role), role


def test_the_second_table_names_every_state_and_only_known_actions_and_kinds() -> None:
    assert set(EXPECTED) == set(State)
    for by_kind in EXPECTED.values():
        assert set(by_kind) == {"bureau", "company", "system"}
        for steps in by_kind.values():
            assert set(steps) <= set(Action)


def test_every_state_can_be_reached_and_every_open_one_leads_to_a_settled_one() -> None:
    reached = {State.NEW}
    while more := {after for (before, _, _), after in TABLE.items() if before in reached} - reached:
        reached |= more
    assert reached == set(State)
    for state in set(State) - SETTLED:
        ahead = {state}
        while more := {after for (before, _, _), after in TABLE.items() if before in ahead} - ahead:
            ahead |= more
        assert SETTLED & ahead, state


def test_nothing_leads_back_and_a_settled_alert_stays_settled() -> None:
    order = list(EXPECTED)
    for (before, action, _), after in TABLE.items():
        if before in SETTLED:
            assert after is before, action
        if after is not before and before is not State.SITE_VISIT:
            assert order.index(after) > order.index(before), (before, action)
        assert after is not State.NEW or before is State.NEW


def test_every_action_has_a_word_in_the_history_and_somebody_who_takes_it() -> None:
    assert set(EVENT_OF) == set(Action)
    assert all(ROLES_OF[action] for action in Action)
    assert ROLES_OF[Action.ESCALATE] == {SYSTEM}
    for reader in ("technical_reviewer", "legal_reviewer", "auditor", "operator"):
        assert not any(reader in roles for roles in ROLES_OF.values()), reader


def test_every_step_that_decides_needs_a_reason() -> None:
    deciding = {action for (before, action, _), after in TABLE.items() if after is not before}
    assert deciding - NEEDS_REASON == {Action.NOTIFY}


def test_an_acknowledged_alert_is_not_offered_to_be_acknowledged() -> None:
    assert Action.ACKNOWLEDGE in possible(State.NEW, "officer", acknowledged=False)
    assert Action.ACKNOWLEDGE not in possible(State.NEW, "officer", acknowledged=True)
    assert possible(State.CLOSED, "company", acknowledged=True) == ()

"""The routes of leads against the table of steps: whoever asks for whatever in whichever state."""

from __future__ import annotations

from typing import Any

import pytest

from api.shell import API_PREFIX
from store import clock
from store.leads.steps import ROLES_OF, TABLE, Action, State
from store.people import Role
from tests.integration.api.conftest import STACK, Api, add_alert

PAST = clock.now().isoformat()
WORDS = dict.fromkeys(
    ("facts", "evidence", "qualification", "party", "law", "discretion", "procedure", "conclusion"), "略"
)
REVIEW = {"opinion": "意见", "digest": "0" * 64}

ROUTES: list[tuple[str, dict[str, Any], Action]] = [
    ("assign", {"to": "nobody"}, Action.ASSIGN),
    ("edit", {"facts": "修改"}, Action.EDIT),
    ("refresh", {}, Action.REFRESH),
    ("basis", {"norms": ["code-1107"], "reason": "依据"}, Action.CHOOSE),
    ("discretion", {"result": "从轻"}, Action.WEIGH),
    ("present", {}, Action.PRESENT),
    ("technical-review", {"result": "sign", **REVIEW}, Action.SIGN_TECHNICAL),
    ("technical-review", {"result": "return", **REVIEW}, Action.RETURN_TECHNICAL),
    ("legal-review", {"result": "sign", **REVIEW}, Action.SIGN_LEGAL),
    ("legal-review", {"result": "return", **REVIEW}, Action.RETURN_LEGAL),
    ("return", {"reason": "退回"}, Action.RETURN),
    ("withdraw", {"reason": "撤回"}, Action.WITHDRAW),
    ("disclose", {"message": "告知"}, Action.DISCLOSE),
    ("statement", {"content": "申辩"}, Action.STATE),
    (
        "talks",
        {"held_at": PAST, "place": "a", "host": "b", "attendees": ["c"], "facts_shown": "d"},
        Action.TALKED,
    ),
    (
        "discussions",
        {"held_at": PAST, "place": "a", "host": "b", "attendees": ["c", "d"], **WORDS},
        Action.DISCUSS,
    ),
    ("extend", {"clock": "filing", "reason": "a", "approved_by": "b", "approved_at": PAST}, Action.EXTEND),
    ("suspend", {"why": "testing", "reason": "送检"}, Action.SUSPEND),
    ("resume", {"reason": "恢复"}, Action.RESUME),
    *(
        ("outcome", {"result": result, "reason": "处理"}, action)
        for result, action in (
            ("no_case", Action.DECLINE),
            ("instruct", Action.INSTRUCT),
            ("talk", Action.SUMMON),
            ("filed", Action.FILE),
            ("transferred", Action.TRANSFER),
        )
    ),
    ("decision", {"step": "decided", "reason": "决定"}, Action.DECIDE),
    ("decision", {"step": "published", "reason": "公示"}, Action.PUBLISH),
    ("transfer/propose", {"reason": "涉嫌犯罪"}, Action.PROPOSE_TRANSFER),
    ("transfer", {"step": "approve", "reason": "同意"}, Action.APPROVE_TRANSFER),
    ("transfer", {"step": "refuse", "reason": "不同意"}, Action.REFUSE_TRANSFER),
    ("transfer", {"step": "police_accept", "reason": "立案"}, Action.POLICE_ACCEPT),
    ("transfer", {"step": "police_refuse", "reason": "不立案"}, Action.POLICE_REFUSE),
    ("transfer", {"step": "object", "reason": "复议"}, Action.OBJECT),
]


def test_every_step_that_people_take_with_a_lead_has_its_route() -> None:
    with_papers = {Action.ATTACH, Action.RECORD}
    handed_over = {Action.SUBMIT}
    by_itself = {action for action, roles in ROLES_OF.items() if not roles & set(Role)}
    assert {action for _, _, action in ROUTES} | with_papers | handed_over | by_itself == set(Action)


@pytest.mark.parametrize("state", [State.DRAFT, State.REVIEWED, State.FILED, State.WITHDRAWN], ids=str)
def test_a_route_refuses_whoever_may_not_and_whatever_is_not_possible_and_nothing_else(
    fresh_api: Api, state: State
) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active", handling="confirmed")
    with fresh_api.client("officer") as client:
        lead = client.post(f"{API_PREFIX}/leads", json={"alerts": [alert], "reason": "线索"}).json()["id"]
    for role in Role:
        site = "plant-one" if role is Role.COMPANY else None
        with fresh_api.client(role.value, site) as client:
            for path, body, action in ROUTES:
                fresh_api.run("lead_stands", lead_id=lead, state=state.value)
                answer = client.post(f"{API_PREFIX}/leads/{lead}/{path}", json=body)
                code = answer.json().get("code") if answer.status_code >= 400 else None
                if role not in ROLES_OF[action]:
                    wanted = (403, "permission_missing")
                elif (state, action, role) not in TABLE:
                    wanted = (409, "lead_step_not_possible")
                else:
                    refused = ("permission_missing", "step_not_allowed", "lead_step_not_possible")
                    assert code not in refused, (role, path, body, code)
                    assert answer.status_code < 500, answer.text
                    continue
                assert (answer.status_code, code) == wanted, (role, path, body)

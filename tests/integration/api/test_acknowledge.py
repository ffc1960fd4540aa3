"""Acknowledging an alert: once, by somebody, on the record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.api.conftest import OUTLET, STACK, Api, add_alert


def test_acknowledging_is_on_the_alert_in_its_history_and_in_the_audit_trail(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    with fresh_api.client() as client:
        answer = client.post(f"/api/v1/alerts/{alert}/acknowledge", json={"reason": " 已电话联系企业 "})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["acknowledged_by"] == "token:officer-test"
    assert (body["events"][-1]["action"], body["events"][-1]["reason"]) == ("acknowledged", "已电话联系企业")
    audit = fresh_api.run("audit_actions")[-1]
    assert audit == {
        "actor": "token:officer-test",
        "action": "alerts:alert:acknowledge",
        "subject": body["number"],
    }


@pytest.mark.parametrize(("handling", "code"), [("closed", "alert_settled"), ("lead", "alert_settled")])
def test_a_settled_alert_cannot_be_acknowledged(fresh_api: Api, handling: str, code: str) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "cleared", handling=handling)
    with fresh_api.client() as client:
        answer = client.post(f"/api/v1/alerts/{alert}/acknowledge")
    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_of_many_at_once_one_acknowledges_and_the_others_hear_who_it_was(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, OUTLET, "exceedance_day", "active")
    with fresh_api.client() as client, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client.post(f"/api/v1/alerts/{alert}/acknowledge"), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert fresh_api.run("alert_state", alert_id=alert)[0]["events"] == 1
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "already_acknowledged"
    assert "token:officer-test" in refused.json()["detail"]


def test_a_repeated_write_with_its_key_gets_the_first_answer_and_is_not_done_again(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    path = f"/api/v1/alerts/{alert}/acknowledge"
    key = {"Idempotency-Key": "4f1c-1"}
    with fresh_api.client() as client:
        first = client.post(path, json={"reason": "seen"}, headers=key)
        again = client.post(path, json={"reason": "seen"}, headers=key)
        another = client.post(path, json={"reason": "something else"}, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert (another.status_code, another.json()["code"]) == (422, "idempotency_key_reused")
    assert fresh_api.run("alert_state", alert_id=alert)[0]["events"] == 1


def test_a_refused_write_keeps_no_answer_under_its_key(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active", handling="closed")
    key = {"Idempotency-Key": "4f1c-2"}
    with fresh_api.client() as client:
        refused = client.post(f"/api/v1/alerts/{alert}/acknowledge", headers=key)
        other = add_alert(fresh_api, OUTLET, "exceedance_day", "active")
        accepted = client.post(f"/api/v1/alerts/{other}/acknowledge", headers=key)
    assert (refused.status_code, accepted.status_code) == (409, 200)

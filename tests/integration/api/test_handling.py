"""The steps that people take with an alert, through the API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from api.shapes.alerts import AlertDetail
from api.shell import API_PREFIX, BODY_BYTES
from tests.integration.api.conftest import OUTLET, STACK, Api, add_alert

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20_000
"""Larger than any other body may be."""


class Alert:
    """One alert and calls on it by several people."""

    def __init__(
        self, api: Api, outlet: str = STACK, handling: str = "new", condition: str = "active"
    ) -> None:
        self.api = api
        self.site = "plant-one" if outlet == STACK else "plant-two"
        self.id = add_alert(api, outlet, "exceedance_hour", condition, handling=handling)
        self.path = f"{API_PREFIX}/alerts/{self.id}"

    def client(self, role: str) -> httpx.Client:
        return self.api.client(role, self.site if role == "company" else None)

    def step(self, name: str, role: str = "officer", **body: Any) -> httpx.Response:
        with self.client(role) as client:
            return client.post(f"{self.path}/{name}", json=body)

    def seen_by(self, role: str) -> dict[str, Any]:
        answer = self.api.get(self.path, role, self.site if role == "company" else None)
        assert answer.status_code == 200, answer.text
        AlertDetail.model_validate_json(answer.content)
        shown: dict[str, Any] = answer.json()
        return shown

    def file(self, role: str = "officer", **given: Any) -> httpx.Response:
        name = given.pop("name", "现场照片.png")
        media_type = given.pop("media_type", "image/png")
        content = given.pop("content", PNG)
        headers = given.pop("headers", {})
        with self.client(role) as client:
            return client.post(
                f"{self.path}/attachments",
                files={"file": (name, content, media_type)},
                data=given,
                headers=headers,
            )


@pytest.fixture
def alert(fresh_api: Api) -> Iterator[Alert]:
    yield Alert(fresh_api)


def test_an_alert_goes_its_whole_way_and_every_answer_shows_where_it_stands(alert: Alert) -> None:
    alert.api.user("zhao")
    steps: list[tuple[str, str, dict[str, Any], str, str | None]] = [
        # step, who, what, the state after it, what is due then
        ("acknowledge", "officer", {}, "new", None),
        ("assign", "supervisor", {"to": "zhao", "reason": "请核实"}, "new", None),
        ("notify", "officer", {"message": "请说明原因"}, "notified", "answer"),
        ("remind", "officer", {"reason": "尽快反馈"}, "notified", "answer"),
        ("answer", "company", {"cause": "布袋破损", "measures": "已更换"}, "answered", "verify"),
        ("comment", "officer", {"text": "待核对 DCS 曲线"}, "answered", "verify"),
        ("verify", "officer", {"result": "site_visit", "reason": "需查看现场"}, "site_visit", "verify"),
        ("verify", "officer", {"result": "confirmed", "reason": "现场属实"}, "confirmed", "close"),
        ("lead", "supervisor", {"reason": "涉嫌违法"}, "lead", None),
    ]
    for name, role, body, handling, due in steps:
        answer = alert.step(name, role, **body)
        assert answer.status_code == 200, (name, answer.text)
        if role != "company":
            assert (answer.json()["handling"], answer.json()["due_step"]) == (handling, due), name
    history = [event["action"] for event in alert.seen_by("auditor")["events"]][2:]
    assert history == [
        "acknowledged",
        "assigned",
        "notified",
        "reminded",
        "answered",
        "commented",
        "verified",
        "verified",
        "made_lead",
    ]
    assert alert.seen_by("auditor")["assigned_to"] == "zhao"


def test_a_company_sees_what_it_was_told_and_said_and_nothing_of_what_the_bureau_plans(alert: Alert) -> None:
    alert.step("notify", message="请说明原因")
    alert.step("answer", "company", cause="布袋破损", measures="已更换")
    alert.step("comment", text="怀疑数据造假")
    for result in ("site_visit", "confirmed"):
        alert.step("verify", result=result, reason="内部意见")
        shown = alert.seen_by("company")
        assert (shown["handling"], shown["due_at"], shown["assigned_to"]) == ("answered", None, None)
    alert.step("lead", reason="移交立案")
    shown = alert.seen_by("company")
    told = [(event["actor"], event["action"], event["reason"]) for event in shown["events"]]
    assert told == [
        ("system", "raised", None),
        ("bureau", "notified", "请说明原因"),
        ("token:company-test", "answered", "布袋破损"),
    ]
    assert (shown["handling"], shown["acknowledged_by"]) == ("answered", "bureau")
    assert shown["possible"] == ["comment", "attach"]
    for secret in ("怀疑", "内部", "立案", "officer-test"):
        assert secret not in str(shown)


def test_the_filter_by_handling_tells_a_company_no_more_than_the_alert_does(alert: Alert) -> None:
    alert.step("notify")
    alert.step("verify", result="site_visit", reason="需查看现场")

    def listed(role: str, **query: str) -> int:
        site = alert.site if role == "company" else None
        return len(alert.api.get(f"{API_PREFIX}/alerts", role, site, params=query).json()["items"])

    assert (listed("officer", handling="site_visit"), listed("company", handling="site_visit")) == (1, 0)
    assert (listed("officer", handling="notified"), listed("company", handling="notified")) == (0, 1)


REFUSALS = [
    # step, who, what, status, code, remark
    (
        "verify",
        "company",
        {"result": "unfounded", "reason": "不属实"},
        403,
        "permission_missing",
        "a company on itself",
    ),
    ("close", "auditor", {"reason": "结束"}, 403, "permission_missing", "who only looks"),
    (
        "answer",
        "technical_reviewer",
        {"cause": "a", "measures": "b"},
        403,
        "permission_missing",
        "a reviewer",
    ),
    (
        "answer",
        "company",
        {"cause": "原因", "measures": "措施"},
        409,
        "step_not_possible",
        "before it was asked",
    ),
    ("close", "officer", {"reason": "结束"}, 409, "step_not_possible", "before it was verified"),
    ("close", "officer", {"reason": "  "}, 400, "request_invalid", "without a reason"),
    ("verify", "officer", {"result": "perhaps", "reason": "x"}, 400, "request_invalid", "no such finding"),
    ("assign", "officer", {"to": "nobody"}, 404, "assignee_unknown", "to nobody"),
    ("assign", "officer", {"to": "No Name"}, 400, "request_invalid", "to what is no name"),
    ("answer", "company", {"cause": "原因"}, 400, "request_invalid", "without measures"),
]


@pytest.mark.parametrize(
    ("step", "role", "body", "status", "code", "remark"), REFUSALS, ids=[row[5] for row in REFUSALS]
)
def test_a_step_that_is_not_possible_is_refused_with_its_code(
    alert: Alert, step: str, role: str, body: dict[str, Any], status: int, code: str, remark: str
) -> None:
    before = alert.seen_by("officer")
    answer = alert.step(step, role, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), remark
    assert answer.json()["text"]
    assert alert.seen_by("officer") == before


def test_a_company_reaches_no_alert_of_another_unit(fresh_api: Api) -> None:
    theirs = Alert(fresh_api, OUTLET, handling="notified")
    with fresh_api.client("company", "plant-one") as stranger:
        for step, body in (
            ("answer", {"cause": "a", "measures": "b"}),
            ("comment", {"text": "a"}),
        ):
            answer = stranger.post(f"{theirs.path}/{step}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "alert_not_found")
        sent = stranger.post(f"{theirs.path}/attachments", files={"file": ("a.png", PNG, "image/png")})
        assert (sent.status_code, sent.json()["code"]) == (404, "alert_not_found")
        paper = theirs.file(public="true").json()["attachments"][0]["id"]
        got = stranger.get(f"{theirs.path}/attachments/{paper}")
        assert (got.status_code, got.json()["code"]) == (404, "attachment_not_found")


def test_every_step_is_taken_once_for_its_key(alert: Alert) -> None:
    key = {"Idempotency-Key": "step-1"}
    with alert.client("officer") as client:
        first = client.post(f"{alert.path}/notify", json={"message": "请说明"}, headers=key)
        again = client.post(f"{alert.path}/notify", json={"message": "请说明"}, headers=key)
        other = client.post(f"{alert.path}/notify", json={"message": "另一"}, headers=key)
        without = client.post(f"{alert.path}/notify", json={"message": "请说明"})
    assert (first.status_code, again.status_code, again.json() == first.json()) == (200, 200, True)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (without.status_code, without.json()["code"]) == (409, "step_not_possible")


def test_of_two_findings_at_once_one_stands(alert: Alert) -> None:
    with alert.client("officer") as client, ThreadPoolExecutor(4) as threads:
        bodies = [{"result": result, "reason": "同时"} for result in ("confirmed", "unfounded")] * 2
        answers = list(threads.map(lambda body: client.post(f"{alert.path}/verify", json=body), bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert [event["action"] for event in alert.seen_by("officer")["events"]].count("verified") == 1


def test_a_paper_is_kept_with_its_digest_and_handed_out_byte_for_byte(alert: Alert) -> None:
    assert len(PNG) > BODY_BYTES
    answer = alert.file(note="窑尾")
    assert answer.status_code == 201, answer.text
    (paper,) = answer.json()["attachments"]
    assert (paper["name"], paper["bytes"], paper["public"]) == ("现场照片.png", len(PNG), False)
    assert paper["sha256"] == hashlib.sha256(PNG).hexdigest()
    got = alert.api.get(f"{alert.path}/attachments/{paper['id']}")
    assert got.content == PNG
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E7%8E%B0")
    assert got.headers["ETag"] == f'"{paper["sha256"]}"'
    event = answer.json()["events"][-1]
    assert (event["action"], event["reason"], event["detail"]["sha256"]) == (
        "attached",
        "窑尾",
        paper["sha256"],
    )


def test_a_company_sees_its_own_papers_and_those_it_was_given(alert: Alert) -> None:
    inner = alert.file().json()["attachments"][0]["id"]
    alert.file(public="true", name="告知书.png")
    alert.file("company", name="维修记录.png")
    shown = alert.seen_by("company")["attachments"]
    assert [(paper["name"], paper["filed_by"]) for paper in shown] == [
        ("告知书.png", "bureau"),
        ("维修记录.png", "token:company-test"),
    ]
    assert alert.api.get(f"{alert.path}/attachments/{inner}", "company", alert.site).status_code == 404
    assert len(alert.seen_by("officer")["attachments"]) == 3


WRONG_FILES = [
    ({"name": "..\\..\\a.png"}, 422, "attachment_name_wrong", "a name that is a path"),
    ({"name": "a" * 201 + ".png"}, 422, "attachment_name_wrong", "a name too long"),
    ({"media_type": "text/html"}, 422, "attachment_type_unknown", "what a browser would run"),
    ({"content": b"MZ not a picture"}, 422, "attachment_not_as_said", "a program that says it is a picture"),
    ({"content": b""}, 422, "attachment_empty", "nothing at all"),
    ({"content": PNG[:8] + bytes(8 * 1024 * 1024)}, 422, "attachment_too_large", "a little too large"),
    ({"content": PNG[:8] + bytes(9 * 1024 * 1024)}, 413, "body_too_large", "much too large"),
]


@pytest.mark.parametrize(
    ("given", "status", "code", "remark"), WRONG_FILES, ids=[row[3] for row in WRONG_FILES]
)
def test_a_wrong_file_is_refused_with_its_code(
    api: Api, given: dict[str, Any], status: int, code: str, remark: str
) -> None:
    alert = Alert(api, condition="cleared")
    answer = alert.file(**given)
    assert (answer.status_code, answer.json()["code"]) == (status, code), remark
    assert alert.seen_by("officer")["attachments"] == []


def test_a_file_sent_twice_with_its_key_is_kept_once(alert: Alert) -> None:
    key = {"Idempotency-Key": "file-1"}
    assert [alert.file(headers=key).status_code for _ in range(2)] == [201, 201]
    assert alert.file(headers=key, content=PNG + b"!").status_code == 422
    assert len(alert.seen_by("officer")["attachments"]) == 1


def test_what_is_possible_is_said_and_is_possible(alert: Alert) -> None:
    assert alert.seen_by("officer")["possible"] == [
        "acknowledge",
        "assign",
        "comment",
        "attach",
        "remind",
        "notify",
        "confirm",
        "reject",
        "visit",
    ]
    assert alert.seen_by("company")["possible"] == ["comment", "attach"]
    assert alert.seen_by("auditor")["possible"] == []


def test_overdue_alerts_and_those_of_a_person_can_be_listed(alert: Alert) -> None:
    alert.api.user("zhao")
    other = Alert(alert.api, OUTLET)
    other.step("notify")
    alert.step("assign", to="zhao")
    path = f"{API_PREFIX}/alerts"

    def numbers(**query: str) -> list[int]:
        return [item["id"] for item in alert.api.get(path, params=query).json()["items"]]

    assert numbers(assigned_to="zhao") == [alert.id]
    assert numbers(overdue="true") == []
    alert.api.run("overdue", alert_id=other.id)
    assert numbers(overdue="true") == [other.id]


def test_a_suspicion_is_hidden_from_the_company_until_an_officer_tells_it(alert: Alert) -> None:
    alert.api.run("hide_from_company", alert_id=alert.id)
    path = f"{API_PREFIX}/alerts"

    def seen() -> tuple[int, int, int]:
        one = alert.api.get(alert.path, "company", alert.site).status_code
        listed = alert.api.get(path, "company", alert.site).json()["items"]
        counted = alert.api.get(f"{API_PREFIX}/sites/{alert.site}", "company", alert.site).json()[
            "open_alerts"
        ]
        return one, len(listed), counted

    assert seen() == (404, 0, 0)
    assert alert.step("comment", "company", text="什么情况").status_code == 404
    assert alert.step("notify", message="请说明恒值原因").status_code == 200
    assert seen() == (200, 1, 1)

"""The pages of notifications: who may see and do what, a file applied after its differences were seen, a trial message."""

from __future__ import annotations

import httpx
import pytest

from tests.integration.api.conftest import STACK, Api, add_alert

PAGES = ("/notifications", "/notifications/duty", "/notifications/plan", "/notifications/channels")


def channels_file(port: int = 9, secret: str = "top-secret-0123456", who: str = "甲（虚构）") -> bytes:
    return f"""\
channels:
  - {{id: desk, kind: webhook, url: "http://127.0.0.1:{port}/in/top-secret-path", secret: "{secret}"}}
shifts:
  - {{id: round, from: "00:00", to: "00:00"}}
duty:
  fallback: [desk]
  roster:
    - {{date: "2026-12-01", shift: round, who: {who}, channels: [desk]}}
default: [desk]
routes:
  - {{channels: [], on_duty: true}}
""".encode()


def post(
    api: Api, path: str, content: bytes | None = None, role: str = "admin", **form: str
) -> httpx.Response:
    files = None if content is None else {"file": ("channels.yaml", content, "application/yaml")}
    with api.client(role, "plant-one" if role == "company" else None) as client:
        return client.post(path, headers={"HX-Request": "true"}, data=form, files=files)


def seen_in(html: str) -> str:
    return html.partition('name="seen" value="')[2].partition('"')[0]


def applied(api: Api, content: bytes) -> None:
    seen = seen_in(post(api, "/notifications/channels/check", content).text)
    answer = post(api, "/notifications/channels/apply", content, seen=seen)
    assert answer.status_code == 204, answer.text
    assert answer.headers["HX-Redirect"] == "/notifications/channels?said=notifications.applied"


@pytest.mark.parametrize("role", ["officer", "supervisor", "auditor", "technical_reviewer", "admin"])
def test_the_bureau_reads_every_page_before_and_after_a_file_was_applied(fresh_api: Api, role: str) -> None:
    for path in PAGES:
        assert fresh_api.get(path, role).status_code == 200, path
    applied(fresh_api, channels_file())
    for path in PAGES:
        html = fresh_api.get(path, role).text
        assert "top-secret" not in html, path
    assert "值班人员" in fresh_api.get("/notifications/duty", role).text


def test_who_runs_the_machines_sees_channels_and_duty_and_no_message(fresh_api: Api) -> None:
    answer = fresh_api.get("/notifications", "operator")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notifications/channels")
    assert fresh_api.get("/notifications/1", "operator").status_code == 403


def test_a_company_has_no_part_in_it(fresh_api: Api) -> None:
    for path in (*PAGES, "/notifications/1"):
        assert fresh_api.get(path, "company", "plant-one").status_code == 403, path


@pytest.mark.parametrize("role", ["officer", "supervisor", "auditor", "operator", "company"])
def test_only_an_administrator_changes_channels_and_tries_them(fresh_api: Api, role: str) -> None:
    for path in ("check", "apply", "desk/test"):
        assert post(fresh_api, f"/notifications/channels/{path}", channels_file(), role).status_code == 403, (
            path
        )


def test_a_file_is_shown_as_differences_then_applied_and_nothing_shows_a_secret(fresh_api: Api) -> None:
    first = post(fresh_api, "/notifications/channels/check", channels_file())
    assert "新增通道：desk" in first.text
    assert "2026-12-01 round：甲（虚构） → desk" in first.text
    applied(fresh_api, channels_file())
    same = post(fresh_api, "/notifications/channels/check", channels_file())
    assert "文件与现行配置相同" in same.text
    other = post(
        fresh_api,
        "/notifications/channels/check",
        channels_file(secret="top-secret-6543210", who="乙（虚构）"),
    )
    assert "已更换，不显示" in other.text
    assert "乙（虚构）" in other.text
    for html in (first.text, same.text, other.text):
        assert "top-secret" not in html
    assert fresh_api.run("audit_actions")[-1]["action"] == "notify:channels:apply"


def test_only_what_was_seen_is_applied(fresh_api: Api) -> None:
    seen = seen_in(post(fresh_api, "/notifications/channels/check", channels_file()).text)
    another = post(fresh_api, "/notifications/channels/apply", channels_file(who="乙（虚构）"), seen=seen)
    assert another.status_code == 409
    assert "请重新查看差异后再应用" in another.text
    unseen = post(fresh_api, "/notifications/channels/apply", channels_file())
    assert unseen.status_code == 409
    applied(fresh_api, channels_file(who="丙（虚构）"))
    # What is in force is another one now.
    assert post(fresh_api, "/notifications/channels/apply", channels_file(), seen=seen).status_code == 409


WRONG = [
    (b"channels: [", "第 1 行"),
    (
        channels_file().replace(b"kind: webhook", b"kind: telegraph"),
        "one of wecom, dingtalk, feishu, webhook, smtp",
    ),
    (channels_file().replace(b"fallback: [desk]", b"fallback: [nobody]"), "nobody"),
    (channels_file().replace(b"on_duty: true", b"on_duty: true, sites: [atlantis]"), "atlantis"),
    (b"\xff\xfe", "UTF-8"),
]


@pytest.mark.parametrize(("content", "words"), WRONG)
def test_a_wrong_file_is_told_with_its_lines_and_cannot_be_applied(
    fresh_api: Api, content: bytes, words: str
) -> None:
    answer = post(fresh_api, "/notifications/channels/check", content)
    assert answer.status_code == 200
    assert words in answer.text
    assert "未应用任何内容" in answer.text
    assert seen_in(answer.text) == ""
    assert "top-secret" not in answer.text
    assert post(fresh_api, "/notifications/channels/check").text == "请选择通知配置文件。"


def test_a_trial_message_is_sent_and_its_proof_stands_on_its_page(fresh_api: Api, receiver: int) -> None:
    applied(fresh_api, channels_file(receiver))
    answer = post(fresh_api, "/notifications/channels/desk/test")
    assert answer.status_code == 200, answer.text
    assert "desk：已送达（HTTP 200）" in answer.text
    assert fresh_api.run("audit_actions")[-1]["action"] == "notify:channel:test"
    messages = fresh_api.get("/notifications").text
    assert "通道应答 HTTP 200" in messages
    assert "已被通道接收" in fresh_api.get("/notifications/1").text
    assert fresh_api.get("/notifications/99").status_code == 404


def test_a_channel_that_does_not_answer_says_so(fresh_api: Api) -> None:
    applied(fresh_api, channels_file(9))
    answer = post(fresh_api, "/notifications/channels/desk/test")
    assert "desk：未送达" in answer.text
    assert "top-secret" not in answer.text
    assert post(fresh_api, "/notifications/channels/nowhere/test").status_code == 404


def test_messages_about_an_alert_stand_on_its_page_with_their_proof(fresh_api: Api, receiver: int) -> None:
    alert_id = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    applied(fresh_api, channels_file(receiver))
    with fresh_api.client() as client:
        client.post(f"/alerts/{alert_id}/remind", headers={"HX-Request": "true"}, data={"reason": ""})
    html = fresh_api.get(f"/alerts/{alert_id}").text
    assert '<a href="/notifications/1">催办</a> → desk' in html
    listed = fresh_api.get("/notifications?purpose=reminder&number=1124-0001").text
    assert "待发送" in listed
    assert "没有符合条件的消息" in fresh_api.get("/notifications?purpose=digest").text

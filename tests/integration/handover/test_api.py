"""Handing over and printing through the API, as people and programs do it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from deploy import stack as local
from store import people
from store.handover.connectors import apply_connectors
from store.handover.file import HandoverFile
from store.people import Role
from store.settings import load_settings
from store.tasks import Caller
from store.texts import text
from tests.fixtures.bureau import SECRET, TOKEN
from tests.integration.api.conftest import served
from tests.integration.handover.desk import Desk
from tests.unit.papers.pdf import pages_of, words_of

As = Callable[..., httpx.Client]


@pytest.fixture
def calls(desk: Desk, tmp_path: Path) -> Iterator[As]:
    """Clients of a served API by role."""
    port = local.free_port()
    settings = load_settings(database_url=desk.database_url, http_port=port, home=tmp_path)

    clients = ExitStack()

    def as_role(role: str) -> httpx.Client:
        token = people.create_token(
            desk.connection,
            name=f"{role}-test",
            role=role,
            site_id="plant-one" if role == "company" else None,
        )
        headers = {"Authorization": f"Bearer {token}"}
        address = f"http://127.0.0.1:{port}/api/v1"
        return clients.enter_context(httpx.Client(base_url=address, headers=headers, timeout=30))

    with served(settings), clients:
        yield as_role


def test_a_lead_goes_from_the_supervisor_to_the_city_bureau(desk: Desk, calls: As) -> None:
    chief = calls("supervisor")
    connectors = chief.get("/handover-connectors").json()["items"]
    assert [one["id"] for one in connectors] == ["city", "mobile", "trial"]
    path, asked = f"/leads/{desk.lead_id}/submit", {"connector": "city", "note": "请依法审查"}
    answer = chief.post(path, json=asked, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["state"], made["receipts"], made["submitted_by"]) == ("waiting", [], "token:supervisor-test")
    assert hashlib.sha256(made["document"].encode()).hexdigest() == made["document_digest"]
    again = chief.post(path, json=asked, headers={"Idempotency-Key": "once"})
    assert again.json() == made, "the same key does it once"
    desk.clock.now = desk.clock.now.replace(year=2027)
    assert desk.deliver() == 1
    shown = chief.get(f"/handovers/{made['id']}").json()
    assert shown["state"] == "delivered"
    assert [receipt["case_number"] for receipt in shown["receipts"]] == ["XN-1"]
    (listed,) = chief.get("/handovers", params={"lead": desk.lead_id, "state": "delivered"}).json()["items"]
    assert listed["lead"] == "XS-20261115-0001"
    assert chief.get("/handovers", params={"connector": "mobile"}).json()["items"] == []
    assert chief.get("/handover-connectors").json()["items"][0]["delivered"] == 1
    actions = [entry["action"] for entry in desk.ask("audited")]
    assert actions.count("handover:lead:submit") == 1
    assert "evidence:handover:read" in actions


def test_pages_of_hand_overs_follow_one_another(desk: Desk, calls: As) -> None:
    for connector in ("city", "mobile", "trial"):
        desk.submit(connector)
    auditor = calls("auditor")
    found, cursor = [], None
    while True:
        given = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = auditor.get("/handovers", params=given).json()
        found += [one["connector"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == ["trial", "mobile", "city"]


def test_nothing_that_is_shown_holds_a_secret(desk: Desk, calls: As) -> None:
    desk.submit()
    admin = calls("admin")
    for path in ("/handover-connectors", "/handovers", "/handovers/1"):
        shown = admin.get(path).text
        assert SECRET not in shown and TOKEN not in shown and "in-the-address" not in shown


READ = {"officer", "technical_reviewer", "legal_reviewer", "supervisor", "auditor", "admin"}
DECIDE = {"supervisor", "admin"}


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_only_who_may_reads_and_only_who_decides_hands_over(desk: Desk, calls: As, role: str) -> None:
    client = calls(role)
    for path in ("/handover-connectors", "/handovers", f"/leads/{desk.lead_id}/transfer-form.pdf"):
        assert client.get(path).status_code == (200 if role in READ else 403), path
    answer = client.post(f"/leads/{desk.lead_id}/submit", json={"connector": "city"})
    assert answer.status_code == (201 if role in DECIDE else 403)
    retried = client.post("/handovers/1/retry")
    assert retried.status_code == (200 if role in DECIDE else 403)


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"connector": "nobody"}, 404, "connector_not_found"),
        ({"connector": "city", "note": "长" * 2001}, 400, "request_invalid"),
        ({"connector": "city", "more": 1}, 400, "request_invalid"),
        ({}, 400, "request_invalid"),
        ({"connector": "../city"}, 400, "request_invalid"),
    ],
)
def test_a_wrong_request_is_refused_with_its_reason(
    desk: Desk, calls: As, asked: dict[str, object], status: int, code: str
) -> None:
    answer = calls("supervisor").post(f"/leads/{desk.lead_id}/submit", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_what_does_not_exist_is_not_found(calls: As) -> None:
    chief = calls("supervisor")
    for method, path, code in (
        ("POST", "/leads/999/submit", "lead_not_found"),
        ("GET", "/leads/999/transfer-form.pdf", "lead_not_found"),
        ("GET", "/leads/999/evidence-list.pdf", "lead_not_found"),
        ("GET", "/handovers/999", "handover_not_found"),
        ("POST", "/handovers/999/retry", "handover_not_found"),
    ):
        body = {"connector": "city"} if path.endswith("submit") else None
        answer = chief.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
        assert answer.json()["text"]


@pytest.mark.parametrize("name", ["transfer-form", "evidence-list"])
def test_a_reviewed_lead_prints_formally_and_every_print_is_recorded(
    desk: Desk, calls: As, name: str
) -> None:
    answer = calls("officer").get(f"/leads/{desk.lead_id}/{name}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert "XS-20261115-0001" in answer.headers["content-disposition"]
    words = words_of(answer.content)
    assert "示例水泥厂" in words or "证据包" in words
    assert text("papers.page.unreviewed") not in words
    (entry,) = [one for one in desk.ask("audited") if one["action"] == "evidence:lead:print"]
    assert entry["subject"] == "XS-20261115-0001"
    assert entry["detail"] == {
        "paper": name,
        "draft": False,
        "sha256": hashlib.sha256(answer.content).hexdigest(),
    }


def test_a_draft_is_printed_when_it_is_asked_for(desk: Desk, calls: As) -> None:
    answer = calls("officer").get(f"/leads/{desk.lead_id}/transfer-form.pdf", params={"draft": True})
    for page in pages_of(answer.content):
        assert text("papers.page.unreviewed") in page


def test_no_formal_paper_is_printed_of_sample_configuration(bare_desk: Desk, tmp_path: Path) -> None:
    bare_desk.set_up(sample=True)
    lead_id = bare_desk.draft(sample=True)
    port = local.free_port()
    settings = load_settings(database_url=bare_desk.database_url, http_port=port, home=tmp_path)
    token = people.create_token(bare_desk.connection, name="chief", role="supervisor", site_id=None)
    with (
        served(settings),
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/v1/leads/{lead_id}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        ) as chief,
    ):
        for name in ("transfer-form", "evidence-list"):
            refused = chief.get(f"/{name}.pdf")
            assert (refused.status_code, refused.json()["code"]) == (422, "sample_configuration")
            assert "示例配置" in refused.json()["text"]
            draft = chief.get(f"/{name}.pdf", params={"draft": True})
            for page in pages_of(draft.content):
                assert text("papers.page.sample") in page
                assert text("papers.page.unreviewed") in page
        refused = chief.post("/submit", json={"connector": "city"})
        assert (refused.status_code, refused.json()["code"]) == (422, "sample_configuration")
    assert [entry["detail"]["draft"] for entry in bare_desk.ask("audited") if "print" in entry["action"]] == [
        True,
        True,
    ]


def test_a_key_that_the_database_does_not_know_hands_nothing_over(desk: Desk, calls: As) -> None:
    (desk.settings.home / "log" / "signing-key.pem").unlink()
    answer = calls("supervisor").post(f"/leads/{desk.lead_id}/submit", json={"connector": "city"})
    assert answer.status_code >= 400
    assert answer.json()["code"] == "log_key_unknown"
    assert desk.ask("states") == []


def test_the_last_connector_can_be_taken_away_and_what_waits_stays(desk: Desk, calls: As) -> None:
    desk.submit()
    apply_connectors(desk.connection, HandoverFile(connectors=()), Caller("ops", "test"), desk.clock.now)
    assert desk.deliver() == 0
    assert calls("officer").get("/handover-connectors").json() == {"items": [], "next": None}
    assert desk.state()["state"] == "waiting"

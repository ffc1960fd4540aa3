"""Retention in the API and on the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from store import clock
from store.errors import Conflict, NotFound, Refused
from tests.integration.api.conftest import STACK, Api, add_alert, fresh_api
from tests.integration.log.plant import Plant
from tests.integration.retention.conftest import MARCH, old

__all__ = ["fresh_api", "old"]

AN_OUTLET = {
    "kind": "outlet",
    "id": STACK,
    "from": "2021-03-01T00:00:00+08:00",
    "to": "2021-04-01T00:00:00+08:00",
    "reason": "行政复议",
}


def post(api: Api, path: str, body: dict[str, Any], role: str = "supervisor", key: str | None = None) -> Any:
    with api.client(role) as client:
        headers = {} if key is None else {"Idempotency-Key": key}
        return client.post(f"/api/v1/retention{path}", json=body, headers=headers)


def test_a_hold_is_placed_listed_and_lifted(fresh_api: Api) -> None:
    placed = post(fresh_api, "/holds", AN_OUTLET, key="one")
    assert placed.status_code == 201, placed.text
    hold = placed.json()
    assert (hold["outlet"], hold["placed_by"], hold["lifted_at"]) == (STACK, "token:supervisor-test", None)
    assert post(fresh_api, "/holds", AN_OUTLET, key="one").json() == hold
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    second = post(fresh_api, "/holds", {"kind": "alert", "id": str(alert), "reason": "争议"}).json()
    assert second["alert"].startswith("YJ-")
    listed = fresh_api.get("/api/v1/retention/holds", params={"limit": 1}).json()
    assert [item["id"] for item in listed["items"]] == [second["id"]]
    following = fresh_api.get("/api/v1/retention/holds", params={"limit": 1, "cursor": listed["next"]}).json()
    assert ([item["id"] for item in following["items"]], following["next"]) == ([hold["id"]], None)
    lifted = post(fresh_api, f"/holds/{hold['id']}/lift", {"reason": "复议终结"})
    assert (lifted.status_code, lifted.json()["lift_reason"]) == (200, "复议终结")
    again = post(fresh_api, f"/holds/{hold['id']}/lift", {"reason": "再次"})
    assert (again.status_code, again.json()["code"]) == (409, "hold_lifted")
    standing = fresh_api.get("/api/v1/retention/holds", params={"standing": True}).json()["items"]
    assert [item["id"] for item in standing] == [second["id"]]
    actions = [row["action"] for row in fresh_api.run("audit_actions")]
    assert [action for action in actions if action.startswith("retention:")] == [
        "retention:hold:place",
        "retention:hold:place",
        "retention:hold:lift",
    ]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/holds", {**AN_OUTLET, "id": "nowhere"}, 404, "outlet_not_found"),
        ("/holds", {**AN_OUTLET, "from": AN_OUTLET["to"]}, 422, "hold_time_wrong"),
        ("/holds", {"kind": "outlet", "id": STACK, "reason": "没有时间"}, 422, "hold_time_wrong"),
        ("/holds", {"kind": "alert", "id": "YJ-19990101-0001", "reason": "x"}, 404, "alert_not_found"),
        ("/holds", {"kind": "lead", "id": "99", "reason": "x"}, 404, "lead_not_found"),
        ("/holds", {**AN_OUTLET, "reason": "   "}, 422, "hold_reason_missing"),
        ("/holds", {**AN_OUTLET, "reason": "长" * 2001}, 400, "request_invalid"),
        ("/holds", {**AN_OUTLET, "kind": "site"}, 400, "request_invalid"),
        ("/holds", {**AN_OUTLET, "from": "2021-03-01"}, 400, "request_invalid"),  # no offset
        ("/holds/99/lift", {"reason": "x"}, 404, "hold_not_found"),
    ],
)
def test_a_hold_that_cannot_be_is_refused_by_its_code(
    fresh_api: Api, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = post(fresh_api, path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert "text" in answer.json()


@pytest.mark.parametrize("role", ["officer", "technical_reviewer", "legal_reviewer", "auditor", "operator"])
def test_holds_are_not_for_the_role(fresh_api: Api, role: str) -> None:
    assert post(fresh_api, "/holds", AN_OUTLET, role).status_code == 403
    assert fresh_api.get("/api/v1/retention/holds", role=role).status_code == 200


def test_a_company_sees_nothing_of_it(fresh_api: Api) -> None:
    for path in ("", "/holds", "/drops"):
        assert fresh_api.get(f"/api/v1/retention{path}", role="company", site="plant-one").status_code == 403


def test_what_would_go_is_told_and_stays(fresh_api: Api) -> None:
    week = clock.hour_start(clock.now()) - timedelta(days=6 * 366)
    key = fresh_api.key(STACK)
    fresh_api.run("readings", outlet_key=key, from_time=week, to_time=week + timedelta(minutes=5))
    state = fresh_api.get("/api/v1/retention", role="operator").json()
    assert (state["keep_years"], state["switched_on"], state["edition"]) == (5, True, "apache")
    assert state["foreign_policies"] == []
    (chunk,) = state["items"]
    assert (chunk["kind"], chunk["goes"], chunk["reasons"]) == ("reading", True, [])
    post(
        fresh_api,
        "/holds",
        {**AN_OUTLET, "from": week.isoformat(), "to": (week + timedelta(days=1)).isoformat()},
    )
    (held,) = fresh_api.get("/api/v1/retention").json()["items"]
    assert (held["goes"], held["reasons"]) == (False, ["held"])
    assert held["held_by"] == [{"source": "hold", "id": 1, "number": None, "reason": "行政复议"}]
    assert fresh_api.get("/api/v1/retention/drops").json() == {"items": [], "next": None}


@pytest.fixture
def command(old: Plant, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs ``outfall retention``; gives what it writes."""
    monkeypatch.setenv("OUTFALL_DATABASE_URL", old.database)
    monkeypatch.setenv("OUTFALL_HOME", str(old.settings.home))

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["retention", *words], env={"COLUMNS": "200"})
        if result.exception is not None:
            raise result.exception
        return result.stdout

    return run


def test_the_command_previews_holds_drops_and_lists(command: Any) -> None:
    preview = json.loads(command("preview", "--json"))
    assert sum(item["goes"] for item in preview) == 8
    number = command(
        "hold",
        "outlet",
        "outlet-1",
        "--reason",
        "诉讼 [x]",
        "--from",
        f"{MARCH:%Y-%m-%dT%H:%M}",
        "--to",
        "2019-03-10",
    )
    assert "outlet-1" in command("holds") and "[x]" in command("holds")
    dry = json.loads(command("run", "--dry-run", "--json"))
    gone = json.loads(command("run", "--json"))
    assert [item["chunk"] for item in dry] == [item["chunk"] for item in gone] and len(gone) == 4
    command("lift", number.strip(), "--reason", "撤诉")
    assert command("holds").count("outlet-1") == 0 and "outlet-1" in command("holds", "--all")
    assert len(json.loads(command("run", "--json"))) == 4
    status = json.loads(command("status", "--json"))
    assert (status["keep_years"], len(status["drops"])) == (5, 8)
    assert "message" in command("status") and "young" in command("preview")


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        (("hold", "site", "x", "--reason", "x"), Refused, "hold_kind_unknown"),
        (("hold", "outlet", "outlet-1", "--reason", "x"), Refused, "hold_time_wrong"),
        (("hold", "lead", "XS-1", "--reason", "x"), NotFound, "lead_not_found"),
        (
            ("hold", "outlet", "outlet-1", "--reason", "x", "--from", "soon", "--to", "later"),
            Refused,
            "time_wrong",
        ),
        (("lift", "7", "--reason", "x"), NotFound, "hold_not_found"),
    ],
)
def test_the_command_refuses_by_code(
    command: Any, words: tuple[str, ...], kind: type[Refused | NotFound | Conflict], code: str
) -> None:
    with pytest.raises(kind) as refused:
        command(*words)
    assert refused.value.code == code

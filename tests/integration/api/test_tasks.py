"""Tasks, visits, the positive list and samples through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts.tasks.router import route_new_alerts
from alerts.tasks.sampling import draw_sample, publish_sample
from store import clock
from store.database import connect
from store.registry import load_registry
from store.settings import load_settings
from store.tasks import Caller
from tests.integration.api.conftest import OUTLET, STACK, Api, add_alert

CLERK = Caller("zhao", "test")


def route(api: Api) -> None:
    """What the leader does every few seconds."""
    at = clock.now()
    settings = load_settings(database_url=api.database_url)
    with connect(api.database_url, name="test") as connection:
        route_new_alerts(connection, load_registry(connection, at=at), settings, at)


def ask(api: Api, given: dict[str, Any], role: str = "officer", key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    with api.client(role) as client:
        return client.post("/api/v1/tasks", json=given, headers=headers)


def step(api: Api, task: int, name: str, given: dict[str, Any] | None = None) -> Any:
    with api.client() as client:
        return client.post(f"/api/v1/tasks/{task}/{name}", json=given)


def items(api: Api, path: str, **params: Any) -> Any:
    return api.get(f"/api/v1{path}", params=params).json()["items"]


VISIT = {"kind": "on_site", "reason": "complaint", "statement": "群众反映夜间异味", "site": "plant-one"}


def test_an_alert_of_a_listed_unit_shows_its_tasks_and_why(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "data_missing", "active")
    route(fresh_api)
    tasks = items(fresh_api, "/tasks", alert=alert)
    assert {task["kind"]: task["kind_zh"] for task in tasks} == {
        "off_site": "非现场核查",
        "company_query": "企业询问",
    }
    assert all(task["listed"] and task["site"] == "plant-one" and task["outlet"] == STACK for task in tasks)
    detail = fresh_api.get(f"/api/v1/tasks/{tasks[0]['id']}").json()
    (decision,) = detail["decisions"]
    assert (decision["way"], decision["reasons"]) == ("off_site", ["off_site_first", "on_positive_list"])
    assert [event["action"] for event in detail["events"]] == ["opened"]
    assert items(fresh_api, f"/alerts/{alert}/routing") == [decision]


def test_a_serious_exceedance_sends_officers_to_a_listed_unit_at_once(fresh_api: Api) -> None:
    add_alert(fresh_api, STACK, "exceedance_hour", "active")
    route(fresh_api)
    assert [task["kind"] for task in items(fresh_api, "/tasks")] == ["company_query", "on_site"]
    (visit,) = items(fresh_api, "/tasks", kind="on_site")
    assert visit["reason_zh"] == "严重超标"


def test_a_visit_is_asked_for_made_and_counted(fresh_api: Api) -> None:
    asked = ask(fresh_api, VISIT)
    assert asked.status_code == 201, asked.text
    task = asked.json()
    assert (task["reason_zh"], task["created_by"], task["counted"]) == (
        "投诉举报",
        "token:officer-test",
        False,
    )
    fresh_api.user("wang")
    assert step(fresh_api, task["id"], "assign", {"to": "wang"}).json()["assigned_to"] == "wang"
    assert step(fresh_api, task["id"], "start").json()["state"] == "in_progress"
    planned = fresh_api.get("/api/v1/sites/plant-one/visits").json()
    assert (planned["made"], planned["planned"], planned["cap"], planned["left"]) == (0, 1, 2, 2)
    visited = clock.now() - timedelta(minutes=5)
    done = step(
        fresh_api,
        task["id"],
        "done",
        {"outcome": "no_problem", "report": "未见异常", "visited_at": visited.isoformat()},
    ).json()
    assert (done["state"], done["outcome"], done["counted"]) == ("done", "no_problem", True)
    assert [event["action"] for event in done["events"]] == ["opened", "assigned", "started", "done"]
    visits = fresh_api.get("/api/v1/sites/plant-one/visits").json()
    assert (visits["year"], visits["listed"], visits["made"], visits["left"]) == (visited.year, True, 1, 1)
    assert visits["items"][0]["number"] == task["number"]
    assert fresh_api.get("/api/v1/sites/plant-one/visits", params={"year": 2020}).json()["made"] == 0
    audit = [row["action"] for row in fresh_api.run("audit_actions") if row["subject"] == task["number"]]
    assert audit == [f"tasks:task:{name}" for name in ("opened", "assigned", "started", "done")]


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    # remark, what is changed in VISIT, status, code
    ("no reason in words", {"statement": "   "}, 400, "request_invalid"),
    ("no reason of the list", {"reason": "by_hand"}, 422, "task_reason_wrong"),
    ("a routine visit to a listed unit", {"reason": "routine_check"}, 422, "visit_not_for_listed"),
    ("nothing shows that it is serious", {"reason": "serious_exceedance"}, 422, "visit_reason_not_met"),
    ("nobody named", {"site": None}, 422, "subject_missing"),
    ("another unit's outlet", {"outlet": OUTLET}, 422, "subject_contradictory"),
    ("due yesterday", {"due_at": "2020-01-01T00:00:00+08:00"}, 422, "due_in_past"),
    ("due at no certain time", {"due_at": "2030-01-01T00:00:00"}, 400, "request_invalid"),
    ("no such site", {"site": "plant-nine"}, 404, "site_not_found"),
    ("no such user", {"assigned_to": "nobody"}, 404, "assignee_unknown"),
    ("a removal of a unit that is not listed",
     {"kind": "removal_proposal", "reason": "penalty", "site": "plant-two"}, 409, "not_listed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "status", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_breaks_a_rule_is_refused_with_its_code_and_makes_no_task(
    api: Api, change: dict[str, Any], status: int, code: str
) -> None:
    before = items(api, "/tasks")
    answer = ask(api, VISIT | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["text"]
    assert items(api, "/tasks") == before


def test_the_cap_stops_a_lead_but_no_complaint(fresh_api: Api) -> None:
    for _ in range(2):
        task = ask(fresh_api, VISIT).json()
        step(fresh_api, task["id"], "done", {"outcome": "no_problem", "report": "未见异常"})
    lead = ask(fresh_api, VISIT | {"reason": "lead_remains"})
    assert (lead.status_code, lead.json()["code"]) == (409, "visit_cap_reached")
    complaint = ask(fresh_api, VISIT)
    assert complaint.status_code == 201
    assert "above_visit_cap" in complaint.json()["decisions"][0]["reasons"]


def test_off_site_work_that_left_a_lead_makes_a_visit_of_it(fresh_api: Api) -> None:
    add_alert(fresh_api, STACK, "data_missing", "active")
    route(fresh_api)
    (off_site,) = items(fresh_api, "/tasks", kind="off_site")
    step(fresh_api, off_site["id"], "done", {"outcome": "lead_remains", "report": "视频与数据不符"})
    (visit,) = items(fresh_api, "/tasks", kind="on_site")
    assert (visit["reason"], visit["statement"]) == ("lead_remains", "视频与数据不符")


def test_a_task_asked_for_twice_with_one_key_is_made_once(fresh_api: Api) -> None:
    first, again = (ask(fresh_api, VISIT, key="t-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert ask(fresh_api, VISIT | {"statement": "另一件事"}, key="t-1").status_code == 422
    assert len(fresh_api.get(f"/api/v1/tasks/{first.json()['id']}").json()["events"]) == 1


def test_a_company_sees_questions_to_it_and_visits_that_were_made_and_no_reasons(fresh_api: Api) -> None:
    add_alert(fresh_api, STACK, "data_missing", "active")
    route(fresh_api)
    visit = ask(fresh_api, VISIT).json()
    ask(fresh_api, VISIT | {"site": "plant-two"})

    def seen() -> list[dict[str, Any]]:
        answer = fresh_api.get("/api/v1/tasks", "company", "plant-one")
        return list(answer.json()["items"])

    assert [task["kind"] for task in seen()] == ["company_query"]
    hidden = fresh_api.get(f"/api/v1/tasks/{visit['id']}", "company", "plant-one")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "task_not_found")
    assert fresh_api.get("/api/v1/sites/plant-one/visits", "company", "plant-one").json()["planned"] is None
    step(fresh_api, visit["id"], "done", {"outcome": "no_problem", "report": "未见异常"})
    made, _ = seen()
    assert (made["kind"], made["reason"], made["statement"], made["created_by"]) == (
        "on_site",
        None,
        None,
        None,
    )
    detail = fresh_api.get(f"/api/v1/tasks/{visit['id']}", "company", "plant-one").json()
    assert (detail["events"], detail["decisions"]) == ([], [])
    assert fresh_api.get("/api/v1/sites/plant-two/visits", "company", "plant-one").status_code == 404


def test_the_positive_list_is_shown_with_basis_level_and_decider(api: Api) -> None:
    (listing,) = items(api, "/positive-list")
    assert (listing["site"], listing["basis"], listing["level"]) == ("plant-one", "示例依据", "city")
    assert (listing["decided_by"], listing["in_force"]) == ("示例区生态环境局", True)
    assert items(api, "/positive-list", site="plant-two") == []
    assert api.get("/api/v1/positive-list", "company", "plant-two").json()["items"] == []


def test_a_published_sample_can_be_checked_by_anybody(fresh_api: Api) -> None:
    at = clock.now()
    settings = load_settings(database_url=fresh_api.database_url, sample_notice_hours=0)
    with connect(fresh_api.database_url, name="test") as connection:
        registry = load_registry(connection, at=at)
        publish_sample(connection, registry, "2026-Q4", "beacon", CLERK, at)
    (sample,) = fresh_api.get("/api/v1/samples", "auditor").json()["items"]
    assert (sample["seed"], sample["candidates"], sample["chosen"], sample["drawn_at"]) == (
        "beacon",
        ["plant-one"],
        [],
        None,
    )
    with connect(fresh_api.database_url, name="test") as connection:
        draw_sample(connection, registry, settings, "2026-Q4", CLERK, at)
    assert items(fresh_api, "/samples")[0]["chosen"] == ["plant-one"]
    for site, stood_in_it in (("plant-one", ["plant-one"]), ("plant-two", [])):
        (told,) = fresh_api.get("/api/v1/samples", "company", site).json()["items"]
        assert (told["seed"], told["candidates"], told["chosen"]) == ("beacon", stood_in_it, []), site
    assert items(fresh_api, "/tasks", kind="on_site")[0]["reason"] == "random_sample"


def test_tasks_come_page_by_page_each_once(fresh_api: Api) -> None:
    for outlet, code in ((STACK, "exceedance_hour"), (OUTLET, "exceedance_day"), (OUTLET, "data_missing")):
        add_alert(fresh_api, outlet, code, "active")
    route(fresh_api)
    seen, cursor = [], None
    while True:
        params = {"limit": 4} if cursor is None else {"limit": 4, "cursor": cursor}
        page = fresh_api.get("/api/v1/tasks", params=params).json()
        seen += [task["number"] for task in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6
    assert seen == sorted(seen, reverse=True)

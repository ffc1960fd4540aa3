"""Tasks on the pages: asked for, worked on, ended; visits against the cap; a company its own part."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from alerts.tasks.router import route_new_alerts
from store import clock
from store.database import connect
from store.registry import load_registry
from store.settings import load_settings
from tests.integration.api.conftest import STACK, Api, add_alert

VISIT = {"kind": "on_site", "reason": "complaint", "statement": "群众反映夜间异味", "site": "plant-one"}


def page(api: Api, path: str, role: str = "officer", site: str | None = None) -> str:
    answer = api.get(path, role, site, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def post(
    api: Api, path: str, given: dict[str, Any], role: str = "officer", site: str | None = None
) -> httpx.Response:
    with api.client(role, site) as client:
        return client.post(path, data=given, headers={"HX-Request": "true"})


def ask(api: Api, **given: Any) -> int:
    answer = post(api, "/tasks", VISIT | given)
    assert answer.status_code == 204, answer.text
    found = re.match(r"/tasks/(\d+)\?said=taskpages.asked", answer.headers["HX-Redirect"])
    assert found
    return int(found[1])


def route(api: Api) -> None:
    at = clock.now()
    with connect(api.database_url, name="test") as connection:
        registry = load_registry(connection, at=at)
        route_new_alerts(connection, registry, load_settings(database_url=api.database_url), at)


def test_a_visit_is_asked_for_begun_made_and_counted(fresh_api: Api) -> None:
    task = ask(fresh_api)
    shown = page(fresh_api, f"/tasks/{task}")
    assert "现场检查的理由" in shown
    assert "投诉举报" in shown
    assert "群众反映夜间异味" in shown
    assert post(fresh_api, f"/tasks/{task}/start", {}).status_code == 204
    done = post(fresh_api, f"/tasks/{task}/done", {"outcome": "no_problem", "report": "未见异常"})
    assert done.headers["HX-Redirect"] == f"/tasks/{task}?said=taskpages.finished"
    shown = page(fresh_api, f"/tasks/{task}")
    assert "计入年度次数" in shown
    assert "未发现问题" in shown
    listed = page(fresh_api, "/tasks?state=all")
    assert re.search(r'data-visits="plant-one".*?<td class="number">1</td>', listed, re.S)


def test_off_site_work_that_leaves_a_lead_makes_the_next_task(fresh_api: Api) -> None:
    task = ask(fresh_api, kind="off_site", reason="by_hand", statement="核对视频")
    done = post(fresh_api, f"/tasks/{task}/done", {"outcome": "lead_remains", "report": "视频显示冒黑烟"})
    assert done.headers["HX-Redirect"].endswith("said=taskpages.finished_followed")
    assert "非现场核查后仍有线索" in page(fresh_api, "/tasks?kind=on_site")


REFUSED = [
    ({"statement": ""}, 422, "请用文字写明任务理由", "a visit without its reason in words"),
    ({"reason": "routine_check"}, 422, "正面清单单位不安排日常现场检查", "routine at a listed unit"),
    ({"reason": "lead_remain"}, 422, "这类任务不能使用该理由", "no reason of a visit"),
    ({"kind": "party"}, 422, "", "no kind of task"),
    ({"site": "nowhere"}, 404, "", "no such unit"),
    ({"alert": "YJ-1"}, 404, "", "no such alert"),
    ({"due": "yesterday"}, 422, "时间格式不正确", "no time"),
    ({"due": "2020-01-01T08:00"}, 422, "任务期限不能早于", "due in the past"),
    ({"assigned_to": "nobody"}, 404, "", "nobody of this name"),
]


@pytest.mark.parametrize(("given", "status", "said", "remark"), REFUSED)
def test_what_cannot_be_asked_for_is_refused_in_a_sentence(
    fresh_api: Api, given: dict[str, str], status: int, said: str, remark: str
) -> None:
    answer = post(fresh_api, "/tasks", VISIT | given)
    assert answer.status_code == status, (remark, answer.text)
    assert said in answer.text, remark
    assert fresh_api.get("/api/v1/tasks").json()["items"] == []


def test_the_form_warns_of_the_cap_and_the_cap_holds(fresh_api: Api) -> None:
    for _ in range(2):
        task = ask(fresh_api)
        post(fresh_api, f"/tasks/{task}/done", {"outcome": "no_problem", "report": "未见异常"})
    shown = page(fresh_api, "/tasks/new?kind=on_site&site=plant-one")
    assert "已进行 2 次，上限 2 次，剩余 0 次" in shown
    assert "已用完" in shown
    refused = post(fresh_api, "/tasks", VISIT | {"reason": "lead_remains"})
    assert (refused.status_code, "次数已满" in refused.text) == (409, True)
    assert ask(fresh_api, reason="superior_order")


def test_the_page_of_a_task_says_why_it_was_made(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    route(fresh_api)
    listed = page(fresh_api, "/tasks?kind=on_site")
    found = re.search(r'data-task="(\d+)"', listed)
    assert found
    shown = page(fresh_api, f"/tasks/{found[1]}")
    assert "严重超标" in shown
    assert "预警时在正面清单内" in shown
    assert f'href="/alerts/{alert}"' in shown


def test_filters_narrow_the_list_and_the_table_follows_them(fresh_api: Api) -> None:
    ask(fresh_api)
    ask(fresh_api, kind="off_site", reason="by_hand", site="plant-two")
    assert page(fresh_api, "/tasks").count("data-task=") == 2
    assert page(fresh_api, "/tasks?site=plant-two").count("data-task=") == 1
    assert page(fresh_api, "/tasks?mine=1").count("data-task=") == 0
    assert page(fresh_api, "/tasks?overdue=1").count("data-task=") == 0
    assert page(fresh_api, "/tasks?state=done").count("data-task=") == 0
    assert page(fresh_api, "/tasks?state=%27%3B&kind=x&mine=y").count("data-task=") == 2
    flat = fresh_api.get("/tasks/export.csv?site=plant-two").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(flat, newline="")))
    assert [row[1] for row in rows[1:2]] == ["非现场核查"]
    book = load_workbook(io.BytesIO(fresh_api.get("/tasks/export.xlsx").content))
    assert [cell.value for cell in book.worksheets[0][3]][:3] == ["编号", "类型", "单位、排口"]


def test_a_company_sees_questions_and_visits_that_were_made_and_nothing_of_another_unit(
    fresh_api: Api,
) -> None:
    planned = ask(fresh_api)
    question = ask(fresh_api, kind="company_query", reason="by_hand", statement="请说明原因")
    foreign = ask(fresh_api, kind="company_query", reason="by_hand", site="plant-two")
    shown = page(fresh_api, "/tasks?state=all", "company", "plant-one")
    assert f'data-task="{question}"' in shown
    assert f'data-task="{planned}"' not in shown
    assert "示例污水厂" not in shown
    assert "新建任务" not in shown
    for hidden in (planned, foreign):
        answer = fresh_api.get(f"/tasks/{hidden}", "company", "plant-one", headers={"Accept": "text/html"})
        assert answer.status_code == 404
    post(fresh_api, f"/tasks/{planned}/done", {"outcome": "no_problem", "report": "内部记录"})
    made = page(fresh_api, f"/tasks/{planned}", "company", "plant-one")
    assert "投诉" not in made
    assert "内部记录" not in made
    table = fresh_api.get("/tasks/export.csv?state=all", "company", "plant-one").content.decode("utf-8-sig")
    assert "投诉" not in table
    assert "示例污水厂" not in table


@pytest.mark.parametrize("role", ["auditor", "technical_reviewer", "company"])
@pytest.mark.parametrize("step", ["", "/1/start", "/1/assign", "/1/done", "/1/cancel"])
def test_only_who_handles_tasks_takes_steps(api: Api, role: str, step: str) -> None:
    site = "plant-one" if role == "company" else None
    assert post(api, f"/tasks{step}", VISIT, role, site).status_code == 403


def test_a_task_is_cancelled_with_its_reason_and_stays_on_record(fresh_api: Api) -> None:
    task = ask(fresh_api)
    assert post(fresh_api, f"/tasks/{task}/cancel", {"reason": " "}).status_code == 422
    assert post(fresh_api, f"/tasks/{task}/cancel", {"reason": "重复"}).status_code == 204
    assert "重复" in page(fresh_api, f"/tasks/{task}")
    refused = post(fresh_api, f"/tasks/{task}/start", {})
    assert (refused.status_code, "已办结或已取消" in refused.text) == (409, True)

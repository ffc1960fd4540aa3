"""The retention on a page: what is kept, holds placed and lifted, and by whom."""

from __future__ import annotations

import httpx
import pytest

from store import clock
from store.database import connect
from store.people import ROLES
from store.retention.holds import Subject, place_hold
from store.tasks import Caller
from tests.integration.api.conftest import STACK, Api, add_alert

READERS = set(ROLES) - {"company"}
HOLDERS = {"supervisor", "admin"}
AN_OUTLET = {
    "kind": "outlet",
    "subject": STACK,
    "since": "2021-03-01",
    "until": "2021-03-31",
    "reason": "复议七号案",
}


def post(api: Api, path: str, role: str = "supervisor", **form: str) -> httpx.Response:
    with api.client(role, "plant-one" if role == "company" else None) as client:
        return client.post(f"/retention/{path}", data=form, headers={"Accept": "text/html"})


def page(api: Api, query: str = "", role: str = "supervisor") -> str:
    answer = api.get(f"/retention{query}", role, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_and_holds_what_it_may(api: Api, role: str) -> None:
    site = "plant-one" if role == "company" else None
    assert (api.get("/retention", role, site).status_code == 200) == (role in READERS)
    refused = post(api, "holds", role, kind="outlet", subject="nothing", reason="x")
    assert (refused.status_code == 403) == (role not in HOLDERS)
    assert post(api, "holds/999/lift", role, reason="x").status_code == (404 if role in HOLDERS else 403)
    if role in READERS:
        shown = page(api, role=role)
        assert ("设置冻结" in shown) == (role in HOLDERS)
        assert "第183条" in shown


def test_a_hold_is_placed_shown_and_lifted_with_reasons(fresh_api: Api) -> None:
    placed = post(fresh_api, "holds", **AN_OUTLET)
    assert (placed.status_code, placed.headers["Location"]) == (
        303,
        "/retention?said=retentionpages.placed#holds",
    )
    shown = page(fresh_api, "?said=retentionpages.placed")
    assert "已设置留存冻结" in shown
    assert "复议七号案" in shown
    # Both days are whole ones of Beijing.
    assert "2021-03-01 00:00 至 2021-04-01 00:00" in shown
    (hold,) = fresh_api.get("/api/v1/retention/holds").json()["items"]
    assert post(fresh_api, f"holds/{hold['id']}/lift", reason=" ").status_code == 422
    assert post(fresh_api, f"holds/{hold['id']}/lift", reason="复议终结").status_code == 303
    assert "复议七号案" not in page(fresh_api)
    lifted = page(fresh_api, "?holds=all")
    assert "复议七号案" in lifted and "复议终结" in lifted
    again = post(fresh_api, f"holds/{hold['id']}/lift", reason="x")
    assert (again.status_code, "已经解除" in again.text) == (409, True)


def test_an_alert_is_held_by_its_number(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    number = fresh_api.get(f"/api/v1/alerts/{alert}").json()["number"]
    assert post(fresh_api, "holds", kind="alert", subject=f" {number} ", reason="争议").status_code == 303
    assert f'href="/alerts/{alert}">{number}' in page(fresh_api)


@pytest.mark.parametrize(
    ("form", "status", "said", "remark"),
    [
        ({}, 422, "请说明理由", "nothing at all"),
        ({**AN_OUTLET, "reason": ""}, 422, "请说明理由", "no reason"),
        ({**AN_OUTLET, "until": ""}, 422, "起止时间", "no end"),
        ({**AN_OUTLET, "since": "2021-04-02"}, 422, "起止时间", "the start after the end"),
        ({**AN_OUTLET, "since": "2021-02-30"}, 422, "日期", "no day"),
        ({**AN_OUTLET, "subject": "nothing"}, 404, "", "no outlet"),
        ({**AN_OUTLET, "kind": "site"}, 422, "只能冻结", "what cannot be held"),
        ({"kind": "lead", "subject": "XS-1", "reason": "x"}, 404, "", "no lead"),
    ],
)
def test_a_hold_that_cannot_be_is_refused_with_a_sentence(
    api: Api, form: dict[str, str], status: int, said: str, remark: str
) -> None:
    answer = post(api, "holds", **form)
    assert (answer.status_code, said in answer.text) == (status, True), remark
    assert api.get("/api/v1/retention/holds").json()["items"] == []


def test_holds_go_on_page_by_page(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    with connect(fresh_api.database_url, name="test") as connection:
        for number in range(32):
            place_hold(
                connection, Subject("alert", str(alert)), f"案件-{number}-", Caller("wu", "cli"), clock.now()
            )
    first = page(fresh_api)
    following = (
        first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    second = page(fresh_api, following.removeprefix("/retention").partition("#")[0])
    assert "案件-31-" in first and "案件-2-" in first and "案件-1-" not in first
    assert "案件-1-" in second and "案件-0-" in second and "案件-2-" not in second


def test_no_script_is_needed_and_htmx_is_told_where_to_go(fresh_api: Api) -> None:
    with fresh_api.client("supervisor") as client:
        answer = client.post("/retention/holds", data=AN_OUTLET, headers={"HX-Request": "true"})
        refused = client.post(
            "/retention/holds", data={**AN_OUTLET, "reason": ""}, headers={"HX-Request": "true"}
        )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (
        204,
        "/retention?said=retentionpages.placed#holds",
    )
    assert (refused.status_code, refused.text) == (422, "请说明理由，1 至 2000 个字。")

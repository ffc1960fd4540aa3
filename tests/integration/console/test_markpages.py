"""Marks on the console: whose they are, what filing changes, who may do what."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import openpyxl
import pytest

from api.console.spans import minute_field
from store import clock
from store.clock import HOUR
from tests.integration.api.conftest import OUTLET, STACK, Api
from tests.integration.console.quality_world import (
    ONE,
    TWO,
    exceeded_hours,
    judge,
    page,
    post,
    results,
    run,
)


def mark_form(outlet: str = STACK, hours: int = 2, **given: str) -> dict[str, str]:
    """A filled-in form over the hours before this one."""
    end = clock.hour_start(clock.now())
    return {
        "outlet": outlet,
        "item": "device:fault",
        "factor": "",
        "from": minute_field(end - hours * HOUR),
        "to": minute_field(end),
        "reason": "分析仪故障（示例）",
    } | given


def filed(api: Api, outlet: str, site: str, **given: str) -> int:
    """A mark of a company; its number."""
    answer = post(api, "/marks/file", "company", site, data=mark_form(outlet, **given))
    assert answer.status_code == 204, answer.text
    items = api.get(f"/api/v1/outlets/{outlet}/marks", "company", site).json()["items"]
    return int(max(item["id"] for item in items))


# ---- whose it is --------------------------------------------------------------------------------------------------------------

READS = (
    "/marks",
    "/marks/todo",
    "/marks/timeline",
    "/marks/timeline?span=week&every=1",
    "/marks/list?channel=all",
    "/marks/table.csv?channel=all",
    "/marks/checks",
    "/marks/file",
)


def test_a_company_reads_nothing_of_another_unit_on_any_page(fresh_api: Api) -> None:
    filed(fresh_api, OUTLET, TWO, item="condition:inflow_abnormal", reason="别家的说明")
    for path in READS:
        html = page(fresh_api, path, "company", ONE)
        told = [word for word in ("示例污水厂", OUTLET, "别家的说明") if word in html]
        assert told == [], path
    assert "别家的说明" in page(fresh_api, "/marks/list", "admin")
    assert "别家的说明" in page(fresh_api, "/marks/table.csv", "admin")


@pytest.mark.parametrize(
    "path",
    [
        f"/marks/list?outlet={OUTLET}",
        f"/marks/list?site={TWO}&channel=all",
        f"/marks/timeline?outlet={OUTLET}",
        f"/marks/checks?outlet={OUTLET}",
        f"/marks/table.csv?outlet={OUTLET}",
    ],
)
def test_a_filter_by_another_units_outlet_finds_nothing(fresh_api: Api, path: str) -> None:
    filed(fresh_api, OUTLET, TWO, item="condition:inflow_abnormal", reason="别家的说明")
    html = page(fresh_api, path, "company", ONE)
    assert "别家的说明" not in html and "示例污水厂" not in html


def test_the_file_holds_the_own_marks_only(fresh_api: Api) -> None:
    filed(fresh_api, OUTLET, TWO, item="condition:inflow_abnormal", reason="别家的说明")
    filed(fresh_api, STACK, ONE)
    for site, count in ((ONE, 1), (TWO, 1)):
        book = openpyxl.load_workbook(io.BytesIO(fresh_api.get("/marks/table.xlsx", "company", site).content))
        units = [
            row[1].value for row in book.active.iter_rows() if str(row[1].value or "").startswith("示例")
        ]
        assert len(units) == count and set(units) == {"示例水泥厂" if site == ONE else "示例污水厂"}


def test_another_units_mark_is_neither_shown_nor_withdrawn(fresh_api: Api) -> None:
    number = filed(fresh_api, OUTLET, TWO, item="condition:inflow_abnormal")
    assert fresh_api.get(f"/marks/{number}", "company", ONE).status_code == 404
    assert fresh_api.get(f"/marks/{number}", "company", TWO).status_code == 200
    answer = post(fresh_api, f"/marks/{number}/withdraw", "company", ONE, data={"reason": "误填"})
    assert answer.status_code == 404
    assert "有效" in page(fresh_api, f"/marks/{number}", "company", TWO)


@pytest.mark.parametrize("path", ["/marks/file", "/marks/preview"])
def test_nobody_marks_for_another_unit(fresh_api: Api, path: str) -> None:
    form = mark_form(OUTLET, item="condition:inflow_abnormal")
    assert post(fresh_api, path, "company", ONE, data=form).status_code == 404


def test_checks_of_another_unit_are_not_filed(fresh_api: Api) -> None:
    now = minute_field(clock.now() - timedelta(minutes=5))
    check = {"outlet": OUTLET, "factor": "w01018", "kind": "standard", "checked_at": now, "passed": "yes"}
    assert post(fresh_api, "/marks/checks", "company", ONE, data=check).status_code == 404
    assert post(fresh_api, "/marks/checks", "company", TWO, data=check).status_code == 204
    hour = minute_field(clock.hour_start(clock.now()) - HOUR)
    chain = {"outlet": OUTLET, "factor": "w01018", "start": hour, "instrument": "20.1", "logger": "20.1"}
    assert post(fresh_api, "/marks/chain-checks", "company", ONE, data=chain).status_code == 404
    assert post(fresh_api, "/marks/chain-checks", "company", TWO, data=chain).status_code == 204
    assert "20.1" not in page(fresh_api, "/marks/checks", "company", ONE)
    assert "20.1" in page(fresh_api, "/marks/checks", "company", TWO)


@pytest.mark.parametrize(
    ("role", "reads", "files"),
    [("officer", 200, 204), ("auditor", 200, 403), ("supervisor", 200, 403), ("operator", 403, 403)],
)
def test_who_reads_and_who_files(fresh_api: Api, role: str, reads: int, files: int) -> None:
    assert fresh_api.get("/marks/list", role).status_code == reads
    assert post(fresh_api, "/marks/file", role, data=mark_form()).status_code == files


def test_suspicions_are_for_the_bureau(fresh_api: Api) -> None:
    start = clock.hour_start(clock.now()) - HOUR
    run(fresh_api, "pattern", outlet_key=fresh_api.key(STACK), start=start)
    seen = page(fresh_api, "/marks/timeline?span=three", "officer")
    assert "YJ-20260101-0099" in seen and "标记 7 在该小时结束后才填报" in seen
    hidden = page(fresh_api, "/marks/timeline?span=three", "company", ONE)
    assert "YJ-20260101-0099" not in hidden and "可疑" not in hidden


# ---- what filing does ---------------------------------------------------------------------------------------------------------


def test_an_exceeded_stretch_is_asked_for_with_its_deadline_and_gone_once_it_is_marked(
    fresh_api: Api,
) -> None:
    start = exceeded_hours(fresh_api)
    asked = page(fresh_api, "/marks", "company", ONE)
    assert "可在截止前填报" in asked and "二氧化硫" in asked and "剩余" in asked
    assert f"from={minute_field(start).replace(':', '%3A')}" in asked
    filed(fresh_api, STACK, ONE, factor="a21026", **{"from": minute_field(start)})
    after = page(fresh_api, "/marks", "company", ONE)
    assert "没有可在截止前填报的时段" in after


def test_the_preview_says_what_filing_then_does(fresh_api: Api) -> None:
    start = exceeded_hours(fresh_api)
    assert results(fresh_api, start) == ["exceeded"] * 3
    form = mark_form(hours=2, factor="a21026", reason="")
    shown = post(fresh_api, "/marks/preview", "company", ONE, data=form)
    assert shown.status_code == 200
    assert "2 个小时共 2 个数值将变为无效" in shown.text
    assert results(fresh_api, start) == ["exceeded"] * 3, "a preview writes nothing"
    filed(fresh_api, STACK, ONE, factor="a21026")
    judge(fresh_api)
    assert results(fresh_api, start) == ["exceeded", "invalid", "invalid"]


def test_a_condition_mark_without_an_exemption_is_said_to_change_nothing(fresh_api: Api) -> None:
    start = exceeded_hours(fresh_api)
    form = mark_form(item="condition:starting", factor="a21026")
    shown = post(fresh_api, "/marks/preview", "company", ONE, data=form).text
    assert "2 个超标值仍为超标：没有可用的豁免" in shown
    assert "只有企业填报、且在截止前的工况标记" in shown
    filed(fresh_api, STACK, ONE, item="condition:starting", factor="a21026")
    judge(fresh_api)
    assert results(fresh_api, start) == ["exceeded"] * 3


def test_a_mark_after_its_deadline_is_kept_as_a_statement(fresh_api: Api) -> None:
    day = clock.day_start(clock.now()) - timedelta(days=5)
    form = mark_form() | {"from": minute_field(day), "to": minute_field(day + HOUR)}
    assert "作为说明保存" in post(fresh_api, "/marks/preview", "company", ONE, data=form).text
    answer = post(fresh_api, "/marks/file", "company", ONE, data=form)
    assert answer.headers["HX-Redirect"].endswith("said=markpages.filed_late")
    html = page(fresh_api, "/marks/list?standing=late", "company", ONE)
    assert "逾期" in html and "截止后填报，仅作说明" in html


def test_documents_are_kept_by_name_and_digest(fresh_api: Api) -> None:
    content = b"%PDF-1.7 sample"
    with fresh_api.client("company", ONE) as client:
        answer = client.post(
            "/marks/file",
            data=mark_form(),
            files=[("proof", ("维修单.pdf", content, "application/pdf"))],
            headers={"HX-Request": "true"},
        )
    assert answer.status_code == 204, answer.text
    (item,) = fresh_api.get(f"/api/v1/outlets/{STACK}/marks", "company", ONE).json()["items"]
    html = page(fresh_api, f"/marks/{item['id']}", "officer")
    assert "维修单.pdf" in html and hashlib.sha256(content).hexdigest() in html


def test_a_withdrawn_mark_keeps_its_reason_and_counts_no_more(fresh_api: Api) -> None:
    start = exceeded_hours(fresh_api)
    number = filed(fresh_api, STACK, ONE, factor="a21026")
    judge(fresh_api)
    missing = post(fresh_api, f"/marks/{number}/withdraw", "company", ONE, data={"reason": " "})
    assert (missing.status_code, missing.text) == (422, "请填写原因。")
    answer = post(fresh_api, f"/marks/{number}/withdraw", "company", ONE, data={"reason": "填错了时间"})
    assert answer.status_code == 204
    judge(fresh_api)
    assert results(fresh_api, start) == ["exceeded"] * 3
    html = page(fresh_api, f"/marks/{number}", "officer")
    assert "填错了时间" in html and "已撤回" in html


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"item": ""}, "请选择标记项"),
        ({"item": "device:nonsense"}, "没有标记项"),
        ({"from": "yesterday"}, "精确到分钟"),
        ({"to": "2099-01-01T00:00"}, "已经过去"),
        ({"from": "2026-01-01T00:00", "to": "2025-12-31T00:00"}, "晚于开始时间"),
        ({"factor": "w99999"}, "没有监测因子"),
        ({"reason": ""}, ""),
    ],
)
def test_what_cannot_be_is_said_beside_the_form(fresh_api: Api, given: dict[str, str], words: str) -> None:
    answer = post(fresh_api, "/marks/file", "company", ONE, data=mark_form() | given)
    assert answer.status_code == 422
    assert words in answer.text and not answer.text.startswith("<")


def test_a_company_does_not_learn_which_officer_filed(fresh_api: Api) -> None:
    assert post(fresh_api, "/marks/file", "officer", data=mark_form()).status_code == 204
    assert "officer-test" in page(fresh_api, "/marks/list", "officer")
    html = page(fresh_api, "/marks/list", "company", ONE)
    assert "officer-test" not in html and "生态环境局" in html

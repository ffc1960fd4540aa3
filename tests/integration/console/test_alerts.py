"""The inbox and the page of an alert: who sees what, what many steps at once bring, what is refused."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import openpyxl
import pytest

from store import clock
from tests.integration.api.conftest import OUTLET, STACK, Api, add_alert

PDF = b"%PDF-1.7 sample"
BELONGS_TO_ONE = ("plant-one", "company")


def post(
    api: Api, path: str, role: str = "officer", site: str | None = None, **given: object
) -> httpx.Response:
    with api.client(role, site) as client:
        return client.post(path, headers={"HX-Request": "true"}, **given)  # type: ignore[arg-type]


def page(api: Api, path: str, role: str = "officer", site: str | None = None) -> str:
    answer = api.get(path, role, site)
    assert answer.status_code == 200, answer.text
    return answer.text


def number_of(alert_id: int) -> str:
    return f"YJ-20261124-{alert_id:04d}"


# ---- the list -----------------------------------------------------------------------------------------------------------------

# address, ids that it lists (in order), remark
LISTS = [
    ("/alerts", [2, 1], "the newest of the same grade first"),
    ("/alerts?show=all", [3, 2, 1], "cleared ones too"),
    ("/alerts?show=all&condition=cleared", [3], "only cleared ones"),
    ("/alerts?show=all&site=plant-one", [1], "of one unit"),
    ("/alerts?show=all&outlet=plant-two-outlet", [3, 2], "of one outlet"),
    ("/alerts?show=all&code=data_missing", [3], "of one kind"),
    ("/alerts?show=all&number=1124-0002", [2], "by a part of the number"),
    ("/alerts?show=all&number=%25", [], "a sign that means everything to a database and nothing to people"),
    ("/alerts?show=all&from=2099-01-01", [], "raised after today"),
    ("/alerts?show=mine", [], "nobody was named"),
    ("/alerts?show=unacknowledged", [2, 1], "that nobody has taken up"),
    ("/alerts?show=overdue", [1], "whose time is over"),
    ("/alerts?show=late", [], "of late data"),
]


@pytest.fixture
def filled(fresh_api: Api) -> Api:
    """Three alerts: 1 of plant-one (overdue), 2 and 3 of plant-two; 3 is over and closed."""
    start = clock.now() - timedelta(hours=3)
    add_alert(fresh_api, STACK, "exceedance_hour", "active", at=start)
    add_alert(fresh_api, OUTLET, "exceedance_day", "active", at=start + timedelta(hours=1))
    add_alert(fresh_api, OUTLET, "data_missing", "cleared", handling="closed", at=start + timedelta(hours=2))
    fresh_api.run("overdue", alert_id=1)
    return fresh_api


def listed(html: str) -> list[int]:
    return [int(part.partition('"')[0]) for part in html.split('<tr id="alert-')[1:]]


def test_every_filter_of_the_address_narrows_the_list(filled: Api) -> None:
    found = {address: listed(page(filled, address)) for address, _, _ in LISTS}
    assert found == {address: ids for address, ids, _ in LISTS}


def test_views_and_choices_say_how_many_they_hold(filled: Api) -> None:
    html = page(filled, "/alerts?show=all")
    assert '已超期 <span class="count count-some">1</span>' in html
    assert "示例污水厂（2）" in html
    assert "数据缺失（小时）（1）" in html


def test_pages_follow_each_other_without_a_gap_or_a_double_in_every_order(filled: Api) -> None:
    for place in range(60):
        add_alert(
            filled, STACK, "device_maintenance", "cleared", at=clock.now() - timedelta(minutes=place % 7)
        )
    for sort in ("severity", "time", "due"):
        seen: list[int] = []
        path: str | None = f"/alerts?show=all&sort={sort}"
        while path is not None:
            html = page(filled, path)
            seen += listed(html)
            following = html.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
            path = following.replace("&amp;", "&") if 'rel="next"' in html else None
        assert len(seen) == 63, sort
        assert sorted(seen) == list(range(1, 64)), sort


def test_the_filtered_list_is_exported_as_it_is_shown(filled: Api) -> None:
    answer = filled.get("/alerts/export.xlsx?show=all&site=plant-two")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert number_of(2) in cells
    assert number_of(1) not in cells
    text = filled.get("/alerts/export.csv?show=overdue").content.decode("utf-8-sig")
    assert number_of(1) in text
    assert number_of(2) not in text
    assert filled.get("/alerts/export.pdf").status_code == 404


# ---- many at once -------------------------------------------------------------------------------------------------------------


def test_many_are_acknowledged_at_once_and_it_is_said_of_each_what_became_of_it(filled: Api) -> None:
    with filled.client("supervisor") as client:
        client.post("/api/v1/alerts/2/acknowledge")
    answer = post(filled, "/alerts/bulk/acknowledge", data={"alert": ["1", "2", "3", "99"]})
    assert answer.status_code == 200, answer.text
    for words in (
        "1 / 4 条已完成",
        f"{number_of(1)}</a> 数据超标（小时）：已确认",
        f"{number_of(2)}</a> 数据超标（日）：此前已由 token:supervisor-test 确认",
        "已办结，不能再办理",
        "99：不存在或无权查看",
    ):
        assert words in answer.text
    assert filled.run("alert_state", alert_id=1)[0]["acknowledged_by"] == "token:officer-test"
    assert filled.run("alert_state", alert_id=2)[0]["events"] == 1


def test_two_people_who_take_up_the_same_many_at_once_each_hear_of_every_alert(filled: Api) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(
                lambda _: post(filled, "/alerts/bulk/acknowledge", data={"alert": ["2", "1"]}), range(4)
            )
        )
    assert {answer.status_code for answer in answers} == {200}
    assert sum(answer.text.count('data-ok="1"') for answer in answers) == 2
    assert filled.run("alert_state", alert_id=1)[0]["events"] == 1


def test_many_are_assigned_at_once_to_somebody_who_handles_alerts(filled: Api) -> None:
    filled.user("li")
    answer = post(filled, "/alerts/bulk/assign", data={"alert": ["1", "2"], "to": "li"})
    assert answer.text.count("已指派给 li") == 2
    unknown = post(filled, "/alerts/bulk/assign", data={"alert": ["1"], "to": "nobody"})
    assert "没有这名可以办理预警的人员" in unknown.text
    assert post(filled, "/alerts/bulk/assign", data={"alert": ["1"]}).status_code == 422


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "请至少选择一条预警。"),
        ({"alert": [str(one) for one in range(1, 202)]}, "一次最多选择 200 条预警。"),
    ],
)
def test_none_and_too_many_are_refused_in_words(filled: Api, form: dict[str, list[str]], words: str) -> None:
    answer = post(filled, "/alerts/bulk/acknowledge", data=form)
    assert (answer.status_code, answer.text) == (422, words)


@pytest.mark.parametrize("role", ["auditor", "technical_reviewer", "legal_reviewer", "company", "operator"])
def test_who_handles_no_alerts_takes_no_step_with_them(filled: Api, role: str) -> None:
    site = "plant-one" if role == "company" else None
    for path in (
        "bulk/acknowledge",
        "bulk/assign",
        "1/acknowledge",
        "1/assign",
        "1/verify",
        "1/close",
        "1/lead",
    ):
        form = {"alert": "1", "to": "x", "result": "confirmed", "reason": "x"}
        assert post(filled, f"/alerts/{path}", role, site, data=form).status_code == 403, path


# ---- one alert ----------------------------------------------------------------------------------------------------------------


def test_a_refusal_is_a_sentence_for_the_form_and_nothing_is_written(filled: Api) -> None:
    answer = post(filled, "/alerts/1/close", data={"reason": "不再出现"})
    assert answer.status_code == 409
    assert "当前处置状态下不能进行此操作" in answer.text
    assert (
        post(filled, "/alerts/1/verify", data={"result": "confirmed", "reason": " "}).text == "请填写原因。"
    )
    assert post(filled, "/alerts/1/verify", data={"result": "perhaps", "reason": "x"}).status_code == 422
    assert filled.run("alert_state", alert_id=1)[0]["acknowledged_by"] is None


def test_an_answer_and_its_papers_are_filed_together_or_not_at_all(filled: Api) -> None:
    post(filled, "/alerts/1/notify", data={"message": "请反馈"})
    form = {"cause": "布袋破损", "measures": "已更换布袋"}
    wrong = [("files", ("a.pdf", PDF, "application/pdf")), ("files", ("b.png", b"no picture", "image/png"))]
    refused = post(filled, "/alerts/1/answer", *BELONGS_TO_ONE[::-1], data=form, files=wrong)
    assert (refused.status_code, refused.text) == (422, "文件内容与其类型不符，请检查后重新上传。")
    assert "已通知企业" in page(filled, "/alerts/1")
    right = [("files", ("校准记录.pdf", PDF, "application/octet-stream"))]
    taken = post(filled, "/alerts/1/answer", *BELONGS_TO_ONE[::-1], data=form, files=right)
    assert taken.headers["HX-Redirect"] == "/alerts/1?said=alertwork.answered"
    html = page(filled, "/alerts/1")
    for words in ("布袋破损", "措施：已更换布袋", "校准记录.pdf", "企业已反馈"):
        assert words in html


def test_the_page_of_an_alert_holds_what_stands_around_it(filled: Api) -> None:
    earlier = add_alert(
        filled, STACK, "exceedance_hour", "cleared", handling="closed", at=clock.now() - timedelta(days=9)
    )
    html = page(filled, "/alerts/1")
    for words in (
        "依据的限值",
        "GB 4915-2013 表1",
        "计入的时段",
        "规则已排除的正常原因",
        "核查任务",
        "是否派人现场检查",
        "证据包",
    ):
        assert words in html
    assert f'<a href="/alerts/{earlier}">' in html


# ---- a company ----------------------------------------------------------------------------------------------------------------


def test_another_units_alert_is_nowhere_for_a_company(filled: Api) -> None:
    site, role = BELONGS_TO_ONE
    for path in ("/alerts/2", "/alerts/3", "/api/v1/alerts/2"):
        assert filled.get(path, role, site).status_code == 404, path
    for path in ("answer", "comment", "attachments"):
        form = {"cause": "x", "measures": "x", "words": "x"}
        files = {"files": ("a.pdf", PDF, "application/pdf")}
        assert post(filled, f"/alerts/2/{path}", role, site, data=form, files=files).status_code == 404, path
    for address in ("/alerts?show=all", "/alerts?show=all&site=plant-two", "/alerts?show=open"):
        html = page(filled, address, role, site)
        assert number_of(2) not in html
        assert "示例污水厂" not in html
    for ending in ("csv", "xlsx"):
        content = filled.get(f"/alerts/export.{ending}?show=all", role, site).content
        if ending == "xlsx":
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            assert sheet is not None
            text = "".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
        else:
            text = content.decode("utf-8-sig")
        assert number_of(1) in text
        assert number_of(2) not in text


def test_a_company_hears_of_its_own_alerts_only_on_the_event_stream(filled: Api) -> None:
    site, role = BELONGS_TO_ONE
    with filled.client(role, site) as client, client.stream("GET", "/api/v1/stream") as stream:
        lines = stream.iter_lines()
        next(line for line in lines if line.startswith(": connected"))
        post(filled, "/alerts/2/notify", data={})
        post(filled, "/alerts/1/comment", data={"words": "内部意见"})
        post(filled, "/alerts/1/notify", data={})
        heard = next(line for line in lines if line.startswith("data:") and "alert" in line)
    assert f'"number":"{number_of(1)}"' in heard.replace(" ", "")
    assert "notified" in heard


def test_a_company_reads_nothing_of_what_officers_think_and_who_they_are(filled: Api) -> None:
    site, role = BELONGS_TO_ONE
    filled.user("secretofficer")
    post(filled, "/alerts/1/assign", data={"to": "secretofficer", "reason": "经验丰富"})
    post(filled, "/alerts/1/comment", data={"words": "疑似造假"})
    post(filled, "/alerts/1/comment", data={"words": "请补充台账", "public": "true"})
    post(filled, "/alerts/1/attachments", files={"files": ("暗访照片.pdf", PDF, "application/pdf")})
    post(filled, "/alerts/1/verify", data={"result": "site_visit", "reason": "突击检查"})
    html = page(filled, "/alerts/1", role, site)
    assert "请补充台账" in html
    for words in (
        "secretofficer",
        "经验丰富",
        "疑似造假",
        "暗访照片",
        "突击检查",
        "需现场",
        "officer-test",
        "是否派人",
    ):
        assert words not in html, words
    assert "需现场" not in page(filled, "/alerts?show=all", role, site)


def test_what_a_company_may_not_know_of_is_not_there_for_it(filled: Api) -> None:
    site, role = BELONGS_TO_ONE
    filled.run("hide_from_company", alert_id=1)
    assert filled.get("/alerts/1", role, site).status_code == 404
    assert number_of(1) not in page(filled, "/alerts?show=all", role, site)
    assert number_of(1) not in filled.get("/alerts/export.csv?show=all", role, site).content.decode(
        "utf-8-sig"
    )


def test_a_companys_inbox_leads_with_what_it_must_answer_and_until_when(filled: Api) -> None:
    site, role = BELONGS_TO_ONE
    assert listed(page(filled, "/alerts", role, site)) == []
    post(filled, "/alerts/1/notify", data={"message": "请反馈"})
    html = page(filled, "/alerts", role, site)
    assert listed(html) == [1]
    assert "企业反馈" in html
    assert "剩余" in html
    assert 'href="/alerts/1#answer"' in html

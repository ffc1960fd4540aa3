"""The pages of leads: every step as a form, who sees what, what is refused, the company's side, exports."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import openpyxl
import pytest

from store import clock
from store.channels import apply_channels
from store.channelsfile import read_channels_file
from store.database import connect
from store.handover.connectors import apply_connectors
from store.handover.file import read_handover_file
from store.tasks import Caller
from tests.integration.api.conftest import STACK, WEEK_START, Api, add_alert

PDF = b"%PDF-1.7\nminutes"
PNG = b"\x89PNG\r\n\x1a\n picture"
SITE = "plant-one"
CONNECTOR = """\
connectors:
  - {id: trial, kind: city_bureau, url: "http://127.0.0.1:9/x", bearer: {token: invented-for-tests-0123456789}, trial: true}
"""


@dataclass
class Desk:
    """An API with one alert that was found true, and people at their browsers."""

    api: Api
    id: int = 0

    @property
    def path(self) -> str:
        return f"/leads/{self.id}"

    def post(self, path: str, role: str = "officer", of: str | None = None, **given: Any) -> httpx.Response:
        files = given.pop("files", None)
        with self.api.client(role, of) as client:
            return client.post(path, data=given, files=files, headers={"HX-Request": "true"})

    def done(self, path: str, role: str = "officer", of: str | None = None, **given: Any) -> str:
        """A form that is taken; where the page goes then."""
        answer = self.post(path, role, of, **given)
        assert answer.status_code == 204, (path, role, answer.status_code, answer.text)
        return answer.headers["HX-Redirect"]

    def step(self, name: str, role: str = "officer", **given: Any) -> str:
        return self.done(f"{self.path}/{name}", role, **given)

    def refused(
        self, path: str, role: str = "officer", of: str | None = None, **given: Any
    ) -> tuple[int, str]:
        answer = self.post(path, role, of, **given)
        assert answer.status_code >= 400, (path, role)
        return answer.status_code, answer.text

    def page(self, path: str, role: str = "officer", site: str | None = None) -> str:
        answer = self.api.get(path, role, site)
        assert answer.status_code == 200, (path, role, answer.status_code, answer.text[:500])
        return answer.text

    def raised(self) -> None:
        alert = add_alert(self.api, STACK, "exceedance_hour", "cleared", handling="confirmed")
        address = self.done("/leads", alerts=str(alert), reason="涉嫌超标排放")
        found = re.fullmatch(r"/leads/(\d+)\?said=leads\.raised", address)
        assert found, address
        self.id = int(found[1])

    def drafted(self) -> None:
        self.raised()
        self.edit(facts="窑尾二氧化硫小时均值超过限值")
        self.step("basis", norms="code-1107", reason="超过排放标准")

    def edit(self, role: str = "officer", **changed: str) -> str:
        """The form of the facts as the page fills it in, with some of it changed."""
        html = self.page(self.path, role)
        form = html[html.index('id="edit-form"') : html.index("</form>", html.index('id="edit-form"'))]
        given: dict[str, Any] = dict(
            re.findall(r'<input class="form-control"[^>]*name="(\w+)"[^>]*value="([^"]*)"', form)
        )
        given |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)</textarea>', form))
        given["kind"] = re.search(r'<option value="(\w+)" selected', form)[1]  # type: ignore[index]
        for name in ("acts", "factors"):
            given[name] = re.findall(rf'name="{name}" type="checkbox" value="(\w+)" checked', form)
        given["revision"] = re.search(r'name="revision" value="(\d+)"', form)[1]  # type: ignore[index]
        return self.step("edit", role, **(given | changed))

    def digest(self, kind: str) -> str:
        found = re.search(
            r'name="digest" value="([0-9a-f]{64})"',
            self.page(f"{self.path}/review/{kind}", f"{kind}_reviewer"),
        )
        assert found
        return found[1]

    def review(self, kind: str, result: str = "sign") -> str:
        return self.step(
            f"{kind}-review", f"{kind}_reviewer", result=result, opinion="同意", digest=self.digest(kind)
        )

    def reviewed(self) -> None:
        self.drafted()
        self.step("present")
        self.review("technical")
        self.review("legal")


@pytest.fixture
def desk(fresh_api: Api) -> Iterator[Desk]:
    key = fresh_api.key(STACK)
    fresh_api.run("periods", outlet_key=key, from_time=WEEK_START, to_time=WEEK_START + timedelta(hours=6))
    fresh_api.run("verdicts", outlet_key=key)
    yield Desk(fresh_api)


def test_a_lead_goes_its_whole_way_by_forms_of_several_people(desk: Desk) -> None:
    assert "还没有线索" in desk.page("/leads")
    desk.raised()
    assert desk.refused(f"{desk.path}/present") == (422, "请先写明违法事实，再提请审核。")
    desk.edit(facts="窑尾二氧化硫小时均值超过限值")
    desk.step("basis", norms=["code-1107", "code-1103"], reason="超过排放标准")
    desk.step("discretion", multiple="0.06", result="建议从轻")
    desk.step("papers", part="evidence", note="现场照片", files={"file": ("照片.png", PNG, "image/png")})
    held = "2026-03-05T09:00"
    desk.step("talks", held_at=held, place="会议室", host="甲", attendees="乙、丙", facts_shown="超标事实")
    whole = dict.fromkeys(
        ("facts", "evidence", "qualification", "party", "law", "discretion", "procedure", "conclusion"), "略"
    )
    desk.step("discussions", held_at=held, place="会议室", host="甲", attendees="乙\n丙", **whole)
    assert "提请审核" in desk.page(desk.path)
    desk.step("present")
    assert "review/technical" in desk.page(desk.path, "technical_reviewer")
    desk.review("technical", "return")
    desk.step("present")
    desk.review("technical")
    desk.review("legal")
    html = desk.page(desk.path, "supervisor")
    assert "已审核" in html
    assert "此前意见 1 条" in html
    assert "submit_first" not in html
    assert "请先提交" in html

    assert desk.refused(f"{desk.path}/outcome", "supervisor", result="filed", reason="立案")[0] == 409
    desk.api.run("submit_lead", lead_id=desk.id)
    desk.step("outcome", "supervisor", result="filed", reason="符合立案条件", reference="湟环立〔2026〕1号")
    desk.step(
        "extend", "supervisor", clock="decision", approved_by="负责人", approved_at=_now(), reason="案情复杂"
    )
    desk.step("suspend", "supervisor", why="testing", reason="送检")
    assert "期限中止" in desk.page(desk.path)
    desk.step("resume", "supervisor", reason="检测完成")
    desk.step("transfer/propose", reason="涉嫌犯罪")
    desk.step("transfer", "supervisor", step="approve", reason="同意")
    desk.step("outcome", "supervisor", result="transferred", reason="移送")
    desk.step("transfer", "supervisor", step="police_refuse", reason="不予立案")
    desk.step("transfer", "supervisor", step="object", reason="提请复议")
    html = desk.page(desk.path, "auditor")
    for words in ("提请复议", "公安不予立案", "湟环立〔2026〕1号", "集体讨论", "约谈", "案情复杂"):
        assert words in html, words


def _now() -> str:
    return clock.now().astimezone(clock.BEIJING).strftime("%Y-%m-%dT%H:%M:%S")


def test_an_edit_changes_only_what_the_form_says_otherwise(desk: Desk) -> None:
    desk.drafted()
    assert desk.refused(f"{desk.path}/edit", title="")[0] == 422
    desk.edit(title="另一事由")
    event = desk.page(desk.path).partition('id="history"')[2]
    assert "修改：事由" in event
    assert "修改：事由、" not in event


def test_who_worked_on_a_lead_is_refused_the_review_and_told_why(desk: Desk) -> None:
    desk.drafted()
    desk.edit("admin", feedback="企业称设备故障")
    desk.step("present")
    page = desk.page(desk.path, "admin")
    assert "您参与了线索" in page
    assert 'id="review-form"' not in desk.page(f"{desk.path}/review/technical", "admin")
    status, said = desk.refused(
        f"{desk.path}/technical-review",
        "admin",
        result="sign",
        opinion="同意",
        digest=desk.digest("technical"),
    )
    assert status == 403
    assert "须由他人审核" in said


def test_a_review_is_of_what_was_shown_and_a_change_makes_it_void(desk: Desk) -> None:
    desk.drafted()
    desk.step("present")
    read = desk.digest("technical")
    desk.edit(facts="补充：连续三小时")
    status, said = desk.refused(
        f"{desk.path}/technical-review", "technical_reviewer", result="sign", opinion="同意", digest=read
    )
    assert status == 409
    assert "已被修改" in said
    desk.review("technical")
    desk.edit(facts="再次补充")
    html = desk.page(desk.path)
    assert "内容已变更，须重新审核" in html
    assert "未审核" in html


def test_the_page_of_a_review_shows_the_very_text_whose_digest_is_signed(desk: Desk) -> None:
    desk.drafted()
    desk.step("present")
    html = desk.page(f"{desk.path}/review/technical", "technical_reviewer")
    assert "窑尾二氧化硫小时均值超过限值" in html
    assert "&#34;basis&#34;: [\n  &#34;code-1107&#34;" in html
    assert html.count(desk.digest("technical")) >= 2


def test_the_numbers_are_compared_before_and_after_they_are_taken_again(desk: Desk) -> None:
    alert = add_alert(desk.api, STACK, "exceedance_hour", "cleared", handling="confirmed")
    start = WEEK_START.strftime("%Y-%m-%dT%H:%M")
    end = (WEEK_START + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    address = desk.done("/leads", alerts=str(alert), reason="超标", from_time=start, to_time=end)
    desk.id = int(re.findall(r"\d+", address)[0])
    assert "与现在的判定一致" in desk.page(f"{desk.path}/numbers")
    key = desk.api.key(STACK)
    desk.api.run(
        "periods",
        outlet_key=key,
        from_time=WEEK_START + timedelta(hours=6),
        to_time=WEEK_START + timedelta(hours=9),
    )
    changed = desk.page(f"{desk.path}/numbers")
    assert "与现在的判定一致" not in changed
    assert desk.step("refresh").startswith(f"{desk.path}/numbers")
    after = desk.page(f"{desk.path}/numbers")
    assert "与现在的判定一致" in after
    assert "两次取数的差异" in after


# role, path, form, remark
REFUSED_ROLES = [
    ("technical_reviewer", "edit", {"title": "x"}, "a reviewer drafts nothing"),
    (
        "officer",
        "technical-review",
        {"result": "sign", "opinion": "x", "digest": "0" * 64},
        "an officer reviews nothing",
    ),
    (
        "technical_reviewer",
        "legal-review",
        {"result": "sign", "opinion": "x", "digest": "0" * 64},
        "not the legal one",
    ),
    ("officer", "outcome", {"result": "no_case", "reason": "x"}, "an officer decides nothing"),
    ("officer", "submit", {"connector": "trial"}, "an officer hands nothing over"),
    ("auditor", "disclose", {"message": "x"}, "an auditor changes nothing"),
    ("officer", "statement", {"content": "x"}, "the company's word is the company's"),
    ("operator", "present", {}, "an operator has no part in it"),
]


def test_every_step_is_refused_to_who_may_not_take_it(desk: Desk) -> None:
    desk.drafted()
    for role, step, given, remark in REFUSED_ROLES:
        assert desk.refused(f"{desk.path}/{step}", role, **given)[0] == 403, remark
    assert desk.api.get("/leads", "operator").status_code == 403
    assert desk.api.get("/leads", None).status_code == 303
    assert "/leads/new" not in desk.page("/leads", "auditor")


def test_a_company_sees_what_it_was_told_and_of_no_other_unit_anything(desk: Desk) -> None:
    desk.drafted()
    assert "没有告知贵单位的事项" in desk.page("/leads", "company", SITE)
    assert desk.api.get(desk.path, "company", SITE).status_code == 404
    desk.step("disclose", message="现告知你单位下列事实")
    desk.step("papers", part="record", public="1", files={"file": ("告知书.pdf", PDF, "application/pdf")})
    desk.step("papers", part="record", files={"file": ("内部意见.pdf", PDF, "application/pdf")})

    html = desk.page(desk.path, "company", SITE)
    for words in ("现告知你单位下列事实", "窑尾二氧化硫小时均值超过限值", "告知书.pdf", "剩余"):
        assert words in html, words
    for words in ("内部意见.pdf", "超过排放标准", "officer-test", "裁量因素", "办理过程"):
        assert words not in html, words
    papers = re.findall(rf"{desk.path}/papers/(\d+)", html)
    assert len(papers) == 1
    assert desk.api.get(f"{desk.path}/papers/{papers[0]}", "company", SITE).content == PDF
    assert desk.api.get(f"{desk.path}/papers/{int(papers[0]) + 1}", "company", SITE).status_code == 404

    for role, site in (("company", "plant-two"),):
        for path in (desk.path, f"{desk.path}/papers/{papers[0]}"):
            assert desk.api.get(path, role, site).status_code == 404, path
        assert desk.refused(f"{desk.path}/statement", role, site, content="不实")[0] == 404
        assert desk.path not in desk.page("/leads", role, site)
    for path in ("numbers", "review/technical", "transfer-form.pdf"):
        assert desk.api.get(f"{desk.path}/{path}", "company", SITE).status_code == 403, path
    for path in ("/leads/new", "/handovers/1"):
        assert desk.api.get(path, "company", SITE).status_code == 403, path
    # Filters and exports narrow a company's list no further and open nothing.
    assert "告知事项" in desk.page("/leads?view=table&format=csv&mine=true", "company", SITE)


def test_a_company_hears_of_it_over_its_own_channels_only(desk: Desk) -> None:
    plan = """
channels:
  - {id: duty, kind: webhook, url: "http://127.0.0.1:9/x", secret: "invented-for-tests-0123456789"}
  - {id: plant-one, kind: webhook, url: "http://127.0.0.1:9/y", secret: "invented-for-tests-0123456789"}
  - {id: plant-two, kind: webhook, url: "http://127.0.0.1:9/z", secret: "invented-for-tests-0123456789"}
default: [duty]
routes:
  - {channels: [duty], severities: [warning, serious, critical]}
  - {channels: [plant-one], purposes: [disclosed], sites: [plant-one]}
  - {channels: [plant-two], purposes: [disclosed], sites: [plant-two]}
"""
    with connect(desk.api.database_url, name="test") as connection:
        apply_channels(connection, read_channels_file(plan), actor="ops", origin="test", at=clock.now())
    desk.drafted()
    desk.step("disclose", message="现告知你单位下列事实")
    listed = desk.api.get("/api/v1/notifications").json()["items"]
    told = [one for one in listed if one["purpose"] == "disclosed"]
    assert [(one["channel"], one["link"]) for one in told] == [("plant-one", desk.path)]
    assert "现告知你单位下列事实" in told[0]["body"]
    assert "陈述申辩截止" in told[0]["body"]


def test_a_company_states_its_case_with_a_paper_and_the_lead_is_reviewed_again(desk: Desk) -> None:
    desk.reviewed()
    desk.step("disclose", message="现告知你单位下列事实")
    given = {"content": "设备故障，数据不代表排放", "note": "检修记录"}
    desk.done(
        f"{desk.path}/statement",
        "company",
        SITE,
        **given,
        files={"file": ("检修.pdf", PDF, "application/pdf")},
    )
    html = desk.page(desk.path, "company", SITE)
    assert "设备故障，数据不代表排放" in html
    assert "检修.pdf" in html
    bureau = desk.page(desk.path)
    assert "期限内" in bureau
    assert "重新审核" in bureau
    assert "当前" in bureau
    wrong = {"content": "再次陈述", "files": {"file": ("程序.exe", b"MZ", "application/x-msdownload")}}
    assert desk.refused(f"{desk.path}/statement", "company", SITE, **wrong)[0] == 422
    assert "再次陈述" not in desk.page(desk.path, "company", SITE)


def test_what_is_printed_is_a_draft_until_it_may_be_formal_and_the_page_says_why(desk: Desk) -> None:
    desk.drafted()
    html = desk.page(desk.path)
    assert "未通过两项审核" in html
    assert "只能打印草稿" in html
    for name in ("transfer-form", "evidence-list"):
        draft = desk.api.get(f"{desk.path}/{name}.pdf?draft=true")
        assert draft.status_code == 200
        assert draft.content.startswith(b"%PDF")
    desk.step("present")
    desk.review("technical")
    desk.review("legal")
    refused = desk.api.get(f"{desk.path}/transfer-form.pdf")
    assert refused.status_code == 422
    assert "示例" in refused.text


def test_a_hand_over_needs_its_package_and_says_so(desk: Desk) -> None:
    desk.reviewed()
    assert "尚未配置接收方" in desk.page(desk.path, "supervisor")
    with connect(desk.api.database_url, name="test") as connection:
        apply_connectors(connection, read_handover_file(CONNECTOR), Caller("ops", "test"), clock.now())
    html = desk.page(desk.path, "supervisor")
    assert "提交前须有本线索的证据包" in html
    assert "只能提交到试用通道" in html
    assert desk.refused(f"{desk.path}/submit", "supervisor", connector="trial")[0] == 409
    assert desk.refused(f"{desk.path}/submit", "supervisor", connector="nowhere")[0] == 404


def test_the_board_the_table_and_the_exports_show_the_same_leads_by_the_same_filters(desk: Desk) -> None:
    desk.drafted()
    desk.step("present")
    for view in ("board", "table"):
        html = desk.page(f"/leads?view={view}")
        assert desk.path in html
        assert "示例水泥厂" in html
        assert "立案审批" in html
    # filter, found, remark
    for query, found, remark in (
        ("site=plant-one", True, "its unit"),
        ("site=plant-two", False, "another unit"),
        ("column=technical_review", True, "its state"),
        ("column=submitted", False, "another state"),
        ("words=窑尾", True, "a word of its title"),
        ("words=不存在的字", False, "a word of none"),
        ("mine=true", True, "the officer drafted it"),
        ("overdue=true", False, "nothing is over"),
        ("from=2026-01-01&to=2099-01-01", True, "the act lies within"),
        ("to=2020-01-01", False, "the act came later"),
    ):
        for view in ("board", "table"):
            assert (desk.path in desk.page(f"/leads?view={view}&{query}")) is found, (view, remark)
        table = desk.api.get(f"/leads?format=csv&{query}").text
        assert table.startswith("\ufeff")
        assert ("XS-" in table) is found, remark
    assert desk.path in desk.page("/leads?review=true", "technical_reviewer")
    assert desk.path not in desk.page("/leads?review=true", "legal_reviewer")
    book = openpyxl.load_workbook(io.BytesIO(desk.api.get("/leads?format=xlsx").content))
    cells = {str(cell.value) for row in book.active.iter_rows() for cell in row}  # type: ignore[union-attr]
    assert "未审核" in cells
    assert desk.api.get("/leads?from=nonsense").status_code == 404
    assert desk.api.get("/leads?view=table&before=nonsense").status_code == 400


def test_a_lead_can_be_raised_by_hand_with_its_source_only(desk: Desk) -> None:
    assert "请先选择排污单位" in desk.page("/leads/new")
    add_alert(desk.api, STACK, "exceedance_hour", "active", handling="new")
    assert "没有可形成线索的预警" in desk.page("/leads/new?site=plant-one")
    by_hand = {"site": "plant-one", "from_time": "2026-03-02T00:00", "kind": "exceedance"}
    status, said = desk.refused("/leads", **{**by_hand, "source": "complaint"})
    assert (status, "来源" in said) == (422, True)
    desk.done("/leads", **{**by_hand, "source": "complaint", "source_note": "来电投诉"})
    assert "来电投诉" in desk.page("/leads/1")


def test_the_law_of_a_day_is_shown_and_both_laws_where_the_act_straddles_the_change(desk: Desk) -> None:
    html = desk.page("/law?at=2026-08-10&until=2026-08-20&act=exceed_standard&medium=gas")
    assert "行为跨越新旧法" in html
    for clause in ("《大气污染防治法》", "《生态环境法典》"):
        assert clause in html
    assert "《生态环境法典》第1107条" not in desk.page("/law?at=2026-08-10")
    assert desk.api.get("/law?at=2026-08-10&act=none_such").status_code == 422
    assert desk.api.get("/law?at=nonsense").status_code == 404

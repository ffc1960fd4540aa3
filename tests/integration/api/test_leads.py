"""Leads through the API: from an alert to the outcome as several people, and what a company sees of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.shapes.leads import LeadDetail, LeadList, ToldLeadDetail
from api.shell import API_PREFIX
from store import clock
from tests.integration.api.conftest import OUTLET, STACK, WEEK_START, Api, add_alert

LEADS = f"{API_PREFIX}/leads"
PDF = b"%PDF-1.7\nminutes"


@dataclass
class Desk:
    """An API with one exceedance alert that was found true, and what people do with its lead."""

    api: Api
    id: int = 0
    seen: dict[str, Any] = field(default_factory=dict)

    def client(self, role: str, site: str = "plant-one") -> httpx.Client:
        return self.api.client(role, site if role == "company" else None)

    def post(self, path: str, role: str = "officer", **body: Any) -> httpx.Response:
        with self.client(role) as client:
            return client.post(f"{LEADS}/{self.id}/{path}", json=body)

    def step(self, path: str, role: str = "officer", **body: Any) -> dict[str, Any]:
        answer = self.post(path, role, **body)
        assert answer.status_code in (200, 201), (path, role, answer.text)
        shape = ToldLeadDetail if role == "company" else LeadDetail
        shape.model_validate_json(answer.content)
        self.seen = answer.json()
        return self.seen

    def refused(self, path: str, role: str = "officer", **body: Any) -> tuple[int, str]:
        answer = self.post(path, role, **body)
        assert answer.status_code >= 400, (path, role, answer.text)
        assert answer.json()["text"], answer.json()["code"]
        return answer.status_code, answer.json()["code"]

    def read(self, role: str = "officer", site: str = "plant-one") -> dict[str, Any]:
        with self.client(role, site) as client:
            answer = client.get(f"{LEADS}/{self.id}")
        assert answer.status_code == 200, answer.text
        (ToldLeadDetail if role == "company" else LeadDetail).model_validate_json(answer.content)
        shown: dict[str, Any] = answer.json()
        return shown

    def file(self, path: str, role: str, **given: Any) -> httpx.Response:
        with self.client(role) as client:
            files = {"file": ("记录.pdf", PDF, "application/pdf")}
            return client.post(f"{LEADS}/{self.id}/{path}", files=files, data=given)

    def raise_from(self, *alerts: int, role: str = "officer", **body: Any) -> dict[str, Any]:
        with self.client(role) as client:
            answer = client.post(LEADS, json={"alerts": list(alerts), "reason": "涉嫌超标排放", **body})
        assert answer.status_code == 201, answer.text
        self.seen = answer.json()
        self.id = self.seen["id"]
        return self.seen

    def drafted(self) -> dict[str, Any]:
        """A lead that is ready for the reviews."""
        alert = add_alert(self.api, STACK, "exceedance_hour", "cleared", handling="confirmed")
        self.raise_from(alert)
        self.step("edit", facts="窑尾二氧化硫小时均值超过限值")
        return self.step("basis", norms=["code-1107"], reason="超过排放标准")

    def review(self, kind: str, role: str | None = None, result: str = "sign") -> dict[str, Any]:
        role = role or f"{kind}_reviewer"
        opinion = "同意" if result == "sign" else "补充材料"
        return self.step(f"{kind}-review", role, result=result, opinion=opinion, digest=self.read()["digest"])

    def reviewed(self) -> dict[str, Any]:
        """A lead that has passed both reviews."""
        self.drafted()
        self.step("present")
        self.review("technical")
        return self.review("legal")


@pytest.fixture
def desk(fresh_api: Api) -> Iterator[Desk]:
    key = fresh_api.key(STACK)
    fresh_api.run("periods", outlet_key=key, from_time=WEEK_START, to_time=WEEK_START + timedelta(hours=6))
    fresh_api.run("verdicts", outlet_key=key)
    yield Desk(fresh_api)


def test_an_alert_becomes_a_lead_that_goes_its_way_to_the_filing_as_several_people(desk: Desk) -> None:
    alert = add_alert(desk.api, STACK, "exceedance_hour", "active", handling="confirmed")
    with desk.client("officer") as client:
        answer = client.post(f"{API_PREFIX}/alerts/{alert}/lead", json={"reason": "涉嫌超标排放"})
    assert answer.status_code == 200, answer.text
    named = answer.json()["lead"]
    desk.id = named["id"]
    lead = desk.read()
    day = clock.now()
    assert named == {"id": lead["id"], "number": f"XS-{day:%Y%m%d}-0001", "state": "draft"}
    assert (lead["kind"], lead["source"], lead["sample"]) == ("exceedance", "auto_alert", True)
    assert [one["id"] for one in lead["alerts"]] == [alert]
    assert (lead["authority_level"], lead["authority_name"]) == ("city", "示例市生态环境局")
    assert {one["norm"] for one in lead["candidates"]} == {"code-1107", "permit-34-1", "code-1103"}
    assert lead["snapshot"]["content"]["site"]["id"] == "plant-one"

    assert desk.refused("present") == (422, "facts_missing")
    desk.step("edit", facts="窑尾二氧化硫小时均值超过限值", revision=lead["revision"])
    assert desk.refused("present") == (422, "basis_missing")
    desk.step("basis", norms=["code-1107"], reason="超过排放标准")
    desk.step("discretion", multiple="0.06", times="1", result="建议从轻")
    assert desk.file("papers", "officer", note="现场照片").status_code == 201
    desk.step("present")
    desk.review("technical")
    desk.review("legal")
    assert desk.seen["state"] == "reviewed"
    assert [review["holds"] for review in desk.seen["reviews"]] == [True, True]

    assert desk.refused("outcome", "supervisor", result="filed", reason="立案") == (409, "submit_first")
    desk.api.run("submit_lead", lead_id=desk.id)
    lead = desk.step(
        "outcome", "supervisor", result="filed", reason="符合立案条件", reference="湟环立〔2026〕1号"
    )
    assert (lead["state"], lead["disposition"]) == ("filed", "filed")
    clocks = {one["kind"]: one for one in lead["clocks"]}
    assert (clocks["filing"]["state"], clocks["decision"]["state"]) == ("met", "running")
    decided = desk.step("decision", "supervisor", step="decided", reason="处罚决定")
    assert {one["kind"]: one["state"] for one in decided["clocks"]}["publication"] == "running"
    history = [event["action"] for event in lead["events"]]
    assert history == [
        "raised",
        "edited",
        "chose_basis",
        "weighed",
        "attached",
        "presented",
        "signed_technical",
        "signed_legal",
        "filed",
    ]
    audited = [row["action"] for row in desk.api.run("audit_actions") if row["action"].startswith("leads:")]
    assert audited == [f"leads:lead:{action}" for action in [*history, "decided"]]


def test_the_numbers_are_those_of_the_judged_data_with_their_revisions(desk: Desk) -> None:
    end = WEEK_START + timedelta(hours=6)
    with desk.client("officer") as client:
        answer = client.post(
            LEADS,
            json={
                "source": "complaint",
                "source_note": "来电投诉",
                "outlets": [STACK],
                "factors": ["a21026"],
                "kind": "exceedance",
                "from_time": WEEK_START.isoformat(),
                "to_time": end.isoformat(),
            },
        )
    assert answer.status_code == 201, answer.text
    assert answer.json()["snapshot"]["content"] is None
    desk.id = answer.json()["id"]
    numbers = desk.read()["snapshot"]["content"]
    assert [period["start"] for period in numbers["periods"]] == [
        (WEEK_START + timedelta(hours=hour)).isoformat() for hour in range(6)
    ]
    first = numbers["periods"][0]
    assert (first["revision"], first["reported_measured"]) == (2, "12.30")
    assert first["verdicts"][0]["multiple"] == "0.05535"
    assert numbers["counts"] == {"periods": 6, "exceeded_days": 1, "results": {"hour": {"exceeded": 6}}}
    assert numbers["worst"]["compared"] == "211.07"
    assert numbers["positive_list"]["basis"] == "示例依据"
    # A lead of March is judged by the law of March; the newer one is shown only where it may be lighter.
    roles = {one["norm"]: one["role"] for one in desk.read()["candidates"]}
    assert roles == {
        "air-99-2": "applies",
        "code-1107": "alternative",
        "permit-34-1": "applies",
        "code-1103": "alternative",
    }


def test_a_draft_takes_its_numbers_again_and_a_reviewed_lead_does_not(desk: Desk) -> None:
    first = desk.drafted()
    again = desk.step("refresh")
    assert again["snapshot"]["id"] > first["snapshot"]["id"]
    desk.step("present")
    assert desk.refused("refresh") == (409, "lead_step_not_possible")


def test_nobody_reviews_what_they_worked_on_whatever_their_role(desk: Desk) -> None:
    alert = add_alert(desk.api, STACK, "exceedance_hour", "active", handling="confirmed")
    desk.raise_from(alert)
    desk.step("edit", "admin", facts="由管理员补写")
    desk.step("basis", norms=["code-1107"], reason="超过排放标准")
    desk.step("present")
    body = {"result": "sign", "opinion": "同意", "digest": desk.seen["digest"]}
    assert desk.refused("technical-review", "admin", **body) == (403, "reviewer_is_drafter")
    assert "sign_technical" not in desk.read("admin")["possible"]
    assert "sign_technical" in desk.read("technical_reviewer")["possible"]
    desk.review("technical")
    assert desk.refused("legal-review", "admin", **body) == (403, "reviewer_is_drafter")
    assert desk.read()["state"] == "legal_review"


def test_technical_and_legal_review_are_two_peoples_also_for_an_admin(desk: Desk) -> None:
    desk.drafted()
    desk.step("present")
    desk.review("technical", "admin")
    body = {"result": "sign", "opinion": "同意", "digest": desk.seen["digest"]}
    assert desk.refused("legal-review", "admin", **body) == (403, "reviewer_is_other_reviewer")
    desk.review("legal")
    assert desk.seen["state"] == "reviewed"


@pytest.mark.parametrize("change", ["edit", "basis", "discretion", "papers"])
def test_any_change_after_a_review_voids_it_and_goes_back_to_the_technical_review(
    desk: Desk, change: str
) -> None:
    before = desk.reviewed()
    if change == "papers":
        assert desk.file("papers", "officer").status_code == 201
        desk.seen = desk.read()
    else:
        body: dict[str, dict[str, Any]] = {
            "edit": {"facts": "另一种说法"},
            "basis": {"norms": ["code-1103"], "reason": "许可浓度"},
            "discretion": {"result": "从重"},
        }
        desk.step(change, **body[change])
    assert desk.seen["state"] == "technical_review"
    assert desk.seen["digest"] != before["digest"]
    assert [review["holds"] for review in desk.seen["reviews"]] == [False, False]
    desk.review("technical")
    desk.review("legal")
    assert [review["holds"] for review in desk.seen["reviews"]] == [False, False, True, True]


def test_a_record_of_a_step_changes_nothing_of_what_was_reviewed(desk: Desk) -> None:
    before = desk.reviewed()
    assert desk.file("papers", "officer", part="record").status_code == 201
    held = clock.now() - timedelta(hours=1)
    discussed = dict.fromkeys(
        ("facts", "evidence", "qualification", "party", "law", "discretion", "procedure", "conclusion"), "略"
    )
    desk.step(
        "discussions",
        held_at=held.isoformat(),
        place="二楼会议室",
        host="局长",
        attendees=["甲", "乙"],
        **discussed,
    )
    desk.step(
        "talks",
        held_at=held.isoformat(),
        place="会议室",
        host="分管领导",
        attendees=["企业负责人"],
        facts_shown="超标小时及限值",
        commitments="三日内检修",
        deadline="2026-12-31",
    )
    assert (desk.seen["state"], desk.seen["digest"]) == ("reviewed", before["digest"])
    assert desk.seen["discussions"][0]["digest"] == before["digest"]


def test_a_review_is_of_what_was_read(desk: Desk) -> None:
    read = desk.drafted()
    desk.step("present")
    desk.step("edit", facts="提交之后又改了")
    body = {"result": "sign", "opinion": "同意", "digest": read["digest"]}
    assert desk.refused("technical-review", "technical_reviewer", **body) == (409, "lead_changed")
    assert desk.refused("edit", facts="旧页面", revision=1) == (409, "lead_changed")


def test_a_reviewer_sends_back_with_a_reason_and_it_is_presented_again(desk: Desk) -> None:
    desk.drafted()
    desk.step("present")
    desk.review("technical")
    desk.review("legal", result="return")
    assert (desk.seen["state"], desk.seen["events"][-1]["reason"]) == ("returned", "补充材料")
    desk.step("present")
    assert desk.seen["state"] == "technical_review"
    desk.review("technical")
    desk.review("legal")
    assert [review["holds"] for review in desk.seen["reviews"]] == [False, False, True, True]
    desk.step("return", "supervisor", reason="市局退回补充")
    assert desk.seen["state"] == "returned"
    assert not any(review["holds"] for review in desk.seen["reviews"]), "also where not a word was changed"


def test_a_company_sees_a_lead_only_once_it_was_told_and_then_only_what_it_was_told(desk: Desk) -> None:
    desk.drafted()
    with desk.client("company") as client:
        assert client.get(f"{LEADS}/{desk.id}").json()["code"] == "lead_not_found"
        assert client.get(LEADS).json()["items"] == []
        assert client.post(f"{LEADS}/{desk.id}/statement", json={"content": "不服"}).status_code == 404
    desk.step("disclose", message="现告知涉嫌违法事实，可以陈述申辩")
    desk.step("edit", facts="内部补充意见")
    desk.file("papers", "officer", note="内部材料")
    desk.file("papers", "officer", note="告知书", public="true", part="record")
    told = desk.read("company")
    assert told["told"]["message"] == "现告知涉嫌违法事实，可以陈述申辩"
    assert told["told"]["facts"] == "窑尾二氧化硫小时均值超过限值"
    assert told["possible"] == ["state"]
    assert [paper["note"] for paper in told["papers"]] == ["告知书"]
    for secret in ("内部", "officer-test", "code-1107", "draft"):
        assert secret not in str(told)
    with desk.client("company") as client:
        listed = client.get(LEADS)
        LeadList.model_validate_json(listed.content)
        assert [item["id"] for item in listed.json()["items"]] == [desk.id]
        hidden = desk.read()["papers"][0]["id"]
        assert client.get(f"{LEADS}/{desk.id}/papers/{hidden}").json()["code"] == "paper_not_found"
        shown = client.get(f"{LEADS}/{desk.id}/papers/{told['papers'][0]['id']}")
        assert (shown.status_code, shown.content) == (200, PDF)
        assert client.post(f"{LEADS}/{desk.id}/edit", json={"facts": "x"}).status_code == 403
    with desk.client("company", "plant-two") as stranger:
        assert stranger.get(f"{LEADS}/{desk.id}").json()["code"] == "lead_not_found"
        assert stranger.get(LEADS).json()["items"] == []
        assert stranger.get(f"{LEADS}/{desk.id}/papers/{told['papers'][0]['id']}").status_code == 404


def test_a_statement_in_time_is_reviewed_again_and_its_proof_is_kept(desk: Desk) -> None:
    desk.reviewed()
    desk.step("disclose", message="现告知涉嫌违法事实")
    assert desk.seen["state"] == "reviewed"
    stated = desk.step("statement", "company", content="仪表故障，已报备")
    proof = desk.file("statement/papers", "company", statement=str(stated["statements"][0]["id"]))
    assert proof.status_code == 201, proof.text
    lead = desk.read()
    assert lead["state"] == "technical_review"
    assert lead["statements"][0]["in_time"] is True
    assert [paper["part"] for paper in lead["papers"]] == ["statement"]
    assert {one["kind"]: one["state"] for one in lead["clocks"]}["statement"] == "met"
    assert [event["action"] for event in lead["events"]][-3:] == ["stated", "reopened", "stated"]


def test_a_lead_of_two_units_and_an_alert_of_two_leads_are_refused(desk: Desk) -> None:
    one = add_alert(desk.api, STACK, "exceedance_hour", "active", handling="confirmed")
    other = add_alert(desk.api, OUTLET, "exceedance_day", "active", handling="confirmed")
    with desk.client("officer") as client:
        both = client.post(LEADS, json={"alerts": [one, other], "reason": "一并处理"})
        assert (both.status_code, both.json()["code"]) == (422, "lead_of_two_sites")
        desk.raise_from(one)
        again = client.post(LEADS, json={"alerts": [one], "reason": "再来一次"})
        assert (again.status_code, again.json()["code"]) == (409, "alert_has_lead")
        desk.step("withdraw", reason="误报")
        assert client.post(LEADS, json={"alerts": [one], "reason": "重新立线索"}).status_code == 201
        number = client.post(LEADS, json={"alerts": [other], "reason": "另案"}).json()["number"]
    assert number.endswith("-0003"), "the refused one took no number"


def test_several_alerts_of_a_unit_become_one_lead_and_each_names_it(desk: Desk) -> None:
    alerts = [
        add_alert(desk.api, STACK, code, "active", handling="confirmed")
        for code in ("exceedance_hour", "abnormal_constant")
    ]
    lead = desk.raise_from(*alerts)
    assert lead["kind"] == "falsification", "the gravest of the alerts"
    for alert in alerts:
        shown = desk.api.get(f"{API_PREFIX}/alerts/{alert}").json()
        assert (shown["handling"], shown["lead"]["id"]) == ("lead", lead["id"])


def test_the_way_to_the_police_has_its_approval_and_its_clocks(desk: Desk) -> None:
    desk.reviewed()
    assert desk.refused("outcome", "supervisor", result="transferred", reason="移送") == (
        409,
        "transfer_not_approved",
    )
    desk.step("transfer/propose", reason="涉嫌污染环境罪")
    assert desk.refused("transfer", "supervisor", step="police_accept", reason="x") == (
        409,
        "lead_step_not_possible",
    )
    desk.step("transfer", "supervisor", step="approve", reason="同意移送")
    due = {one["kind"]: one for one in desk.seen["clocks"]}["transfer"]
    assert (due["state"], due["confidence"]) == ("running", "V37")
    desk.step("outcome", "supervisor", result="transferred", reason="已移送", reference="湟环移〔2026〕1号")
    desk.step("transfer", "supervisor", step="police_refuse", reason="不予立案")
    states = {one["kind"]: one["state"] for one in desk.seen["clocks"]}
    assert (states["transfer"], states["police_review"], states["objection"]) == ("met", "met", "running")
    desk.step("transfer", "supervisor", step="object", reason="提请复议")
    assert {one["kind"]: one["state"] for one in desk.seen["clocks"]}["objection"] == "met"


def test_more_time_is_given_as_the_norm_allows_and_no_more(desk: Desk) -> None:
    lead = desk.drafted()
    first = next(one for one in lead["clocks"] if one["kind"] == "filing")
    more = {
        "clock": "filing",
        "reason": "案情复杂",
        "approved_by": "王局长",
        "approved_at": clock.now().isoformat(),
    }
    extended = next(
        one for one in desk.step("extend", "supervisor", **more)["clocks"] if one["kind"] == "filing"
    )
    assert extended["days_extended"] == 15
    assert extended["last_day"] > first["last_day"]
    assert desk.refused("extend", "supervisor", **more) == (409, "extension_used_up")
    assert desk.refused("extend", "supervisor", **{**more, "clock": "decision"}) == (409, "clock_not_running")
    assert desk.refused("extend", "officer", **more) == (403, "permission_missing")


def test_time_stands_while_something_is_tested(desk: Desk) -> None:
    desk.reviewed()
    desk.api.run("submit_lead", lead_id=desk.id)
    desk.step("outcome", "supervisor", result="filed", reason="立案")
    desk.step("suspend", "supervisor", why="testing", reason="送检")
    decision = next(one for one in desk.seen["clocks"] if one["kind"] == "decision")
    assert (decision["state"], decision["due_at"]) == ("suspended", None)
    assert desk.refused("suspend", "supervisor", why="testing", reason="再送检") == (409, "already_suspended")
    desk.step("resume", "supervisor", reason="结果已出")
    assert desk.refused("resume", "supervisor", reason="x") == (409, "not_suspended")


def test_the_list_is_filtered_paged_and_exported(desk: Desk) -> None:
    for _ in range(3):
        desk.drafted()
    with desk.client("officer") as client:
        first = client.get(LEADS, params={"limit": 2})
        LeadList.model_validate_json(first.content)
        rest = client.get(LEADS, params={"limit": 2, "cursor": first.json()["next"]}).json()
        assert (len(first.json()["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
        assert len(client.get(LEADS, params={"state": "draft", "mine": "true"}).json()["items"]) == 3
        assert client.get(LEADS, params={"state": "filed"}).json()["items"] == []
        assert client.get(LEADS, params={"site": "plant-two"}).json()["items"] == []
        later = (clock.now() + timedelta(days=17)).isoformat()
        assert len(client.get(LEADS, params={"due": later}).json()["items"]) == 3
        assert client.get(LEADS, params={"due": clock.now().isoformat()}).json()["items"] == []
        table = client.get(LEADS, params={"format": "csv"}).text.splitlines()
        assert len(table) == 4


def test_a_step_is_taken_once_for_its_key(desk: Desk) -> None:
    desk.drafted()
    headers = {"Idempotency-Key": "lead-1"}
    with desk.client("officer") as client:
        answers = [client.post(f"{LEADS}/{desk.id}/present", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert [event["action"] for event in desk.read()["events"]].count("presented") == 1

"""Marks and checks through the API: filed on the record, refused with the rule, seen by those who may."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from api.shapes.marks import ChainCheckList, CheckList, MarkLabelList, MarkList
from store import clock
from tests.integration.api.conftest import OUTLET, STACK, Api

NOW = clock.now()
EARLIER = clock.hour_start(NOW) - timedelta(hours=1)


def filing(**changed: Any) -> dict[str, Any]:
    """A mark that can be filed: the fault of half an hour, a short while ago."""
    start = changed.pop("start", EARLIER)
    return {
        "category": "device",
        "label": "fault",
        "factor": "a21026",
        "from": start.isoformat(),
        "to": (start + timedelta(minutes=30)).isoformat(),
        "reason": " 采样泵故障 ",
        **changed,
    }


def file(
    api: Api,
    body: dict[str, Any],
    *,
    role: str = "company",
    site: str | None = "plant-one",
    outlet: str = STACK,
) -> httpx.Response:
    with api.client(role, site) as client:
        return client.post(f"/api/v1/outlets/{outlet}/marks", json=body)


def withdraw(api: Api, mark: int, *, role: str = "company", site: str | None = "plant-one") -> httpx.Response:
    with api.client(role, site) as client:
        return client.post(f"/api/v1/marks/{mark}/withdraw", json={"reason": "填错"})


def listed(api: Api, role: str = "officer", site: str | None = None, **query: str) -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/outlets/{STACK}/marks", role=role, site=site, params=query)
    assert answer.status_code == 200, answer.text
    return MarkList.model_validate_json(answer.content).model_dump(mode="json", by_alias=True)["items"]


def test_a_filed_mark_has_the_fields_of_the_national_client_and_its_hours_are_judged_again(
    fresh_api: Api,
) -> None:
    answer = file(fresh_api, filing())
    assert answer.status_code == 201, answer.text
    (mark,) = answer.json()["items"]
    names = ("category_name", "label_name", "local", "minutes", "reason", "channel", "status", "standing")
    assert [mark[name] for name in names] == [
        "自动监测设备标记",
        "故障",
        False,
        30,
        "采样泵故障",
        "manual",
        1,
        "effective",
    ]
    assert mark["filed_by"] == "token:company-test"
    assert [item["id"] for item in listed(fresh_api)] == [mark["id"]]
    assert fresh_api.run("touched_by_marks") == [
        {"from_time": EARLIER, "to_time": EARLIER + timedelta(hours=1), "cause": "mark"}
    ]
    audit = {"actor": "token:company-test", "action": "marks:mark:file", "subject": STACK}
    assert audit in fresh_api.run("audit_actions")


REFUSED = [
    ({"to": (EARLIER - timedelta(minutes=1)).isoformat()}, "mark_ends_before_start"),
    ({"to": EARLIER.isoformat()}, "mark_ends_before_start"),  # no minute at all
    ({"to": (EARLIER + timedelta(seconds=90)).isoformat()}, "mark_not_whole_minutes"),
    ({"to": (NOW + timedelta(days=1)).replace(second=0, microsecond=0).isoformat()}, "mark_in_future"),
    ({"start": EARLIER - timedelta(days=40), "to": EARLIER.isoformat()}, "mark_too_long"),
    ({"factor": "w01018"}, "mark_factor_unknown"),
    ({"label": "inflow_abnormal", "category": "condition"}, "mark_label_unknown"),  # of sewage plants only
    ({"label": "stopped"}, "mark_label_unknown"),  # a condition, not the state of a monitor
    ({"label": "banked", "category": "condition"}, "mark_label_unknown"),  # only the device says so
    ({"reason": "  "}, "reason_missing"),
]


@pytest.mark.parametrize(("changed", "code"), REFUSED)
def test_a_mark_that_breaks_a_rule_is_refused_with_its_code(
    api: Api, changed: dict[str, Any], code: str
) -> None:
    before = listed(api)
    answer = file(api, filing(**changed))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["text"], "people read why in Chinese"
    assert listed(api) == before


def test_the_same_cannot_be_said_twice_of_the_same_time_unless_it_was_withdrawn(fresh_api: Api) -> None:
    mark = file(fresh_api, filing()).json()["items"][0]["id"]
    again = file(fresh_api, filing(start=EARLIER + timedelta(minutes=29), factor=None))
    assert (again.status_code, again.json()["code"]) == (422, "mark_overlaps")
    assert again.json()["mark"] == mark
    assert (
        file(fresh_api, filing(start=EARLIER + timedelta(minutes=30))).status_code == 201
    )  # it only touches
    assert file(fresh_api, filing(label="calibration")).status_code == 201
    assert withdraw(fresh_api, mark).status_code == 200
    assert file(fresh_api, filing()).status_code == 201


def test_a_withdrawn_mark_stays_on_record_and_cannot_be_withdrawn_again(fresh_api: Api) -> None:
    mark = file(fresh_api, filing()).json()["items"][0]["id"]
    body = withdraw(fresh_api, mark).json()
    assert (body["standing"], body["status"], body["withdrawn_reason"]) == ("withdrawn", 0, "填错")
    again = withdraw(fresh_api, mark)
    assert (again.status_code, again.json()["code"]) == (409, "mark_already_withdrawn")
    assert [item["standing"] for item in listed(fresh_api)] == ["withdrawn"]
    assert len(fresh_api.run("touched_by_marks")) == 2


def test_a_mark_after_the_deadline_is_kept_as_a_statement_without_effect(fresh_api: Api) -> None:
    long_ago = clock.day_start(NOW) - timedelta(days=3)
    (mark,) = file(fresh_api, filing(start=long_ago)).json()["items"]
    noon = (long_ago + timedelta(days=1, hours=12)).isoformat()
    assert (mark["standing"], mark["status"], mark["deadline"]) == ("late", 0, noon)


def test_a_mark_over_several_days_is_one_mark_a_day_with_deadlines_of_their_own(fresh_api: Api) -> None:
    end = clock.day_start(NOW)
    start = end - timedelta(days=2, hours=1)
    body = filing(start=start, to=end.isoformat(), category="condition", label="stopped", factor=None)
    marks = file(fresh_api, body).json()["items"]
    assert [(mark["from"], mark["minutes"]) for mark in marks] == [
        (start.isoformat(), 60),
        ((end - timedelta(days=2)).isoformat(), 1440),
        ((end - timedelta(days=1)).isoformat(), 1440),
    ]
    assert [mark["standing"] for mark in marks[:2]] == ["late", "late"]
    in_time = clock.now() < end + timedelta(hours=12)
    assert marks[2]["standing"] == ("effective" if in_time else "late")


def test_a_repeated_filing_with_its_key_is_answered_again_and_not_filed_again(fresh_api: Api) -> None:
    with fresh_api.client("company", "plant-one") as client:
        path, key = f"/api/v1/outlets/{STACK}/marks", {"Idempotency-Key": "mark-1"}
        first = client.post(path, json=filing(), headers=key)
        again = client.post(path, json=filing(), headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(listed(fresh_api)) == 1


def test_a_company_files_and_sees_only_at_its_own_site(fresh_api: Api) -> None:
    foreign = file(fresh_api, filing(), site="plant-two")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "outlet_not_found")
    mark = file(fresh_api, filing()).json()["items"][0]["id"]
    taken = withdraw(fresh_api, mark, site="plant-two")
    assert (taken.status_code, taken.json()["code"]) == (404, "mark_not_found")
    hidden = fresh_api.get(f"/api/v1/outlets/{STACK}/marks", role="company", site="plant-two")
    assert hidden.status_code == 404


def test_a_company_does_not_learn_which_officer_filed_a_mark(fresh_api: Api) -> None:
    assert file(fresh_api, filing(), role="officer", site=None).status_code == 201
    assert listed(fresh_api, "company", "plant-one")[0]["filed_by"] == "bureau"
    assert listed(fresh_api)[0]["filed_by"] == "token:officer-test"


@pytest.mark.parametrize("role", ["auditor", "operator", "supervisor", "legal_reviewer"])
def test_who_only_looks_on_cannot_file(api: Api, role: str) -> None:
    answer = file(api, filing(), role=role, site=None)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")


def test_marks_are_listed_by_time_factor_and_category_a_page_at_a_time(fresh_api: Api) -> None:
    for number, (label, factor) in enumerate(
        [("fault", "a21026"), ("calibration", None), ("maintenance", "a19001")]
    ):
        start = EARLIER - timedelta(hours=number)
        assert file(fresh_api, filing(start=start, label=label, factor=factor)).status_code == 201
    assert [mark["label"] for mark in listed(fresh_api)] == ["maintenance", "calibration", "fault"]
    assert [mark["label"] for mark in listed(fresh_api, factor="a21026")] == ["calibration", "fault"]
    assert listed(fresh_api, category="condition") == []
    part = {"from": EARLIER.isoformat(), "to": (EARLIER + timedelta(minutes=1)).isoformat()}
    assert [mark["label"] for mark in listed(fresh_api, **part)] == ["fault"]
    seen, cursor = [], None
    for _ in range(3):
        query = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        body = fresh_api.get(f"/api/v1/outlets/{STACK}/marks", params=query).json()
        seen += [mark["label"] for mark in body["items"]]
        cursor = body["next"]
    assert (seen, cursor) == (["maintenance", "calibration", "fault"], None)


def test_the_items_of_a_cement_works_are_national_and_those_of_a_sewage_plant_local(api: Api) -> None:
    def labels(outlet: str) -> dict[str, bool]:
        answer = api.get(f"/api/v1/outlets/{outlet}/mark-labels")
        MarkLabelList.model_validate_json(answer.content)
        return {item["code"]: item["local"] for item in answer.json()["items"] if item["filed"]}

    assert labels(STACK) == {
        "fault": False,
        "calibration": False,
        "maintenance": False,
        "standard_check": False,
        "stopped": False,
        "accident": False,
        "starting": False,
        "stopping": False,
    }
    assert set(labels(OUTLET)) >= {"stopped", "inflow_abnormal", "overhaul", "plant_fault"}
    assert all(labels(OUTLET).values())


def check(api: Api, at: datetime, *, passed: bool, **changed: Any) -> httpx.Response:
    body = {"factor": "w01018", "kind": "standard", "checked_at": at.isoformat(), "passed": passed, **changed}
    with api.client("company", "plant-two") as client:
        return client.post(f"/api/v1/outlets/{OUTLET}/checks", json=body)


def test_a_filed_check_touches_the_hours_between_the_checks_around_it(fresh_api: Api) -> None:
    first, second, third = EARLIER - timedelta(hours=48), EARLIER - timedelta(hours=24), EARLIER
    assert check(fresh_api, first, passed=True, measured="49.0", reference="50").status_code == 201
    assert check(fresh_api, third, passed=True).status_code == 201
    failed = check(fresh_api, second, passed=False)
    assert (failed.json()["kind_name"], failed.json()["passed"]) == ("标样核查", False)
    touched = fresh_api.run("touched_by_marks")[-1]
    assert touched == {"from_time": first, "to_time": third + timedelta(hours=1), "cause": "check"}
    answer = fresh_api.get(
        f"/api/v1/outlets/{OUTLET}/checks",
        params={"from": second.isoformat(), "to": (second + timedelta(hours=1)).isoformat()},
    )
    items = CheckList.model_validate_json(answer.content).items
    assert [(item.checked_at, item.passed) for item in items] == [
        (first, True),
        (second, False),
        (third, True),
    ]
    assert (items[0].measured, items[0].reference) == ("49.0", "50")


CHECKS_REFUSED = [
    ({"factor": "a21026"}, "check_factor_unknown"),
    ({"checked_at": (NOW + timedelta(hours=2)).isoformat()}, "check_in_future"),
]


@pytest.mark.parametrize(("changed", "code"), CHECKS_REFUSED)
def test_a_check_that_cannot_be_is_refused(api: Api, changed: dict[str, Any], code: str) -> None:
    answer = check(api, EARLIER, passed=True, **changed)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_corrected_result_takes_the_place_of_the_one_before_and_the_same_is_not_filed_twice(
    fresh_api: Api,
) -> None:
    assert check(fresh_api, EARLIER, passed=False).status_code == 201
    same = check(fresh_api, EARLIER, passed=False)
    assert (same.status_code, same.json()["code"]) == (422, "check_exists")
    assert check(fresh_api, EARLIER, passed=True).status_code == 201
    items = fresh_api.get(f"/api/v1/outlets/{OUTLET}/checks").json()["items"]
    assert [item["passed"] for item in items] == [True]


def test_the_last_comparison_of_an_hour_counts_and_a_part_of_an_hour_is_none(fresh_api: Api) -> None:
    def compare(start: datetime, instrument: str) -> httpx.Response:
        body = {"factor": "w01018", "start": start.isoformat(), "instrument": instrument, "logger": "30.1"}
        with fresh_api.client() as client:
            return client.post(f"/api/v1/outlets/{OUTLET}/chain-checks", json=body)

    refused = compare(EARLIER + timedelta(minutes=10), "30")
    assert (refused.status_code, refused.json()["code"]) == (422, "chain_check_not_an_hour")
    assert compare(EARLIER, "30").status_code == 201
    assert compare(EARLIER, "30.25").status_code == 201
    answer = fresh_api.get(f"/api/v1/outlets/{OUTLET}/chain-checks")
    items = ChainCheckList.model_validate_json(answer.content).items
    assert [(item.start, item.instrument, item.logger) for item in items] == [(EARLIER, "30.25", "30.1")]

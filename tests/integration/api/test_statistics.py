"""Statistics over the API: 30 judged hours of a stack from 2 March 2026, all above the limit, sent as realtime values only."""

from __future__ import annotations

import csv
import io

import pytest

from api.shapes.statistics import StatisticList
from tests.integration.api.conftest import OUTLET, STACK, Api

PATH = f"/api/v1/outlets/{STACK}/statistics"
MONDAY = "2026-03-02T00:00:00+08:00"


def test_a_day_counts_its_hours_and_verdicts(api: Api) -> None:
    body = api.get(PATH, params={"span": "day", "start": MONDAY, "factor": "a21026"}).json()
    (item,) = body["items"]
    assert (item["start"], item["end"], item["complete"]) == (MONDAY, "2026-03-03T00:00:00+08:00", True)
    assert item["hours"] == {
        "due": 24, "valid": 24, "undetermined": 0, "invalid": 0, "missing": 0, "stopped": 0,
    }  # fmt: skip
    assert (item["attainment"]["exceeded_hours"], item["attainment"]["exceeded_days"]) == (24, 1)
    assert item["attainment"]["hours"]["rate"] == "0.00"
    assert (item["emission"], item["no_emission"], item["published"]) == (None, "no_flow", None)


def test_a_quarter_begins_with_the_first_data_and_has_a_capture_rate(api: Api) -> None:
    body = api.get(PATH, params={"span": "quarter", "start": MONDAY, "factor": "a21026"}).json()
    capture = body["items"][0]["capture"]
    # from 2 to 31 March there were 720 hours; 30 of them have a valid value
    assert capture == {
        "rate": "4.17", "required": "75", "enough": False, "hours": 720, "invalid": 690, "stopped": 0,
    }  # fmt: skip


def test_hour_frames_that_never_came_were_not_transmitted(api: Api) -> None:
    body = api.get(PATH, params={"span": "day", "start": MONDAY}).json()
    assert [item["factor"] for item in body["items"]] == ["a21026", "a34013", "a19001"]
    together = body["transmission"]
    assert (together["due"], together["received"], together["valid"], together["effective"]) == (
        72,
        0,
        48,
        "0.00",
    )


def test_a_month_lacks_the_days_it_needs(api: Api) -> None:
    (item,) = api.get(PATH, params={"span": "month", "start": MONDAY, "factor": "a21026"}).json()["items"]
    assert item["validity"] == {"valid": False, "have": 0, "need": 25, "unit": "days"}
    assert item["days"] == {"due": 30, "valid": 0}
    assert item["attainment"]["hours"]["missing"] == 690


@pytest.mark.parametrize("span", ["day", "month", "quarter", "year"])
@pytest.mark.parametrize("outlet", [STACK, OUTLET])
def test_every_span_has_the_shape_it_promises(api: Api, outlet: str, span: str) -> None:
    for given in ({"start": MONDAY}, {}):
        answer = api.get(f"/api/v1/outlets/{outlet}/statistics", params={"span": span, **given})
        assert answer.status_code == 200, answer.text
        StatisticList.model_validate_json(answer.content)


def test_a_table_has_one_row_a_factor(api: Api) -> None:
    answer = api.get(PATH, params={"span": "day", "start": MONDAY, "format": "csv"})
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["factor"] for row in table] == ["a21026", "a34013", "a19001"]
    assert (table[0]["hours_valid"], table[0]["attainment_hours_exceeded"]) == ("24", "24")
    assert (table[0]["emission_total_kg"], table[0]["no_emission"]) == ("", "no_flow")
    assert f"{STACK}-day-2026-03-02-statistics.csv" in answer.headers["Content-Disposition"]


def test_a_company_sees_the_statistics_of_its_own_site_alone(api: Api) -> None:
    assert api.get(PATH, role="company", site="plant-one").status_code == 200
    refused = api.get(PATH, role="company", site="plant-two")
    assert (refused.status_code, refused.json()["code"]) == (404, "outlet_not_found")


def test_statistics_that_did_not_change_are_not_sent_again(api: Api) -> None:
    query = {"span": "day", "start": MONDAY}
    tag = api.get(PATH, params=query).headers["ETag"]
    assert api.get(PATH, params=query, headers={"If-None-Match": tag}).status_code == 304


def test_an_unknown_span_is_refused(api: Api) -> None:
    assert api.get(PATH, params={"span": "week"}).status_code == 400

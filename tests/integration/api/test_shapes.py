"""Every answer has the shape that the OpenAPI description promises, and says what the rows say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from api.shapes import Shape
from api.shapes.alerts import AlertDetail, AlertList
from api.shapes.data import LedgerList, PeriodList, ReadingList
from api.shapes.sites import OutletDetail, Site, SiteList
from api.shapes.system import Health
from tests.integration.api.conftest import STACK, Api

MORNING = {"from": "2026-03-02T00:00:00+08:00", "to": "2026-03-03T00:00:00+08:00"}

SHAPES = [
    ("/api/v1/healthz", {}, Health),
    ("/healthz", {}, Health),
    ("/api/v1/sites", {}, SiteList),
    ("/api/v1/sites/plant-one", {}, Site),
    ("/api/v1/outlets/plant-one-stack", {}, OutletDetail),
    ("/api/v1/outlets/plant-two-outlet", {}, OutletDetail),  # no data at all
    ("/api/v1/outlets/plant-one-stack/readings", MORNING, ReadingList),
    ("/api/v1/outlets/plant-one-stack/readings", {**MORNING, "revisions": "all"}, ReadingList),
    ("/api/v1/outlets/plant-one-stack/periods", MORNING, PeriodList),
    ("/api/v1/outlets/plant-two-outlet/periods", MORNING, PeriodList),  # empty
    ("/api/v1/outlets/plant-one-stack/ledger", MORNING, LedgerList),
    ("/api/v1/alerts", {}, AlertList),
    ("/api/v1/alerts/1", {}, AlertDetail),
]


@pytest.mark.parametrize(("path", "query", "shape"), SHAPES)
def test_an_answer_has_exactly_the_members_it_promises(
    api: Api, path: str, query: dict[str, str], shape: type[Shape]
) -> None:
    answer = api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    shape.model_validate_json(answer.content)


def test_a_period_item_is_the_one_of_the_contract(api: Api) -> None:
    items = api.get(f"/api/v1/outlets/{STACK}/periods", params={**MORNING, "factor": "a21026"}).json()[
        "items"
    ]
    assert items[0] == {
        "start": "2026-03-02T00:00:00+08:00",
        "span": "hour",
        "outlet": STACK,
        "factor": "a21026",
        "reported": {"measured": "12.30", "folded": "10.90"},
        "recomputed": {"measured": "12.34", "folded": "11.0"},
        "after_marking": {"measured": "12.30", "folded": "10.90"},
        "after_exemption": {"measured": "12.30", "folded": None},
        "valid": True,
        "reasons": [],
        "count": 60,
        "expected": 60,
        "revision": 2,
        "verdicts": [
            {
                "result": "exceeded",
                "basis": "hour",
                "limit_id": 1,
                "bound": "200",
                "compared": "211.07",
                "multiple": "0.05535",
                "reasons": ["above_maximum"],
                "rule": "gas-hour/1",
            }
        ],
    }
    assert [item["revision"] for item in items[:11]] == [2, *[1] * 9, 2]


def test_a_reading_shows_its_last_revision_and_all_of_them_on_request(api: Api) -> None:
    path = f"/api/v1/outlets/{STACK}/readings"
    query = {"factor": "a21026", "from": "2026-03-02T00:09:00+08:00", "to": "2026-03-02T00:11:00+08:00"}
    latest = api.get(path, params=query).json()["items"]
    every = api.get(path, params={**query, "revisions": "all"}).json()["items"]
    assert [(item["time"], item["revision"], item["value"]) for item in latest] == [
        ("2026-03-02T00:09:00+08:00", 1, "13.300"),
        ("2026-03-02T00:10:00+08:00", 2, "14.300"),
    ]
    assert [item["revision"] for item in every] == [1, 1, 2]
    assert latest[0]["folded"] == "10.90"
    assert latest[0]["extra"] == {"Rtd": "12.300"}


def test_the_ledger_adds_up_in_every_hour_and_in_the_total(api: Api) -> None:
    body = api.get(f"/api/v1/outlets/{STACK}/ledger", params=MORNING).json()
    assert len(body["items"]) == 3
    for counts in [*body["items"], body["total"]]:
        known = (
            counts["accepted"] + counts["duplicate"] + counts["conflicting"] + counts["quarantined"]["total"]
        )
        assert counts["received"] == known
        assert counts["quarantined"]["total"] == sum(counts["quarantined"]["by_reason"].values())
    assert body["items"][0]["quarantined"]["by_reason"] == {"crc_mismatch": 5, "garbage": 3}
    assert body["items"][0]["anomalies"] == {"crc_lowercase": 4}
    assert body["total"]["received"] == 300
    assert body["total"]["readings"] == {"accepted": 1920, "duplicate": 240, "conflicting": 48}


def test_a_site_shows_its_newest_values_beside_the_limits_in_force(api: Api) -> None:
    site = api.get("/api/v1/sites/plant-one").json()
    assert site["positive_list"] is True
    assert site["connection"]["state"] == "online"
    assert site["open_alerts"] == 1
    latest = site["outlets"][0]["latest"][0]
    assert (latest["factor"], latest["unit"], latest["name_zh"]) == ("a21026", "mg/m³", "二氧化硫")
    assert (latest["value"], latest["folded"], latest["status"]) == ("13.300", "10.90", "normal")
    limit = latest["limits"][0]
    assert (limit["maximum"], limit["standard"], limit["clause"]) == ("200", "GB 4915-2013", "表1")
    assert Decimal(limit["share"]) == Decimal("0.0545")
    assert limit["beyond"] is False
    assert latest["share"] == limit["share"]


def test_an_outlet_never_shows_the_secrets_of_its_monitor(api: Api) -> None:
    answer = api.get(f"/api/v1/outlets/{STACK}", role="admin")
    assert "123456" not in answer.text
    assert "password" not in answer.text


def test_an_outlet_that_never_sent_is_shown_without_values(api: Api) -> None:
    outlet = api.get("/api/v1/outlets/plant-two-outlet").json()
    assert outlet["connection"] == {"state": "no_data", "since": None}
    assert [latest["value"] for latest in outlet["latest"]] == [None, None, None]
    assert [limit["maximum"] for limit in outlet["limits"]] == ["9", "50"]


FILTERS = [
    ({"condition": "active"}, 2),
    ({"condition": "cleared"}, 1),
    ({"code": "exceedance_hour"}, 1),
    ({"site": "plant-two"}, 2),
    ({"outlet": "plant-one-stack"}, 1),
    ({"handling": "closed"}, 0),
    ({"since": "2199-01-01T00:00:00+08:00"}, 0),
    ({"since": "2020-01-01T00:00:00 08:00"}, 3),  # an unescaped plus sign
    ({"site": "plant-two", "condition": "active"}, 1),
]


@pytest.mark.parametrize(("query", "number"), FILTERS)
def test_the_filters_of_the_alert_list_narrow_it(api: Api, query: dict[str, str], number: int) -> None:
    assert len(api.get("/api/v1/alerts", params=query).json()["items"]) == number


@pytest.mark.parametrize("path", ["readings", "periods"])
def test_a_table_begins_with_a_byte_order_mark_and_holds_the_whole_time(api: Api, path: str) -> None:
    answer = api.get(
        f"/api/v1/outlets/{STACK}/{path}", params={**MORNING, "limit": "1"}, headers={"Accept": "text/csv"}
    )
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbfoutlet,")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + {"readings": 2 * 180, "periods": 2 * 24}[path]


def test_an_unchanged_answer_is_not_sent_twice(api: Api) -> None:
    path = f"/api/v1/outlets/{STACK}/periods"
    first = api.get(path, params=MORNING)
    again = api.get(path, params=MORNING, headers={"If-None-Match": first.headers["ETag"]})
    other = api.get(path, params={**MORNING, "limit": "2"}, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert other.status_code == 200

"""The outlet page: what a company sees of it, what a point leads to, and that thinning in the database loses nothing."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from psycopg.types.json import Jsonb

from api.console.outlet.panels import milliseconds, thinned
from api.console.outlet.reads import Chart
from api.console.outlet.thinning import BUCKETS
from deploy import stack as local
from ingest.hj212 import encode
from store import clock
from store.apply import apply_sites
from store.clock import BEIJING, HOUR
from store.database import connect
from store.queries import parse
from store.sitesfile import read_sites_file
from tests.integration.api.conftest import HERE, STACK, Api, running_api

ROWS = parse(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
ONE, TWO = "888888800000010000000901", "888888800000010000000902"
AT = datetime(2026, 3, 2, 8, tzinfo=BEIJING)
READING = f"/outlets/{STACK}/readings/minute/a21026/2026-03-02T08:00:00%2B08:00"


def frame(mn: str, value: str) -> bytes:
    fields = {"QN": "20260302081003001", "ST": "31", "CN": "2051", "PW": "123456", "MN": mn, "Flag": 5}
    return encode(
        fields,
        [[("DataTime", "20260302080000")], [("a21026-Avg", value), ("a21026-Flag", "N")]],
        version="2017",
    )


def run(api: Api, statement: str, **arguments: Any) -> Any:
    with psycopg.connect(api.database_url, autocommit=True) as connection:
        cursor = connection.execute(ROWS[statement], arguments)
        row = cursor.fetchone() if cursor.description else None
        return None if row is None else row[0]


@pytest.fixture(scope="module")
def plant(stack: local.StackAddress, database_template: str) -> Iterator[Api]:
    """One gateway for two units; a message with a frame of each; the reading of the first came twice, with different values."""
    with running_api(stack, database_template) as api:
        text = (HERE / "sites.yaml").read_text(encoding="utf-8").replace("gateway: gw-two", "gateway: gw-one")
        with connect(api.database_url, name="test") as connection:
            apply_sites(connection, read_sites_file(text), actor="test", at=AT - timedelta(days=10))
        key = api.key(STACK)
        for revision, value in ((1, "11.10"), (2, "12.20")):
            payload = frame(ONE, value) + frame(TWO, "77.70")
            at = AT + revision * HOUR
            message = run(api, "add_message", at=at, gateway="gw-one", payload=payload)
            given = {"revision": revision, "value": Decimal(value), "message": message, "received_at": at}
            run(api, "add_reading", at=AT, outlet=key, factor="a21026", **given)
        for revision, inputs in (
            (1, {"frame": 1}),
            (2, {"frame": 2, "seconds": {"normal": 2700, "fault": 900}}),
        ):
            value = Decimal(200 + revision)
            run(api, "add_period", at=AT, outlet=key, revision=revision, value=value, inputs=Jsonb(inputs))
            run(api, "add_verdict", at=AT, outlet=key, revision=revision, value=value)
        yield api


def get(api: Api, path: str, role: str = "officer", site: str | None = None, **headers: str) -> Any:
    return api.get(path, role, site, headers=headers) if headers else api.get(path, role, site)


def test_a_point_leads_to_its_newest_revision_and_to_each_earlier_one(plant: Api) -> None:
    page = get(plant, READING).text
    assert "a21026-Avg=12.20" in page and "a21026-Avg=11.10" not in page
    assert "与入库值一致" in page
    earlier = get(plant, f"{READING}?revision=1").text
    assert "a21026-Avg=11.10" in earlier and "a21026-Avg=12.20" not in earlier


def test_for_htmx_the_same_is_a_fragment(plant: Api) -> None:
    fragment = plant.client()
    with fragment as client:
        text = client.get(READING, headers={"HX-Request": "true"}).text
    assert "<html" not in text and 'id="reading-panel"' in text


@pytest.mark.parametrize("role", ["officer", "auditor", "operator", "admin"])
def test_nobody_is_shown_a_password(plant: Api, role: str) -> None:
    for path in (READING, "/messages/1", "/messages/1/raw"):
        answer = get(plant, path, role)
        assert answer.status_code == 200
        assert b"123456" not in answer.content
        assert b"PW=******" in answer.content


def test_a_company_sees_its_own_frame_and_nothing_of_the_other_in_the_same_message(plant: Api) -> None:
    for path in (READING, "/messages/1", "/messages/1/raw"):
        answer = get(plant, path, "company", "plant-one")
        assert answer.status_code == 200
        assert b"77.70" not in answer.content and TWO.encode() not in answer.content
    assert "1 个数据包不属于本单位" in get(plant, "/messages/1", "company", "plant-one").text
    raw = get(plant, "/messages/1/raw", "company", "plant-one").content
    assert len(raw) == len(frame(ONE, "11.10") + frame(TWO, "77.70"))
    assert raw.endswith(b"*" * len(frame(TWO, "77.70")))


@pytest.mark.parametrize(
    "path",
    [
        f"/outlets/{STACK}",
        f"/outlets/{STACK}/series?factor=a21026",
        f"/outlets/{STACK}/chart.csv",
        f"/outlets/{STACK}/chart.xlsx",
        READING,
        f"/outlets/{STACK}/readings/hour/a21026/2026-03-02T08:00:00%2B08:00",
    ],
)
def test_a_company_finds_nothing_of_another_units_outlet(plant: Api, path: str) -> None:
    assert get(plant, path, "company", "plant-two").status_code == 404
    assert get(plant, path, "company", "plant-one").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"/outlets/{STACK}/readings/minute/a21026/2026-03-02T08:10:00%2B08:00",
        f"/outlets/{STACK}/readings/minute/a21026/yesterday",
        f"/outlets/{STACK}/readings/century/a21026/2026-03-02T08:00:00%2B08:00",
        f"/outlets/{STACK}/readings/minute/%00/2026-03-02T08:00:00%2B08:00",
        "/messages/999999",
        "/messages/0",
        "/messages/x",
    ],
)
def test_an_address_of_nothing_is_no_page_and_no_failure(plant: Api, path: str) -> None:
    assert get(plant, path).status_code in (404, 422)


def test_an_hour_says_what_it_was_made_of_what_was_left_out_and_what_changed(plant: Api) -> None:
    page = get(plant, f"/outlets/{STACK}/readings/hour/a21026/2026-03-02T08:00:00%2B08:00").text
    for words in (
        "故障 15 分钟",
        "60/60",
        "≤ 200",
        "GB 4915-2013 表1",
        "高于限值上限",
        "hour-gas/2",
        "收到或重新收到上报值",
        "没有收到这一时段的数据",
    ):
        assert words in page, words


def test_a_verdict_made_with_a_limit_that_ended_since_still_shows_that_limit(plant: Api) -> None:
    text = (HERE / "sites.yaml").read_text(encoding="utf-8").replace("gateway: gw-two", "gateway: gw-one")
    changed = text.replace('max: "200", standard: GB 4915-2013', 'max: "100", standard: GB 4915-2026')
    with connect(plant.database_url, name="test") as connection:
        apply_sites(connection, read_sites_file(changed), actor="test", at=clock.now())
    page = get(plant, f"/outlets/{STACK}?factor=a21026&until=2026-03-03").text
    assert "GB 4915-2013 表1" in page and "≤ 200" in page
    assert "已停止" in page and "≤ 100" in page
    window = "from=2026-03-02&to=2026-03-03"
    series = get(plant, f"/outlets/{STACK}/series?factor=a21026&kind=hour&{window}").json()
    assert {limit["value"] for limit in series["panels"][0]["limits"]} == {
        200.0,
        100.0,
    }  # both are dated from 2014 on


def test_the_table_and_the_files_have_every_digit_that_was_sent(plant: Api) -> None:
    query = "factor=a21026&kind=minute&from=2026-03-02&to=2026-03-03"
    assert "12.20" in get(plant, f"/outlets/{STACK}?{query}").text
    lines = get(plant, f"/outlets/{STACK}/chart.csv?{query}").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("时间（北京时间，时段的开始）,二氧化硫 实测值 (mg/m³)")
    assert lines[1].startswith("2026-03-02 08:00:00,12.20,")
    assert any("示例配置" in line for line in lines)
    book = openpyxl.load_workbook(io.BytesIO(get(plant, f"/outlets/{STACK}/chart.xlsx?{query}").content))
    cells = [cell for row in book.active.iter_rows(values_only=True) for cell in row]
    assert 12.2 in cells
    hours = (
        f"/outlets/{STACK}/chart.csv?{query.replace('minute', 'hour')}&column=reported&column=after_exemption"
    )
    row = get(plant, hours).content.decode("utf-8-sig").splitlines()[1]
    assert row == "2026-03-02 08:00:00,202,202,,,超标,60/60"


def test_thinning_in_the_database_keeps_every_extreme_flag_and_hole(plant: Api) -> None:
    chance = random.Random(5)
    start = AT + timedelta(days=30)
    key = plant.key(STACK)
    rows: list[tuple[Any, ...]] = []
    at = start
    for _ in range(6000):
        at += timedelta(seconds=30) if chance.random() > 0.001 else timedelta(minutes=20)
        flag, status = ("D", "fault") if chance.random() < 0.002 else ("N", "normal")
        for revision in (1, 2) if chance.random() < 0.02 else (1,):
            value = Decimal(chance.randrange(100_000)) / 100
            rows.append((at, revision, value, value / 2, flag, status))
    names = ("times", "revisions", "values", "foldeds", "flags", "statuses")
    run(plant, "add_series", outlet=key, **dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    end = at + timedelta(seconds=1)
    newest = {row[0]: row for row in rows}  # the later revision of a time stands behind the earlier
    gap = 90_000
    with connect(plant.database_url, name="test") as connection:
        found = Chart(connection, key, "realtime", (start, end)).extremes("a34013", folds=True, gap=gap)
    drawn = thinned(found, gap, 0)
    assert drawn.readings == len(newest)
    points = {point.at: point for point in drawn.points if point.values[0] is not None}
    width = (milliseconds(end) - milliseconds(start)) // BUCKETS
    buckets: dict[int, list[tuple[Any, ...]]] = {}
    for row in newest.values():
        buckets.setdefault((milliseconds(row[0]) - milliseconds(start)) // width, []).append(row)
    for bucket, inside in buckets.items():
        shown = [point for at, point in points.items() if (at - milliseconds(start)) // width == bucket]
        values = [row[3] for row in inside]
        found_values = [point.values[0] for point in shown if point.values[0] is not None]
        assert (min(found_values), max(found_values)) == (float(min(values)), float(max(values)))
        assert {point.flag for point in shown} == {row[4] for row in inside}
    times = sorted(newest)
    faults = [milliseconds(at) for at in times if newest[at][5] == "fault"]
    assert all(any(begin <= at <= until for begin, until, _ in drawn.stretches) for at in faults)
    normal = [milliseconds(at) for at in times if newest[at][5] == "normal"]
    assert not any(begin <= at <= until for begin, until, _ in drawn.stretches for at in normal)
    holes = [before for before, after in pairwise(times) if after - before > timedelta(milliseconds=gap)]
    assert len(holes) == sum(point.values[0] is None for point in drawn.points)
    assert len(points) < 2 * len(newest) // 3

"""Strip, table, limits, bytes, devices: rows in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.console.outlet.bytesview import view
from api.console.outlet.choice import Asked, choose
from api.console.outlet.devices import device_rows
from api.console.outlet.limits import by_key, limit_rows
from api.console.outlet.readings import agrees, reading_rows
from api.console.outlet.strip import cell_unit, strip
from api.console.outlet.table import reading_path, table
from ingest.hj212.typed import Measurement
from store.clock import BEIJING, DAY, HOUR
from tests.unit.console.samples import NOW, limit, outlet

START = datetime(2026, 1, 15, tzinfo=BEIJING)


def cell(
    begin: datetime, result: str | None, valid: bool = True, status: str = "normal", periods: int = 1
) -> dict[str, Any]:
    return {"cell": begin, "valid": valid, "status": status, "result": result, "periods": periods}


def test_the_strip_has_one_cell_an_hour_and_says_what_happened_in_it() -> None:
    rows = [
        cell(START, "compliant"),
        cell(START + HOUR, "exceeded"),
        cell(START + 2 * HOUR, "missing", False, "missing"),
    ]
    found = strip("a21026", "hour", rows, START, START + 5 * HOUR, NOW)
    assert [one.kind for one in found.cells] == ["valid", "exceeded", "missing", "none", "none"]
    assert found.cells[1].title == "01-15 01~02：超标"
    assert found.counts == (("exceeded", "超标", 1), ("missing", "缺失", 1), ("valid", "有效", 1))
    assert found.summary == "二氧化硫 小时数据：超标 1，缺失 1，有效 1"


def test_a_day_shows_the_gravest_of_its_hours_and_counts_all_of_them() -> None:
    rows = [
        cell(START, "compliant", periods=20),
        cell(START, "exceeded"),
        cell(START, "invalid", False, "fault", 3),
    ]
    found = strip("a21026", "hour", rows, START, START + 20 * DAY, START + DAY)
    assert [one.kind for one in found.cells] == ["exceeded"]  # what is to come has no cell
    assert found.cells[0].title == "2026-01-15：超标 1，无效 3，有效 20"


@pytest.mark.parametrize(
    ("length", "unit"),
    [(DAY, "hour"), (8 * DAY, "hour"), (9 * DAY, "day"), (366 * DAY, "day"), (3 * 366 * DAY, "month")],
)
def test_a_longer_time_has_larger_cells(length: timedelta, unit: str) -> None:
    assert cell_unit(START, START + length) == unit


def test_months_begin_on_their_first_day_whatever_their_length() -> None:
    begin = datetime(2025, 11, 1, tzinfo=BEIJING)
    found = strip(
        "a21026", "day", [cell(begin + 31 * DAY, "compliant")], begin, begin + 500 * DAY, begin + 500 * DAY
    )
    assert found.cells[1].title.startswith("2025-12：有效 1")


def test_the_table_has_one_row_a_time_and_a_link_to_each_reading() -> None:
    choice = choose(outlet(limit()), Asked(("a21026", "a01012"), "minute", "24h"), NOW)
    rows = [
        {
            "factor": "a21026",
            "data_time": START,
            "value": Decimal("12.30"),
            "folded": Decimal("11.10"),
            "flag": "N",
            "status": "normal",
        },
        {
            "factor": "a01012",
            "data_time": START,
            "value": Decimal("99"),
            "folded": None,
            "flag": "C",
            "status": "calibration",
        },
        {
            "factor": "a21026",
            "data_time": START - HOUR,
            "value": Decimal("1"),
            "folded": None,
            "flag": None,
            "status": "unknown",
        },
    ]
    found, following = table(outlet(limit()), choice, rows, [], 1)
    assert following == START
    (row,) = found
    first, second = row.cells
    assert first is not None and second is not None
    assert (first.values, first.flag, first.status) == (("11.10",), "N", None)
    assert first.path == "/outlets/kiln-tail/readings/minute/a21026/2026-01-15T00:00:00%2B08:00"
    assert (second.values, second.flag, second.status) == (("99",), "C", "校准")
    whole, none = table(outlet(limit()), choice, rows, [], 5)
    assert none is None and whole[1].cells[1] is None


def test_the_table_of_hours_has_the_chosen_columns_and_the_verdict() -> None:
    choice = choose(
        outlet(limit()), Asked(("a21026",), "hour", "24h", columns=("reported", "after_exemption")), NOW
    )
    judged = {
        "factor": "a21026", "data_time": START, "reported_measured": Decimal("250.0"), "reported_folded": Decimal("211.070"),
        "after_exemption_measured": None, "after_exemption_folded": None, "valid": True, "status": "normal", "result": "exceeded",
    }  # fmt: skip
    (row,), _ = table(outlet(limit()), choice, [], [judged], 5)
    (found,) = row.cells
    assert found is not None
    assert (found.values, found.word) == (("211.070", "—"), "超标")


def test_a_moment_with_milliseconds_keeps_them_in_its_address() -> None:
    assert "00:00:00.250" in reading_path("x", "realtime", "a21026", START + timedelta(milliseconds=250))


def test_limits_are_told_apart_by_whether_they_hold_held_will_hold_or_were_corrected() -> None:
    ended = limit(key=1, maximum="400", valid_to=START)
    now = limit(key=2, valid_from=START)
    coming = limit(key=3, maximum="100", valid_from=NOW + DAY)
    corrected = limit(key=4, maximum="4000", valid_from=START)
    records = [(one, START, None) for one in (ended, now, coming)] + [(corrected, START, START + HOUR)]
    in_force, other = limit_rows(records, NOW)
    assert [row.bound.text for row in in_force] == ["≤ 200"]
    assert [(row.bound.text, row.word) for row in other] == [
        ("≤ 400", "已停止"),
        ("≤ 100", "尚未生效"),
        ("≤ 4000", "已更正"),
    ]
    assert by_key(records)[4] is corrected, "a verdict that was made with it still finds it"


@pytest.mark.parametrize(
    ("data", "runs", "remark"),
    [
        (
            b"##00\r\n",
            [("##00", False), ("CR", True), ("LF", True), ("\n", False)],
            "line ends are seen and end the line",
        ),
        (b"a\x00\x7f", [("a", False), ("NUL", True), ("DEL", True)], "control characters by their names"),
        ("污水".encode("gb18030"), [("污水", False)], "old loggers write GBK"),
        (b"\xff\xfe", [("FF", True), ("FE", True)], "what is no text is digits"),
        (
            "a\u202eb".encode(),
            [("a", False), ("U+202E", True), ("b", False)],
            "nothing turns the direction of the text",
        ),
    ],
)
def test_bytes_are_shown_so_that_every_one_can_be_seen(
    data: bytes, runs: list[tuple[str, bool]], remark: str
) -> None:
    assert [(run.text, run.control) for run in view(data).runs] == runs, remark


def test_the_hexadecimal_view_has_rows_of_sixteen_and_says_what_is_cut() -> None:
    seen = view(bytes(range(20)))
    assert [row.place for row in seen.rows] == ["0000", "0010"]
    assert seen.rows[1].digits == "10 11 12 13"
    assert seen.rows[0].letters == "·" * 16
    long = view(b"x" * 10_000)
    assert (long.size, long.cut) == (10_000, 10_000 - 8192)


def reading(**given: Any) -> dict[str, Any]:
    return {
        "data_time": START, "revision": 1, "value": Decimal("12.30"), "minimum": None, "maximum": None, "total": None,
        "folded": Decimal("11.1"), "folded_minimum": None, "folded_maximum": None, "flag": "N", "status": "normal",
        "extra": {"SampleTime": "20260115000000"}, "message_id": 5, "received_at": START + 2 * HOUR, **given,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "meaning", "delay"),
    [
        ({}, "正常", "1 小时"),
        ({"flag": "T"}, "超测定上限", "1 小时"),
        ({"flag": "St"}, "启炉", "1 小时"),
        ({"flag": "zz"}, "标准未定义的标识", "1 小时"),
        (
            {"flag": None, "received_at": START + 70 * timedelta(minutes=1)},
            "没有数据标识，按未知处理",
            "10 分钟",
        ),
        ({"received_at": START + 30 * timedelta(minutes=1)}, "正常", "时段结束前 30 分钟"),
    ],
)
def test_a_reading_is_told_with_the_meaning_of_its_flag_and_its_delay(
    given: dict[str, Any], meaning: str, delay: str
) -> None:
    (row,) = reading_rows([reading(**given)], "hour", HOUR)
    assert (row.meaning, row.delay) == (meaning, delay)
    assert row.values == (("Avg", "平均值", "12.30"), ("ZsAvg", "折算平均值", "11.1"))


def test_what_the_decoder_reads_today_is_held_against_what_is_stored() -> None:
    item = Measurement(
        "a21026", "a21026", "12.30", None, None, None, "11.10", None, None, "N", "normal", {}, ()
    )
    assert agrees(item, reading())  # 11.10 is 11.1
    assert not agrees(item._replace(value="12.31"), reading())
    assert not agrees(item._replace(flag="C"), reading())


def test_the_state_of_a_device_is_told_without_its_secrets() -> None:
    body = {"cp": [[["DataTime", "20260115000000"]], [["SB1-RS", "1"], ["NewSK", "0011"]]]}
    row = {"cn": "2021", "data_time": START, "received_at": START, "message_id": 5, "body": body}
    (found,) = device_rows([row])
    assert found.word == "设备运行状态"
    assert found.pairs == (("DataTime", "20260115000000"), ("SB1-RS", "1"), ("NewSK", "****"))
    (record,) = device_rows([replace_body(row, {"record": {"a": {"b": 1}, "c": "x"}})])
    assert record.pairs == (("a.b", "1"), ("c", "x"))


def replace_body(row: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    return {**row, "body": body}

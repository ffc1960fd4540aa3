"""The page of an outlet: the chart in every way it can be used, and from a point to the bytes it came in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from ingest.hj212 import encode
from store.clock import BEIJING, HOUR, hour_start, now
from store.queries import parse
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import KILN, PASSWORD, World

STATEMENTS = parse(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
MN = "888888800000010000000001"
ADDRESS = f"/outlets/{KILN}?factor=a21026&kind=minute&range=24h"


def run(world: World, statement: str, **arguments: object) -> int | None:
    cursor = world.connection.execute(STATEMENTS[statement], arguments)
    row = cursor.fetchone() if cursor.description else None
    return None if row is None else int(str(row[0]))


def send_minute(world: World, at: datetime, value: str, folded: str) -> None:
    """A minute frame as ingest stores it: message and reading."""
    fields = {"QN": f"{at:%Y%m%d%H%M%S}001", "ST": "31", "CN": "2051", "PW": "123456", "MN": MN, "Flag": 5}
    cp = [
        [("DataTime", f"{at:%Y%m%d%H%M%S}")],
        [("a21026-Avg", value), ("a21026-ZsAvg", folded), ("a21026-Flag", "N")],
        [("a21002-Avg", "300.1"), ("a21002-Flag", "N")],
    ]
    received = at + timedelta(minutes=10, seconds=3)
    message = run(
        world, "add_message", at=received, gateway="gw-qilianshan", payload=encode(fields, cp, version="2017")
    )
    run(
        world,
        "add_reading",
        data_time=at,
        outlet=KILN,
        kind="minute",
        factor="a21026",
        revision=1,
        value=Decimal(value),
        folded=Decimal(folded),
        flag="N",
        status="normal",
        message=message,
        received_at=received,
    )


@pytest.fixture
def minutes(world: World) -> list[datetime]:
    """Six minute frames of the last hours."""
    first = hour_start(now()) - 3 * HOUR
    times = [first + timedelta(minutes=10 * number) for number in range(6)]
    for number, at in enumerate(times):
        send_minute(world, at, f"{40 + number}.10", f"{30 + number}.20")
    return times


def series(console: Console) -> dict[str, dict[str, Any]]:
    """What the chart draws, by the id of each series."""
    expect(console.page.locator("#chart")).to_have_attribute("aria-busy", "false")
    expect(console.page.locator("#chart canvas").first).to_be_visible()
    found = console.page.evaluate(
        "echarts.getInstanceByDom(document.getElementById('chart')).getOption().series"
        ".map((one) => ({id: one.id, data: one.data, areas: (one.markArea || {data: []}).data}))"
    )
    return {one["id"]: one for one in found}


def test_the_limit_line_the_exceeded_hour_and_the_invalid_hours_are_drawn(console: Console) -> None:
    console.login()
    console.open(f"/outlets/{KILN}?factor=a21026&factor=a21002&kind=hour&range=7d")
    drawn = series(console)
    assert {point[1] for point in drawn["limit-a21026-0"]["data"]} == {200}
    assert {point[1] for point in drawn["limit-a21002-0"]["data"]} == {400}
    assert [point["value"][1] for point in drawn["exceeded-a21026"]["data"]] == [205.36]
    (area,) = drawn["value-a21026"]["areas"]
    assert area[0]["name"] == "无效"
    assert area[1]["xAxis"] - area[0]["xAxis"] == 2 * 3600 * 1000
    assert max(point[1] for point in drawn["value-a21026"]["data"] if point[1] is not None) == 205.36


def test_kinds_ranges_columns_and_bases_are_drawn_and_stand_in_the_address(console: Console) -> None:
    console.login()
    console.open(f"/outlets/{KILN}")
    page = console.page
    expect(page.locator("#chart")).to_have_text("此范围内没有数据，请换一个时间范围或数据类型。")
    page.locator(".chip", has_text="二氧化硫").click()
    expect(page.locator("#chart canvas").first).to_be_visible()
    page.locator(".chip", has_text="一年").click()
    address = f"{console.server.address}/outlets/{KILN}?factor=a34013&factor=a21026&kind=hour&range=year"
    expect(page).to_have_url(address)
    expect(page.locator("#chart-note")).to_be_hidden()
    page.locator(".chip", has_text="标记后").click()
    page.locator(".chip", has_text="实测").click()
    expect(page).to_have_url(f"{address}&column=reported&column=after_marking&basis=measured")
    expect(page.locator("#chart canvas").first).to_be_visible()
    drawn = series(console)
    assert (
        max(point[1] for point in drawn["value-a21026"]["data"] if point[1] is not None) > 220
    )  # measured, not folded
    page.locator(".chip", has_text="实时").click()
    expect(page.locator("#chart-note")).to_contain_text("所选时间段过长")
    expect(page.locator("#chart-columns")).to_be_visible()  # a year of realtime became hours


def test_a_time_of_ones_own_stands_in_the_address_and_one_can_go_to_the_one_before(console: Console) -> None:
    console.login()
    yesterday = (now() - timedelta(days=1)).astimezone(BEIJING).strftime("%Y-%m-%d")
    console.open(f"/outlets/{KILN}?factor=a21026&kind=hour&from={yesterday}&to={yesterday}T12:00")
    page = console.page
    expect(page.locator("#chart-window")).to_contain_text(f"{yesterday} 00:00 — {yesterday} 12:00")
    expect(page.locator("input[name=from]")).to_have_value(f"{yesterday}T00:00")
    page.locator("#chart-window").get_by_role("link", name="前一段").click()
    expect(page.locator("#chart-window")).to_contain_text(f"— {yesterday} 00:00")
    page.locator("#chart-window").get_by_role("link", name="后一段").click()
    expect(page.locator("#chart-window")).to_contain_text(f"{yesterday} 00:00 — {yesterday} 12:00")
    page.fill("input[name=from]", f"{yesterday}T06:00")
    page.get_by_role("button", name="按时间显示").click()
    expect(page.locator("#chart-window")).to_contain_text(f"{yesterday} 06:00 — {yesterday} 12:00")
    expect(page).to_have_url(re.compile(f"from={yesterday}T06%3A00&to={yesterday}T12%3A00"))
    console.open(f"/outlets/{KILN}?from=nonsense")
    expect(page.locator("#chart-note")).to_contain_text("无法识别")


def test_a_click_on_a_point_opens_its_frame_bytes_and_its_decode_tree(
    console: Console, minutes: list[datetime]
) -> None:
    console.login()
    console.open(ADDRESS)
    series(console)
    at = minutes[2]
    # The chart is drawn in Beijing time as if it were UTC.
    shown = int(at.timestamp() * 1000) + 8 * 3600 * 1000
    x, y = console.page.evaluate(
        "(time) => echarts.getInstanceByDom(document.getElementById('chart')).convertToPixel({gridIndex: 0}, [time, 100])",
        shown,
    )
    console.page.locator("#chart").click(position={"x": x, "y": y})
    panel = console.page.locator("#reading")
    expect(panel.locator("#reading-title")).to_contain_text(f"二氧化硫 {at:%Y-%m-%d %H:%M:%S}")
    expect(panel.locator("#reading-title")).to_be_focused()
    text = panel.locator(".bytes-text").first
    expect(text).to_contain_text(
        f"CN=2051;PW=******;MN={MN};Flag=5;CP=&&DataTime={at:%Y%m%d%H%M%S};a21026-Avg=42.10"
    )
    expect(text).to_contain_text("CRLF")
    assert "123456" not in (panel.text_content() or "").replace(f"{at:%Y%m%d%H%M%S}", "")
    here = panel.locator(".tree-here")
    expect(here).to_have_count(1)
    expect(here).to_contain_text("二氧化硫 a21026")
    expect(here).to_contain_text("32.20")
    expect(panel).to_contain_text("与入库值一致")
    expect(panel.locator(".tree")).to_contain_text("HJ 212 附录 A 一致")
    panel.get_by_text("十六进制").click()
    expect(panel.locator(".hex-table")).to_contain_text("23 23")
    console.check_axe()
    panel.get_by_role("link", name="单独打开").click()
    expect(console.page.get_by_role("heading", name="窑尾", level=1)).to_be_visible()
    expect(console.page.locator(".tree-here")).to_contain_text("a21026-Avg")
    console.check_axe()


def test_the_keyboard_moves_along_the_points_and_opens_one(console: Console, minutes: list[datetime]) -> None:
    console.login()
    console.open(ADDRESS)
    series(console)
    chart, cursor = console.page.locator("#chart"), console.page.locator("#chart-cursor")
    chart.focus()
    console.page.keyboard.press("End")
    expect(cursor).to_have_text(f"二氧化硫 {minutes[5]:%Y-%m-%d %H:%M:%S} 35.2 mg/m³")
    console.page.keyboard.press("ArrowLeft")
    expect(cursor).to_have_text(f"二氧化硫 {minutes[4]:%Y-%m-%d %H:%M:%S} 34.2 mg/m³")
    console.page.keyboard.press("Home")
    console.page.keyboard.press("ArrowRight")
    expect(cursor).to_contain_text(f"{minutes[1]:%H:%M:%S}")
    console.page.keyboard.press("Enter")
    expect(console.page.locator("#reading-title")).to_contain_text(f"{minutes[1]:%Y-%m-%d %H:%M:%S}")
    console.page.keyboard.press("Escape")
    expect(console.page.locator("#reading")).to_be_hidden()
    expect(chart).to_be_focused()


def test_the_wheel_with_control_zooms_in_the_button_zooms_out_and_the_zoomed_time_can_be_read(
    console: Console, minutes: list[datetime]
) -> None:
    console.login()
    console.open(ADDRESS)
    series(console)
    page = console.page
    expect(page.locator("#chart-reset")).to_be_disabled()
    box = page.locator("#chart").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 100)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    expect(page.locator("#chart-reset")).to_be_enabled()
    page.locator("#chart-reset").click()
    expect(page.locator("#chart-reset")).to_be_disabled()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 100)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.locator("#chart-zoomed").click()
    expect(page).to_have_url(re.compile(r"kind=minute&from=\d{4}-\d\d-\d\dT.*&to="))
    expect(page.locator("input[name=range][value=custom]")).to_be_checked()


def test_the_picture_that_is_saved_is_a_png_of_the_chart(console: Console, minutes: list[datetime]) -> None:
    console.login()
    console.open(ADDRESS)
    series(console)
    with console.page.expect_download() as waited:
        console.page.get_by_role("button", name="保存图片 PNG").click()
    content = Path(waited.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(content[place : place + 4], "big") for place in (16, 20))
    assert width > 1000 and height > 400
    assert waited.value.suggested_filename.endswith(".png")


def test_what_is_drawn_can_be_had_as_csv_and_xlsx(console: Console, minutes: list[datetime]) -> None:
    console.login()
    console.open(ADDRESS)
    series(console)
    for name, begin in (("导出 CSV", "\ufeff".encode()), ("导出 XLSX", b"PK")):
        with console.page.expect_download() as waited:
            console.page.get_by_role("link", name=name).click()
        content = Path(waited.value.path()).read_bytes()
        assert content.startswith(begin)
        if begin != b"PK":
            assert "42.10" in content.decode("utf-8-sig") and "示例配置" in content.decode("utf-8-sig")


def test_a_long_series_is_thinned_says_so_and_hides_neither_spike_nor_flag_nor_hole(
    console: Console, world: World
) -> None:
    end = hour_start(now())
    start = end - timedelta(days=29)
    spike, odd, hole = (start + timedelta(days=days) for days in (7, 11, 15))
    run(world, "add_minutes", outlet=KILN, spike=spike, odd=odd, hole=hole, **{"from": start, "to": end})
    console.login()
    console.open(f"/outlets/{KILN}?factor=a21026&kind=minute&range=30d")
    drawn = series(console)
    points = drawn["value-a21026"]["data"]
    assert len(points) < 2500
    assert [point[1] for point in points if point[1] == 999.5] == [999.5]
    assert [point["name"] for point in drawn["flags-a21026"]["data"]] == ["C"]
    assert [point[1] for point in points].count(None) == 1
    expect(console.page.locator("#chart-thinned")).to_contain_text("只画最小值和最大值")


def test_marks_are_shaded_by_their_kind_and_late_ones_are_told_apart(console: Console, world: World) -> None:
    end = hour_start(now())
    for number, (category, label, late) in enumerate(
        (("device", "fault", False), ("condition", "starting", False), ("device", "maintenance", True))
    ):
        begin = end - (3 + 2 * number) * HOUR
        run(
            world,
            "add_mark",
            outlet=KILN,
            category=category,
            label=label,
            late=late,
            **{"from": begin, "to": begin + HOUR},
        )
    console.login()
    console.open(f"/outlets/{KILN}?factor=a21026&kind=hour&range=24h")
    drawn = series(console)
    device = [area[0]["name"] for area in drawn["marks-device-a21026"]["areas"]]
    assert [name.startswith("设备标记：") for name in device] == [True, True]
    assert "逾期" in device[0]
    (condition,) = drawn["marks-condition-a21026"]["areas"]
    assert condition[0]["name"].startswith("工况标记：")
    expect(console.page.locator("#marks-title")).to_be_visible()
    expect(console.page.get_by_text("逾期（仅作说明）")).to_be_visible()


def test_the_validity_strip_shows_every_hour_by_what_became_of_it(console: Console) -> None:
    console.login()
    console.open(f"/outlets/{KILN}?factor=a21026&kind=hour&range=7d")
    strip = console.page.get_by_role("img", name=re.compile("^二氧化硫 小时数据"))
    expect(strip).to_have_attribute("aria-label", "二氧化硫 小时数据：超标 1，无效 2，有效 46")
    assert strip.locator("rect.cell-exceeded").count() == 1
    assert strip.locator("rect.cell-invalid").count() == 2
    assert strip.locator("rect.cell-exceeded title").text_content() is not None


def test_the_verdict_table_has_its_columns_the_word_the_reason_and_the_clause_and_goes_back_in_time(
    console: Console,
) -> None:
    console.login()
    console.open(f"/outlets/{KILN}?factor=a21026")
    page = console.page
    exceeded = page.locator("tr.row-exceeded")
    expect(exceeded).to_have_count(1)
    for text in ("205.36", "225.90", "超标", "≤ 200", "GB 4915-2013 表1", "60/60"):
        expect(exceeded).to_contain_text(text)
    invalid = page.locator("tr.row-invalid").first
    expect(invalid).to_contain_text("无效")
    expect(invalid).to_contain_text("22/60")
    expect(page.locator(".ledger-verdict")).to_contain_text("已平衡")
    assert MN in page.content()
    assert "123456" not in page.content()
    first = page.locator("#verdicts tbody th").first.text_content()
    page.get_by_role("link", name="更早的判定").click()
    expect(page.locator("#verdicts tbody tr")).to_have_count(24)
    assert page.locator("#verdicts tbody th").first.text_content() != first
    page.get_by_role("link", name="最新的判定").click()
    expect(page.locator("#verdicts tbody th").first).to_have_text(first or "")
    page.locator("#verdicts tr.row-exceeded th a").click()
    expect(page.get_by_text("判定依据")).to_be_visible()
    expect(page.locator(".why-verdict")).to_contain_text("超标")


def test_without_script_a_table_says_what_the_chart_shows_and_leads_to_the_bytes(
    chromium: Browser, console: Console, minutes: list[datetime]
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{console.server.address}/login")
    page.fill("#name", "officer")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.goto(console.server.address + ADDRESS)
    page.get_by_text("以表格查看曲线数据").click()
    rows = page.locator(".points-table tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("35.20")
    rows.first.locator("a").click()
    expect(page.locator(".bytes-text").first).to_contain_text("a21026-Avg=45.10")
    context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_fits_the_screen_and_is_clean_for_axe(
    new_console: Callable[[dict[str, int]], Console], size: dict[str, int], minutes: list[datetime]
) -> None:
    console = new_console(size)
    console.login()
    console.open(f"/outlets/{KILN}?factor=a21026&factor=a21002&kind=hour&range=7d")
    series(console)
    console.page.get_by_text("以表格查看曲线数据").click()
    assert console.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    console.check_axe()
    console.open(f"/messages/{1}")
    assert console.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    console.check_axe()


def test_an_outlet_without_data_says_what_to_do(console: Console) -> None:
    console.login()
    console.open("/outlets/xining-thermal-stack")
    expect(console.page.locator("#chart")).to_have_text("此范围内没有数据，请换一个时间范围或数据类型。")
    expect(console.page.locator("#strips")).to_contain_text("没有时段值")
    console.page.get_by_text("以表格查看曲线数据").click()
    expect(console.page.locator("#under-chart")).to_contain_text("请换一个时间段、数据类型或因子")
    console.check_axe()

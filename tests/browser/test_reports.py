"""A report table on the page, its way forth and back, and its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import expect

from store.clock import DAY, day_start, now
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import KILN
from tests.unit.papers.pdf import words_of


def test_a_day_is_chosen_read_and_downloaded_in_every_form(console: Console, tmp_path: Path) -> None:
    page = console.page
    console.login()
    page.get_by_role("link", name="报表").click()
    yesterday = day_start(now()) - DAY
    expect(page.get_by_role("heading", level=1)).to_have_text("废气排放连续监测小时平均值日报表")
    page.select_option("#field-outlet", KILN)
    page.fill("#field-date", f"{yesterday:%Y-%m-%d}")
    page.get_by_role("button", name="筛选").click()
    rows = page.locator(".report-table tbody").first.locator("tr")
    expect(rows).to_have_count(24)
    expect(rows.first.get_by_role("rowheader")).to_have_text("00~01")
    expect(page.locator(".report-line-limit")).to_contain_text("≤ 200（小时均值）")
    expect(page.locator(".notice-warn")).to_contain_text("示例配置")
    # Either the exceeded hour or the two of calibration lie in this day, whatever the time is.
    expect(page.locator(".report-legend")).to_be_visible()
    console.check_axe()
    files = {}
    for form in ("XLSX", "CSV", "PDF"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"下载 {form}").click()
        name = download.value.suggested_filename
        assert (
            name
            == f"废气排放连续监测小时平均值日报表 青海祁连山水泥有限公司窑尾 {yesterday:%Y-%m-%d}.{form.lower()}"
        )
        files[form] = tmp_path / f"report.{form.lower()}"
        download.value.save_as(files[form])
    (sheet,) = load_workbook(files["XLSX"]).worksheets
    assert [row[0].value for row in sheet.iter_rows()][4] == "00~01"
    assert files["CSV"].read_bytes().startswith(b"\xef\xbb\xbf")
    assert "小时平均值日报表" in words_of(files["PDF"].read_bytes())


def test_one_goes_back_to_the_day_before_and_forth_again(console: Console) -> None:
    page = console.page
    console.login()
    yesterday = day_start(now()) - DAY
    console.open(f"/reports?outlet={KILN}&kind=day&date={yesterday:%Y-%m-%d}")
    page.get_by_role("link", name="上一期").click()
    before = yesterday - DAY
    expect(page.locator(".page-sub")).to_contain_text(f"{before.year}年{before.month}月{before.day}日")
    page.get_by_role("link", name="下一期").click()
    expect(page.locator(".page-sub")).to_contain_text(f"{yesterday.month}月{yesterday.day}日")


def test_a_time_without_data_says_what_to_do(console: Console) -> None:
    console.login()
    console.open(f"/reports?outlet={KILN}&kind=month&date=2020-01-01")
    expect(console.page.locator(".empty-box")).to_contain_text("本时段没有数据")
    console.check_axe()


def test_head_and_first_column_stay_in_sight_and_the_page_does_not_scroll_sideways(
    new_console: Callable[[dict[str, int]], Console],
) -> None:
    for size in (DESK, PHONE):
        console = new_console(size)
        console.login()
        page = console.page
        console.open(f"/reports?outlet={KILN}&kind=day&date={day_start(now()) - DAY:%Y-%m-%d}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        region = page.get_by_role("group", name="报表，可左右滚动")
        place = region.bounding_box()
        region.evaluate("box => { box.scrollTop = 300; box.scrollLeft = 400; }")
        first, head = page.locator("tbody .report-first").nth(20), page.locator("thead .report-first")
        here, top = first.bounding_box(), head.bounding_box()
        assert place is not None and here is not None and top is not None
        assert abs(here["x"] - place["x"]) <= 2, "the first column stays"
        assert abs(top["y"] - place["y"]) <= 2, "the head stays"


def test_a_page_is_printed_without_what_is_for_the_screen(console: Console) -> None:
    console.login()
    console.open(f"/reports?outlet={KILN}&kind=day&date={day_start(now()) - DAY:%Y-%m-%d}")
    console.page.emulate_media(media="print")
    for part in (".topbar", ".filters", ".page-act"):
        expect(console.page.locator(part)).to_be_hidden()
    expect(console.page.locator(".report-table")).to_be_visible()

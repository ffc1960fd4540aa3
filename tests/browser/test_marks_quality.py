"""A company marks a stretch and the officer sees it live; from the calendar to a day; from the quarantine to a replay."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingest.hj212 import encode
from store.clock import HOUR, day_start, hour_start, now
from store.people import add_user
from store.queries import parse
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import KILN, PASSWORD, World

STATEMENTS = parse(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
WALL = {"width": 1920, "height": 1080}
MN = "888888800000010000000001"
PAGES = {
    "company": (
        "/marks",
        "/marks/timeline?span=three",
        "/marks/list?channel=all",
        f"/marks/checks?outlet={KILN}",
        f"/marks/file?outlet={KILN}",
        "/quality",
        "/quality/ledger",
    ),
    "operator": (
        "/quality?view=year",
        f"/quality/day?outlet={KILN}",
        "/quality/statistics",
        "/quality/ledger?by=time",
        "/quality/gaps",
        "/quality/quarantine",
        "/quality/quarantine/1",
        "/quality/quarantine/replays",
    ),
}


@pytest.fixture
def people(world: World) -> World:
    """A company user of the cement works and an operator; NOx above its limit in the last hour."""
    add_user(
        world.connection,
        name="company",
        display_name="企业填报员（虚构）",
        role="company",
        site_id="qilianshan-cement",
        password=PASSWORD,
    )
    add_user(
        world.connection, name="operator", display_name="运维员（虚构）", role="operator", password=PASSWORD
    )
    world.hour(KILN, "a21002", hour_start(now()) - HOUR, "431.20", "400")
    return world


def refuse(world: World, count: int) -> None:
    """Hour frames that were refused because of their password, which is right today."""
    for number in range(count):
        start = hour_start(now()) - (100 + number) * HOUR
        stamp = f"{start:%Y%m%d%H%M%S}"
        header = {"QN": f"{stamp}000", "ST": "31", "CN": "2061", "PW": "123456", "MN": MN, "Flag": 5}
        cp = [[("DataTime", stamp)], [("a21026-Avg", "12.5"), ("a21026-Flag", "N")]]
        world.connection.execute(
            STATEMENTS["quarantine"],
            {
                "at": now() - timedelta(minutes=9 - number),
                "raw": encode(header, cp, version="2017"),
                "mn": MN,
                "reason": "password_mismatch",
            },
        )


def sign_in(console: Console, name: str) -> None:
    console.login(name)
    console.page.wait_for_url(console.server.address + "/")


def test_a_company_files_a_suggested_stretch_and_the_officer_sees_it_live(
    new_console: Callable[[dict[str, int]], Console], people: World
) -> None:
    officer = new_console(DESK)
    sign_in(officer, "officer")
    officer.open(f"/marks/timeline?outlet={KILN}&span=three")
    officer.wait_for_stream()
    exceeded = officer.page.locator("#marks-timeline tr", has_text="431.2")
    expect(exceeded).to_contain_text("无标记")
    officer.check_axe()

    company = new_console(DESK)
    sign_in(company, "company")
    company.open("/marks")
    asked = company.page.locator(".stretch-exceeded", has_text="氮氧化物").first
    expect(asked).to_contain_text("剩余")
    expect(asked).to_contain_text("12:00 前")
    company.check_axe()
    asked.get_by_role("link", name="填报标记").click()
    expect(company.page.locator("#mark-deadlines")).to_contain_text("12:00 前")
    begin = hour_start(now()) - HOUR
    assert company.page.input_value("#field-from")[:13] in {
        f"{begin:%Y-%m-%dT%H}",
        f"{begin - HOUR:%Y-%m-%dT%H}",
    }
    assert company.page.input_value("#field-factor") == "a21002"

    # A mark without an item is refused beside the form, and what was typed stays.
    company.page.fill("#field-reason", "氮氧化物分析仪故障，已通知运维（示例）")
    company.page.eval_on_selector("#field-item", "item => item.removeAttribute('required')")
    with company.expecting("422"):
        company.page.get_by_role("button", name="提交标记").click()
        expect(company.page.locator("#mark-form .form-problem")).to_have_text("请选择标记项。")
    assert company.page.input_value("#field-reason").startswith("氮氧化物")

    company.page.select_option("#field-item", "device:fault")
    company.page.get_by_role("button", name="预览影响").click()
    preview = company.page.locator("#mark-preview")
    expect(preview).to_contain_text("将变为无效")
    expect(preview.locator("tbody tr").first).to_contain_text("超标")
    company.check_axe()
    company.page.get_by_role("button", name="提交标记").click()
    expect(company.page.locator("#said")).to_contain_text("标记已提交")
    row = company.page.locator("#marks-list tbody tr").first
    expect(row).to_contain_text("有效")
    expect(row).to_contain_text("company")

    expect(exceeded).to_contain_text("有标记")
    expect(officer.page.locator("svg.lanes .piece-device title").first).to_contain_text("故障")

    # It is taken back with a reason, and the officer sees that too.
    row.get_by_text("撤回", exact=True).click()
    row.locator("textarea").fill("时间填错（示例）")
    row.get_by_role("button", name="确认撤回").click()
    expect(company.page.locator("#said")).to_contain_text("标记已撤回")
    expect(company.page.locator("#marks-list tbody tr").first).to_contain_text("时间填错")
    expect(exceeded).to_contain_text("无标记")


def test_from_a_day_of_the_calendar_to_its_hours(console: Console, people: World) -> None:
    sign_in(console, "officer")
    today = day_start(now())
    shown = today if hour_start(now()) > today else today - timedelta(days=1)
    console.open(f"/quality?outlet={KILN}&day={shown:%Y-%m-%d}")
    console.check_axe()
    console.page.locator(f'[data-day="{shown:%Y-%m-%d}"]').click()
    expect(console.page.locator("h1")).to_have_text(f"{shown:%Y-%m-%d} 各小时")
    expect(console.page.locator(".day-table tbody tr").first).to_contain_text("00~01")
    console.check_axe()
    console.page.go_back()
    # The same without a mouse: the table below the drawing.
    console.page.locator(".heat-table summary").click()
    console.page.locator(".heat-table").get_by_role("link", name=f"{shown:%Y-%m-%d}").click()
    expect(console.page.locator("h1")).to_have_text(f"{shown:%Y-%m-%d} 各小时")


def test_the_ledger_leads_to_the_quarantine_and_its_pieces_are_replayed(
    console: Console, people: World
) -> None:
    refuse(people, 3)
    sign_in(console, "operator")
    console.open("/quality/ledger")
    expect(console.page.locator("#ledger-word")).to_contain_text("已平衡")
    console.open("/quality/quarantine")
    expect(console.page.locator("#reasons-title")).to_be_visible()
    console.check_axe()

    # One of them by itself.
    console.page.locator("tbody tr", has_text="refused for the test").first.get_by_role("link").click()
    expect(console.page.locator("#dry-run")).to_contain_text("现在可以解析")
    expect(console.page.locator(".bytes").first).to_contain_text("PW=******")
    console.check_axe()
    console.page.get_by_role("button", name="重放这一条").click()
    expect(console.page.locator("#said")).to_contain_text("重放成功")

    # The others by ticking them; nothing ticked is refused in words.
    console.open("/quality/quarantine?state=waiting")
    with console.expecting("422"):
        console.page.get_by_role("button", name="重放选中的").click()
        expect(console.page.locator("#replay-chosen .form-problem")).to_contain_text("没有需要重放的")
    for box in console.page.locator("input[name=piece]").all():
        box.check()
    console.page.get_by_role("button", name="重放选中的").click()
    console.page.wait_for_url(re.compile(r"/quality/quarantine/replays/\d+"))
    expect(console.page.locator("#run-title")).to_have_text("已完成")
    expect(console.page.locator("#replay-run")).to_contain_text("已处理 2 / 2 条，入库数据 2 个")
    console.check_axe()
    for action in ("ingest:quarantine:ask", "ingest:quarantine:replay"):
        found = people.connection.execute(
            STATEMENTS["audited"], {"action": action, "actor": "operator"}
        ).fetchone()
        assert found is not None and int(str(found[0])) >= 1, action


@pytest.mark.parametrize("size", [DESK, PHONE, WALL], ids=["desk", "phone", "wall"])
@pytest.mark.parametrize("reader", PAGES)
def test_every_page_fits_the_screen_in_both_languages(
    new_console: Callable[[dict[str, int]], Console], people: World, reader: str, size: dict[str, int]
) -> None:
    refuse(people, 1)
    console = new_console(size)
    sign_in(console, reader)
    wrong = []
    for language in ("zh", "en"):
        for path in PAGES[reader]:
            console.open(path)
            wide = console.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 0:
                wrong.append(f"{language} {path}: wider by {wide} px")
            wrong += [f"{language} {path}: {one}" for one in console.axe_violations()]
        if language == "zh":
            if size is PHONE:
                console.page.click("#menu-toggle")
            console.page.locator('form[action="/language"] button').click()
            console.page.wait_for_load_state()
    assert wrong == []

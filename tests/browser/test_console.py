"""An officer's day at the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from store.clock import now
from store.people import add_user
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import KILN, PASSWORD, World

UNITS = (
    "青海祁连山水泥有限公司",
    "黄河西宁热电",
    "江源给排水",
    "李家山乡镇污水处理站",
    "田家寨乡镇污水处理站",
)


def test_a_wrong_password_is_refused_in_chinese_and_the_right_one_opens_the_page_that_was_wanted(
    console: Console,
) -> None:
    console.open("/alerts?show=all")
    expect(console.page).to_have_url(f"{console.server.address}/login?next=/alerts%3Fshow%3Dall")
    console.page.fill("#name", "officer")
    console.page.fill("#password", "not the password")
    with console.expecting("401"):
        console.page.click("button[type=submit]")
        expect(console.page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
        expect(console.page.get_by_role("alert")).to_contain_text("连续输错 5 次将锁定")
    console.page.fill("#password", PASSWORD)
    console.page.click("button[type=submit]")
    expect(console.page).to_have_url(f"{console.server.address}/alerts?show=all")
    console.page.get_by_role("button", name="退出").click()
    expect(console.page).to_have_url(f"{console.server.address}/login")
    console.open("/")
    expect(console.page).to_have_url(f"{console.server.address}/login")


def test_the_overview_shows_the_five_units_with_values_limits_and_connection(console: Console) -> None:
    console.login()
    for unit in UNITS:
        expect(console.page.get_by_role("heading", name=unit)).to_be_visible()
    expect(console.page.locator(".tag-sample")).to_have_count(5)
    kiln = console.page.locator(f"[data-outlet={KILN}]")
    nox = kiln.locator("tr", has_text="氮氧化物")
    expect(nox.locator("b")).to_have_text("368.8")
    expect(nox).to_contain_text("实测 412.0")
    expect(nox).to_contain_text("≤ 400 GB 4915-2013 表1")
    expect(nox).to_contain_text("接近限值")
    phosphorus = console.page.locator("[data-outlet=jiangyuan-outlet] tr", has_text="总磷")
    expect(phosphorus).to_contain_text("高于限值")
    ammonia = kiln.locator(f"tr:has(#limit-{KILN}-a21001)")
    expect(ammonia).to_contain_text("无法对照")
    expect(console.page.locator("[data-outlet=lijiashan-outlet]")).to_contain_text("离线")
    expect(console.page.locator("[data-outlet=xining-thermal-stack]")).to_contain_text("尚无数据")


def test_a_reading_that_notify_tells_of_appears_without_a_reload(console: Console, world: World) -> None:
    console.login()
    console.wait_for_stream()
    console.page.evaluate("window.notReloaded = true")
    world.readings(KILN, now(), (("a21026", "160.4", "143.57", "N", "normal"),))
    world.tell(event="readings", outlets=[KILN])
    row = console.page.locator(f"[data-outlet={KILN}] tr", has_text="二氧化硫")
    expect(row.locator("b")).to_have_text("143.57")
    assert console.page.evaluate("window.notReloaded") is True


def test_an_alert_that_notify_tells_of_is_listed_with_value_limit_and_clause_and_said_aloud(
    console: Console, world: World
) -> None:
    console.login()
    console.wait_for_stream()
    expect(console.page.locator("#active-count")).to_have_text("1")
    alert_id = world.alert("YJ-20260101-0002", factor="a34013", value="231.4")
    world.tell(event="alert", id=alert_id, number="YJ-20260101-0002", action="raised")
    item = console.page.locator(f"#alert-{alert_id}")
    for text in (
        "数据超标（小时）",
        "窑尾",
        "颗粒物",
        "231.40 / 200 mg/m³",
        "超标 0.16 倍",
        "GB 4915-2013 表1",
    ):
        expect(item).to_contain_text(text)
    expect(console.page.locator("#active-count")).to_have_text("2")
    expect(console.page.locator("#announce")).to_have_text("新预警：数据超标（小时）")
    expect(console.page).to_have_title("(2) 总览 · 污染源自动监控")


def test_acknowledging_is_one_click_is_stored_with_the_name_and_reaches_other_open_pages(
    new_console: Callable[[dict[str, int]], Console], world: World
) -> None:
    here, elsewhere = new_console(DESK), new_console(DESK)
    elsewhere.login("auditor")
    elsewhere.wait_for_stream()
    expect(elsewhere.page.get_by_role("button", name="确认预警")).to_have_count(0)
    here.login()
    here.wait_for_stream()
    here.page.get_by_role("button", name="确认预警 YJ-20260101-0001").click()
    expect(here.page.locator("#open-alerts")).to_contain_text("officer 已确认")
    expect(here.page.locator("#strip")).to_contain_text("全部已确认")
    expect(elsewhere.page.locator("#open-alerts")).to_contain_text("officer 已确认")
    here.page.locator("#open-alerts").get_by_role("link", name="数据超标（小时）").click()
    expect(here.page.locator(".timeline-list")).to_contain_text("已确认 officer")
    expect(here.page.locator("#alert-detail")).to_contain_text("211.07 / 200 mg/m³")


def test_without_script_an_alert_can_be_acknowledged_from_its_page(console: Console, world: World) -> None:
    console.login()
    console.page.wait_for_load_state("load")
    console.open("/alerts/1")
    csrf = console.page.locator("#acknowledge input[name=csrf]").input_value()
    refused = console.page.request.post(
        f"{console.server.address}/alerts/1/acknowledge",
        form={"csrf": "guessed"},
        headers={"Origin": console.server.address},
    )
    assert refused.status == 403
    assert "页面已过期" in refused.text()
    answer = console.page.request.post(
        f"{console.server.address}/alerts/1/acknowledge",
        form={"csrf": csrf},
        headers={"Origin": console.server.address},
    )
    assert answer.status == 200
    assert "officer 于" in answer.text()


def test_a_lost_stream_is_said_and_what_was_missed_is_fetched_when_it_is_back(
    console: Console, world: World
) -> None:
    console.login()
    console.wait_for_stream()
    with console.expecting("ERR_", "Failed to load resource"):
        console.server.stop()
        expect(console.page.locator("#live-lost")).to_contain_text("连接中断")
        world.readings(KILN, now(), (("a21026", "77.7", "66.66", "N", "normal"),))
        console.server.start()
        row = console.page.locator(f"[data-outlet={KILN}] tr", has_text="二氧化硫")
        expect(row.locator("b")).to_have_text("66.66", timeout=30_000)
        expect(console.page.locator("#live-lost")).to_be_hidden()


def test_our_own_trouble_is_told_apart_from_the_companies(console: Console, world: World) -> None:
    console.login()
    expect(console.page.locator("#strip")).to_contain_text("运行正常")
    world.run("beat", service="ingest", at=now() - timedelta(minutes=2))
    console.open("/")
    expect(console.page.locator("#strip")).to_contain_text("数据接收服务未运行")
    expect(console.page.locator("#strip")).to_contain_text("不是企业的问题")


def test_what_does_not_exist_is_a_chinese_page(console: Console) -> None:
    console.login()
    for path in ("/outlets/no-such-outlet", "/alerts/999", "/alerts/abc", "/no-such-page"):
        with console.expecting("404"):
            console.open(path)
            expect(console.page.get_by_role("heading", name="页面不存在")).to_be_visible()


def test_a_company_sees_its_own_unit_only(console: Console, world: World) -> None:
    add_user(
        world.connection,
        name="company",
        display_name="企业丙（虚构）",
        role="company",
        site_id="jiangyuan-wwtp",
        password=PASSWORD,
    )
    console.login("company")
    expect(console.page.locator(".site")).to_have_count(1)
    expect(console.page.get_by_role("heading", name="江源给排水")).to_be_visible()
    expect(console.page.locator("#open-alerts")).to_contain_text("目前没有未结束的预警")
    for path in (
        f"/outlets/{KILN}",
        f"/outlets/{KILN}/series",
        "/alerts/1",
        "/fragments/sites/qilianshan-cement",
    ):
        with console.expecting("404"):
            assert console.page.request.get(console.server.address + path).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/alerts",
        "/alerts/1",
        f"/outlets/{KILN}?factor=a21026&factor=a21002",
        "/outlets/jiangyuan-outlet",
    ],
)
def test_no_page_is_wider_than_a_phone(new_console: Callable[[dict[str, int]], Console], path: str) -> None:
    console = new_console(PHONE)
    console.login()
    console.open(path)
    expect(console.page.locator("main h1")).to_have_count(1)
    assert console.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_everything_can_be_reached_with_the_keyboard_and_shows_where_one_is(console: Console) -> None:
    console.login()
    console.wait_for_stream()
    console.page.keyboard.press("Tab")
    expect(console.page.get_by_role("link", name="跳到正文")).to_be_focused()
    outline = console.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    reached = set()
    for _ in range(60):
        console.page.keyboard.press("Tab")
        reached.add(
            console.page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
        )
    assert {"退出", "确认", f"link-{KILN}", f"limit-{KILN}-a21002"} <= reached

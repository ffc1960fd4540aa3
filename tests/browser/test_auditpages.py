"""The audit trail and the retention in the browser: searching, unfolding, holding and lifting, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from store.people import add_user
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import KILN, PASSWORD, World


@pytest.fixture
def head(world: World) -> World:
    """A supervisor, who reads the trail and places holds."""
    add_user(
        world.connection, name="head", display_name="分管领导（虚构）", role="supervisor", password=PASSWORD
    )
    return world


def enter(console: Console) -> None:
    console.login("head")
    console.page.wait_for_url(console.server.address + "/")


def test_a_record_is_found_unfolded_and_followed_to_its_proof(console: Console, head: World) -> None:
    enter(console)
    page = console.page
    page.locator(".topbar-group", has_text="系统").locator("summary").click()
    page.get_by_role("link", name="审计").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("审计记录")
    page.get_by_label("操作", exact=True).select_option("people:user:add")
    page.get_by_role("button", name="筛选").click()
    row = page.get_by_role("row", name="新建用户").filter(has_text="head")
    expect(row).to_have_count(1)
    expect(page.get_by_role("row", name="登录")).to_have_count(0)
    row.locator("summary").click()
    expect(row.locator("dl")).to_contain_text("分管领导")
    console.check_axe()
    row.locator(".audit-leaf a").click()
    expect(page.get_by_role("heading", level=2, name="只增不改的证明")).to_be_visible()
    expect(page.locator("main")).to_contain_text("people:user:add")
    console.check_axe()
    page.go_back()
    # The search stays in the address.
    assert "action=people%3Auser%3Aadd" in page.url


def test_an_outlet_is_put_under_hold_and_the_hold_lifted_with_a_reason(console: Console, head: World) -> None:
    enter(console)
    page = console.page
    console.open("/retention")
    console.check_axe()
    form = page.locator("#hold-outlet")
    form.get_by_role("button", name="设置冻结").click()
    # What is required is asked for before anything is sent.
    expect(page.locator("tr[id^='hold-']")).to_have_count(0)
    form.get_by_label("排口").select_option(KILN)
    form.get_by_label("自（含当日）").fill("2021-03-31")
    form.get_by_label("至（含当日）").fill("2021-03-01")
    form.get_by_label("理由").fill("复议七号案")
    with console.expecting("422"):
        form.get_by_role("button", name="设置冻结").click()
        expect(form.get_by_role("alert")).to_contain_text("开始早于结束")
    # What was typed stays.
    expect(form.get_by_label("理由")).to_have_value("复议七号案")
    form.get_by_label("至（含当日）").fill("2021-04-30")
    form.get_by_role("button", name="设置冻结").click()
    expect(page.get_by_role("status").filter(has_text="已设置留存冻结")).to_be_visible()
    hold = page.get_by_role("row").filter(has_text="复议七号案")
    expect(hold).to_contain_text("2021-03-31 00:00 至 2021-05-01 00:00")
    hold.locator("summary").click()
    expect(hold).to_contain_text("无法恢复")
    console.check_axe()
    hold.get_by_label("解除理由").fill("复议终结")
    hold.get_by_role("button", name="确认解除").click()
    expect(page.get_by_role("status").filter(has_text="已解除留存冻结")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="复议七号案")).to_have_count(0)
    page.get_by_role("link", name="全部", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="复议七号案")).to_contain_text("复议终结")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_both_pages_are_english_for_who_reads_english(
    new_console: Callable[[dict[str, int]], Console], head: World, size: dict[str, int]
) -> None:
    console = new_console(size)
    enter(console)
    page = console.page
    page.get_by_role("button", name="English").click()
    for path, title in (("/audit", "Audit trail"), ("/retention", "Retention")):
        console.open(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        console.check_axe()

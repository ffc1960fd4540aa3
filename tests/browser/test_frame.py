"""What every page has: the head, the two languages, the shared event stream."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from store.clock import now
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import KILN, World


def test_pages_beyond_the_six_connections_of_a_browser_share_one_stream_and_all_live(
    console: Console, world: World
) -> None:
    console.login()
    console.wait_for_stream()
    context = console.page.context
    further = [context.new_page() for _ in range(8)]
    for page in further:
        page.goto(console.server.address + "/")
        expect(page.locator("#live-state.is-open")).to_be_visible()
    world.readings(KILN, now(), (("a21026", "160.4", "143.57", "N", "normal"),))
    world.tell(event="readings", outlets=[KILN])
    for page in (console.page, *further):
        page.bring_to_front()
        row = page.locator(f"[data-outlet={KILN}] tr", has_text="二氧化硫")
        expect(row.locator("b")).to_have_text("143.57")


def test_the_page_speaks_english_after_the_switch_and_chinese_again_after_the_next(console: Console) -> None:
    console.login()
    expect(console.page.locator("html")).to_have_attribute("lang", "zh-CN")
    console.page.get_by_role("button", name="English").click()
    expect(console.page.locator("html")).to_have_attribute("lang", "en")
    expect(console.page.locator("#menu")).to_contain_text("Alerts")
    console.page.get_by_role("button", name="中文").click()
    expect(console.page.locator("#menu")).to_contain_text("预警")


def test_on_a_phone_the_sections_unfold_from_a_button_that_says_so(
    new_console: Callable[[dict[str, int]], Console],
) -> None:
    phone = new_console(PHONE)
    phone.login()
    menu, toggle = phone.page.locator("#menu"), phone.page.get_by_role("button", name="菜单")
    expect(menu).to_be_hidden()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    expect(menu.get_by_role("link", name="预警")).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")


@pytest.mark.parametrize(
    ("user", "sees", "lacks"),
    [
        ("officer", ["总览", "预警", "执法线索", "证据"], ["用户与令牌", "审计"]),
        ("auditor", ["预警", "审计"], ["用户与令牌", "运行状态"]),
    ],
)
def test_the_head_leads_only_where_the_role_may_go(
    console: Console, user: str, sees: list[str], lacks: list[str]
) -> None:
    console.login(user)
    words = console.page.locator("#menu a").all_text_contents()
    assert set(sees) <= set(words)
    assert not set(lacks) & set(words)


def test_a_menu_of_the_head_closes_with_escape_and_gives_the_focus_back(console: Console) -> None:
    console.login()
    group = console.page.locator(".topbar-group").first
    group.locator("summary").click()
    expect(group).to_have_attribute("open", "")
    console.page.keyboard.press("Escape")
    expect(group).not_to_have_attribute("open", "")
    expect(group.locator("summary")).to_be_focused()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_on_the_login_page_and_on_the_overview(
    new_console: Callable[[dict[str, int]], Console], size: dict[str, int]
) -> None:
    console = new_console(size)
    console.open("/login")
    console.check_axe()
    console.login()
    console.wait_for_stream()
    console.check_axe()

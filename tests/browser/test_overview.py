"""The overview, the wall display, the page of a unit and the health of the system, as wide as a desk, a tablet and a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from store.clock import now
from store.people import add_user
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import KILN, PASSWORD, World

TABLET = {"width": 820, "height": 1100}
WALL = {"width": 1920, "height": 1080}
SIZES = [pytest.param(DESK, id="desk"), pytest.param(TABLET, id="tablet"), pytest.param(PHONE, id="phone")]
CEMENT = "qilianshan-cement"


@pytest.fixture
def people(world: World) -> World:
    """A supervisor and a company user beside the officer of the world."""
    connection = world.connection
    add_user(
        connection, name="supervisor", display_name="分管领导（虚构）", role="supervisor", password=PASSWORD
    )
    add_user(
        connection,
        name="company",
        display_name="企业填报员（虚构）",
        role="company",
        site_id=CEMENT,
        password=PASSWORD,
    )
    return world


def check_page(console: Console) -> None:
    """Nothing for axe to complain of, and nothing beside the window."""
    console.check_axe()
    width = console.page.evaluate("document.documentElement.scrollWidth")
    assert width <= console.page.viewport_size["width"], "the page scrolls sideways"  # type: ignore[index]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/", "/?display=wall", f"/sites/{CEMENT}", "/health-of-system"])
def test_a_page_fits_its_window_and_is_clean_for_axe(
    new_console: Callable[[dict[str, int]], Console], people: World, size: dict[str, int], path: str
) -> None:
    console = new_console(size)
    console.login("supervisor")
    console.open(path)
    expect(console.page.locator("h1")).to_have_count(1)
    check_page(console)


def test_the_head_of_a_card_says_which_value_is_nearest_to_its_limit_and_the_links_lead_there(
    console: Console, world: World
) -> None:
    console.login()
    card = console.page.locator(f"#site-{CEMENT}")
    worst = card.locator(".worst")
    expect(worst).to_contain_text("窑尾 氮氧化物 368.8")
    expect(worst).to_contain_text("92 % 接近限值")
    expect(card.locator(".site-figures")).to_contain_text("今日预警")
    expect(card.locator(".site-figures")).to_contain_text("今日传输率")
    expect(card.locator(".site-figures")).to_contain_text("昨日传输率尚未公布")
    # A value that a reading brings is there without a reload, in the bar too.
    console.wait_for_stream()
    world.readings(KILN, now(), (("a21026", "260.4", "243.57", "N", "normal"),))
    world.tell(event="readings", outlets=[KILN])
    expect(worst).to_contain_text("窑尾 二氧化硫 243.57")
    expect(worst).to_contain_text("122 % 高于限值")
    card.locator("h2 a").click()
    expect(console.page).to_have_url(f"{console.server.address}/sites/{CEMENT}")
    expect(console.page.get_by_role("heading", level=1)).to_have_text("青海祁连山水泥有限公司")


def test_a_supervisor_sees_what_is_overdue_and_an_officer_does_not(
    new_console: Callable[[dict[str, int]], Console], people: World
) -> None:
    supervisor = new_console(DESK)
    supervisor.login("supervisor")
    block = supervisor.page.locator(".supervisor")
    expect(block).to_contain_text("超标变化")
    expect(block.locator("tr", has_text="青海祁连山水泥有限公司")).to_contain_text("1 小时")
    expect(block).to_contain_text("核查任务：逾期 0 项")
    officer = new_console(DESK)
    officer.login()
    expect(officer.page.locator("#strip")).to_contain_text("逾期待办")
    expect(officer.page.locator(".supervisor")).to_have_count(0)


def test_a_screen_on_the_wall_shows_an_alert_that_comes_without_anybody_touching_it(
    new_console: Callable[[dict[str, int]], Console], people: World
) -> None:
    wall = new_console(WALL)
    wall.login("officer")
    wall.open("/?display=wall")
    expect(wall.page.locator("nav, form")).to_have_count(0)
    expect(wall.page.locator("#active-count")).to_have_text("1")
    assert wall.page.evaluate("document.documentElement.scrollWidth") <= WALL["width"]
    wall.wait_for_stream()
    wall.page.evaluate("window.notReloaded = true")
    alert = people.alert("YJ-20260101-0002", factor="a21002", value="484.50")
    people.tell(event="alert", id=alert, action="raised", outlet=KILN)
    expect(wall.page.locator(f"#alert-{alert}")).to_contain_text("氮氧化物")
    expect(wall.page.locator("#active-count")).to_have_text("2")
    assert wall.page.evaluate("window.notReloaded") is True


def test_a_company_begins_with_its_duties_and_finds_its_own_unit_only(
    new_console: Callable[[dict[str, int]], Console], people: World
) -> None:
    company = new_console(PHONE)
    company.login("company")
    duties = company.page.locator("#duties")
    expect(duties.get_by_role("heading")).to_contain_text("待办事项")
    expect(company.page.locator(".site")).to_have_count(1)
    expect(company.page.get_by_role("heading", name="黄河西宁热电")).to_have_count(0)
    check_page(company)
    company.open(f"/sites/{CEMENT}")
    expect(company.page.locator("#duties")).to_be_visible()
    check_page(company)
    with company.expecting("404"):
        company.open("/sites/xining-thermal")
        expect(company.page.locator("main")).not_to_contain_text("黄河西宁热电")


def test_the_page_of_a_unit_tells_its_last_thirty_days_in_words(console: Console) -> None:
    console.login()
    console.open(f"/sites/{CEMENT}")
    strip = console.page.locator(".calendar-line", has_text="窑尾")
    expect(strip.locator(".calendar-day")).to_have_count(30)
    expect(strip.locator(".calendar-sums")).to_contain_text("超标 1 天")
    strip.get_by_text("逐日说明").click()
    expect(strip.locator(".calendar-told")).to_contain_text("超标（超标 1")
    expect(console.page.locator("#unit-alerts")).to_contain_text("数据超标")
    expect(console.page.get_by_role("link", name="统计报表")).to_be_visible()


def test_the_health_page_refreshes_itself_and_says_what_to_do(
    new_console: Callable[[dict[str, int]], Console], people: World
) -> None:
    console = new_console(DESK)
    console.login("supervisor")
    console.open("/health-of-system")
    services = console.page.locator("tr[data-check=services]")
    expect(services).to_contain_text("正常")
    console.page.evaluate("htmx.trigger('#health', 'refresh')")
    jobs = console.page.locator("tr[data-check=jobs]")
    expect(jobs).to_contain_text("异常")
    expect(jobs).to_contain_text("outfall alerts")
    expect(console.page.locator("#health")).to_have_attribute("hx-trigger", "every 15s, refresh")

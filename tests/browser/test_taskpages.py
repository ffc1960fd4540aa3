"""Tasks in the browser: asked for, refused beside the form, worked on and ended; the positive list as of a day."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from store.people import add_user
from tests.browser.conftest import PHONE, Console
from tests.browser.world import PASSWORD, World


def test_a_visit_is_asked_for_with_its_reason_made_and_counted(console: Console) -> None:
    page = console.page
    console.login()
    page.get_by_role("link", name="核查任务", exact=True).click()
    expect(page.locator(".empty-box")).to_contain_text("没有符合条件的任务")
    console.check_axe()
    page.get_by_role("link", name="新建任务").click()
    page.get_by_role("link", name="现场检查").click()
    expect(page.locator(".notice-warn")).to_contain_text("计入年度次数")
    console.check_axe()
    page.select_option("#field-site", "qilianshan-cement")
    page.select_option("#field-reason", "serious_exceedance")
    page.fill("#field-statement", "群众反映夜间异味")
    with console.expecting("422"):
        page.get_by_role("button", name="建立任务").click()
        expect(page.locator(".form-problem")).to_contain_text("不符合所选理由")
    expect(page.locator("#field-statement")).to_have_value("群众反映夜间异味")
    page.select_option("#field-reason", "complaint")
    page.get_by_role("button", name="建立任务").click()
    expect(page.get_by_role("status").filter(has_text="任务已建立")).to_be_visible()
    expect(page.get_by_text("现场检查的理由")).to_be_visible()
    console.check_axe()
    page.get_by_role("button", name="开始办理").click()
    expect(page.get_by_role("status").filter(has_text="已开始办理")).to_be_visible()
    page.get_by_role("button", name="指派").click()
    expect(page.get_by_text("指派：执法员甲（虚构）")).to_be_visible()
    page.locator("#finish > summary").click()
    page.select_option("#field-outcome", "no_problem")
    page.fill("#field-report", "治理设施运行正常")
    console.check_axe()
    page.locator("#finish").get_by_role("button", name="办结任务").click()
    expect(page.get_by_text("计入年度次数").first).to_be_visible()
    page.get_by_role("link", name="核查任务", exact=True).first.click()
    visits = page.locator("[data-visits=qilianshan-cement] td")
    expect(visits.first).to_have_text("1")
    page.select_option("#field-state", "done")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("[data-task]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"state=done"))


def test_a_task_that_is_made_meanwhile_appears_without_a_reload(
    console: Console, new_console: Callable[[dict[str, int]], Console], world: World
) -> None:
    console.login()
    console.page.get_by_role("link", name="核查任务", exact=True).click()
    console.wait_for_stream()
    other = new_console(PHONE)
    other.login()
    other.open("/tasks/new?kind=off_site&site=jiangyuan-water")
    other.page.select_option("#field-outlet", "jiangyuan-outlet")
    other.page.select_option("#field-site", "")
    other.page.fill("#field-statement", "核对视频")
    assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    other.page.get_by_role("button", name="建立任务").click()
    expect(other.page.get_by_role("status").filter(has_text="任务已建立")).to_be_visible()
    expect(console.page.locator("[data-task]")).to_have_count(1)


def test_a_company_sees_what_it_is_asked_and_no_button(console: Console, world: World) -> None:
    add_user(
        world.connection,
        name="company",
        display_name="企业丙（虚构）",
        role="company",
        site_id="qilianshan-cement",
        password=PASSWORD,
    )
    console.login("company")
    console.open("/tasks")
    expect(console.page.locator(".empty-box")).to_contain_text("监管部门向贵单位提出询问时")
    expect(console.page.get_by_role("link", name="新建任务")).to_have_count(0)
    expect(console.page.locator("[data-visits]")).to_have_count(1)
    console.check_axe()


def test_the_positive_list_says_what_it_means_and_publishes_a_seed_after_a_warning(console: Console) -> None:
    page = console.page
    console.login()
    page.get_by_role("link", name="正面清单").click()
    expect(page.locator("[data-unit]")).to_have_count(5)
    expect(page.locator("[data-unit]").first).to_contain_text("不在清单内")
    expect(page.get_by_role("heading", name="清单意味着什么")).to_be_visible()
    console.check_axe()
    page.locator("#publish > summary").click()
    page.fill("#field-period", "2026-Q4")
    with console.expecting("409"):
        page.get_by_role("button", name="确认公布").click()
        expect(page.locator("#publish .form-problem")).to_contain_text("没有单位在正面清单内")
    page.fill("#field-at", "2026-01-01")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_text("截至 2026-01-01")).to_be_visible()

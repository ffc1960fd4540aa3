"""A sites file on the pages: errors with their lines, the diff, applying it as shown, and a diff that is stale."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from store.apply import apply_sites
from store.clock import now
from store.people import add_user
from store.sitesfile import read_sites_file
from tests.browser.conftest import PHONE, Console
from tests.browser.world import PASSWORD, SITES_FILE, World

SITES = SITES_FILE.read_text(encoding="utf-8")
SO2 = '{factor: a21026, basis: hour, max: "200"'


@pytest.fixture
def admin(console: Console, world: World) -> Console:
    """An administrator on the page of limits and sites."""
    add_user(world.connection, name="admin", display_name="管理员丁（虚构）", role="admin", password=PASSWORD)
    console.login("admin")
    console.open("/sites")
    return console


def upload(console: Console, text: str) -> None:
    console.open("/config/sites")
    file = {"name": "sites.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
    console.page.set_input_files("#file", file)  # type: ignore[arg-type]
    console.page.get_by_role("button", name="检查并比对").click()


def test_a_file_with_errors_names_their_lines_and_the_right_one_is_compared_and_applied(
    admin: Console,
) -> None:
    page = admin.page
    admin.check_axe()
    page.get_by_role("link", name="上传配置文件").click()
    admin.check_axe()
    wrong = SITES.replace(SO2, "{factor: a21026, basis: hour, max: 200", 1)
    line = next(number for number, text in enumerate(wrong.splitlines(), 1) if "max: 200," in text)
    with admin.expecting("422"):
        upload(admin, wrong)
        expect(page.locator(".site-errors")).to_contain_text(f"第 {line} 行")
    admin.check_axe()
    upload(admin, SITES.replace(SO2, SO2.replace("200", "100"), 1))
    expect(page.get_by_text("新增 0 项，更改 1 项，结束 0 项")).to_be_visible()
    expect(page.locator("del")).to_have_text("200")
    expect(page.locator("ins")).to_have_text("100")
    admin.check_axe()
    page.locator("#apply > summary").click()
    expect(page.locator("#apply")).to_contain_text("不能撤销")
    page.get_by_role("button", name="确认应用").click()
    expect(page.get_by_role("status").filter(has_text="配置已应用")).to_be_visible()
    page.get_by_role("link", name="限值与记录 青海祁连山水泥有限公司").click()
    limits = page.locator(".site-limits").first
    expect(limits.locator("tr", has_text="二氧化硫")).to_contain_text("≤ 100")
    page.locator("details > summary", has_text="已结束和被更正的限值记录（1）").click()
    expect(page.locator("details .site-limits")).to_contain_text("≤ 200")
    admin.check_axe()
    page.fill("#field-known", f"{now():%Y}-01-01")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator(".site-limits").first.locator("tr", has_text="二氧化硫")).to_contain_text("≤ 200")


def test_a_diff_is_refused_when_somebody_else_applied_meanwhile(admin: Console, world: World) -> None:
    page = admin.page
    upload(admin, SITES.replace(SO2, SO2.replace("200", "100"), 1))
    other = SITES.replace("name: 窑尾", "name: 窑尾排口", 1)
    apply_sites(world.connection, read_sites_file(other), actor="other", at=now())
    page.locator("#apply > summary").click()
    with admin.expecting("409"):
        page.get_by_role("button", name="确认应用").click()
        expect(page.locator("#apply .form-problem")).to_contain_text("请重新上传并查看比对结果")


def test_the_exported_file_comes_back_with_a_warning_of_what_it_lacks(admin: Console) -> None:
    page = admin.page
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 YAML").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "123456" not in text
    upload(admin, text)
    expect(page.locator(".notice-warn")).to_contain_text("将失去密码或密钥")


def test_the_pages_fit_a_phone(admin: Console, new_console: Callable[[dict[str, int]], Console]) -> None:
    phone = new_console(PHONE)
    phone.login()
    for path in ("/sites", "/config/sites/qilianshan-cement", "/positive-list", "/tasks"):
        phone.open(path)
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path

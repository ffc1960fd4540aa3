"""A lead in the browser: drafted, reviewed by two others, its package built, fetched and verified; the board; the company."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.stack import free_port
from store import clock
from store.database import connect
from store.handling import Action, Caller, Step, clocks_of, take_step
from store.people import add_user
from store.settings import load_settings
from tests.browser.conftest import DESK, PHONE, Console, Server
from tests.browser.world import PASSWORD
from tests.integration.evidence.world import OUTLET, World

PEOPLE = (
    ("officer", "officer", "执法员甲（虚构）", None),
    ("chief", "supervisor", "分管乙（虚构）", None),
    ("tech", "technical_reviewer", "技审丙（虚构）", None),
    ("legal", "legal_reviewer", "法审丁（虚构）", None),
    ("boss", "admin", "管理戊（虚构）", None),
    ("company", "company", "企业己（虚构）", "ev-cement"),
)


@pytest.fixture
def world(database: str, tmp_path: Path) -> Iterator[World]:
    """Two days of real frames, judged and sealed, with an alert that was found true, and everybody who works on a lead."""
    settings = load_settings(
        database_url=database,
        home=tmp_path,
        settle_quiet_seconds=0,
        absent_quiet_seconds=0,
        evidence_wait_seconds=0,
    )
    with connect(database, name="test", autocommit=True) as connection:
        made = World(connection, settings)
        made.fill()
        for name, role, called, site in PEOPLE:
            add_user(connection, name=name, display_name=called, role=role, site_id=site, password=PASSWORD)
        alert = made.ask("alerts", outlet_key=made.key(OUTLET))[0]
        with connection.transaction():
            step = Step(Action.CONFIRM, reason="核实属实")
            caller = Caller("officer", "officer", "test")
            take_step(connection, alert["id"], step, caller, clocks=clocks_of(settings), at=clock.now())
        yield made


@pytest.fixture
def server(database: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The API of this test, whose packages land in a home of its own."""
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path))
    monkeypatch.setenv("OUTFALL_EVIDENCE_WAIT_SECONDS", "0")
    running = Server(database, free_port())
    running.start()
    yield running
    running.stop()


def submit(page: Page, form: str, said: str) -> None:
    """Send a form and wait for the sentence that the page then says."""
    page.locator(f"{form} button[type=submit]").click()
    expect(page.locator("#said")).to_contain_text(said)


def sign(console: Console, kind: str, opinion: str, said: str) -> None:
    """Read what is signed, and sign it."""
    page = console.page
    page.get_by_role("link", name=f"进行{kind}").click()
    expect(page.locator(".digest").first).to_have_text(page.locator("input[name=digest]").input_value())
    page.fill("#field-opinion", opinion)
    page.check("#result-sign")
    submit(page, "#review-form", said)


def test_a_lead_is_drafted_reviewed_by_two_others_proved_and_its_proof_verified(
    new_console: Callable[[dict[str, int]], Console], tmp_path: Path
) -> None:
    officer = new_console(DESK)
    page = officer.page
    officer.login("officer")
    officer.open("/leads")
    expect(page.locator(".empty-box")).to_contain_text("还没有线索")
    officer.check_axe()
    page.get_by_role("link", name="新建线索").click()
    page.select_option("#new-site", "ev-cement")
    page.get_by_role("button", name="选定单位").click()
    page.locator("#new-form input[name=alerts]").first.check()
    page.fill("#new-reason", "涉嫌超标排放")
    officer.check_axe()
    submit(page, "#new-form", "线索已形成")
    lead = page.url.partition("?")[0].partition("#")[0]
    path = "/" + lead.split("/", 3)[3]

    expect(page.locator("#act")).to_contain_text("请先写明违法事实")
    page.fill("#field-lead-facts", "窑尾二氧化硫小时均值超过限值")
    submit(page, "#edit-form", "修改已保存")
    page.locator("#basis-form input[name=norms]").first.check()
    page.fill("#basis-reason", "超过排放标准")
    submit(page, "#basis-form", "法律依据已选定")
    officer.check_axe()
    submit(page, "#present-form", "已提请审核")
    expect(page.locator("#review-refusal")).to_contain_text("由技术审核人员办理")
    expect(page.get_by_role("link", name="进行技术审核")).to_have_count(0)

    # An administrator may review, but not what they worked on.
    boss = new_console(DESK)
    boss.login("boss")
    boss.open(path)
    boss.page.locator("#edit > summary").click()
    boss.page.fill("#field-feedback", "企业称设备故障")
    submit(boss.page, "#edit-form", "修改已保存")
    expect(boss.page.locator("#review-refusal")).to_contain_text("须由他人审核")
    boss.open(f"{path}/review/technical")
    expect(boss.page.locator(".refusal")).to_contain_text("您参与了线索")
    expect(boss.page.locator("#review-form")).to_have_count(0)

    reviewer = new_console(DESK)
    reviewer.login("tech")
    reviewer.open("/leads?review=true")
    reviewer.page.locator(".board-card a").first.click()
    sign(reviewer, "技术审核", "数据与判定一致", "技术审核已通过")
    lawyer = new_console(DESK)
    lawyer.login("legal")
    lawyer.open(path)
    expect(lawyer.page.locator(".review-passed")).to_contain_text("技审丙（虚构）")
    sign(lawyer, "法制审核", "依据适用正确", "法制审核已通过")
    lawyer.check_axe()
    expect(lawyer.page.locator(".step-current")).to_contain_text("提交")

    # The package, with its progress.
    officer.open(path)
    page.locator("#evidence").get_by_role("link", name="制作证据包").click()
    page.get_by_role("button", name="估算大小和时间").click()
    expect(page.locator("#estimate")).to_contain_text("约需")
    officer.check_axe()
    page.get_by_role("button", name="开始制作").click()
    expect(page.locator("#download")).to_be_visible(timeout=60_000)
    expect(page.locator(".timeline-list")).to_contain_text("制作完成")
    officer.check_axe()
    with page.expect_download() as fetched:
        page.locator("#download").click()
    package = tmp_path / "package.zip"
    fetched.value.save_as(package)
    page.reload()
    expect(page.locator(".timeline-list")).to_contain_text("下载")

    # Uploaded again: proved; changed: refused.
    verify(officer, package)
    expect(page.locator(".verdict-banner")).to_contain_text(re.compile("没有发现不符之处|全部核验项均已证明"))
    expect(page.locator("#never-title")).to_be_visible()
    officer.check_axe()
    result = page.url
    verify(officer, tampered(package, tmp_path / "tampered.zip"))
    expect(page.locator(".verdict-banner")).to_contain_text("项不符")
    expect(page.locator("[data-check=bag]")).to_have_class(re.compile("check-failed"))
    officer.check_axe()
    with boss.expecting("404"):
        boss.page.goto(result)
        expect(boss.page.get_by_role("heading", name="页面不存在")).to_be_visible()


def verify(console: Console, package: Path) -> None:
    """Upload a package and wait for the report."""
    console.open("/evidence/verify")
    console.page.set_input_files("#field-file", package)
    console.page.get_by_role("button", name="上传并核验").click()
    expect(console.page.locator(".verdict-banner")).to_be_visible(timeout=60_000)


def tampered(package: Path, to: Path) -> Path:
    """The same package with one digit of its readings changed."""
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as made:
        for info in source.infolist():
            data = source.read(info)
            changed = data.replace(b"1", b"2", 1) if "/data/readings/" in info.filename else data
            made.writestr(info.filename, changed)
    return to


def test_the_board_stacks_on_a_phone_and_an_open_board_hears_of_a_lead(
    new_console: Callable[[dict[str, int]], Console], world: World
) -> None:
    desk, phone = new_console(DESK), new_console(PHONE)
    for console in (desk, phone):
        console.login("officer")
        console.open("/leads")
        console.wait_for_stream()
    desk.open("/leads/new?site=ev-cement")
    desk.page.locator("#new-form input[name=alerts]").first.check()
    desk.page.fill("#new-reason", "涉嫌超标排放")
    submit(desk.page, "#new-form", "线索已形成")
    card = phone.page.locator(".board-card")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("测试水泥")
    expect(card).to_contain_text("已超期")
    phone.check_axe()
    width = phone.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    tops = [
        box["y"] for column in phone.page.locator(".board-column").all() if (box := column.bounding_box())
    ]
    assert tops == sorted(set(tops)), "columns stand one below the other"
    phone.open("/leads?view=table")
    phone.check_axe()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    desk.open("/law?at=2026-08-10&until=2026-08-20&act=exceed_standard")
    expect(desk.page.locator(".basis-list")).to_contain_text("行为跨越新旧法")
    desk.check_axe()
    desk.open("/evidence/log?leaf=1&first=2")
    expect(desk.page.locator("#inclusion .notice-done")).to_contain_text("成立")
    expect(desk.page.locator("#consistency .notice-done")).to_contain_text("成立")
    desk.check_axe()


def test_a_company_answers_what_it_was_told(new_console: Callable[[dict[str, int]], Console]) -> None:
    officer, company = new_console(DESK), new_console(PHONE)
    officer.login("officer")
    officer.open("/leads/new?site=ev-cement")
    officer.page.locator("#new-form input[name=alerts]").first.check()
    officer.page.fill("#new-reason", "涉嫌超标排放")
    submit(officer.page, "#new-form", "线索已形成")
    company.login("company")
    company.open("/leads")
    expect(company.page.locator(".empty-box")).to_contain_text("没有告知贵单位的事项")
    officer.page.locator("#company summary").click()
    officer.page.fill("#field-message", "现告知你单位下列事实")
    officer.page.locator("#company form button[type=submit]").click()
    expect(officer.page.locator("#said")).to_contain_text("已告知企业")
    company.open("/leads")
    company.check_axe()
    company.page.locator(".told-card a").click()
    expect(company.page.locator("#main")).to_contain_text("剩余")
    company.page.fill("#field-content", "设备故障，数据不代表排放")
    company.page.get_by_role("button", name="提交陈述申辩").click()
    expect(company.page.locator("#said")).to_contain_text("陈述申辩已提交")
    company.check_axe()
    officer.page.reload()
    expect(officer.page.locator("#company")).to_contain_text("设备故障，数据不代表排放")
    expect(officer.page.locator("#company")).to_contain_text("期限内")

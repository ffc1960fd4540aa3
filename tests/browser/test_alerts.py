"""Working through alerts: the inbox with its keys and its life, every step on the page of an alert, the company's side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from store.people import add_user
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import PASSWORD, World

Opener = Callable[[dict[str, int]], Console]


@pytest.fixture
def people(world: World) -> World:
    """A supervisor, an officer and a company user beside the officer of the world."""
    for name, display, role, site in (
        ("zhao", "执法员赵（虚构）", "officer", None),
        ("boss", "分管领导钱（虚构）", "supervisor", None),
        ("plant", "环保专员孙（虚构）", "company", "qilianshan-cement"),
        ("other", "环保专员李（虚构）", "company", "jiangyuan-wwtp"),
    ):
        add_user(
            world.connection, name=name, display_name=display, role=role, site_id=site, password=PASSWORD
        )
    return world


def several(world: World, count: int) -> list[int]:
    """More alerts than fit a window."""
    factors = ("a34013", "a21002", "a19001", "a01012", "a00000", "a21001", "a01011", "a01013", "a01014")
    outlets = ("qilianshan-kiln-tail", "qilianshan-kiln-head", "xining-thermal-stack")
    places = [(outlet, factor) for outlet in outlets for factor in factors][:count]
    return [
        world.alert(f"YJ-20260101-{number:04d}", outlet=outlet, factor=factor)
        for number, (outlet, factor) in enumerate(places, 100)
    ]


def raise_now(world: World, number: str, outlet: str) -> int:
    alert_id = world.alert(number, outlet=outlet, factor="w01018")
    world.tell(event="alert", id=alert_id, number=number, action="raised")
    return alert_id


def said(page: Page, words: str) -> None:
    """The page says so after a step."""
    expect(page.locator("#said")).to_have_text(words)


def open_form(page: Page, name: str) -> None:
    """Unfold a form of the page of an alert."""
    page.locator(f"#{name} > summary").click()


# ---- the inbox ----------------------------------------------------------------------------------------------------------------


def test_an_alert_that_arrives_takes_neither_selection_nor_place(console: Console, world: World) -> None:
    ids = several(world, 24)
    console.login()
    console.open("/alerts")
    console.wait_for_stream()
    page = console.page
    page.locator(f"#select-{ids[3]}").check()
    page.locator(f"#select-{ids[4]}").check()
    page.locator(f"#row-{ids[2]}").focus()
    page.locator(f"#alert-{ids[2]}").scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, 120)")
    before = page.locator(f"#alert-{ids[2]}").evaluate("(row) => row.getBoundingClientRect().top")
    fresh = raise_now(world, "YJ-20260101-0900", "jiangyuan-outlet")
    expect(page.locator(f"#alert-{fresh}")).to_have_count(1)
    expect(page.locator("#bulk-count")).to_have_text("已选 2 条")
    expect(page.locator(f"#select-{ids[3]}")).to_be_checked()
    expect(page.locator(f"#row-{ids[2]}")).to_be_focused()
    after = page.locator(f"#alert-{ids[2]}").evaluate("(row) => row.getBoundingClientRect().top")
    assert after == pytest.approx(before, abs=3)
    expect(page.locator("#announce")).to_have_attribute("aria-live", "polite")
    expect(page.locator("#announce")).to_have_text("新预警：数据超标（小时）")
    expect(page.locator("#open-count")).to_have_text("26")


def test_the_inbox_is_worked_with_keys_that_do_nothing_while_one_types(
    console: Console, world: World
) -> None:
    ids = several(world, 3)
    console.login()
    console.open("/alerts")
    console.wait_for_stream()
    page = console.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("tr.is-current")
    expect(second).to_have_id(f"alert-{ids[1]}")
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("#bulk-count")).to_have_text("已选 2 条")
    page.keyboard.press("x")
    expect(page.locator("#bulk-count")).to_have_text("已选 1 条")
    page.keyboard.press("ArrowDown")
    expect(second).to_have_id(f"alert-{ids[1]}")
    page.keyboard.press("/")
    expect(page.locator("#inbox-search")).to_be_focused()
    page.keyboard.type("jax?")
    expect(page.locator("#inbox-search")).to_have_value("jax?")
    expect(page.locator("#bulk-count")).to_have_text("已选 1 条")
    page.locator("#bulk-count").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    page.keyboard.press("a")
    expect(page.locator("#bulk-result")).to_contain_text("1 / 1 条已完成")
    expect(page.locator(f"#alert-{ids[1]}")).to_contain_text("officer 已确认")
    page.locator("#keys-use").uncheck()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    expect(page.locator("tr.is-current")).to_have_id(f"alert-{ids[1]}")
    page.reload()
    expect(page.locator("#keys-use")).not_to_be_checked()


def test_enter_opens_the_current_alert(console: Console, world: World) -> None:
    several(world, 2)
    console.login()
    console.open("/alerts")
    console.page.keyboard.press("j")
    expect(console.page.locator("tr.is-current")).to_have_count(1)
    console.page.keyboard.press("Enter")
    console.page.wait_for_url("**/alerts/*")
    expect(console.page.locator("#alert-detail")).to_be_visible()


def test_many_are_acknowledged_at_once_and_who_came_second_is_told_who_was_first(
    new_console: Opener, people: World
) -> None:
    ids = several(people, 3)
    here, elsewhere = new_console(DESK), new_console(DESK)
    for console, name in ((here, "officer"), (elsewhere, "zhao")):
        console.login(name)
        console.open("/alerts")
    # The page of the first does not hear of it before the button is pressed.
    here.page.route("**/alerts?*", lambda route: route.abort())
    here.page.locator("#select-all").check()
    elsewhere.page.locator(f"#alert-{ids[0]} .row-acknowledge").click()
    expect(elsewhere.page.locator("#bulk-result")).to_contain_text("1 / 1 条已完成")
    with here.expecting("ERR_FAILED", "Failed to load"):
        here.page.get_by_role("button", name="确认所选").click()
        result = here.page.locator("#bulk-result")
        expect(result).to_contain_text("3 / 4 条已完成")
        expect(result).to_contain_text("YJ-20260101-0100 数据超标（小时）：此前已由 zhao 确认")
        expect(here.page.locator("#bulk-count")).to_have_text("已选 1 条")
        here.page.unroute("**/alerts?*")


def test_many_are_assigned_at_once(console: Console, people: World) -> None:
    ids = several(people, 2)
    console.login()
    console.open("/alerts")
    for alert_id in ids:
        console.page.locator(f"#select-{alert_id}").check()
    console.page.locator("#bulk-to").select_option(label="执法员赵（虚构）")
    console.page.get_by_role("button", name="指派所选").click()
    expect(console.page.locator("#bulk-result")).to_contain_text("2 / 2 条已完成")
    expect(console.page.locator(f"#alert-{ids[0]} .cell-handling")).to_contain_text("zhao")
    console.open("/alerts?show=mine")
    expect(console.page.locator(".empty-box")).to_contain_text("“我的”里没有预警")


def test_filters_stand_in_the_address_and_an_empty_list_says_what_to_do(
    console: Console, world: World
) -> None:
    several(world, 2)
    console.login()
    console.open("/alerts")
    page = console.page
    page.locator(".inbox-filters > summary").click()
    page.locator("#inbox-search").fill("0101-0100")
    page.get_by_role("search").get_by_role("button", name="筛选").click()
    expect(page.locator("#alert-table tr[data-alert]")).to_have_count(1)
    assert "number=0101-0100" in page.url
    page.locator("#field-severity").select_option("critical")
    page.get_by_role("search").get_by_role("button", name="筛选").click()
    expect(page.locator(".empty-box")).to_contain_text("没有符合筛选条件的预警")


def test_the_sound_is_off_unless_somebody_wants_it(console: Console) -> None:
    console.login()
    console.open("/alerts")
    console.page.locator("#keys > summary").click()
    expect(console.page.locator("#sound-use")).not_to_be_checked()
    console.page.locator("#sound-use").check()
    console.page.reload()
    expect(console.page.locator("#sound-use")).to_be_checked()


# ---- one alert ----------------------------------------------------------------------------------------------------------------


def test_every_step_from_the_first_look_to_the_lead_is_taken_on_the_page(
    console: Console, people: World, tmp_path: Path
) -> None:
    paper = tmp_path / "校准记录.pdf"
    paper.write_bytes(b"%PDF-1.7 sample")
    console.login()
    console.open("/alerts/1")
    console.wait_for_stream()
    page = console.page
    expect(page.locator(".greyed")).to_contain_text("须先核实。")
    page.get_by_role("button", name="确认预警 YJ-20260101-0001").click()
    expect(page.locator(".timeline-list")).to_contain_text("已确认 officer")
    open_form(page, "assign")
    page.locator("#assign-to").select_option("zhao")
    page.locator("#assign-form button[type=submit]").click()
    said(page, "已指派。")
    open_form(page, "comment")
    page.locator("#comment-words").fill("已电话核实")
    page.locator("#comment-form button[type=submit]").click()
    said(page, "备注已记入处理记录。")
    expect(page.locator(".timeline-list li", has_text="已电话核实")).to_contain_text("仅生态环境局可见")
    open_form(page, "remind")
    page.locator("#remind-form button[type=submit]").click()
    said(page, "已催办，相关人员将再次收到通知。")
    open_form(page, "notify")
    expect(page.locator("#notify-preview")).to_contain_text("二氧化硫，211.07 / 200 mg/m³")
    page.locator("#field-message").fill("请说明窑尾超标原因")
    expect(page.locator("#notify-preview")).to_have_text("请说明窑尾超标原因")
    expect(page.locator("#notify")).to_contain_text("环保专员孙（虚构）")
    page.locator("#notify-form button[type=submit]").click()
    said(page, "已通知企业，反馈时限开始计算。")
    open_form(page, "answer")
    page.locator("#field-cause").fill("布袋破损")
    page.locator("#field-measures").fill("已更换")
    page.locator("#answer-form button[type=submit]").click()
    said(page, "反馈已提交。")
    open_form(page, "attach")
    page.locator("#field-files").set_input_files(paper)
    page.locator("#attach-note").fill("现场取得")
    page.locator("#attach-form button[type=submit]").click()
    said(page, "附件已保存。")
    with page.expect_download() as download:
        page.get_by_role("link", name="校准记录.pdf").click()
    assert Path(download.value.path()).read_bytes() == b"%PDF-1.7 sample"
    open_form(page, "verify")
    page.get_by_label("属实", exact=True).check()
    page.locator("#verify-reason").fill("现场核实属实")
    page.locator("#verify-form button[type=submit]").click()
    said(page, "核实结论已记录。")
    open_form(page, "lead")
    expect(page.locator("#lead")).to_contain_text("预警不能再退回")
    page.locator("#lead-reason").fill("超标事实清楚")
    page.locator("#lead-form button[type=submit]").click()
    page.wait_for_url("**/leads/*")
    console.open("/alerts/1")
    expect(page.locator("#alert-detail")).to_contain_text("转线索")
    expect(page.locator("#alert-related")).to_contain_text("执法线索")
    for words in ("指派给 zhao", "布袋破损", "措施：已更换", "现场核实属实", "超标事实清楚"):
        expect(page.locator(".timeline-list")).to_contain_text(words)


def test_a_refused_step_says_why_beside_the_form_and_keeps_what_was_typed(
    console: Console, people: World, tmp_path: Path
) -> None:
    wrong = tmp_path / "照片.png"
    wrong.write_bytes(b"no picture")
    console.login()
    console.open("/alerts/1")
    page = console.page
    open_form(page, "attach")
    page.locator("#field-files").set_input_files(wrong)
    page.locator("#attach-note").fill("现场照片")
    with console.expecting("422"):
        page.locator("#attach-form button[type=submit]").click()
        expect(page.locator("#attach-form .form-problem")).to_have_text(
            "文件内容与其类型不符，请检查后重新上传。"
        )
    expect(page.locator("#attach-note")).to_have_value("现场照片")


def test_what_somebody_types_outlives_what_others_do_with_the_alert(
    new_console: Opener, people: World
) -> None:
    here, elsewhere = new_console(DESK), new_console(DESK)
    for console, name in ((here, "officer"), (elsewhere, "zhao")):
        console.login(name)
        console.open("/alerts/1")
        console.wait_for_stream()
    open_form(here.page, "comment")
    here.page.locator("#comment-words").fill("写到一半")
    elsewhere.page.get_by_role("button", name="确认预警 YJ-20260101-0001").click()
    expect(here.page.locator(".timeline-list")).to_contain_text("已确认 zhao")
    expect(here.page.locator("#comment-words")).to_have_value("写到一半")
    here.page.locator("#comment > summary").click()
    expect(here.page.locator("#acknowledge")).to_have_count(0)


def test_the_page_shows_limit_picture_periods_and_prints_without_its_forms(console: Console) -> None:
    console.login()
    console.open("/alerts/1")
    page = console.page
    expect(page.locator("svg.episode")).to_be_visible()
    expect(page.locator("svg.episode .episode-limit")).to_have_count(1)
    expect(page.locator("#alert-detail")).to_contain_text("GB 4915-2013 表1")
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("#actions")).to_be_hidden()
    expect(page.locator(".print-only")).to_contain_text("执法员甲（虚构）")
    expect(page.locator(".timeline-list")).to_be_visible()


# ---- the company --------------------------------------------------------------------------------------------------------------


def test_a_company_answers_as_its_own_user_and_sees_its_own_unit_only(
    new_console: Opener, people: World, tmp_path: Path
) -> None:
    proof = tmp_path / "维修记录.pdf"
    proof.write_bytes(b"%PDF-1.7 repaired")
    people.alert("YJ-20260101-0700", outlet="jiangyuan-outlet", factor="w01018")
    officer, company = new_console(DESK), new_console(PHONE)
    company.login("plant")
    company.open("/alerts")
    company.wait_for_stream()
    expect(company.page.locator(".empty-box")).to_contain_text("“待反馈”里没有预警")
    officer.login()
    officer.open("/alerts/1")
    open_form(officer.page, "notify")
    officer.page.locator("#notify-form button[type=submit]").click()
    said(officer.page, "已通知企业，反馈时限开始计算。")
    row = company.page.locator("#alert-1")
    expect(row).to_contain_text("企业反馈")
    expect(row).to_contain_text("剩余")
    row.get_by_role("link", name="去反馈").click()
    page = company.page
    expect(page.locator(".answer-first")).to_contain_text("前反馈")
    expect(page.locator("#field-cause")).to_be_focused()
    page.locator("#field-cause").fill("布袋破损")
    page.locator("#field-measures").fill("已更换布袋，恢复正常")
    page.locator("#field-proofs").set_input_files(proof)
    page.locator("#answer-form button[type=submit]").click()
    said(page, "反馈已提交。")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    timeline = officer.page.locator(".timeline-list")
    expect(timeline).to_contain_text("企业反馈 plant")
    expect(timeline).to_contain_text("维修记录.pdf")
    expect(page.locator("#alert-detail")).not_to_contain_text("officer")
    company.open("/alerts?show=all")
    expect(page.locator("#alert-table")).not_to_contain_text("YJ-20260101-0700")
    assert page.request.get(f"{company.server.address}/alerts/2").status == 404


# ---- how it looks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/alerts", "/alerts?show=all&number=1", "/alerts?show=mine", "/alerts/1"])
def test_the_pages_are_clean_for_axe_and_no_wider_than_the_screen(
    new_console: Opener, people: World, size: dict[str, int], path: str
) -> None:
    several(people, 3)
    console = new_console(size)
    console.login()
    console.open(path)
    console.page.locator("details").evaluate_all(
        "(all) => all.forEach((one) => { one.open = !one.closest('.topbar'); })"
    )
    assert console.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    console.check_axe()

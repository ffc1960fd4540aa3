"""The walk of identity: forced change, second factor, an admin's users and tokens, signing in by OpenID."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pyotp
import pytest
from playwright.sync_api import expect

from store.identity.totp import STEP_SECONDS
from store.people import add_user
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import PASSWORD, World

OWN = "lamp under seven bridges"


@pytest.fixture
def admin(world: World) -> World:
    """The world with an admin and with a user who got a generated password."""
    add_user(
        world.connection,
        name="keeper",
        display_name="管理员丙（虚构）",
        role="admin",
        password=PASSWORD,
    )
    return world


def fill_password(console: Console, current: str, new: str, again: str | None = None) -> None:
    console.page.fill("#field-current", current)
    console.page.fill("#field-new", new)
    console.page.fill("#field-again", again or new)
    console.page.get_by_role("button", name="保存新密码").click()


def test_who_has_a_generated_password_comes_to_no_page_before_it_is_changed(
    console: Console, world: World
) -> None:
    first = add_user(
        world.connection, name="fresh", display_name="新人丁（虚构）", role="officer", must_change=True
    )
    console.login("fresh", first)
    expect(console.page).to_have_url(f"{console.server.address}/account/password")
    expect(console.page.get_by_role("heading", level=1)).to_have_text("请先设置自己的密码")
    for path in ("/alerts", "/account", "/"):
        console.open(path)
        expect(console.page).to_have_url(f"{console.server.address}/account/password")
    assert console.axe_violations() == []
    refused = [
        (first, OWN, "something else here", "两次输入的新密码不一致", "409"),
        ("not the password", OWN, OWN, "现在的密码不正确", "422"),
        (first, "fresh2026fresh!", "fresh2026fresh!", "密码不能是用户名", "409"),
        (first, "password123456", "password123456", "这个密码太常见", "409"),
        (first, first, first, "新密码与现在的密码相同", "409"),
    ]
    for current, new, again, words, status in refused:
        with console.expecting(status):
            fill_password(console, current, new, again)
            expect(console.page.locator(".form-problem")).to_contain_text(words)
    fill_password(console, first, OWN)
    expect(console.page).to_have_url(f"{console.server.address}/account")
    expect(console.page.get_by_role("status").filter(has_text="密码已修改")).to_be_visible()
    console.open("/alerts")
    expect(console.page).to_have_url(f"{console.server.address}/alerts")


def set_up_second_factor(console: Console) -> tuple[pyotp.TOTP, list[str]]:
    """Through the pages; returns the app and the recovery codes."""
    console.open("/account/second-factor")
    console.page.fill("#begin-password", PASSWORD)
    console.page.get_by_role("button", name="开始设置").click()
    expect(console.page.locator("#qr")).to_be_visible()
    width = console.page.locator("#qr").evaluate("picture => picture.complete && picture.naturalWidth")
    assert width > 0, "the policy lets the picture in"
    assert console.axe_violations() == []
    key = console.page.locator("#manual-key").inner_text().replace(" ", "")
    app = pyotp.TOTP(key)
    with console.expecting("409"):
        console.page.fill("#field-code", "000000" if app.now() != "000000" else "111111")
        console.page.get_by_role("button", name="确认并开启").click()
        expect(console.page.locator("#confirm-form .form-problem")).to_contain_text("验证码不正确")
    console.page.fill("#field-code", app.now())
    console.page.get_by_role("button", name="确认并开启").click()
    codes = console.page.locator("#recovery-codes li")
    expect(codes).to_have_count(10)
    assert console.axe_violations() == []
    return app, codes.all_inner_texts()


def forget_last_code(world: World) -> None:
    """As if half a minute had gone by: a code serves once, and the test does not wait for the next one."""
    world.connection.execute("update second_factor set last_step = 0")


def test_the_second_factor_is_set_up_asked_for_and_replaced_by_a_recovery_code(
    console: Console, world: World, new_console: Callable[[dict[str, int]], Console]
) -> None:
    console.login()
    app, codes = set_up_second_factor(console)
    console.page.get_by_role("link", name="已保存，返回我的账号").click()
    expect(console.page.locator(".tag-good")).to_contain_text("已开启")

    phone = new_console(PHONE)
    phone.open("/login?next=/alerts")
    phone.page.fill("#name", "officer")
    phone.page.fill("#password", PASSWORD)
    phone.page.click("button[type=submit]")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("两步验证")
    assert phone.axe_violations() == []
    phone.open("/alerts")
    expect(phone.page).to_have_url(re.compile("/login"))
    phone.open("/login/code?next=/alerts")
    with phone.expecting("401"):
        # Of the step that the set-up has used already: read over a shoulder, it opens nothing.
        phone.page.fill("#code", app.at(int(last_step(world)) * STEP_SECONDS))
        phone.page.click("button[type=submit]")
        expect(phone.page.get_by_role("alert")).to_contain_text("验证码不正确，或已经用过")
    forget_last_code(world)
    phone.page.fill("#code", app.now())
    phone.page.click("button[type=submit]")
    expect(phone.page).to_have_url(f"{phone.server.address}/alerts")

    other = new_console(DESK)
    other.login()
    other.page.fill("#code", codes[3].upper().replace("-", " "))
    other.page.click("button[type=submit]")
    expect(other.page).to_have_url(f"{other.server.address}/")
    other.open("/account")
    expect(other.page.get_by_text("剩余恢复码 9 个")).to_be_visible()
    expect(other.page.locator("[data-session]")).to_have_count(3)

    again = new_console(DESK)
    again.login()
    with again.expecting("401"):
        again.page.fill("#code", codes[3])
        again.page.click("button[type=submit]")
        expect(again.page.get_by_role("alert")).to_contain_text("验证码不正确")

    other.page.get_by_role("link", name="管理两步验证").click()
    other.page.locator("#off summary").click()
    other.page.fill("#off-password", PASSWORD)
    other.page.locator("#off button[type=submit]").click()
    expect(other.page.get_by_role("status").filter(has_text="两步验证已关闭")).to_be_visible()


def last_step(world: World) -> int:
    row = world.connection.execute("select last_step from second_factor").fetchone()
    assert row is not None
    return int(str(row[0]))


def test_somebody_ends_a_session_of_theirs_and_that_browser_is_signed_out(
    console: Console, new_console: Callable[[dict[str, int]], Console]
) -> None:
    elsewhere = new_console(PHONE)
    elsewhere.login()
    expect(elsewhere.page).to_have_url(f"{elsewhere.server.address}/")
    console.login()
    console.open("/account")
    rows = console.page.locator("[data-session]")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("本次登录")
    expect(rows.first).to_contain_text("Chrome")
    assert console.axe_violations() == []
    with elsewhere.expecting("401"):
        rows.nth(1).get_by_role("button").click()
        expect(console.page.get_by_role("status").filter(has_text="该登录已退出")).to_be_visible()
        expect(rows).to_have_count(1)
        elsewhere.open("/account")
        expect(elsewhere.page).to_have_url(re.compile(r"/login\?next=/account"))


def test_an_admin_adds_a_user_who_signs_in_and_whose_session_ends_when_disabled(
    console: Console, admin: World, new_console: Callable[[dict[str, int]], Console]
) -> None:
    console.login("keeper")
    console.open("/users")
    expect(console.page.locator("tr[data-user]")).to_have_count(3)
    assert console.axe_violations() == []
    console.page.get_by_role("link", name="新增用户").click()
    assert console.axe_violations() == []
    with console.expecting("409"):
        console.page.fill("#field-name", "plant")
        console.page.fill("#field-display_name", "企业员戊（虚构）")
        console.page.select_option("#field-role", "company")
        console.page.get_by_role("button", name="新增并生成密码").click()
        expect(console.page.locator(".form-problem")).to_contain_text("“企业”角色须选择所属单位")
    assert console.page.input_value("#field-name") == "plant", "what was typed stays"
    console.page.select_option("#field-site", label="青海祁连山水泥有限公司")
    console.page.get_by_role("button", name="新增并生成密码").click()
    password = console.page.locator("#new-password").inner_text()
    assert console.axe_violations() == []

    guest = new_console(DESK)
    guest.login("plant", password)
    fill_password(guest, password, OWN)
    expect(guest.page.get_by_role("status").filter(has_text="密码已修改")).to_be_visible()
    with guest.expecting("403"):
        guest.open("/users")

    console.page.get_by_role("link", name="返回用户").click()
    expect(console.page.locator("[data-session]")).to_have_count(1)
    assert console.axe_violations() == []
    guest.open("/alerts")
    guest.wait_for_stream()
    console.page.locator("#disable summary").click()
    with guest.expecting("401", "EventSource"):
        console.page.locator("#disable button[type=submit]").click()
        expect(console.page.get_by_role("status").filter(has_text="用户已停用")).to_be_visible()
        # The event stream ends at once, and the page finds out that it is signed out.
        expect(guest.page.locator("#live-state.is-open")).to_have_count(0)
        guest.open("/alerts")
        expect(guest.page).to_have_url(re.compile("/login"))
    guest.page.fill("#name", "plant")
    guest.page.fill("#password", OWN)
    with guest.expecting("401"):
        guest.page.click("button[type=submit]")
        expect(guest.page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    console.page.get_by_role("button", name="启用用户").click()
    expect(console.page.get_by_role("status").filter(has_text="用户已启用")).to_be_visible()
    guest.page.fill("#password", OWN)
    guest.page.click("button[type=submit]")
    expect(guest.page).to_have_url(re.compile("/alerts"))


def test_the_last_admin_cannot_be_disabled_or_made_something_else(console: Console, admin: World) -> None:
    console.login("keeper")
    console.open("/users?role=admin")
    console.page.get_by_role("link", name="keeper").click()
    with console.expecting("409"):
        console.page.locator("#disable summary").click()
        console.page.locator("#disable button[type=submit]").click()
        expect(console.page.locator("#disable .form-problem")).to_contain_text("最后一个启用的管理员")
        console.page.select_option("#change-form [name=role]", "officer")
        console.page.locator("#change-form button[type=submit]").click()
        expect(console.page.locator("#change-form .form-problem")).to_contain_text("最后一个启用的管理员")


def test_a_token_is_made_used_within_its_scopes_and_revoked(console: Console, admin: World) -> None:
    console.login("keeper")
    console.open("/users/tokens")
    expect(console.page.get_by_text("还没有令牌")).to_be_visible()
    console.page.get_by_role("link", name="新建令牌").click()
    assert console.axe_violations() == []
    console.page.fill("#field-name", "市局平台读取预警")
    console.page.check("#scope-people-manage")
    with console.expecting("409"):
        console.page.get_by_role("button", name="新建令牌").click()
        expect(console.page.locator(".form-problem")).to_contain_text("该角色没有这些权限：people:manage")
    console.page.uncheck("#scope-people-manage")
    console.page.check("#scope-alerts-read")
    console.page.get_by_role("button", name="新建令牌").click()
    token = console.page.locator("#new-token").inner_text()
    assert console.axe_violations() == []

    def ask(path: str) -> tuple[int, str | None]:
        answer = httpx.get(console.server.address + path, headers={"Authorization": f"Bearer {token}"})
        return answer.status_code, answer.json().get("code")

    assert ask("/api/v1/alerts") == (200, None)
    assert ask("/api/v1/sites") == (403, "scope_missing")
    console.page.get_by_role("link", name="返回令牌列表").click()
    row = console.page.locator("[data-token]")
    expect(row).to_contain_text("查看预警")
    expect(row).to_contain_text("keeper")
    assert console.axe_violations() == []
    row.locator("summary").click()
    row.get_by_role("button").click()
    expect(console.page.get_by_role("status").filter(has_text="令牌已撤销")).to_be_visible()
    expect(row).to_contain_text("撤销")
    assert ask("/api/v1/alerts") == (401, "token_unknown")


def test_an_admin_resets_password_and_second_factor_of_who_lost_the_telephone(
    console: Console, admin: World, new_console: Callable[[dict[str, int]], Console]
) -> None:
    owner = new_console(DESK)
    owner.login()
    set_up_second_factor(owner)
    console.login("keeper")
    console.open("/users?words=officer")
    expect(console.page.locator("tr[data-user]")).to_contain_text("两步验证")
    console.page.get_by_role("link", name="officer").click()
    console.page.locator("#reset-second-factor summary").click()
    console.page.locator("#reset-second-factor button[type=submit]").click()
    expect(console.page.get_by_role("status").filter(has_text="两步验证已重置")).to_be_visible()
    console.page.locator("#reset-password summary").click()
    console.page.locator("#reset-password button[type=submit]").click()
    password = console.page.locator("#new-password").inner_text()
    visitor = new_console(PHONE)
    visitor.login("officer", password)
    expect(visitor.page).to_have_url(f"{visitor.server.address}/account/password")
    visitor.page.get_by_role("button", name="退出").click()
    expect(visitor.page).to_have_url(f"{visitor.server.address}/login")


def test_the_pages_of_account_and_users_speak_english_too(console: Console, admin: World) -> None:
    console.login("keeper")
    console.page.get_by_role("button", name="English").click()
    for path, heading in (
        ("/account", "My account"),
        ("/account/password", "Change the password"),
        ("/account/second-factor", "Second factor"),
        ("/users", "Users"),
        ("/users/new", "Add a user"),
        ("/users/tokens", "Tokens"),
        ("/users/tokens/new", "Make a token"),
    ):
        console.open(path)
        expect(console.page.get_by_role("heading", level=1)).to_have_text(heading)
        # Names of people and of units are data and stay as they are.
        words = console.page.locator("#main :is(h1, h2, p, label, button, legend, dt, thead th)")
        assert [
            word for word in words.all_inner_texts() if re.search("[一-鿿]", word) and "虚构" not in word
        ] == [], path

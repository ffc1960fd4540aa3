"""Notifications at the console: a channels file applied after its differences were seen, duty, the plan, a trial message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect

from alerts.telling import tell
from store.channels import apply_channels
from store.channelsfile import read_channels_file
from store.clock import BEIJING, now
from store.people import add_user
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.world import PASSWORD, World

Opener = Callable[[dict[str, int]], Console]


def channels_file(port: int, who: str = "值班员甲（虚构）") -> str:
    """One channel to a program on this machine, a roster of today and tomorrow."""
    today = now().astimezone(BEIJING).date()
    return f"""\
channels:
  - {{id: desk, kind: webhook, url: "http://127.0.0.1:{port}/in/top-secret-path", secret: "top-secret-0123456"}}
  - {{id: leaders, kind: webhook, url: "http://127.0.0.1:{port}/leaders", secret: "top-secret-6543210"}}
shifts:
  - {{id: round, from: "00:00", to: "00:00"}}
duty:
  fallback: [leaders]
  roster:
    - {{date: "{today}", shift: round, who: {who}, channels: [desk]}}
    - {{date: "{today + timedelta(days=1)}", shift: round, who: 值班员乙（虚构）, channels: [desk]}}
quiet_hours: {{from: "22:00", to: "06:30", except: [serious, critical]}}
default: [desk]
routes:
  - {{channels: [], purposes: [raised, reminder, cleared], on_duty: true}}
  - {{channels: [leaders], purposes: [escalated], from_level: 1, through_quiet: true}}
"""


@pytest.fixture
def admin(world: World) -> World:
    """An administrator beside the officer of the world."""
    add_user(world.connection, name="admin", display_name="管理员（虚构）", role="admin", password=PASSWORD)
    return world


@pytest.fixture
def told(admin: World, database: str, receiver: int) -> World:
    """A channels file in force, and one alert that was told of."""
    with psycopg.connect(database) as connection:
        file = read_channels_file(channels_file(receiver))
        apply_channels(connection, file, actor="admin", origin="test", at=now())
        tell(connection, "raised", 1, now())
    return admin


def test_an_administrator_sees_the_differences_applies_the_file_and_tries_a_channel(
    console: Console, admin: World, receiver: int, tmp_path: Path
) -> None:
    file = tmp_path / "channels.yaml"
    console.login("admin")
    console.open("/notifications/channels")
    page = console.page
    expect(page.locator("#channel-list")).to_contain_text("还没有通道")
    file.write_text(channels_file(receiver).replace("kind: webhook", "kind: telegraph"), encoding="utf-8")
    page.locator("#channels-file").set_input_files(file)
    page.get_by_role("button", name="查看差异").click()
    expect(page.locator("#difference")).to_contain_text("文件有 2 处错误")
    expect(page.get_by_role("button", name="应用这个文件")).to_have_count(0)
    file.write_text(channels_file(receiver), encoding="utf-8")
    page.locator("#channels-file").set_input_files(file)
    page.get_by_role("button", name="查看差异").click()
    expect(page.locator("#difference")).to_contain_text("新增通道：desk")
    expect(page.locator("#difference")).to_contain_text("值班员甲（虚构）")
    assert "top-secret" not in page.content()
    page.get_by_role("button", name="应用这个文件").click()
    expect(page.locator("#said")).to_have_text("通知配置已应用，下一条通知即按新配置发送。")
    expect(page.locator("#channel-list")).to_contain_text("尚未使用")
    page.get_by_role("button", name="向通道 desk 发送测试消息").click()
    expect(page.locator("#tested")).to_contain_text("desk：已送达（HTTP 200）")
    console.open("/notifications/channels")
    expect(page.locator("#channel-list")).to_contain_text("正常")
    assert "top-secret" not in page.content()
    console.open("/notifications")
    expect(page.locator("#messages")).to_contain_text("通道应答 HTTP 200")


def test_an_officer_sees_who_is_on_duty_and_what_would_be_told_and_changes_nothing(
    console: Console, told: World
) -> None:
    console.login()
    console.open("/notifications")
    page = console.page
    expect(page.locator("#messages")).to_contain_text("待发送")
    page.locator("#messages").get_by_role("link", name="YJ-20260101-0001").click()
    expect(page.locator("#alert-related")).to_contain_text("新预警 → desk")
    console.open("/notifications/duty")
    expect(page.locator(".on-duty")).to_contain_text("值班员甲（虚构）")
    expect(page.locator("tr.is-today")).to_contain_text("正在值班")
    expect(page.locator(".duty-table")).to_contain_text("值班表中此时无人")
    console.open("/notifications/plan")
    stages = page.locator(".timeline-list li")
    expect(stages).to_have_count(5)
    expect(stages.nth(2)).to_contain_text("leaders")
    console.open("/notifications/channels")
    expect(page.locator("#apply-form")).to_have_count(0)
    expect(page.get_by_role("button", name="发送测试消息")).to_have_count(0)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "path",
    [
        "/notifications",
        "/notifications/1",
        "/notifications/duty",
        "/notifications/plan",
        "/notifications/channels",
    ],
)
def test_the_pages_are_clean_for_axe_and_no_wider_than_the_screen(
    new_console: Opener, told: World, size: dict[str, int], path: str
) -> None:
    console = new_console(size)
    console.login("admin")
    console.open(path)
    console.page.locator("main details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
    assert console.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    console.check_axe()

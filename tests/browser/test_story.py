"""The whole story in the browser, with the real processes: from a logger's bytes to a package that a stranger has verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from store import people
from store.apply import apply_sites
from store.clock import hour_start, now
from store.database import connect
from store.sitesfile import read_sites_file
from tests.browser.conftest import DESK, PATIENCE, Console, Server
from tests.browser.world import PASSWORD
from tests.fixtures.broker import Broker
from tests.fixtures.mqtt import Peer
from tests.fixtures.waiting import until
from tests.integration.whole.processes import environment_for, running
from tests.integration.whole.test_whole_path import STACK_MN, frame

SITES = """
authority: {{district: 甲区生态环境局, city: 乙市生态环境局}}
gateways: [{{id: {gateway}}}]
sites:
  - id: unit-one
    name: 甲单位
    industry: other
    key_unit: true
    sample: true
    outlets:
      - id: stack-one
        name: 烟囱
        medium: gas
        oxygen_reference: 6
        monitor: {{mn: "999999000000000000000001", gateway: {gateway}, protocol: "2017"}}
        factors: [a21002, a19001]
        limits:
          - {{factor: a21002, basis: hour, max: "100", standard: GB 13223-2011, clause: 表1, from: "2012-01-01"}}
  - id: unit-two
    name: 乙单位
    industry: other
    key_unit: false
    sample: true
    outlets:
      - id: stack-two
        name: 二号烟囱
        medium: gas
        oxygen_reference: 6
        monitor: {{mn: "999999000000000000000009", gateway: {gateway}, protocol: "2017"}}
        factors: [a21002, a19001]
        limits: []
"""
PEOPLE = {
    "officer": ("执法甲（虚构）", "officer", None),
    "technical": ("技审乙（虚构）", "technical_reviewer", None),
    "legal": ("法审丙（虚构）", "legal_reviewer", None),
    "unit-one": ("甲单位填报员（虚构）", "company", "unit-one"),
    "unit-two": ("乙单位填报员（虚构）", "company", "unit-two"),
}
PROOF = b"%PDF-1.4\n% a repair record, fictitious\n%%EOF\n"


@dataclass
class Town:
    """The running whole, and a browser of their own for each of its people."""

    server: Server
    peer: Peer
    gateway: str
    open_console: Callable[[str], Console]

    def exceed(self) -> None:
        """The logger sends an ended hour that is over the limit, as bytes."""
        hour = hour_start(now()) - timedelta(hours=2)
        items = "a19001-Avg=6.00,a19001-Flag=N;a21002-Avg=120.54,a21002-ZsAvg=120.54,a21002-Flag=N"
        self.peer.publish(f"outfall/v1/{self.gateway}/hj212", frame(STACK_MN, "2061", hour, items))


@pytest.fixture
def town(
    database: str,
    broker: Broker,
    gateway_name: Callable[[], str],
    chromium: Browser,
    tmp_path: Path,
) -> Iterator[Town]:
    """Ingest, alerts and API as processes; two units, five people; nobody's browser may complain or ask elsewhere."""
    gateway = gateway_name()
    with connect(database, name="test") as connection:
        apply_sites(connection, read_sites_file(SITES.format(gateway=gateway)), actor="test", at=now())
        for name, (shown, role, site) in PEOPLE.items():
            people.add_user(
                connection, name=name, display_name=shown, role=role, site_id=site, password=PASSWORD
            )
        connection.commit()
    environment = environment_for(database, broker.url, tmp_path)
    server = Server(database, int(environment["OUTFALL_HTTP_PORT"]))
    opened: list[Console] = []

    def open_console(name: str) -> Console:
        context = chromium.new_context(
            viewport={"width": DESK["width"], "height": DESK["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE)
        console = Console(context.new_page(), server)
        console.watch()
        opened.append(console)
        console.login(name)
        console.page.wait_for_url(server.address + "/")
        return console

    with ExitStack() as stack:
        for room in ("ingest", "alerts", "api"):
            stack.enter_context(running(room, environment, tmp_path))
        until(lambda: _ready(f"{server.address}/readyz"), "the API and ingest to be ready", 60.0)
        peer = Peer(broker.gateway_url(gateway), f"test-{gateway}")
        stack.callback(peer.close)
        yield Town(server, peer, gateway, open_console)
        for console in opened:
            console.page.context.close()
    for console in opened:
        assert console.complaints == []
        assert console.hosts <= {f"127.0.0.1:{server.port}"}


def _ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5.0, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_an_exceedance_becomes_a_reviewed_lead_and_a_package_that_verifies(
    town: Town, tmp_path: Path
) -> None:
    officer = town.open_console("officer")
    officer.wait_for_stream()
    town.exceed()
    alert = officer.page.locator("#open-alerts .alert-item", has_text="数据超标（小时）")
    for words in ("甲单位 烟囱", "氮氧化物", "120.54 / 100 mg/m³", "GB 13223-2011 表1"):
        expect(alert).to_contain_text(words)
    alert.get_by_role("button", name="确认预警").click()
    expect(alert).to_contain_text("officer 已确认")
    alert.get_by_role("link", name="数据超标（小时）").click()
    expect(officer.page.locator("h1")).to_contain_text("数据超标（小时）")
    path = officer.page.url.removeprefix(town.server.address)

    _the_company_answers(town, path)

    expect(officer.page.locator("#alert-detail")).to_contain_text("脱硝设施喷氨泵故障（虚构）")
    officer.page.locator("#verify > summary").click()
    officer.page.locator("#verify-form input[value=confirmed]").check()
    officer.page.fill("#verify-reason", "数据有效，企业承认设施故障")
    officer.page.locator("#verify-form button[type=submit]").click()
    expect(officer.page.locator("#said")).to_contain_text("核实结论已记录")
    officer.page.locator("#lead > summary").click()
    officer.page.fill("#lead-reason", "小时均值超标，属实")
    officer.page.locator("#lead-form button[type=submit]").click()
    expect(officer.page.locator("#said")).to_contain_text("已转为执法线索草稿")

    lead = _the_lead_is_drafted(officer)
    officer.open(f"{lead}/review/technical")
    expect(officer.page.locator("#review-form")).to_have_count(0)
    for reviewer, kind, said in (
        ("technical", "technical", "技术审核已通过"),
        ("legal", "legal", "法制审核已通过"),
    ):
        console = town.open_console(reviewer)
        console.open(f"{lead}/review/{kind}")
        console.page.fill("#field-opinion", "事实清楚，数据与判定一致（虚构）")
        console.page.locator("#result-sign").check()
        console.page.locator("#review-form button[type=submit]").click()
        expect(console.page.locator("#said")).to_contain_text(said)

    package = _the_package_is_built_and_fetched(officer, lead, tmp_path)
    officer.open("/evidence/verify")
    officer.page.set_input_files("#field-file", package)
    officer.page.locator("#upload-form button[type=submit]").click()
    banner = officer.page.locator(".verdict-banner")
    expect(banner).to_be_visible(timeout=60_000)
    # Stamps and cosignatures need keys that this bureau has not named: those lines are "not proved", and none is "failed".
    expect(officer.page.locator(".check-failed")).to_have_count(0)
    assert officer.page.locator(".check-ok").count() > 10
    expect(
        officer.page.locator(".verdict-banner.verdict-proved, .verdict-banner.verdict-partly")
    ).to_be_visible()
    tampered = tmp_path / "tampered.zip"
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 1
    tampered.write_bytes(content)
    officer.open("/evidence/verify")
    officer.page.set_input_files("#field-file", tampered)
    officer.page.locator("#upload-form button[type=submit]").click()
    expect(
        officer.page.locator("#result .verdict-failed, #result .verdict-no_package, #result .notice-wrong")
    ).to_be_visible(timeout=60_000)


def _the_company_answers(town: Town, path: str) -> None:
    """The unit's own user replies with a proof; another unit's sees neither alert nor name."""
    stranger = town.open_console("unit-two")
    with stranger.expecting("404"):
        stranger.open(path)
    expect(stranger.page.locator("body")).not_to_contain_text("甲单位")
    company = town.open_console("unit-one")
    company.open(path)
    company.page.fill("#answer-form [name=cause]", "脱硝设施喷氨泵故障（虚构）")
    company.page.fill("#answer-form [name=measures]", "已停用故障泵并启用备用泵（虚构）")
    company.page.set_input_files(
        "#field-proofs", {"name": "检修记录.pdf", "mimeType": "application/pdf", "buffer": PROOF}
    )
    company.page.locator("#answer-form button[type=submit]").click()
    expect(company.page.locator("#said")).to_contain_text("反馈已提交")
    expect(company.page.locator("main")).to_contain_text("检修记录.pdf")


def _the_lead_is_drafted(officer: Console) -> str:
    """Facts, legal basis, handed to the reviews; returns the lead's path."""
    officer.open("/leads")
    officer.page.locator("a[href^='/leads/']", has_text="XS-").first.click()
    expect(officer.page.locator("#act")).to_be_visible()
    lead = officer.page.url.removeprefix(officer.server.address).partition("?")[0].partition("#")[0]
    edit = officer.page.locator("#edit")
    if edit.get_attribute("open") is None:
        edit.locator("summary").first.click()
    officer.page.fill("#field-lead-facts", "甲单位烟囱氮氧化物小时均值超过限值（虚构）")
    officer.page.locator("#edit-form button[type=submit]").click()
    expect(officer.page.locator("#said")).to_contain_text("修改已保存")
    officer.page.locator("#basis-form [name=norms]").first.check()
    officer.page.fill("#basis-reason", "超过排放标准排放大气污染物")
    officer.page.locator("#basis-form button[type=submit]").click()
    expect(officer.page.locator("#said")).to_contain_text("法律依据已选定")
    officer.page.locator("#present-form button[type=submit]").click()
    expect(officer.page.locator("#said")).to_contain_text("已提请审核")
    return lead


def _the_package_is_built_and_fetched(officer: Console, lead: str, folder: Path) -> Path:
    """Asked for from the lead's page, watched until it is ready, downloaded."""
    officer.open(lead)
    officer.page.locator("#evidence a.btn").click()
    officer.page.locator("#build-form button.btn-primary").click()
    fetch = officer.page.locator("a[href$='/download']").first
    expect(fetch).to_be_visible(timeout=120_000)
    with officer.page.expect_download() as started:
        fetch.click()
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    return file

"""Chromium, the real API process on a free port, and a page that may not do what the rules forbid."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psycopg
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from api.app import create_app
from deploy.assets import install_assets
from deploy.stack import free_port
from store.settings import load_settings
from tests.browser.world import PASSWORD, World, populate

AXE = Axe()
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE = 15_000  # milliseconds; two cores are shared with everything else that runs


@dataclass
class Server:
    """The API on one port; it can be stopped and started again there."""

    database_url: str
    port: int
    _running: list[tuple[uvicorn.Server, threading.Thread]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Come up, and return when requests are taken."""
        app = create_app(load_settings(database_url=self.database_url))
        config = uvicorn.Config(
            app, port=self.port, log_level="warning", ws="none", timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        waited = threading.Event()
        while not server.started:
            assert thread.is_alive(), "the API did not start; its log says why"
            waited.wait(0.02)
        self._running.append((server, thread))

    def stop(self) -> None:
        """Go down as on SIGTERM."""
        while self._running:
            server, thread = self._running.pop()
            server.should_exit = True
            thread.join(timeout=20)
            assert not thread.is_alive(), "the API did not stop within 20 seconds"


@dataclass
class Console:
    """A browser's page on the console. Everything that it complains of is kept and must be empty at the end."""

    page: Page
    server: Server
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def watch(self) -> None:
        """Note errors of scripts and of the content security policy, and every host that is asked."""

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.complaints.append(message.text)

        self.page.on("console", heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def open(self, path: str) -> None:
        """Go to a page of the console."""
        self.page.goto(self.server.address + path)

    def login(self, name: str = "officer", password: str = PASSWORD) -> None:
        """Fill in the login page and send it."""
        self.open("/login")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.click("button[type=submit]")

    def wait_for_stream(self) -> None:
        """Return when the event stream is open, so that an event told now is heard."""
        expect(self.page.locator("#live-state.is-open")).to_be_visible()

    def axe_violations(self) -> list[str]:
        """What axe-core finds on the page as it is now, one line a place; no rule is left out."""
        found = AXE.run(self.page).response["violations"]
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:200]}"
            for rule in found
            for node in rule["nodes"]
        ]

    def check_axe(self) -> None:
        """Fail with every violation that axe-core finds."""
        assert self.axe_violations() == []

    @contextmanager
    def expecting(self, *texts: str) -> Iterator[None]:
        """Complaints that hold one of these texts belong to what the block does on purpose."""
        before = len(self.complaints)
        yield
        kept = [line for line in self.complaints[before:] if not any(text in line for text in texts)]
        self.complaints[before:] = kept


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium with an empty profile.

    Ended with the browser tests and not with the run: Playwright keeps an event loop in this thread, and no other can run beside.
    """
    install_assets(print)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def world(database: str) -> Iterator[World]:
    """The database of this test with the sample sites and some data."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield populate(connection)


@pytest.fixture
def server(database: str, world: World) -> Iterator[Server]:
    """The API of this test."""
    running = Server(database, free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def new_console(chromium: Browser, server: Server) -> Iterator[Callable[[dict[str, int]], Console]]:
    """Opens browsers of their own, by the size of the window; at the end none of them may have complained or asked elsewhere."""
    opened: list[tuple[BrowserContext, Console]] = []

    def open_console(size: dict[str, int]) -> Console:
        context = chromium.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(PATIENCE)
        console = Console(context.new_page(), server)
        console.watch()
        opened.append((context, console))
        return console

    yield open_console
    for context, console in opened:
        context.close()
        assert console.complaints == []
        assert console.hosts <= {f"127.0.0.1:{server.port}"}


@pytest.fixture
def console(new_console: Callable[[dict[str, int]], Console]) -> Console:
    """One browser at the size of an office screen."""
    return new_console(DESK)

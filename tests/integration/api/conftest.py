"""A running API on a database with two sites; one a module, tests that change things ask for ``fresh_api``."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from api.app import create_app
from api.service import Server, config_of, listen
from deploy import stack as local
from store import clock, people
from store.apply import apply_sites
from store.database import connect, rows
from store.queries import parse
from store.settings import Settings, load_settings
from store.sitesfile import read_sites_file
from tests.fixtures.database import STATEMENTS as DATABASES
from tests.fixtures.database import with_database

HERE = Path(__file__).parent
ROWS = parse((HERE / "rows.sql").read_text(encoding="utf-8"))
STACK, OUTLET = "plant-one-stack", "plant-two-outlet"


@dataclass
class Api:
    """A served application and ways to call it."""

    url: str
    database_url: str
    server: Server
    tokens: dict[tuple[str, str | None], str] = field(default_factory=dict)

    def run(self, statement: str, **arguments: object) -> list[dict[str, Any]]:
        """Run a statement of rows.sql and commit."""
        with connect(self.database_url, name="test") as connection, rows(connection) as cursor:
            cursor.execute(ROWS[statement], arguments)
            return cursor.fetchall() if cursor.description else []

    def key(self, outlet_id: str) -> int:
        """Key of an outlet."""
        return int(self.run("outlet_key", id=outlet_id)[0]["key"])

    def token(self, role: str = "officer", site: str | None = None) -> str:
        """A bearer token; one a role and site."""
        if (role, site) not in self.tokens:
            with connect(self.database_url, name="test") as connection:
                name = f"{role}-test"
                self.tokens[role, site] = people.create_token(connection, name=name, role=role, site_id=site)
        return self.tokens[role, site]

    def client(self, role: str | None = "officer", site: str | None = None) -> httpx.Client:
        """A client with a token of this role, or with none."""
        headers = {} if role is None else {"Authorization": f"Bearer {self.token(role, site)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def get(
        self, path: str, role: str | None = "officer", site: str | None = None, **given: Any
    ) -> httpx.Response:
        """One GET."""
        with self.client(role, site) as client:
            return client.get(path, **given)

    def user(self, name: str, role: str = "officer", site: str | None = None) -> str:
        """Add a user and return the password."""
        with connect(self.database_url, name="test") as connection:
            return people.add_user(connection, name=name, display_name=name, role=role, site_id=site)


@contextmanager
def served(settings: Settings) -> Iterator[Server]:
    """The application on a socket of its own, as the process serves it."""
    app = create_app(settings)
    server = Server(config_of(app), app)
    with listen(settings) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server ended before it served"
                thread.join(0.01)
            yield server
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server did not stop"


@contextmanager
def running_api(stack: local.StackAddress, template: str) -> Iterator[Api]:
    """An API on a database of its own."""
    name = f"outfall_test_{secrets.token_hex(6)}"
    with psycopg.connect(stack.admin_database_url, autocommit=True) as admin:
        names = {"database": sql.Identifier(name), "template": sql.Identifier(template)}
        admin.execute(sql.SQL(DATABASES["copy_template"]).format(**names))
    url = with_database(stack.database_url, name)
    try:
        with connect(url, name="test") as connection:
            sites = read_sites_file((HERE / "sites.yaml").read_text(encoding="utf-8"))
            apply_sites(connection, sites, actor="test", at=clock.now() - timedelta(days=30))
        port = local.free_port()
        with (
            # The signing key of the log and built packages land in the home.
            tempfile.TemporaryDirectory(prefix="outfall-home-") as home,
            served(load_settings(database_url=url, http_port=port, home=home)) as server,
        ):
            yield Api(f"http://127.0.0.1:{port}", url, server)
    finally:
        with psycopg.connect(stack.admin_database_url, autocommit=True) as admin:
            admin.execute(sql.SQL(DATABASES["drop"]).format(database=sql.Identifier(name)))


WEEK_START = datetime(2026, 3, 2, tzinfo=clock.BEIJING)


def fill(api: Api) -> None:
    """Data of a day or two at the stack, alerts of both sites, the ledger of three hours."""
    key = api.key(STACK)
    now = clock.now()
    end = WEEK_START + timedelta(hours=3)
    api.run("readings", outlet_key=key, from_time=WEEK_START, to_time=end)
    recent = clock.hour_start(now) - timedelta(minutes=30)
    api.run("readings", outlet_key=key, from_time=recent, to_time=recent + timedelta(minutes=5))
    api.run("outlet_state", outlet_key=key, at=now)
    api.run("gateway_state", gateway="gw-one", at=now - timedelta(hours=1))
    api.run("periods", outlet_key=key, from_time=WEEK_START, to_time=WEEK_START + timedelta(hours=30))
    api.run("verdicts", outlet_key=key)
    api.run("ledger", outlet_key=key, at=WEEK_START)
    add_alert(api, STACK, "exceedance_hour", "active")
    add_alert(api, OUTLET, "exceedance_day", "active")
    add_alert(api, OUTLET, "data_missing", "cleared")


def add_alert(
    api: Api, outlet: str, code: str, condition: str, *, handling: str = "new", at: datetime | None = None
) -> int:
    """One alert with its history; returns the id."""
    at = at or clock.now()
    site_key = api.run("site_key", id="plant-one" if outlet == STACK else "plant-two")[0]["key"]
    alert = api.run(
        "alert",
        code=code,
        site_key=site_key,
        outlet_key=api.key(outlet),
        factor="a21026",
        condition=condition,
        handling=handling,
        at=at,
    )
    alert_id = int(alert[0]["id"])
    api.run("alert_history", alert_id=alert_id)
    api.run("alert_occurrence", alert_id=alert_id, at=clock.hour_start(at))
    return alert_id


@pytest.fixture(scope="module")
def api(stack: local.StackAddress, database_template: str) -> Iterator[Api]:
    """An API with data that the tests of a module share and only read."""
    with running_api(stack, database_template) as served_api:
        fill(served_api)
        yield served_api


@pytest.fixture
def fresh_api(stack: local.StackAddress, database_template: str) -> Iterator[Api]:
    """An API of this test alone, with two sites and no data."""
    with running_api(stack, database_template) as served_api:
        yield served_api

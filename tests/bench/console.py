"""The pages of the console with a year of five units stored: ``python -m tests.bench.console``.

A stack of its own is filled (tests/bench/year.py), an API process is started on it, somebody who may see everything signs in, and
every page is asked for one after another over HTTP. What is told is the time from the request to the last byte of the answer on
the loopback. ``--database URL --home HOME`` measures on a database that is filled already.
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.app import create_app
from deploy import stack as local
from store.database import connect
from store.migrate import migrate
from store.people import add_user
from store.settings import load_settings
from tests.bench.report import Row, show
from tests.bench.world import World, memory_megabytes, service_process, wait_for_answer
from tests.bench.year import DAYS, fill
from tests.fixtures.database import with_database
from tests.fixtures.stack import start_on_free_ports, throw_away_home

REQUESTS = 40
WARM_UP = 5

SITE, OUTLET = "qilianshan-cement", "qilianshan-kiln-tail"
MONTH = "kind=minute&range=30d"

OVERVIEW_MS = 150
OUTLET_MS = 300

NAMED: tuple[tuple[str, str, float | None], ...] = (
    ("overview", "/", OVERVIEW_MS),
    ("overview on the wall", "/?display=wall", OVERVIEW_MS),
    ("overview: line of figures", "/fragments/strip", OVERVIEW_MS),
    ("overview: card of a unit", f"/fragments/sites/{SITE}", OVERVIEW_MS),
    ("unit", f"/sites/{SITE}", OUTLET_MS),
    ("outlet, a month of minutes", f"/outlets/{OUTLET}?{MONTH}", OUTLET_MS),
    ("outlet: series of a month of minutes", f"/outlets/{OUTLET}/series?{MONTH}", OUTLET_MS),
    ("alerts, all", "/alerts?show=all", OUTLET_MS),
)
"""Name, address and limit in milliseconds."""

NOT_MEASURED = ("/login", "/api", "/static", "/metrics", "/healthz", "/readyz", "/docs", "/fragments")
"""What is no page, or asked of nobody who is signed in."""


@dataclass(frozen=True, slots=True)
class Timed:
    """The times of one address in milliseconds, without the warm-up."""

    name: str
    address: str
    limit: float | None
    status: int
    size: int
    times: tuple[float, ...]

    @property
    def middle(self) -> float:
        """Half of the answers came sooner."""
        return median(self.times)

    @property
    def p95(self) -> float:
        """One in twenty took longer."""
        return quantiles(self.times, n=20)[18]


def plain_pages() -> list[str]:
    """Every page of the console that has no parameter in its path."""
    app = create_app(load_settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
    known = {address.partition("?")[0] for _, address, _ in NAMED}
    return sorted(
        route.path
        for route in _routes(app.routes)
        if isinstance(route, APIRoute)
        and "GET" in route.methods
        and "{" not in route.path
        and not route.include_in_schema
        and not route.path.startswith(NOT_MEASURED)
        and route.path not in known
    )


def _routes(found: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in found:
        included: Any = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _routes(included.routes)


def sign_in(client: httpx.Client, name: str, password: str) -> None:
    """Sign in as people do; the session stays in the client."""
    answer = client.post(
        "/login",
        data={"name": name, "password": password, "next": "/"},
        headers={"Origin": str(client.base_url)},
    )
    if answer.status_code != 303:
        raise RuntimeError(f"the sign-in was answered with {answer.status_code}")


def timed(client: httpx.Client, name: str, address: str, limit: float | None) -> Timed:
    """Ask for one address again and again."""
    times: list[float] = []
    answer = client.get(address)
    for number in range(WARM_UP + REQUESTS):
        began = time.perf_counter()
        answer = client.get(address)
        if number >= WARM_UP:
            times.append((time.perf_counter() - began) * 1000)
    return Timed(name, address, limit, answer.status_code, len(answer.content), tuple(times))


def ask_all(url: str, process: subprocess.Popen[bytes], name: str, password: str) -> list[Timed]:
    """Every address once signed in, those with a limit first."""
    with httpx.Client(base_url=url, timeout=60) as client:
        wait_for_answer(client, "/healthz", process)
        sign_in(client, name, password)
        found = [timed(client, *one) for one in NAMED]
        found += [timed(client, address, address, None) for address in plain_pages()]
    return found


@contextmanager
def filled(days: int) -> Iterator[World]:
    """A stack of its own with so many days stored."""
    with throw_away_home() as home:
        stack = start_on_free_ports(home)
        migrate(stack.database_url)
        settings = load_settings(database_url=stack.database_url, home=home)
        superuser = with_database(stack.admin_database_url, stack.database_url.rsplit("/", 1)[1])
        fill(superuser, settings, days)
        yield World(stack, {})


def pages_of(world: World) -> tuple[list[Timed], float]:
    """The pages of a filled world, and the memory of the API process at its highest, in MB."""
    port = local.free_port()
    name, password = f"bench-{secrets.token_hex(3)}", secrets.token_urlsafe(16)
    with connect(world.stack.database_url, name="bench", autocommit=True) as connection:
        add_user(connection, name=name, display_name="基准测试（虚构）", role="admin", password=password)
    with service_process(world, "api", OUTFALL_HTTP_PORT=str(port)) as api:
        found = ask_all(f"http://127.0.0.1:{port}", api, name, password)
        return found, memory_megabytes(api.pid)[1]


def rows_of(found: list[Timed]) -> list[Row]:
    """The figures of the report: p95 where there is a limit, the median where pages are only compared."""
    rows: list[Row] = []
    for one in found:
        if one.status != 200:
            rows.append(Row(f"console: {one.name} answers {one.status}", one.middle, "ms", None))
        elif one.limit is None:
            rows.append(Row(f"console: {one.name}, p95", one.p95, "ms", None))
        else:
            rows.append(Row(f"console: {one.name}, median", one.middle, "ms", None))
            rows.append(Row(f"console: {one.name}, p95", one.p95, "ms", one.limit))
    return rows


def measure(days: int = DAYS) -> list[Row]:
    """Fill, ask and give the rows."""
    with ExitStack() as running:
        world = running.enter_context(filled(days))
        found, memory = pages_of(world)
    return [*rows_of(found), Row("console: memory of the API after all pages", memory, "MB", 300)]


def main() -> int:
    """Measure and print these rows alone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--database", help="of a database that is filled already")
    parser.add_argument("--home", type=Path, help="home of the API process on it")
    given = parser.parse_args()
    if given.database is None:
        show(measure(given.days))
        return 0
    address = local.StackAddress(
        home=given.home or Path("/nonexistent"),
        database_port=0,
        mqtt_port=0,
        database_url=given.database,
        admin_database_url="",
        mqtt_url="mqtt://127.0.0.1:1",
    )
    found, memory = pages_of(World(address, {}))
    show([*rows_of(found), Row("console: memory of the API after all pages", memory, "MB", 300)])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

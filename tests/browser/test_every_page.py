"""Every page that a link leads to, for each kind of reader: it opens, fits the screen and is clean for axe."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from store.people import add_user
from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.crawl import pages
from tests.browser.world import PASSWORD, World

READERS = ["admin", "company", "operator"]
LEADS_SOMEWHERE = {"admin": 30, "company": 12, "operator": 8}
"""How many kinds of pages a reader finds at the least; fewer would mean that the walk has lost its way."""


@pytest.fixture
def readers(world: World) -> World:
    """A user of each kind beside the officer of the world."""
    for role in ("admin", "operator"):
        add_user(world.connection, name=role, display_name=f"{role}（虚构）", role=role, password=PASSWORD)
    add_user(
        world.connection,
        name="company",
        display_name="企业填报员（虚构）",
        role="company",
        site_id="qilianshan-cement",
        password=PASSWORD,
    )
    return world


def ids_of(connection: psycopg.Connection[tuple[object, ...]]) -> frozenset[str]:
    """The ids of sites, outlets and users, which paths carry."""
    rows = connection.execute(
        "select id from site union select id from outlet union select name from app_user"
    )
    return frozenset(str(row[0]) for row in rows)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("reader", READERS)
def test_every_page_opens_fits_and_is_clean(
    new_console: Callable[[dict[str, int]], Console], readers: World, reader: str, size: dict[str, int]
) -> None:
    console = new_console(size)
    console.login(reader)
    console.page.wait_for_url(console.server.address + "/")
    found: list[str] = []
    wrong: list[str] = []
    for path in pages(console, ids_of(readers.connection)):
        found.append(path)
        wide = console.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            wrong.append(f"{path}: wider than the screen by {wide} px")
        wrong += [f"{path}: {violation}" for violation in console.axe_violations()]
    assert not wrong, "\n".join(wrong)
    assert len(found) >= LEADS_SOMEWHERE[reader], found

"""Finding every page of the console by its links, one of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.browser.conftest import Console

# Not pages: files to download, the event stream, what ends the session.
_FILES = re.compile(r"^/(api/|static/)|\.(csv|xlsx|pdf|yaml|zip|png|svg|bin)$|/(download|raw)$")
_EXPORTS = re.compile(r"(^|&)(format|as|export)=(csv|xlsx|pdf|yaml)\b")


def kind_of(address: str, ids: frozenset[str]) -> str:
    """What a page is whatever it is of: its path with ids taken out. The query is not part of it."""
    parts = urlsplit(address).path.split("/")
    return "/".join(
        "*" if part in ids or re.fullmatch(r"[0-9]+|[0-9]{4}-[0-9TZ:.+-]+|[aw][0-9]{5}", part) else part
        for part in parts
    )


def pages(console: Console, ids: frozenset[str], most: int = 150) -> Iterator[str]:
    """Open one page of every kind that links lead to from the overview on, and yield its path while it is open.

    Raises AssertionError when there are more than ``most`` kinds: then ids are missing.
    """
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop(0)
        answer = console.page.goto(console.server.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answers {answer.status}"
        console.page.wait_for_load_state("load")
        yield path
        links = console.page.locator("a[href^='/']").evaluate_all(
            "all => all.map(link => link.getAttribute('href'))"
        )
        for link in links:
            address = urlsplit(link)
            kind = kind_of(link, ids)
            if kind in seen or _FILES.search(address.path) or _EXPORTS.search(address.query):
                continue
            seen.add(kind)
            waiting.append(link.partition("#")[0])
        assert len(seen) <= most, sorted(seen)

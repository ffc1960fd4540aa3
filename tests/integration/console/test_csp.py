"""The content security policy holds: no page carries a script, a style or a handler of its own, and every answer says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from api.shell import SECURITY_HEADERS
from deploy import stack as local
from tests.fixtures.routes import routes_of
from tests.integration.api.conftest import Api, running_api
from tests.integration.scope import parameters
from tests.integration.scope.plants import CEMENT, Plant, build

TEMPLATES = Path(__file__).resolve().parents[3] / "api/console/templates"
STATIC = TEMPLATES.parent / "static"
OWN = re.compile(r"/static/[\w./-]+\?v=[0-9a-f]{12}")
ENDLESS = "/api/v1/stream"

# Attributes that htmx would run as a script; of the others only with what stands beside them.
EVALUATED = ("on", "hx-on", "hx-vars", "data-hx-on", "data-hx-vars")
EVALUATED_WITH = {
    "hx-vals": re.compile(r"\s*(js|javascript):"),
    "hx-headers": re.compile(r"\s*js:"),
    "hx-trigger": re.compile(r"\["),
}

MAKES_CODE = re.compile(
    r"\beval\(|new Function\(|\.(?:inner|outer)HTML\s*\+?=[^=]|insertAdjacentHTML|document\.write|cssText|setAttribute\(\"style"
)


@pytest.fixture(scope="module")
def api(stack: local.StackAddress, database_template: str) -> Iterator[Api]:
    with running_api(stack, database_template) as served:
        yield served


@pytest.fixture(scope="module")
def plant(api: Api) -> Plant:
    return build(api, CEMENT)


class Strict(HTMLParser):
    """Collects what a strict policy forbids, and what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.wrong.append(f"<{tag}> within the page")
        if tag in ("iframe", "object", "embed", "base", "applet", "meta") and tag != "meta":
            self.wrong.append(f"<{tag}>")
        if tag == "meta" and (given.get("http-equiv") or "").lower() in (
            "content-security-policy",
            "set-cookie",
        ):
            self.wrong.append(f"<meta http-equiv={given['http-equiv']}>")
        for name, value in attrs:
            if name == "style" or name.startswith(EVALUATED):
                self.wrong.append(f"<{tag} {name}>")
            if name in EVALUATED_WITH and EVALUATED_WITH[name].search(value or ""):
                self.wrong.append(f"<{tag} {name}={value}>")
            if name in ("href", "src", "action", "formaction", "xlink:href") and re.match(
                r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE
            ):
                self.wrong.append(f"<{tag} {name}={value}>")
        source = given.get("src") if tag in ("script", "img", "source", "audio", "video") else None
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload", "modulepreload"):
            source = given.get("href")
        if source is not None:
            self.loaded.append(source)


def test_no_template_has_a_script_a_style_or_a_handler() -> None:
    wrong = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        parser = Strict()
        # What Jinja puts in is data; an address of it is looked at on the page itself.
        parser.feed(re.sub(r"{%.*?%}|{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL))
        if parser.wrong:
            wrong[str(path.relative_to(TEMPLATES))] = parser.wrong
    assert wrong == {}


def test_no_script_of_ours_makes_code_or_styles_out_of_text() -> None:
    found = {
        path.name: MAKES_CODE.findall(path.read_text(encoding="utf-8"))
        for path in sorted((STATIC / "js").glob("*.js"))
    }
    assert {name: words for name, words in found.items() if words} == {}


def pages(api: Api, plant: Plant, role: str) -> Iterator[httpx.Response]:
    """Every answer to a GET, each route with the things of the plant."""
    if role == "company":
        people = plant.company()
    else:
        people = api.client(role)
        people.headers["Accept"] = "text/html"
    with people as client:
        for path, route in routes_of(api.server._app, "GET"):
            if path != ENDLESS:
                for request in parameters.requests(path, route, plant.things, None):
                    yield client.get(request.path)


@pytest.mark.parametrize("role", ["admin", "company"])
def test_every_page_keeps_to_the_policy_and_every_answer_carries_it(
    api: Api, plant: Plant, role: str
) -> None:
    wrong: dict[str, object] = {}
    read = 0
    for answer in pages(api, plant, role):
        address = str(answer.request.url.raw_path.decode())
        missing = [name for name, value in SECURITY_HEADERS.items() if answer.headers.get(name) != value]
        if missing:
            wrong[address] = missing
        kind = answer.headers.get("Content-Type", "")
        if not kind.startswith("text/html"):
            continue
        read += 1
        parser = Strict()
        parser.feed(answer.text)
        foreign = [source for source in parser.loaded if not OWN.fullmatch(source)]
        if parser.wrong or foreign:
            wrong[address] = parser.wrong + foreign
        if answer.status_code == 200 and "no-store" not in answer.headers.get("Cache-Control", ""):
            wrong[address] = "a page that a browser may keep"
    assert wrong == {}
    assert read > 20


def test_every_download_is_named_and_never_shown_as_something_else(api: Api, plant: Plant) -> None:
    wrong: dict[str, object] = {}
    files = 0
    for answer in pages(api, plant, "admin"):
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if (
            answer.status_code != 200
            or kind in ("text/html", "application/json")
            or "/static/" in str(answer.request.url)
        ):
            continue
        if kind == "text/plain" or "/log/tile/" in str(answer.request.url) or not answer.content:
            continue
        files += 1
        told = answer.headers.get("Content-Disposition", "")
        # A browser shows a PDF in a frame of its own, where it reaches nothing of ours.
        shown = kind == "application/pdf" and told.startswith("inline; filename")
        if (
            not (told.startswith("attachment; filename") or shown)
            or answer.headers["X-Content-Type-Options"] != "nosniff"
        ):
            wrong[str(answer.request.url.raw_path.decode())] = (kind, told)
    assert wrong == {}
    assert files > 10


@pytest.mark.parametrize(
    ("method", "path", "status", "remark"),
    [
        ("GET", "/nowhere", 404, "a page that is none"),
        ("GET", "/api/v1/nowhere", 404, "an address of the API that is none"),
        ("DELETE", "/alerts", 405, "a method that is none"),
        ("GET", "/alerts/notanumber", 404, "an id that is none"),
        ("POST", "/login", 303, "a form without its fields"),
        ("POST", "/retention/holds", 401, "a write of nobody"),
        ("GET", "/static/css/nothing.css", 404, "a file that is none"),
        ("GET", "/static/../app.py", 404, "a way out of the folder"),
    ],
)  # fmt: skip
def test_errors_carry_the_policy_too(api: Api, method: str, path: str, status: int, remark: str) -> None:
    with httpx.Client(base_url=api.url, headers={"Accept": "text/html"}) as client:
        answer = client.request(method, path)
    assert answer.status_code in (status, 303, 400, 401, 422), remark
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS, remark


def test_a_body_that_is_too_large_is_refused_with_the_policy(api: Api) -> None:
    with httpx.Client(base_url=api.url) as client:
        answer = client.post(
            "/login", content=b"x" * 200_000, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
    assert answer.status_code == 413
    assert answer.headers["Content-Security-Policy"] == SECURITY_HEADERS["Content-Security-Policy"]

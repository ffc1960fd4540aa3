"""Whatever stands in an address or a form, no page fails: it is refused, or shown as if it had not been asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi.routing import APIRoute

from deploy import stack as local
from tests.fixtures.routes import parameters_of, routes_of
from tests.integration.api.conftest import Api, running_api
from tests.integration.scope import parameters
from tests.integration.scope.plants import CEMENT, Plant, build

GARBAGE = {
    "empty": "",
    "blank": " \t ",
    "nul": "a\x00b",
    "no number": "12abc",
    "negative": "-1",
    "larger than a bigint": "99999999999999999999",
    "as large as a bigint": "9223372036854775807",
    "no day": "2026-02-30",
    "year zero": "0000-00-00",
    "year beyond": "99999-01-01T00:00:00+08:00",
    "a naive time": "2026-11-20T08:00",
    "the last day of time": "9999-12-31",
    "the first day of time": "0001-01-01",
    "like SQL": "' or 1=1; drop table site; --",
    "a pattern": "%_\\",
    "markup": "<script>alert(1)</script>\"'",
    "format": "{0.__class__} %s {missing}",
    "a path": "../../../etc/passwd",
    "lone half of a pair": "\ud83d",
    "right to left": "\u202eabc",
    "very long": "x" * 3000,
    "infinity": "Infinity",
    "not a number": "NaN",
    "wide digits": "１２",
}
ALONE = ("nul", "larger than a bigint", "no day", "the last day of time", "lone half of a pair")
"""What each parameter is given by itself too: with all of them wrong at once, the first refusal hides the rest."""


@pytest.fixture(scope="module")
def api(stack: local.StackAddress, database_template: str) -> Iterator[Api]:
    with running_api(stack, database_template) as served:
        yield served


@pytest.fixture(scope="module")
def plant(api: Api) -> Plant:
    return build(api, CEMENT)


@pytest.fixture
def admin(api: Api) -> Iterator[httpx.Client]:
    with api.client("admin") as client:
        client.headers["Accept"] = "text/html"
        yield client


def console(api: Api, method: str) -> list[tuple[str, APIRoute]]:
    return [
        (path, route) for path, route in routes_of(api.server._app, method) if not path.startswith("/api/")
    ]


def encoded(value: str) -> bytes:
    """As it would come over the wire, also where it is no text."""
    return value.encode("utf-8", "surrogatepass")


def address(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode({name: encoded(value) for name, value in query.items()})}"


def queries(route: APIRoute) -> list[str]:
    return [name for name, place, _ in parameters_of(route) if place == "query"]


def test_no_query_makes_a_page_fail(api: Api, plant: Plant, admin: httpx.Client) -> None:
    failed: list[tuple[str, str, int]] = []
    for path, route in console(api, "GET"):
        names = queries(route)
        filled = next(iter(parameters.requests(path, route, plant.things, None))).path.partition("?")[0]
        asked = [(what, dict.fromkeys(names, value)) for what, value in GARBAGE.items()] if names else []
        asked += [(f"{name}: {what}", {name: GARBAGE[what]}) for name in names for what in ALONE]
        for what, query in asked:
            answer = admin.get(address(filled, query))
            if answer.status_code >= 500:
                failed.append((path, what, answer.status_code))
    assert failed == []


def test_no_path_makes_a_page_fail(api: Api, admin: httpx.Client) -> None:
    failed: list[tuple[str, str, int]] = []
    for path, route in console(api, "GET"):
        names = [name for name, place, _ in parameters_of(route) if place == "path"]
        for what, value in GARBAGE.items():
            filled = path
            for name in names:
                for shape in (f"{{{name}}}", f"{{{name}:path}}", f"{{{name}:int}}"):
                    filled = filled.replace(shape, quote(encoded(value), safe=""))
            if names and (answer := admin.get(filled)).status_code >= 500:
                failed.append((path, what, answer.status_code))
    assert failed == []


def test_no_form_makes_a_page_fail(api: Api, plant: Plant, admin: httpx.Client) -> None:
    failed: list[tuple[str, str, int]] = []
    for path, route in console(api, "POST"):
        if path == "/logout":
            continue
        filled = next(iter(parameters.requests(path, route, plant.things, None))).path
        names = [name for name, place, _ in parameters_of(route) if place == "body"] or list(
            parameters.form_of(route, plant.things)
        )
        for what, value in GARBAGE.items():
            body = urlencode([(name, encoded(value)) for name in names])
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = admin.post(filled, content=body, headers=headers)
            if answer.status_code >= 500:
                failed.append((path, what, answer.status_code))
    assert failed == []


@pytest.mark.parametrize(
    ("kind", "body", "remark"),
    [
        ("application/json", b"{}", "JSON where a form is expected"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disp", "half a file"),
        ("multipart/form-data", b"--x--", "no boundary"),
        ("application/x-www-form-urlencoded", b"%zz=%&&&=", "broken escapes"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"\xff\xfe", "another charset"),
        ("text/plain", b"\x00", "no form at all"),
    ],
)  # fmt: skip
def test_no_body_makes_a_page_fail(
    api: Api, plant: Plant, admin: httpx.Client, kind: str, body: bytes, remark: str
) -> None:
    failed: list[tuple[str, int, Any]] = []
    for path, route in console(api, "POST"):
        if path == "/logout":
            continue
        filled = next(iter(parameters.requests(path, route, plant.things, None))).path
        answer = admin.post(filled, content=body, headers={"Content-Type": kind})
        if answer.status_code >= 500:
            failed.append((path, answer.status_code, remark))
    assert failed == []

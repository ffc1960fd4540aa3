"""Every route × every role × nobody × tokens that lack a scope: allowed or refused exactly as ``PERMISSIONS`` says.

The routes are the application's own, so that a new one is covered at once. What is asked for does not exist and bodies are empty:
whoever is let in gets as far as that (400, 404, 409, 422, or a page), and whoever is not is told so before.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.access import CSRF_HEADER, SESSION_COOKIE, Requires
from api.app import create_app
from api.console.errors import PASSWORD_PATH, ConsoleRoute
from api.permissions import PERMISSIONS, Permission, token_permissions
from store import clock
from store.database import connect
from store.people import Role, add_user, create_token, list_users
from store.sessions import open_session
from store.settings import load_settings
from tests.integration.api.conftest import Api
from tests.unit.api.test_permissions import OPEN


@dataclass(frozen=True)
class Door:
    """One method of one route, with the permission that it declares."""

    method: str
    path: str
    needs: Permission
    before_change: bool
    page: bool

    @property
    def address(self) -> str:
        """The path with something that does not exist in each place."""
        return re.sub(r"\{[^}]+\}", "999999999", self.path)


def doors() -> list[Door]:
    """Every door of the application that is not open to strangers."""
    app = create_app(load_settings(database_url="postgresql://nobody@127.0.0.1:1/none", home="/nonexistent"))
    found = []
    for prefix, route in walk(app.routes, ""):
        if not isinstance(route, APIRoute) or route.path in OPEN:
            continue
        (needed,) = [one.call for one in route.dependant.dependencies if isinstance(one.call, Requires)]
        page = isinstance(route, ConsoleRoute)
        found += [
            Door(method, prefix + route.path, needed.permission, needed.before_change, page)
            for method in sorted(route.methods)
        ]
    return found


def walk(routes: list[BaseRoute], prefix: str) -> Iterator[tuple[str, BaseRoute]]:
    """Every route with the prefix that it is included under."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield prefix, route
        else:
            yield from walk(included.routes, prefix + route.include_context.prefix)  # type: ignore[attr-defined]


@dataclass
class Callers:
    """One user and one token a role; each request comes from a network address of its own, so that none is held up."""

    api: Api
    client: httpx.Client
    addresses: Iterator[int] = field(default_factory=itertools.count)
    tokens: dict[tuple[Role, frozenset[Permission] | None], str] = field(default_factory=dict)
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)

    def by_token(self, door: Door, role: Role, scopes: frozenset[Permission] | None = None) -> httpx.Response:
        """Ask with a token."""
        if (role, scopes) not in self.tokens:
            with connect(self.api.database_url, name="test") as connection:
                self.tokens[role, scopes] = create_token(
                    connection,
                    name="matrix",
                    role=role,
                    site_id=site_of(role),
                    scopes=None if scopes is None else sorted(scopes),
                )
        return self.ask(door, {"Authorization": f"Bearer {self.tokens[role, scopes]}"})

    def by_session(self, door: Door, role: Role, *, must_change: bool = False) -> httpx.Response:
        """Ask with a session and its CSRF token; a fresh one after what may have ended the last."""
        name = f"{role.value}{'.new' if must_change else ''}"
        if name not in self.sessions:
            self.sessions[name] = self.open_session(name, role, must_change)
        secret, csrf = self.sessions[name]
        if door.needs is Permission.ACCOUNT_OWN and door.method != "GET":
            del self.sessions[name]
        return self.ask(door, {CSRF_HEADER: csrf, "Cookie": f"{SESSION_COOKIE}={secret}"})

    def open_session(self, name: str, role: Role, must_change: bool) -> tuple[str, str]:
        """Secret and CSRF token of a session of this user, who is added the first time."""
        with connect(self.api.database_url, name="test") as connection:
            if name not in self.made:
                add_user(
                    connection,
                    name=name,
                    display_name=name,
                    role=role,
                    site_id=site_of(role),
                    must_change=must_change,
                )
                self.made.add(name)
            user = next(user for user in list_users(connection) if user.name == name)
            secret, session = open_session(connection, user, at=clock.now())
        return secret, session.csrf

    def ask(self, door: Door, headers: dict[str, str]) -> httpx.Response:
        """The answer; only its head, because the event stream never ends, and the body of a refusal."""
        number = next(self.addresses)
        forwarded = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        body = {} if door.method == "GET" else {"data": {}} if door.page else {"json": {}}
        self.client.cookies.clear()
        with self.client.stream(
            door.method, door.address, headers={**forwarded, **headers}, **body
        ) as answer:
            if answer.status_code in (401, 403):
                answer.read()
            return answer


def site_of(role: Role) -> str | None:
    return "plant-one" if role is Role.COMPANY else None


@pytest.fixture(scope="module")
def callers(api: Api) -> Iterator[Callers]:
    with httpx.Client(base_url=api.url, timeout=60) as client:
        yield Callers(api, client)


DOORS = doors()


def named(door: Door) -> str:
    return f"{door.method} {door.path}"


def check_let_in(door: Door, answer: httpx.Response, who: str) -> None:
    assert answer.status_code not in (401, 403), (who, answer.status_code)
    assert answer.headers.get("Location", "").partition("?")[0] not in ("/login", PASSWORD_PATH) or (
        door.path == "/logout"
    ), who
    assert answer.status_code < 500, (who, answer.status_code)


def check_refused(door: Door, answer: httpx.Response, who: str, code: str) -> None:
    assert answer.status_code == 403, (who, answer.status_code)
    if not door.page:
        assert answer.json()["code"] == code, who


@pytest.mark.parametrize("door", DOORS, ids=named)
def test_each_role_is_let_in_or_refused_as_the_permissions_say(callers: Callers, door: Door) -> None:
    for role in Role:
        answer = callers.by_session(door, role)
        if door.needs in PERMISSIONS[role]:
            check_let_in(door, answer, role)
        else:
            check_refused(door, answer, role, "permission_missing")


@pytest.mark.parametrize("door", DOORS, ids=named)
def test_a_token_is_let_in_as_its_role_and_no_further_than_its_scopes(callers: Callers, door: Door) -> None:
    for role in Role:
        answer = callers.by_token(door, role)
        if door.needs in token_permissions(role, None):
            check_let_in(door, answer, role)
        else:
            of_role = door.needs in PERMISSIONS[role]
            check_refused(door, answer, role, "scope_missing" if of_role else "permission_missing")
    others = token_permissions(Role.ADMIN, None) - {door.needs}
    check_refused(door, callers.by_token(door, Role.ADMIN, others), "all but the scope", "scope_missing")
    if door.needs in token_permissions(Role.ADMIN, None):
        check_let_in(door, callers.by_token(door, Role.ADMIN, frozenset({door.needs})), "the scope alone")


@pytest.mark.parametrize("door", DOORS, ids=named)
def test_nobody_gets_in_without_saying_who_they_are(callers: Callers, door: Door) -> None:
    answer = callers.ask(door, {})
    if door.page:
        assert answer.status_code == 303
        assert answer.headers["Location"].partition("?")[0] == "/login"
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("door", DOORS, ids=named)
def test_who_must_change_the_password_gets_no_further_than_that(callers: Callers, door: Door) -> None:
    answer = callers.by_session(door, Role.ADMIN, must_change=True)
    if door.before_change:
        assert answer.status_code not in (401, 403)
        assert answer.headers.get("Location") != PASSWORD_PATH
    elif door.page:
        assert (answer.status_code, answer.headers["Location"]) == (303, PASSWORD_PATH)
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "password_change_needed")


def test_the_matrix_sees_the_doors_of_the_api_and_of_the_console() -> None:
    paths = {(door.method, door.path) for door in DOORS}
    assert ("POST", "/api/v1/alerts/{alert_id}/acknowledge") in paths
    assert ("POST", "/alerts/{alert_id}/acknowledge") in paths
    assert ("GET", "/api/v1/stream") in paths
    assert len(paths) > 150
    assert {door.path for door in DOORS if door.before_change} == {
        PASSWORD_PATH,
        "/logout",
        "/language",
    }

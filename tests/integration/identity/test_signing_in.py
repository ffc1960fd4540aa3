"""Signing in over HTTP: cookies, the second step, limits, and when a session ends."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest

from store import clock, people
from store.database import Connection, connect
from store.identity import managing, secondfactor, totp
from store.identity.managing import By
from store.identity.sealing import load_sealer
from store.people import User
from store.queries import parse
from store.sessions import authenticate, find_session, list_sessions, open_session
from store.settings import Settings
from tests.integration.api.conftest import Api
from tests.integration.identity.conftest import Serve

SQL = parse(
    """
-- name: forget_last_code
update second_factor set last_step = 0
-- name: grow_old
update session set last_seen_at = last_seen_at - %(by)s
-- name: actions
select action, actor, origin from audit_event order by id
-- name: sealed
select sealed from second_factor
"""
)
BY = By("test", "test")
_addresses = itertools.count(1)


def run(api: Api, statement: str, **arguments: object) -> list[tuple[object, ...]]:
    with connect(api.database_url, name="test") as connection:
        cursor = connection.execute(SQL[statement], arguments)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def browser(api: Api, *, https: bool = False) -> Iterator[httpx.Client]:
    """A browser at a network address of its own, behind a proxy on this machine."""
    number = next(_addresses)
    headers = {"Accept": "text/html", "X-Forwarded-For": f"198.51.{number >> 8}.{number & 255}"}
    if https:
        headers["X-Forwarded-Proto"] = "https"
    with httpx.Client(base_url=api.url, timeout=30, headers=headers) as client:
        yield client


def login(client: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    return client.post("/login", data={"name": name, "password": password, **more})


def csrf_of(client: httpx.Client, path: str = "/account") -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def on_account(client: httpx.Client) -> bool:
    return client.get("/account").status_code == 200


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_of_neighbours(fresh_api: Api) -> None:
    password = fresh_api.user("wang")
    with browser(fresh_api) as client:
        plain = login(client, "wang", password)
    with browser(fresh_api, https=True) as client:
        secure = login(client, "wang", password)
        client.cookies.clear()
        secret = secure.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
        for name, status in (("outfall_session", 303), ("__Host-outfall_session", 200)):
            answer = client.get("/account", headers={"Cookie": f"{name}={secret}"})
            assert answer.status_code == status, f"over HTTPS only the cookie that nobody can plant: {name}"
    assert plain.headers["Set-Cookie"].startswith("outfall_session=")
    assert secure.headers["Set-Cookie"].startswith("__Host-outfall_session=")
    for answer, flags in (
        (plain, {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200"}),
        (secure, {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200", "Secure"}),
    ):
        parts = answer.headers["Set-Cookie"].split("; ")[1:]
        assert set(parts) == flags
        assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" in secure.headers


def test_a_secret_that_a_browser_brought_along_opens_nothing_after_signing_in(fresh_api: Api) -> None:
    password = fresh_api.user("wang")
    with browser(fresh_api) as client:
        client.cookies.set("outfall_session", "planted")
        login(client, "wang", password)
        first = client.cookies.get("outfall_session", domain="127.0.0.1")
    with browser(fresh_api) as planted:
        planted.cookies.set("outfall_session", "planted")
        assert not on_account(planted)
    with browser(fresh_api) as again:
        again.cookies.set("outfall_session", first)
        assert on_account(again)
        # Signing in once more ends the session that this browser had.
        answer = login(again, "wang", password)
        assert answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0] != first
    with browser(fresh_api) as old:
        old.cookies.set("outfall_session", first)
        assert not on_account(old)


def test_a_page_of_another_site_signs_nobody_in(fresh_api: Api) -> None:
    password = fresh_api.user("wang")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        with browser(fresh_api) as client:
            for path in ("/login", "/login/code"):
                answer = client.post(path, data={"name": "wang", "password": password}, headers=headers)
                assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False), headers


def with_second_factor(api: Api, settings: Settings, name: str) -> tuple[bytes, tuple[str, ...]]:
    """Switch the second factor of a user on, and let the code that did so be of long ago."""
    sealer, at = load_sealer(settings), clock.now()
    with connect(api.database_url, name="test") as connection:
        user = user_of(connection, name)
        secret = secondfactor.begin(connection, user, sealer, at=at, origin="test")
        code = totp.code_at(secret, totp.step_of(at))
        codes = secondfactor.confirm(connection, user, sealer, code, at=at, origin="test")
    run(api, "forget_last_code")
    return secret, codes


def user_of(connection: Connection, name: str) -> User:
    return managing.get_user(connection, managing.user_key_of(connection, name))


def settings_of(api: Api) -> Settings:
    """The settings of the served application."""
    settings: Settings = api.server._app.state.services.settings
    return settings


def test_the_password_alone_opens_nothing_where_the_second_factor_is_on(fresh_api: Api) -> None:
    password = fresh_api.user("wang")
    secret, codes = with_second_factor(fresh_api, settings_of(fresh_api), "wang")
    with browser(fresh_api) as client:
        answer = login(client, "wang", password, next="/alerts")
        assert answer.headers["Location"] == "/login/code?next=/alerts"
        assert "outfall_session" not in client.cookies
        assert not on_account(client)
        code = totp.code_at(secret, totp.step_of(clock.now()))
        done = client.post("/login/code", data={"code": code, "next": "/alerts"})
        assert (done.status_code, done.headers["Location"]) == (303, "/alerts")
        assert "outfall_step" not in client.cookies
        assert on_account(client)
    with browser(fresh_api) as thief:
        login(thief, "wang", password)
        assert thief.post("/login/code", data={"code": code}).status_code == 401, "a code serves once"
        assert thief.post("/login/code", data={"code": codes[0]}).status_code == 303
    with browser(fresh_api) as thief:
        login(thief, "wang", password)
        assert thief.post("/login/code", data={"code": codes[0]}).status_code == 401, (
            "and so does a recovery code"
        )
    actions = [row[0] for row in run(fresh_api, "actions")]
    assert actions.count("people:session:use_recovery_code") == 1
    ((sealed,),) = run(fresh_api, "sealed")
    assert isinstance(sealed, bytes) and secret not in sealed


def test_wrong_codes_lock_like_wrong_passwords_and_the_right_password_does_not_begin_anew(
    fresh_api: Api,
) -> None:
    password = fresh_api.user("wang")
    _, codes = with_second_factor(fresh_api, settings_of(fresh_api), "wang")
    statuses = []
    with browser(fresh_api) as client:
        login(client, "wang", password)
        for _ in range(4):
            statuses.append(client.post("/login/code", data={"code": "000000"}).status_code)
        # The fifth wrong answer ends the step, and with it all five count.
        login(client, "wang", password)
        last = client.post("/login/code", data={"code": "000000"})
        assert "验证码不正确" in last.text or "未能完成" in last.text
        assert login(client, "wang", password).status_code == 401, "locked, the right password too"
        assert client.post("/login/code", data={"code": codes[0]}).status_code == 401
    assert statuses == [401] * 4


def test_a_begun_sign_in_ends_with_its_user(fresh_api: Api) -> None:
    password = fresh_api.user("wang")
    secret, _ = with_second_factor(fresh_api, settings_of(fresh_api), "wang")
    with browser(fresh_api) as client:
        login(client, "wang", password)
        with connect(fresh_api.database_url, name="test") as connection:
            key = managing.user_key_of(connection, "wang")
            managing.disable_user(connection, key, by=BY, at=clock.now())
        code = totp.code_at(secret, totp.step_of(clock.now()))
        assert client.post("/login/code", data={"code": code}).status_code == 401


def test_an_address_that_guesses_is_held_up_and_others_are_not(serve: Serve) -> None:
    api = serve(address_failures=5)
    password = api.user("wang")
    with browser(api) as guesser, browser(api) as neighbour:
        for number in range(5):
            assert login(guesser, f"user{number}", "guess").status_code == 401
        held = login(guesser, "wang", password)
        assert held.status_code == 429
        assert 0 < int(held.headers["Retry-After"]) <= 600
        assert "失败尝试过多" in held.text
        assert login(neighbour, "wang", password).status_code == 303
    actions = [str(row[0]) for row in run(api, "actions")]
    assert actions.count("people:session:limit") == 1
    assert actions.count("people:session:refuse") == 5, "what is held up is not written down again"


def test_different_wrong_tokens_hold_an_address_up_and_one_old_token_does_not(serve: Serve) -> None:
    api = serve(address_failures=5)
    right = api.token("officer")

    def ask(client: httpx.Client, token: str) -> tuple[int, str | None]:
        answer = client.get("/api/v1/sites", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code, answer.json().get("code")

    with browser(api) as client:
        for _ in range(20):
            assert ask(client, "outfall_old") == (401, "token_unknown")
        assert ask(client, right) == (200, None)
        for number in range(4):
            ask(client, f"outfall_{number}")
        assert ask(client, right) == (429, "too_many_attempts")
    with browser(api) as neighbour:
        assert ask(neighbour, right) == (200, None)


def test_a_session_that_nobody_uses_ends_and_one_in_use_goes_on(fresh_api: Api) -> None:
    password = fresh_api.user("wang")
    with browser(fresh_api) as client:
        login(client, "wang", password)
        run(fresh_api, "grow_old", by=timedelta(minutes=119))
        assert on_account(client), "and with this its idle time begins anew"
        run(fresh_api, "grow_old", by=timedelta(minutes=119))
        assert on_account(client)
        run(fresh_api, "grow_old", by=timedelta(minutes=121))
        assert not on_account(client)


def test_the_idle_time_is_a_setting(serve: Serve) -> None:
    api = serve(session_idle_minutes=35)
    password = api.user("wang")
    with browser(api) as client:
        login(client, "wang", password)
        run(api, "grow_old", by=timedelta(minutes=36))
        assert not on_account(client)


def test_a_change_of_password_ends_every_other_session_and_renews_this_one(fresh_api: Api) -> None:
    password = fresh_api.user("wang")
    fresh = "lamp under seven bridges"
    with browser(fresh_api) as here, browser(fresh_api) as elsewhere:
        login(here, "wang", password)
        login(elsewhere, "wang", password)
        before = here.cookies["outfall_session"]
        form = {"csrf": csrf_of(here), "current": password, "new": fresh, "again": fresh}
        assert here.post("/account/password", data=form).status_code == 303
        assert here.cookies["outfall_session"] != before
        assert on_account(here)
        assert not on_account(elsewhere)
    with browser(fresh_api) as client:
        assert login(client, "wang", password).status_code == 401
        assert login(client, "wang", fresh).status_code == 303


CHANGES = [
    ("role", lambda c, key: managing.change_user(
        c, key, display_name="wang", role="auditor", site_id=None, by=BY, at=clock.now())),
    ("disabled", lambda c, key: managing.disable_user(c, key, by=BY, at=clock.now())),
    ("signed out", lambda c, key: managing.sign_out(c, key, by=BY, at=clock.now())),
    ("password", lambda c, key: people.reset_password(c, name="wang", at=clock.now())),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "change"), CHANGES, ids=[remark for remark, _ in CHANGES])
def test_what_an_admin_takes_away_ends_sessions_and_event_streams_at_once(
    fresh_api: Api, remark: str, change: object
) -> None:
    password = fresh_api.user("wang")
    with browser(fresh_api) as client, browser(fresh_api) as other:
        login(client, "wang", password)
        login(other, "wang", password)
        with client.stream("GET", "/api/v1/stream") as stream:
            lines = stream.iter_lines()
            assert "connected" in next(lines)
            with connect(fresh_api.database_url, name="test") as connection:
                change(connection, managing.user_key_of(connection, "wang"))  # type: ignore[operator]
            # It ends; a stream that went on would keep this test waiting for its next line.
            assert not any(line.startswith("event: alert") for line in lines)
        assert not on_account(client)
        assert not on_account(other)


def test_a_revoked_token_hears_no_more_events(fresh_api: Api) -> None:
    with fresh_api.client("officer") as client, client.stream("GET", "/api/v1/stream") as stream:
        lines = stream.iter_lines()
        assert "connected" in next(lines)
        with connect(fresh_api.database_url, name="test") as connection:
            (token,) = managing.list_tokens(connection)
            managing.revoke_token(connection, token.key, by=BY, at=clock.now())
        list(lines)


def test_the_last_admin_stays(fresh_api: Api) -> None:
    fresh_api.user("one", "admin")
    fresh_api.user("two", "admin")
    at = clock.now()
    with connect(fresh_api.database_url, name="test") as connection:
        one, two = (managing.user_key_of(connection, name) for name in ("one", "two"))
        managing.disable_user(connection, one, by=BY, at=at)
        for step in (
            lambda: managing.disable_user(connection, two, by=BY, at=at),
            lambda: managing.change_user(
                connection, two, display_name="two", role="officer", site_id=None, by=BY, at=at
            ),
        ):
            with pytest.raises(Exception, match="last admin"):
                step()
        managing.enable_user(connection, one, by=BY)
        managing.disable_user(connection, two, by=BY, at=at)


def test_two_admins_cannot_disable_each_other_at_the_same_moment(fresh_api: Api) -> None:
    fresh_api.user("one", "admin")
    fresh_api.user("two", "admin")
    at = clock.now()
    with connect(fresh_api.database_url, name="a") as first:
        one, two = (managing.user_key_of(first, name) for name in ("one", "two"))
        managing.disable_user(first, two, by=BY, at=at)
        with connect(fresh_api.database_url, name="b") as second:
            second.execute("set local lock_timeout = '200ms'")
            # The second waits for the first, and does not decide on what it cannot see yet.
            with pytest.raises(Exception, match="lock timeout"):
                managing.disable_user(second, one, by=BY, at=at)
            second.rollback()
            first.commit()
            with pytest.raises(Exception, match="last admin"):
                managing.disable_user(second, one, by=BY, at=at)


def test_a_session_is_named_with_where_it_comes_from_and_no_secret(fresh_api: Api) -> None:
    password = fresh_api.user("wang")
    with browser(fresh_api) as client:
        client.headers["User-Agent"] = "Test/1.0 " + "x" * 500
        login(client, "wang", password)
        address = client.headers["X-Forwarded-For"]
        secret = client.cookies["outfall_session"]
        page = client.get("/account").text
    with connect(fresh_api.database_url, name="test") as connection:
        user = user_of(connection, "wang")
        (session,) = list_sessions(connection, user.key, at=clock.now())
        found = find_session(connection, secret, at=clock.now())
    assert found is not None and found.id == session.id
    assert (session.origin, session.kind, len(session.user_agent)) == (address, "password", 300)
    assert address in page and secret not in page


def test_nobody_ends_somebody_elses_session(fresh_api: Api) -> None:
    password = fresh_api.user("wang")
    fresh_api.user("zhao")
    at = clock.now()
    with connect(fresh_api.database_url, name="test") as connection:
        _, other = open_session(connection, user_of(connection, "zhao"), at=at)
    with browser(fresh_api) as client:
        login(client, "wang", password)
        answer = client.post(f"/account/sessions/{other.id}/end", data={"csrf": csrf_of(client)})
    assert answer.status_code == 404
    with connect(fresh_api.database_url, name="test") as connection:
        assert len(list_sessions(connection, user_of(connection, "zhao").key, at=at)) == 1


def test_a_generated_password_by_the_store_needs_no_change_unless_said_so(fresh_api: Api) -> None:
    with connect(fresh_api.database_url, name="test") as connection:
        people.add_user(connection, name="wang", display_name="w", role="officer")
        people.add_user(connection, name="zhao", display_name="z", role="officer", must_change=True)
        found = {user.name: user.must_change for user in people.list_users(connection)}
        assert found == {"wang": False, "zhao": True}
        people.reset_password(connection, name="wang", at=clock.now())
        assert user_of(connection, "wang").must_change
        user = authenticate(connection, name="zhao", password="x" * 12, at=clock.now())
        assert user is None

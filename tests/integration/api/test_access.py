"""Who may do what: roles, companies, tokens, sessions, CSRF."""

from __future__ import annotations

import httpx
import pytest

from api.access import CSRF_HEADER, SESSION_COOKIE
from store import clock
from store.database import connect
from store.people import ROLES
from store.sessions import authenticate, find_session, open_session
from tests.integration.api.conftest import OUTLET, STACK, Api, add_alert

READERS = set(ROLES)
HANDLERS = {"officer", "supervisor", "admin"}
ENDPOINTS = [
    # method, path, roles that may
    ("GET", "/api/v1/sites", READERS),
    ("GET", "/api/v1/sites/plant-one", READERS),
    ("GET", f"/api/v1/outlets/{STACK}", READERS),
    ("GET", f"/api/v1/outlets/{STACK}/readings", READERS),
    ("GET", f"/api/v1/outlets/{STACK}/periods", READERS),
    ("GET", f"/api/v1/outlets/{STACK}/ledger", READERS),
    ("GET", "/api/v1/alerts", READERS - {"operator"}),
    ("GET", "/api/v1/alerts/1", READERS - {"operator"}),
    # An alert that does not exist shows who came as far as looking for it: 404 is allowed, 403 is not.
    ("POST", "/api/v1/alerts/999/acknowledge", {"officer", "supervisor", "admin"}),
    ("POST", "/api/v1/alerts/999/remind", HANDLERS),
    ("POST", "/api/v1/alerts/999/notify", HANDLERS),
    ("GET", "/api/v1/alerts/1/attachments/1", READERS - {"operator"}),
    ("GET", "/api/v1/tasks", READERS - {"operator"}),
    ("GET", "/api/v1/tasks/999", READERS - {"operator"}),
    ("GET", "/api/v1/sites/plant-one/visits", READERS - {"operator"}),
    ("GET", "/api/v1/positive-list", READERS - {"operator"}),
    ("GET", "/api/v1/samples", READERS - {"operator"}),
    ("GET", "/api/v1/alerts/1/routing", READERS - {"operator", "company"}),
    ("GET", "/api/v1/channels", READERS - {"company"}),
    ("GET", "/api/v1/notifications", READERS - {"operator", "company"}),
    ("GET", "/api/v1/notifications/999", READERS - {"operator", "company"}),
    ("POST", "/api/v1/tasks/999/start", HANDLERS),
    ("GET", "/api/v1/metrics", {"operator", "admin"}),
]


@pytest.mark.parametrize(("method", "path", "allowed"), ENDPOINTS)
def test_each_role_may_do_what_the_table_says_and_nothing_else(
    api: Api, method: str, path: str, allowed: set[str]
) -> None:
    # Metrics are open on this very machine; the header of a proxy says that the caller is not on it.
    elsewhere = {"X-Forwarded-For": "192.0.2.7"}
    for role in ROLES:
        with api.client(role, "plant-one" if role == "company" else None) as client:
            status = client.request(method, path, headers=elsewhere).status_code
        assert (status != 403) == (role in allowed), (role, status)
        assert status in (200, 403, 404), (role, status)


@pytest.mark.parametrize(("method", "path", "allowed"), ENDPOINTS)
def test_nobody_gets_in_without_saying_who_they_are(
    api: Api, method: str, path: str, allowed: set[str]
) -> None:
    with api.client(None) as client:
        answer = client.request(method, path, headers={"X-Forwarded-For": "192.0.2.7"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


FOREIGN = [
    "/api/v1/sites/plant-two",
    f"/api/v1/outlets/{OUTLET}",
    f"/api/v1/outlets/{OUTLET}/readings",
    f"/api/v1/outlets/{OUTLET}/periods",
    f"/api/v1/outlets/{OUTLET}/ledger",
    "/api/v1/alerts/2",
    "/api/v1/sites/plant-two/visits",
]


@pytest.mark.parametrize("path", FOREIGN)
def test_a_company_that_guesses_an_id_learns_nothing(api: Api, path: str) -> None:
    foreign = api.get(path, "company", "plant-one")
    missing = api.get(path.replace("two", "six").replace("/2", "/777"), "company", "plant-one")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == missing.json()["code"]
    assert api.get(path).status_code == 200


def test_a_company_sees_its_own_site_only_in_every_list(api: Api) -> None:
    sites = api.get("/api/v1/sites", "company", "plant-two").json()["items"]
    alerts = api.get("/api/v1/alerts", "company", "plant-two").json()["items"]
    asked = api.get("/api/v1/alerts", "company", "plant-two", params={"site": "plant-one"}).json()["items"]
    assert [site["id"] for site in sites] == ["plant-two"]
    assert {alert["site"] for alert in alerts} == {"plant-two"}
    assert len(alerts) == 2
    assert asked == []


def test_a_company_does_not_see_what_officers_tell_each_other(api: Api) -> None:
    events = api.get("/api/v1/alerts/2", "company", "plant-two").json()["events"]
    assert [(event["actor"], event["action"], event["reason"]) for event in events] == [
        ("system", "raised", None),
    ]
    assert api.get("/api/v1/alerts/2").json()["events"][1]["actor"] == "wang"


def test_a_revoked_token_is_refused_even_beside_a_session(fresh_api: Api) -> None:
    with signed_in(fresh_api, "wang") as client:
        token = fresh_api.token("officer")
        fresh_api.run("revoke_tokens", name="officer-test")
        answer = client.get("/api/v1/sites", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_unknown")


def signed_in(api: Api, name: str, role: str = "officer") -> httpx.Client:
    """A client with the session cookie of a new user; its CSRF token is in ``headers`` of nothing yet."""
    password = api.user(name, role)
    with connect(api.database_url, name="test") as connection:
        user = authenticate(connection, name=name, password=password, at=clock.now())
        assert user is not None
        secret, _ = open_session(connection, user, at=clock.now())
    return httpx.Client(base_url=api.url, cookies={SESSION_COOKIE: secret}, timeout=30)


def csrf_of(api: Api, client: httpx.Client) -> str:
    """The CSRF token of a client's session."""
    with connect(api.database_url, name="test") as connection:
        session = find_session(connection, client.cookies[SESSION_COOKIE], at=clock.now())
    assert session is not None
    return session.csrf


def test_a_session_that_is_over_or_whose_user_is_disabled_is_no_session(fresh_api: Api) -> None:
    with signed_in(fresh_api, "wang") as wang, signed_in(fresh_api, "zhao") as zhao:
        assert wang.get("/api/v1/sites").status_code == 200
        fresh_api.run("disable_user", name="wang")
        assert wang.get("/api/v1/sites").status_code == 401
        assert zhao.get("/api/v1/sites").status_code == 200
        fresh_api.run("expire_sessions")
        assert zhao.get("/api/v1/sites").status_code == 401


def test_a_write_with_a_cookie_needs_the_token_of_its_session_and_our_own_page(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    path = f"/api/v1/alerts/{alert}/acknowledge"
    own = fresh_api.url
    with signed_in(fresh_api, "wang") as client, signed_in(fresh_api, "zhao") as other:
        csrf = csrf_of(fresh_api, client)
        cases = [
            # headers, code or None, remark
            ({}, "csrf_wrong", "no token"),
            ({CSRF_HEADER: "guess"}, "csrf_wrong", "a guess"),
            ({CSRF_HEADER: csrf_of(fresh_api, other)}, "csrf_wrong", "of another session"),
            ({CSRF_HEADER: csrf, "Origin": "http://evil.example"}, "origin_foreign", "another site's page"),
            ({CSRF_HEADER: csrf, "Origin": "null"}, "origin_foreign", "a sandboxed frame"),
            ({CSRF_HEADER: csrf, "Sec-Fetch-Site": "cross-site"}, "origin_foreign", "no Origin, but foreign"),
            ({CSRF_HEADER: csrf, "Origin": own}, None, "our own page"),
        ]
        for headers, code, remark in cases:
            answer = client.post(path, headers=headers)
            assert (answer.json().get("code") if code else answer.status_code) == (code or 200), remark


def test_a_secret_is_never_stored_only_its_digest(fresh_api: Api) -> None:
    token = fresh_api.token("officer")
    with signed_in(fresh_api, "wang") as client, connect(fresh_api.database_url, name="test") as connection:
        secret = client.cookies[SESSION_COOKIE]
        assert find_session(connection, secret, at=clock.now()) is not None
    stored = fresh_api.run("everything_about_people")
    assert len(stored) >= 4
    for row in stored:
        assert secret not in row["stored"]
        assert token not in row["stored"]
        # A bytea shows as hexadecimal.
        assert secret.encode().hex() not in row["stored"]
        assert token.encode().hex() not in row["stored"]

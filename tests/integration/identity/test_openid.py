"""Signing in by OpenID against a real provider on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.openid.config import config_of
from deploy import stack as local
from store import clock
from store.database import Connection, connect
from store.errors import SettingsError
from store.identity import managing, openid
from store.identity.managing import CLI
from store.people import add_user, list_users
from store.queries import parse
from store.settings import load_settings
from tests.fixtures.oidc import CLIENT_ID, SECRET, OpenIdProvider, open_provider
from tests.integration.api.conftest import Api
from tests.integration.identity.conftest import Serve, running

Start = Callable[..., Api]


@pytest.fixture
def start(serve: Serve, provider: OpenIdProvider, tmp_path: Path) -> Start:
    """The API that knows the provider, with one officer who may sign in by the name ``wang``."""

    def begin(**given: Any) -> Api:
        secret = tmp_path / "client-secret"
        secret.write_text(SECRET + "\n", encoding="utf-8")
        api = serve(
            **{
                "oidc_issuer": provider.issuer,
                "oidc_client_id": CLIENT_ID,
                "oidc_client_secret_file": secret,
                **given,
            }
        )
        with connect(api.database_url, name="test") as connection:
            add_user(connection, name="wang", display_name="王某（虚构）", role="officer")
        return api

    provider.claims = {"preferred_username": "wang"}
    return begin


def browser(api: Api) -> httpx.Client:
    """A browser that follows redirects only where the test says so."""
    return httpx.Client(base_url=api.url, timeout=30, headers={"Accept": "text/html"})


def walk(client: httpx.Client, wanted: str = "/alerts?show=all") -> httpx.Response:
    """To the provider and back; the answer to the way back."""
    return client.get(way_back(client, wanted))


def way_back(client: httpx.Client, wanted: str = "/alerts?show=all") -> str:
    """To the provider; where it sends the browser back to."""
    there = client.get("/login/openid", params={"next": wanted})
    assert there.status_code == 303, there.text
    return str(httpx.get(there.headers["Location"]).headers["Location"])


def signed_in(client: httpx.Client) -> bool:
    """Whether the pages of the console open."""
    return client.get("/account").status_code == 200


def users_of(api: Api) -> dict[str, str]:
    with connect(api.database_url, name="test") as connection:
        return {user.name: user.role.value for user in list_users(connection)}


def with_database(api: Api, step: Callable[[Connection], object]) -> None:
    with connect(api.database_url, name="test") as connection:
        step(connection)


def test_who_comes_back_with_a_good_token_is_signed_in_and_linked_to_the_user_of_that_name(
    start: Start, provider: OpenIdProvider
) -> None:
    api = start()
    with browser(api) as client:
        assert "使用统一身份认证登录" in client.get("/login").text
        answer = walk(client)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/alerts?show=all")
        assert answer.headers["Cache-Control"] == "no-store"
        page = client.get("/account").text
        assert "王某（虚构）" in page
        assert "统一身份认证" in page
    # The name at the provider changes; the subject stays who they are.
    provider.claims = {"preferred_username": "somebody-else"}
    with browser(api) as client:
        assert walk(client).status_code == 303
        assert "王某（虚构）" in client.get("/account").text
    # Another subject that takes the name over is not that user.
    provider.claims, provider.subject = {"preferred_username": "wang"}, "another"
    with browser(api) as client:
        answer = walk(client)
        assert answer.status_code == 403
        assert "您在本系统中还没有账号" in answer.text


WRONG = [
    # what the provider does, words on the page, remark
    ("nonce", "未通过校验", "a token of another attempt"),
    ("audience", "未通过校验", "a token for another client"),
    ("two_audiences", "未通过校验", "a token for us and for another, made for the other"),
    ("issuer", "未通过校验", "a token of another issuer"),
    ("expired", "未通过校验", "a token whose time is over"),
    ("old", "未通过校验", "a token made an hour ago"),
    ("future", "未通过校验", "a token made in ten minutes"),
    ("no_subject", "未通过校验", "a token of nobody"),
    ("alg_none", "未通过校验", "a token without a signature"),
    ("hs256", "未通过校验", "the public key taken for a secret"),
    ("unknown_key", "未通过校验", "a key that is in no set"),
    ("other_signature", "未通过校验", "a signature that is not by the key it names"),
    ("denied", "未同意登录", "the provider refuses"),
    ("garbage", "没有接受登录结果", "no token in the answer"),
    ("state", "不是在本浏览器中开始的", "an answer to another attempt"),
    ("answer_issuer", "其他身份认证服务", "an answer of another provider (mix-up)"),
]


@pytest.fixture(scope="module")
def shared(
    stack: local.StackAddress, database_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Api, OpenIdProvider]]:
    """One API and one provider for the cases of what goes wrong; the limit of an address is out of their way."""
    secret = tmp_path_factory.mktemp("openid") / "client-secret"
    secret.write_text(SECRET, encoding="utf-8")
    with (
        open_provider() as provider,
        running(
            stack,
            database_template,
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret_file=secret,
            address_failures=1000,
        ) as api,
    ):
        provider.claims = {"preferred_username": "wang"}
        with connect(api.database_url, name="test") as connection:
            add_user(connection, name="wang", display_name="王某（虚构）", role="officer")
        yield api, provider


@pytest.mark.parametrize(("mood", "words", "remark"), WRONG)
def test_what_is_wrong_with_an_answer_is_refused_in_chinese_and_opens_no_session(
    shared: tuple[Api, OpenIdProvider], mood: str, words: str, remark: str
) -> None:
    api, provider = shared
    provider.mood = mood
    with browser(api) as client:
        answer = walk(client)
        assert answer.status_code == 403, remark
        assert words in answer.text, remark
        assert not signed_in(client), remark
        provider.mood = "fair"
        assert walk(client).status_code == 303, "and the next attempt is a fresh one"


def test_an_answer_serves_once_and_in_the_browser_that_asked(shared: tuple[Api, OpenIdProvider]) -> None:
    api, provider = shared
    provider.mood = "fair"
    with browser(api) as client, browser(api) as thief:
        address = way_back(client)
        stolen = dict(client.cookies)
        assert "不是在本浏览器中开始的" in thief.get(address).text
        assert client.get(address).status_code == 303
        assert "不是在本浏览器中开始的" in client.get(address).text, "its cookie is gone"
        # Even with a kept cookie: the provider has taken the code once.
        thief.cookies.update(stolen)
        replayed = thief.get(address)
        assert (replayed.status_code, "没有接受登录结果" in replayed.text) == (403, True)
        assert not signed_in(thief)


def test_a_changed_cookie_is_no_attempt(shared: tuple[Api, OpenIdProvider]) -> None:
    api, _ = shared
    with browser(api) as client, browser(api) as other:
        address = way_back(client)
        value = client.cookies["outfall_openid"]
        other.cookies.set("outfall_openid", f"{value[:40]}{'A' if value[40] != 'A' else 'B'}{value[41:]}")
        assert "不是在本浏览器中开始的" in other.get(address).text


def test_new_keys_of_the_provider_are_fetched_when_a_token_names_one(
    start: Start, provider: OpenIdProvider
) -> None:
    api = start()
    with browser(api) as client:
        assert walk(client).status_code == 303
        provider.rotate()
        assert walk(client).status_code == 303
    assert provider.asked.count("/realm/keys") == 2
    assert provider.asked.count("/realm/.well-known/openid-configuration") == 1


def test_a_provider_that_is_away_leaves_the_password(start: Start, provider: OpenIdProvider) -> None:
    api = start()
    with browser(api) as client:
        address = way_back(client)
        provider.mood = "broken"
        answer = client.get(address)
        assert answer.status_code == 503
        assert "暂时无法连接" in answer.text
        assert 'name="password"' in answer.text
    with browser(start(oidc_issuer="http://127.0.0.1:9/realm")) as client:
        answer = client.get("/login/openid")
        assert (answer.status_code, "暂时无法连接" in answer.text) == (503, True)


def test_a_provider_that_calls_itself_otherwise_or_has_plain_doors_is_not_used(
    start: Start, provider: OpenIdProvider
) -> None:
    for wrong in (
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://192.0.2.1/token"},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
        {"code_challenge_methods_supported": ["plain"]},
    ):
        provider.discovery = wrong
        with browser(start()) as client:
            answer = client.get("/login/openid")
            assert (answer.status_code, "配置有误" in answer.text) == (403, True), wrong


def test_an_admin_is_never_found_by_name_and_never_made_but_linked_by_hand(
    start: Start, provider: OpenIdProvider
) -> None:
    api = start()
    provider.claims = {"preferred_username": "boss"}
    with_database(api, lambda c: add_user(c, name="boss", display_name="主任（虚构）", role="admin"))
    with browser(api) as client:
        answer = walk(client)
        assert (answer.status_code, "管理员账号须由运维人员" in answer.text) == (403, True)

        def link(connection: Connection) -> None:
            user = managing.get_user(connection, managing.user_key_of(connection, "boss"))
            openid.link(connection, user, provider.issuer, provider.subject, by=CLI, at=clock.now())

        with_database(api, link)
        assert walk(client).status_code == 303
        assert client.get("/users").status_code == 200


def test_without_a_role_claim_nobody_is_made(start: Start, provider: OpenIdProvider) -> None:
    api = start()
    provider.claims = {"preferred_username": "stranger"}
    with browser(api) as client:
        answer = walk(client)
        assert (answer.status_code, "您在本系统中还没有账号" in answer.text) == (403, True)
    assert users_of(api) == {"wang": "officer"}


def test_with_a_role_claim_the_provider_decides_who_gets_in_and_as_what(
    start: Start, provider: OpenIdProvider
) -> None:
    api = start(oidc_role_claim="groups", oidc_roles={"epb-lead": "supervisor", "epb-field": "officer"})
    provider.subject = "li"
    provider.claims = {"preferred_username": "Li", "name": "李某（虚构）", "groups": ["staff", "epb-field"]}
    with browser(api) as client:
        assert walk(client).status_code == 303
        assert "李某（虚构）" in client.get("/account").text
    assert users_of(api)["li"] == "officer"
    provider.claims |= {"groups": ["epb-field", "epb-lead"]}
    with browser(api) as client:
        assert walk(client).status_code == 303
    assert users_of(api)["li"] == "supervisor"
    provider.claims |= {"groups": ["staff"]}
    with browser(api) as client:
        answer = walk(client)
        assert (answer.status_code, "没有授予您使用本系统的权限" in answer.text) == (403, True)


def test_a_disabled_user_stays_out_whoever_vouches(start: Start, provider: OpenIdProvider) -> None:
    api = start()
    with browser(api) as client:
        assert walk(client).status_code == 303

        def disable(connection: Connection) -> None:
            key = managing.user_key_of(connection, "wang")
            managing.disable_user(connection, key, by=CLI, at=clock.now())

        with_database(api, disable)
        assert not signed_in(client)
        answer = walk(client)
        assert (answer.status_code, "您的账号已停用" in answer.text) == (403, True)


def test_who_came_from_the_provider_changes_no_password_here_and_is_shown_the_way_out_there(
    start: Start, provider: OpenIdProvider
) -> None:
    api = start()
    with browser(api) as client:
        walk(client)
        page = client.get("/account/password").text
        assert "密码和两步验证在那里管理" in page
        csrf = page.split('name="csrf" value="')[1].split('"')[0]
        refused = client.post(
            "/account/password", data={"csrf": csrf, "current": "x", "new": "y", "again": "y"}
        )
        assert (refused.status_code, "密码和两步验证在那里管理" in refused.text) == (409, True)
        left = client.post("/logout", data={"csrf": csrf})
        assert left.headers["Location"] == "/login?left=openid"
        assert f"{provider.issuer}/end?client_id=outfall" in client.get(left.headers["Location"]).text
        assert not signed_in(client)


def test_a_public_client_proves_itself_by_pkce_alone(start: Start, provider: OpenIdProvider) -> None:
    provider.public_only = True
    with browser(start(oidc_client_secret_file=None)) as client:
        assert walk(client).status_code == 303


def test_the_way_there_asks_for_what_the_settings_say(start: Start, provider: OpenIdProvider) -> None:
    api = start(oidc_scopes="openid profile groups", public_url="https://outfall.example")
    with browser(api) as client:
        there = client.get("/login/openid", params={"next": "//evil.example"})
    query = parse_qs(urlsplit(there.headers["Location"]).query)
    assert query["scope"] == ["openid profile groups"]
    assert query["redirect_uri"] == ["https://outfall.example/login/openid/return"]
    assert len(query["state"][0]) >= 32 and len(query["nonce"][0]) >= 32
    assert len(query["code_challenge"][0]) == 43


def test_without_the_settings_there_is_no_button_and_no_way(fresh_api: Api) -> None:
    with browser(fresh_api) as client:
        assert "统一身份认证" not in client.get("/login").text
        assert client.get("/login/openid").status_code == 404
        assert client.get("/login/openid/return").status_code == 404


def test_the_secret_the_code_and_the_token_are_in_no_audit_record(
    shared: tuple[Api, OpenIdProvider],
) -> None:
    api, provider = shared
    provider.mood = "fair"
    with browser(api) as client:
        address = way_back(client)
        client.get(address)
    code = parse_qs(urlsplit(address).query)["code"][0]
    statement = parse("-- name: all\nselect string_agg(e::text, ' ') from audit_event e")["all"]
    with connect(api.database_url, name="test") as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    assert "people:openid:link" in row[0]
    assert SECRET not in row[0] and code not in row[0] and "eyJ" not in row[0]


WRONG_SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"oidc_issuer": "https://id.example"}, "openid_half_configured"),
    (
        {"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_role_claim": "g"},
        "openid_roles_wrong",
    ),
    (
        {
            "oidc_issuer": "https://id.example",
            "oidc_client_id": "x",
            "oidc_role_claim": "g",
            "oidc_roles": {"a": "admin"},
        },
        "openid_roles_wrong",
    ),
]


@pytest.mark.parametrize(("given", "code"), WRONG_SETTINGS)
def test_settings_that_contradict_each_other_stop_the_start(given: dict[str, Any], code: str) -> None:
    with pytest.raises(SettingsError) as refused:
        config_of(load_settings(**given))
    assert refused.value.code == code

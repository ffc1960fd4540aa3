"""Users, tokens and scopes in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from api.console.users import views
from api.console.users.reads import UserRow
from api.permissions import Permission
from store.clock import now
from store.identity.managing import TokenRecord
from store.texts import catalogue

NOW = now()
USER = UserRow(
    1,
    "wang",
    "王某（虚构）",
    "officer",
    None,
    NOW,
    NOW,
    disabled=False,
    must_change=False,
    locked=False,
    second_factor=False,
    openid=False,
    last_seen_at=None,
    sessions=0,
)
STATES = [
    ({}, ["启用"], "nothing to say"),
    ({"disabled": True}, ["停用"], "disabled"),
    ({"locked": True, "must_change": True}, ["启用", "暂时锁定", "须改密码"], "two things to know"),
    ({"second_factor": True, "openid": True}, ["启用", "两步验证", "统一身份认证"], "both ways in"),
]


@pytest.mark.parametrize(("changes", "words", "remark"), STATES)
def test_the_state_of_a_user_is_told_in_words(
    changes: dict[str, bool], words: list[str], remark: str
) -> None:
    assert [word for _, word in views.state_tags(replace(USER, **changes))] == words, remark


def test_every_role_and_every_permission_has_a_word_in_both_languages() -> None:
    roles = {f"console.users.role.{role}" for role, _ in views.role_options()}
    scopes = {f"console.users.scope.{one.value.replace(':', '_')}" for one in Permission}
    for language in ("zh", "en"):
        assert roles | scopes <= catalogue(language).keys()  # type: ignore[arg-type]


def test_the_scopes_to_choose_from_are_those_that_tokens_can_have() -> None:
    offered = {value for value, _ in views.scope_options()}
    assert offered == {one.value for one in Permission} - {"account:own"}


TOKEN = TokenRecord(3, "市局", "auditor", None, ("alerts:read",), NOW, "keeper", None, None, None, None)
TOKENS = [
    ({}, "valid", "without end"),
    ({"expires_at": NOW + timedelta(seconds=1)}, "valid", "to its last second"),
    ({"expires_at": NOW}, "expired", "at its end"),
    ({"revoked_at": NOW}, "revoked", "revoked"),
    ({"revoked_at": NOW, "expires_at": NOW}, "revoked", "revoked says more than expired"),
]


@pytest.mark.parametrize(("changes", "state", "remark"), TOKENS)
def test_a_token_is_valid_expired_or_revoked(changes: dict[str, object], state: str, remark: str) -> None:
    assert views.token_state(replace(TOKEN, **changes), NOW) == state, remark  # type: ignore[arg-type]


def test_a_token_without_scopes_is_not_one_with_none() -> None:
    (narrowed,) = views.token_rows([TOKEN], {}, NOW)
    (whole,) = views.token_rows([replace(TOKEN, scopes=None)], {}, NOW)
    assert narrowed.scopes == ("查看预警",)
    assert whole.scopes is None

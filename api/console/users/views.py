"""Users, roles, tokens and scopes in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.console.users.reads import UserRow
from api.permissions import PERMISSIONS, Permission, token_permissions
from store.identity.managing import TokenRecord
from store.people import Role
from store.texts import text

Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as the list shows it. ``state``: ``valid``, ``expired`` or ``revoked``."""

    key: int
    name: str
    role: str
    site: str | None
    scopes: tuple[str, ...] | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    state: str
    revoked_at: datetime | None
    revoked_by: str | None


def role_options() -> list[Option]:
    """Every role with its word."""
    return [(role.value, role_word(role.value)) for role in Role]


def role_word(role: str) -> str:
    """What people call a role."""
    return text(f"console.users.role.{role}")


def site_options(names: Mapping[str, str]) -> list[Option]:
    """No site, and every site, for a choice."""
    return [("", text("console.users.add.no_site")), *sorted(names.items(), key=lambda one: one[1])]


def state_tags(user: UserRow) -> list[Option]:
    """What is to be known of a user at a glance: kind of tag and word."""
    tags = [("wrong", "disabled")] if user.disabled else [("good", "enabled")]
    tags += [("warn", "locked")] if user.locked else []
    tags += [("warn", "must_change")] if user.must_change else []
    tags += [("calm", "second_factor")] if user.second_factor else []
    tags += [("calm", "openid")] if user.openid else []
    return [(kind, text(f"console.users.state.{state}")) for kind, state in tags]


def scope_word(scope: str) -> str:
    """What people call a permission."""
    return text(f"console.users.scope.{scope.replace(':', '_')}")


def scope_options() -> list[Option]:
    """Every permission that some token can have, with its word."""
    possible = frozenset().union(*(token_permissions(role, None) for role in PERMISSIONS))
    return [(one.value, scope_word(one.value)) for one in Permission if one in possible]


def token_rows(tokens: Iterable[TokenRecord], sites: Mapping[str, str], now: datetime) -> list[TokenRow]:
    """The rows of the list of tokens."""
    return [
        TokenRow(
            token.key,
            token.name,
            role_word(token.role),
            None if token.site_id is None else sites.get(token.site_id, token.site_id),
            None if token.scopes is None else tuple(scope_word(scope) for scope in token.scopes),
            token.created_at,
            token.created_by,
            token.expires_at,
            token.last_used_at,
            token_state(token, now),
            token.revoked_at,
            token.revoked_by,
        )
        for token in tokens
    ]


def token_state(token: TokenRecord, now: datetime) -> str:
    """Whether a token opens anything: ``valid``, ``expired`` or ``revoked``."""
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= now else "valid"

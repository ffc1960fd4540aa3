"""Rows of the pages of users."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.database import Connection, rows
from store.errors import NotFound
from store.queries import queries
from store.registry import load_registry

PAGE = 100


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as the list shows them."""

    key: int
    name: str
    display_name: str
    role: str
    site_id: str | None
    created_at: datetime
    password_changed_at: datetime
    disabled: bool
    must_change: bool
    locked: bool
    second_factor: bool
    openid: bool
    last_seen_at: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; None = not at all. ``after``: name of the last user of the page before."""

    role: str | None = None
    disabled: bool | None = None
    words: str | None = None
    after: str | None = None


def users(connection: Connection, asked: Filter, *, at: datetime, idle: timedelta) -> list[UserRow]:
    """Users by name, one more than a page has where there are more."""
    return _users(connection, asked, None, at, idle)


def user(connection: Connection, key: int, *, at: datetime, idle: timedelta) -> UserRow:
    """One user. Raises NotFound ``user_not_found``."""
    found = _users(connection, Filter(), key, at, idle)
    if not found:
        raise NotFound("There is no such user.", code="user_not_found")
    return found[0]


def site_names(connection: Connection, at: datetime) -> dict[str, str]:
    """The sites that a company's user or token can be bound to: name by id."""
    return {site.id: site.name for site in load_registry(connection, at=at).sites}


def _users(
    connection: Connection, asked: Filter, key: int | None, at: datetime, idle: timedelta
) -> list[UserRow]:
    arguments = {
        "role": asked.role,
        "disabled": asked.disabled,
        "words": asked.words,
        "after": asked.after,
        "key": key,
        "at": at,
        "idle_since": at - idle,
        "count": PAGE + 1,
    }
    with rows(connection) as cursor:
        found = cursor.execute(queries("console_users")["users"], arguments).fetchall()
    return [UserRow(**row) for row in found]

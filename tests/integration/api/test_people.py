"""Users, passwords and the lock, against the real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from store import clock, people
from store.database import Connection, connect
from store.errors import OutfallError
from store.people import User
from store.sessions import authenticate, end_session, find_session, open_session

NOON = datetime(2026, 3, 2, 12, tzinfo=clock.BEIJING)


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    """A connection to a database without users."""
    with connect(database, name="test") as opened:
        yield opened


def sign_in(connection: Connection, password: str, at: datetime = NOON, name: str = "wang") -> User | None:
    """One attempt."""
    return authenticate(connection, name=name, password=password, at=at)


def test_a_user_signs_in_with_the_generated_password(connection: Connection) -> None:
    password = people.add_user(connection, name="wang", display_name="王某", role="officer")
    user = sign_in(connection, password)
    assert user is not None and (user.name, user.display_name, user.role) == ("wang", "王某", "officer")
    assert [listed.name for listed in people.list_users(connection)] == ["wang"]
    assert sign_in(connection, password + "x") is None
    assert sign_in(connection, password, name="nobody") is None


def test_after_five_wrong_passwords_the_right_one_waits_and_each_further_one_waits_longer(
    connection: Connection,
) -> None:
    password = people.add_user(connection, name="wang", display_name="王某", role="officer")
    for _ in range(5):
        assert sign_in(connection, "wrong") is None
    assert sign_in(connection, password) is None
    assert sign_in(connection, "wrong", NOON + timedelta(seconds=31)) is None
    assert sign_in(connection, password, NOON + timedelta(seconds=62)) is None
    assert sign_in(connection, password, NOON + timedelta(seconds=92)) is not None
    assert sign_in(connection, "wrong", NOON + timedelta(seconds=93)) is None
    assert sign_in(connection, password, NOON + timedelta(seconds=94)) is not None


def test_a_new_password_lifts_the_lock_and_ends_the_sessions(connection: Connection) -> None:
    password = people.add_user(connection, name="wang", display_name="王某", role="officer")
    user = sign_in(connection, password)
    assert user is not None
    secret, _ = open_session(connection, user, at=NOON)
    for _ in range(5):
        sign_in(connection, "wrong")
    fresh = people.reset_password(connection, name="wang", at=NOON)
    assert sign_in(connection, fresh) is not None
    assert sign_in(connection, password) is None
    assert find_session(connection, secret, at=NOON) is None


def test_a_session_holds_twelve_hours_or_until_sign_out(connection: Connection) -> None:
    password = people.add_user(connection, name="wang", display_name="王某", role="officer")
    user = sign_in(connection, password)
    assert user is not None
    secret, session = open_session(connection, user, at=NOON)
    found = find_session(
        connection, secret, at=NOON + timedelta(hours=11, minutes=59), idle=timedelta(hours=12)
    )
    assert found is not None and found.csrf == session.csrf
    assert find_session(connection, secret, at=NOON + timedelta(hours=12)) is None
    end_session(connection, secret, at=NOON)
    assert find_session(connection, secret, at=NOON) is None


def test_a_token_ends_when_it_was_said_to(connection: Connection) -> None:
    token = people.create_token(connection, name="t", role="auditor", expires_at=NOON)
    assert people.find_token(connection, token, at=NOON - timedelta(seconds=1)) is not None
    assert people.find_token(connection, token, at=NOON) is None
    assert people.find_token(connection, token[:-1], at=NOON - timedelta(seconds=1)) is None


REFUSED = [
    ({"name": "Wang"}, "user_name_wrong", "capital letters"),
    ({"name": "w"}, "user_name_wrong", "too short"),
    ({"name": "taken"}, "user_exists", "a name that is taken"),
    ({"role": "king"}, "role_unknown", "no such role"),
    ({"role": "company"}, "site_needed", "a company without site"),
    ({"role": "company", "site_id": "nowhere"}, "site_not_found", "no such site"),
    ({"site_id": "nowhere"}, "site_not_wanted", "an officer with a site"),
    ({"password": "short"}, "password_length", "a password that is too short"),
    ({"password": "x" * 257}, "password_length", "a password that is too long"),
]


@pytest.mark.parametrize(("given", "code", "remark"), REFUSED)
def test_a_user_that_cannot_be_is_refused_with_the_reason(
    connection: Connection, given: dict[str, str], code: str, remark: str
) -> None:
    people.add_user(connection, name="taken", display_name="x", role="officer")
    with pytest.raises(OutfallError) as refused:
        people.add_user(connection, **{"name": "wang", "display_name": "x", "role": "officer", **given})  # type: ignore[arg-type]
    assert refused.value.code == code, remark

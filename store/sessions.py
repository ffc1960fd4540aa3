"""Signing in: passwords, the lock after wrong ones, and sessions.

Every function works in the caller's transaction and leaves the commit to the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store import passwords
from store.database import Connection, rows
from store.people import User, user_of
from store.queries import queries

SESSION_HOURS = 12  # one shift
FREE_FAILURES = 5
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in user with the CSRF token that state-changing requests must repeat."""

    user: User
    csrf: str
    expires_at: datetime


def authenticate(connection: Connection, *, name: str, password: str, at: datetime) -> User | None:
    """The user with this name and password, or None.

    None does not say why: no such user, wrong password, disabled, or locked. After five wrong passwords the user is locked for
    30 seconds, and twice as long after each further one, up to an hour. **Commit also when the answer is None**, or the count of
    wrong passwords is lost.
    """
    sql = queries("people")
    with rows(connection) as cursor:
        row = cursor.execute(sql["user_for_login"], {"name": name}).fetchone()
        right = passwords.matches(row["password_hash"] if row else None, password)
        if row is None or row["disabled_at"] is not None:
            return None
        if row["locked_until"] is not None and row["locked_until"] > at:
            return None
        if not right:
            failures = row["failed_logins"] + 1
            lock = lock_time(failures)
            until = None if lock is None else at + lock
            cursor.execute(
                sql["login_failed"], {"key": row["key"], "failed_logins": failures, "locked_until": until}
            )
            return None
        cursor.execute(sql["login_succeeded"], {"key": row["key"]})
        return user_of(row)


def lock_time(failures: int) -> timedelta | None:
    """How long a user is locked after this many wrong passwords in a row; None = not at all."""
    if failures < FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def open_session(connection: Connection, user: User, *, at: datetime) -> tuple[str, Session]:
    """Open a session of 12 hours; returns the secret for the cookie, which is kept nowhere, and the session."""
    secret = passwords.new_secret()
    session = Session(user, csrf=passwords.new_secret(), expires_at=at + timedelta(hours=SESSION_HOURS))
    connection.execute(
        queries("people")["open_session"],
        {
            "digest": passwords.digest(secret),
            "user_key": user.key,
            "csrf": session.csrf,
            "at": at,
            "expires_at": session.expires_at,
        },
    )
    return secret, session


def find_session(connection: Connection, secret: str, *, at: datetime) -> Session | None:
    """The session with this secret, or None when it is unknown, over, or its user is disabled."""
    with rows(connection) as cursor:
        arguments = {"digest": passwords.digest(secret), "at": at}
        row = cursor.execute(queries("people")["find_session"], arguments).fetchone()
    return None if row is None else Session(user_of(row), csrf=row["csrf"], expires_at=row["expires_at"])


def end_session(connection: Connection, secret: str, *, at: datetime) -> None:
    """Sign out; an unknown secret changes nothing."""
    connection.execute(queries("people")["end_session"], {"digest": passwords.digest(secret), "at": at})

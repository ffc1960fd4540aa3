"""Signing in: passwords, the lock after wrong ones, the second step, and sessions.

Every function works in the caller's transaction and leaves the commit to the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from store import passwords
from store.database import Connection, rows
from store.identity.sealing import Sealer
from store.identity.secondfactor import accepts
from store.people import User, user_of
from store.queries import queries

SESSION_HOURS = 12  # one shift
IDLE = timedelta(hours=2)
TOUCH_EVERY = timedelta(minutes=1)  # a page asks many times a minute; one write of them is enough
KEPT_FOR = timedelta(days=30)
USER_AGENT_LETTERS = 300

FREE_FAILURES = 5
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)

STEP_TIME = timedelta(minutes=5)  # to take the telephone out and type a code
STEP_FAILURES = 5

Kind = Literal["password", "openid"]


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in user with the CSRF token that state-changing requests must repeat.

    Attributes
    ----------
    id : names the session on pages; it opens nothing
    kind : how it was opened; who came from an OpenID provider knows no password here
    authority : the bureau that the console is of, for the head of its pages; None before a sites file was applied
    """

    user: User
    csrf: str
    expires_at: datetime
    id: int
    kind: Kind = "password"
    last_seen_at: datetime | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that holds, as its owner and an admin see it."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    origin: str
    user_agent: str
    kind: Kind


def authenticate(connection: Connection, *, name: str, password: str, at: datetime) -> User | None:
    """The user with this name and password, or None.

    None does not say why: no such user, wrong password, disabled, or locked. After five wrong passwords the user is locked for
    30 seconds, and twice as long after each further one, up to an hour. **Commit also when the answer is None**, or the count of
    wrong passwords is lost.

    The right password ends the count, but not where a second step follows: who has the password would guess codes without end.
    """
    with rows(connection) as cursor:
        row = cursor.execute(queries("people")["user_for_login"], {"name": name}).fetchone()
    return _matching(connection, row, password, at)


def confirm_password(connection: Connection, user_key: int, password: str, *, at: datetime) -> bool:
    """Whether this is the password of a user who is signed in; wrong ones count as at sign-in. **Commit also when False.**

    Nobody is signed out by the lock, but who sits at somebody else's open page cannot go on guessing.
    """
    with rows(connection) as cursor:
        row = cursor.execute(queries("identity")["user_by_key"], {"key": user_key}).fetchone()
    return _matching(connection, row, password, at) is not None


def _matching(
    connection: Connection, row: Mapping[str, Any] | None, password: str, at: datetime
) -> User | None:
    right = passwords.matches(row["password_hash"] if row else None, password)
    if row is None or row["disabled_at"] is not None or _locked(row, at):
        return None
    if not right:
        _count_failure(connection, row, at)
        return None
    if not row["second_factor"]:
        connection.execute(queries("people")["login_succeeded"], {"key": row["key"]})
    return user_of(row)


def _locked(row: Mapping[str, Any], at: datetime) -> bool:
    return row["locked_until"] is not None and row["locked_until"] > at


def _count_failure(connection: Connection, row: Mapping[str, Any], at: datetime) -> None:
    failures = row["failed_logins"] + 1
    lock = lock_time(failures)
    arguments = {
        "key": row["key"],
        "failed_logins": failures,
        "locked_until": None if lock is None else at + lock,
    }
    connection.execute(queries("people")["login_failed"], arguments)


def lock_time(failures: int) -> timedelta | None:
    """How long a user is locked after this many wrong passwords in a row; None = not at all."""
    if failures < FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def open_login_step(connection: Connection, user: User, *, at: datetime) -> str:
    """The password was right and a code is still to come: the secret of a cookie that remembers so for five minutes."""
    secret = passwords.new_secret()
    sql = queries("identity")
    connection.execute(sql["forget_login_steps"], {"at": at})
    arguments = {"digest": passwords.digest(secret), "user_key": user.key, "expires_at": at + STEP_TIME}
    connection.execute(sql["open_login_step"], arguments)
    return secret


def login_step_holds(connection: Connection, secret: str, *, at: datetime) -> bool:
    """Whether a sign-in that was begun still waits for its code."""
    return _login_step(connection, secret, at) is not None


def finish_login_step(
    connection: Connection, secret: str, typed: str, sealer: Sealer, *, at: datetime
) -> tuple[User, str] | None:
    """The user and what was typed (``code`` or ``recovery``), or None. **Commit also when the answer is None.**

    A wrong code counts like a wrong password; after five of them the sign-in begins anew with the password.
    """
    step = _login_step(connection, secret, at)
    if step is None:
        return None
    sql = queries("identity")
    digest = passwords.digest(secret)
    with rows(connection) as cursor:
        row = cursor.execute(sql["user_by_key"], {"key": step["user_key"]}).fetchone()
    if row is None or row["disabled_at"] is not None or _locked(row, at):
        return None
    accepted = accepts(connection, row["key"], sealer, typed, at=at)
    if accepted is None:
        _count_failure(connection, row, at)
        failures = step["failures"] + 1
        statement = "close_login_step" if failures >= STEP_FAILURES else "login_step_failed"
        connection.execute(sql[statement], {"digest": digest, "failures": failures})
        return None
    connection.execute(sql["close_login_step"], {"digest": digest})
    connection.execute(queries("people")["login_succeeded"], {"key": row["key"]})
    return user_of(row), accepted


def _login_step(connection: Connection, secret: str, at: datetime) -> dict[str, Any] | None:
    arguments = {"digest": passwords.digest(secret), "at": at}
    with rows(connection) as cursor:
        return cursor.execute(queries("identity")["login_step"], arguments).fetchone()


def open_session(
    connection: Connection,
    user: User,
    *,
    at: datetime,
    origin: str = "unknown",
    user_agent: str = "",
    kind: Kind = "password",
) -> tuple[str, Session]:
    """Open a session of 12 hours; returns the secret for the cookie, which is kept nowhere, and the session.

    The secret is always a fresh one: what a browser brought along before signing in opens nothing afterwards.
    """
    secret, csrf = passwords.new_secret(), passwords.new_secret()
    expires_at = at + timedelta(hours=SESSION_HOURS)
    connection.execute(queries("identity")["forget_old_sessions"], {"before": at - KEPT_FOR})
    row = connection.execute(
        queries("people")["open_session"],
        {
            "digest": passwords.digest(secret),
            "user_key": user.key,
            "csrf": csrf,
            "at": at,
            "expires_at": expires_at,
            "origin": origin,
            "user_agent": user_agent[:USER_AGENT_LETTERS],
            "kind": kind,
        },
    ).fetchone()
    assert row is not None
    return secret, Session(user, csrf, expires_at, id=row[0], kind=kind, last_seen_at=at)


def find_session(
    connection: Connection, secret: str, *, at: datetime, idle: timedelta = IDLE
) -> Session | None:
    """The session with this secret, or None when it is unknown, over, unused for too long, or its user is disabled."""
    with rows(connection) as cursor:
        arguments = {"digest": passwords.digest(secret), "at": at, "idle_since": at - idle}
        row = cursor.execute(queries("people")["find_session"], arguments).fetchone()
    if row is None:
        return None
    return Session(
        user_of(row),
        csrf=row["csrf"],
        expires_at=row["expires_at"],
        id=row["id"],
        kind=row["kind"],
        last_seen_at=row["last_seen_at"],
        authority=row["authority"],
    )


def touch_session(connection: Connection, session: Session, *, at: datetime) -> None:
    """The session is in use; its idle time begins anew."""
    connection.execute(queries("people")["touch_session"], {"id": session.id, "at": at})


def end_session(connection: Connection, secret: str, *, at: datetime) -> None:
    """Sign out; an unknown secret changes nothing."""
    connection.execute(queries("people")["end_session"], {"digest": passwords.digest(secret), "at": at})


def end_session_of(connection: Connection, user_key: int, session_id: int, *, at: datetime) -> bool:
    """End one session of this user, named by its id; False when it is none of theirs or over."""
    arguments = {"id": session_id, "user_key": user_key, "at": at}
    row = connection.execute(queries("identity")["end_session_of_user"], arguments).fetchone()
    return row is not None and row[0] > 0


def end_sessions(connection: Connection, user_key: int, *, at: datetime) -> int:
    """End every session of a user; returns how many there were."""
    row = connection.execute(
        queries("people")["end_sessions_of_user"], {"user_key": user_key, "at": at}
    ).fetchone()
    return 0 if row is None else int(row[0])


def list_sessions(
    connection: Connection, user_key: int, *, at: datetime, idle: timedelta = IDLE
) -> list[OpenSession]:
    """The sessions of a user that hold, newest first."""
    with rows(connection) as cursor:
        arguments = {"user_key": user_key, "at": at, "idle_since": at - idle}
        found = cursor.execute(queries("identity")["sessions_of_user"], arguments).fetchall()
    return [OpenSession(**row) for row in found]

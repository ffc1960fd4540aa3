"""Changing users: name as shown, role, site, disabling, signing out; and who revoked a token when.

Every function works in the caller's transaction and leaves the commit to the caller. Writes are recorded in the audit trail.
Whoever loses something by a change is signed out at once: requests ask for the role anew, but pages that are open still show what
was allowed before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from store import audit, sessions
from store.database import Connection, rows
from store.errors import Conflict, NotFound
from store.identity import passwordrules, secondfactor
from store.passwords import hash_password, matches
from store.people import Role, User, check_display_name, role_of, site_key_of, user_of
from store.queries import queries


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, from where: user name, ``token:<name>`` or ``cli``, and the network address."""

    actor: str
    origin: str


CLI = By("cli", "cli")


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token as a list shows it; its text is kept nowhere."""

    key: int
    name: str
    role: str
    site_id: str | None
    scopes: tuple[str, ...] | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    last_used_at: datetime | None

    def as_dict(self) -> dict[str, object]:
        """For JSON output; ``id`` names the token for revoking."""
        given = asdict(self)
        return {"id": given.pop("key"), **given}


def user_key_of(connection: Connection, name: str) -> int:
    """Raises NotFound ``user_not_found``."""
    row = connection.execute(queries("identity")["key_of_user"], {"name": name}).fetchone()
    if row is None:
        raise NotFound(f"There is no user {name!r}. `outfall user list` shows them.", code="user_not_found")
    return int(row[0])


def get_user(connection: Connection, key: int) -> User:
    """A user, locked until the end of the transaction. Raises NotFound ``user_not_found``."""
    return user_of(_row(connection, key))


def change_user(
    connection: Connection,
    key: int,
    *,
    display_name: str,
    role: str,
    site_id: str | None,
    by: By,
    at: datetime,
) -> User:
    """Change name as shown, role and site; another role or site ends every session of the user.

    Raises NotFound ``user_not_found``, ``role_unknown``, ``site_not_found`` and Conflict ``last_admin``, ``display_name_wrong``,
    ``site_needed``, ``site_not_wanted``.
    """
    before = get_user(connection, key)
    site_key = site_key_of(connection, role_of(role), site_id)
    check_display_name(display_name)
    if before.role is Role.ADMIN and role != Role.ADMIN:
        _keep_an_admin(connection, before)
    wanted = {"display_name": display_name, "role": role, "site": site_id}
    present = {"display_name": before.display_name, "role": before.role.value, "site": before.site_id}
    changed = {name: [present[name], value] for name, value in wanted.items() if present[name] != value}
    if not changed:
        return before
    arguments = {"key": key, "display_name": display_name, "role": role, "site_key": site_key}
    connection.execute(queries("identity")["change_user"], arguments)
    if changed.keys() & {"role", "site"}:
        sessions.end_sessions(connection, key, at=at)
    _record(connection, by, "change", before.name, changed)
    return get_user(connection, key)


def disable_user(connection: Connection, key: int, *, by: By, at: datetime) -> None:
    """No sign-in from now on, and every session ends. A user who is disabled already stays so.

    Raises NotFound ``user_not_found`` and Conflict ``last_admin``.
    """
    user = get_user(connection, key)
    if user.role is Role.ADMIN:
        _keep_an_admin(connection, user)
    if connection.execute(queries("identity")["disable_user"], {"key": key, "at": at}).rowcount:
        sessions.end_sessions(connection, key, at=at)
        _record(connection, by, "disable", user.name)


def enable_user(connection: Connection, key: int, *, by: By) -> None:
    """Sign-in is possible again, a lock is lifted. Raises NotFound ``user_not_found``."""
    user = get_user(connection, key)
    if connection.execute(queries("identity")["enable_user"], {"key": key}).rowcount:
        _record(connection, by, "enable", user.name)


def sign_out(connection: Connection, key: int, *, by: By, at: datetime) -> int:
    """End every session of a user; returns how many there were. Raises NotFound ``user_not_found``."""
    user = get_user(connection, key)
    ended = sessions.end_sessions(connection, key, at=at)
    _record(connection, by, "end_sessions", user.name, {"ended": ended})
    return ended


def reset_second_factor(connection: Connection, key: int, *, by: By, at: datetime) -> bool:
    """Switch the second factor of a user off, for a lost telephone, and end their sessions; False when there was none.

    Raises NotFound ``user_not_found``.
    """
    user = get_user(connection, key)
    if not secondfactor.switch_off(connection, user, actor=by.actor, origin=by.origin, action="reset"):
        return False
    sessions.end_sessions(connection, key, at=at)
    return True


def change_own_password(
    connection: Connection, key: int, password: str, *, at: datetime, origin: str
) -> User:
    """A user chooses a password, having shown the old one (``store.sessions.confirm_password``); every session of theirs ends.

    Raises Conflict ``password_same`` and those of ``store.identity.passwordrules``.
    """
    row = _row(connection, key)
    user = user_of(row)
    passwordrules.check(password, names=(user.name, user.display_name))
    if matches(row["password_hash"], password):
        raise Conflict("The new password is the old one.", code="password_same")
    sql = queries("people")
    connection.execute(
        sql["change_password"],
        {"name": user.name, "password_hash": hash_password(password), "must_change": False, "at": at},
    )
    sessions.end_sessions(connection, key, at=at)
    _record(connection, By(user.name, origin), "change_password", user.name)
    return get_user(connection, key)


def list_tokens(
    connection: Connection, *, before: int | None = None, count: int = 200
) -> Sequence[TokenRecord]:
    """Tokens, newest first; ``before`` is the key of the last one of the page before."""
    with rows(connection) as cursor:
        found = cursor.execute(queries("identity")["tokens"], {"before": before, "count": count}).fetchall()
    return [
        TokenRecord(**{**row, "scopes": None if row["scopes"] is None else tuple(row["scopes"])})
        for row in found
    ]


def revoke_token(connection: Connection, key: int, *, by: By, at: datetime) -> None:
    """The token opens nothing from now on; one that is revoked already stays so. Raises NotFound ``token_not_found``."""
    sql = queries("identity")
    row = connection.execute(sql["revoke_token"], {"key": key, "at": at, "by": by.actor}).fetchone()
    if row is None:
        if connection.execute(sql["token_exists"], {"key": key}).fetchone() is None:
            raise NotFound(
                f"There is no token {key}. `outfall token list` shows them.", code="token_not_found"
            )
        return
    audit.record(
        connection,
        actor=by.actor,
        origin=by.origin,
        action="people:token:revoke",
        subject=row[0],
        detail={"token": key},
    )


def _row(connection: Connection, key: int) -> Mapping[str, Any]:
    with rows(connection) as cursor:
        row = cursor.execute(queries("identity")["user_by_key"], {"key": key}).fetchone()
    if row is None:
        raise NotFound("There is no such user. `outfall user list` shows them.", code="user_not_found")
    return row


def _keep_an_admin(connection: Connection, user: User) -> None:
    """Refuse what would leave nobody who can manage users."""
    sql = queries("identity")
    connection.execute(sql["lock_admins"])
    if not user.disabled and connection.execute(sql["other_admins"], {"key": user.key}).fetchone() is None:
        raise Conflict(f"{user.name} is the last admin; make another user an admin first.", code="last_admin")


def _record(
    connection: Connection, by: By, action: str, subject: str, detail: Mapping[str, Any] | None = None
) -> None:
    audit.record(
        connection,
        actor=by.actor,
        origin=by.origin,
        action=f"people:user:{action}",
        subject=subject,
        detail=detail,
    )

"""Who may use Outfall: users and the tokens of programs; signing in is in store.sessions.

Every function works in the caller's transaction and leaves the commit to the caller. Writes are recorded in the audit trail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from store import audit, passwords
from store.database import Connection, rows
from store.errors import Conflict, NotFound
from store.identity import passwordrules
from store.queries import queries

TOKEN_PREFIX = "outfall_"  # lets a secret scanner recognise a token that leaked

LONGEST_DISPLAY_NAME = 60

_NAME = re.compile(r"[a-z][a-z0-9_.-]{1,31}")  # as the check of app_user.name


class Role(StrEnum):
    """What a user or a token is; what each may do stands in ``api.permissions``."""

    OFFICER = "officer"  #: 执法人员
    TECHNICAL_REVIEWER = "technical_reviewer"  #: 技术审核
    LEGAL_REVIEWER = "legal_reviewer"  #: 法制审核
    SUPERVISOR = "supervisor"  #: 分管领导
    AUDITOR = "auditor"  #: 审计, reads everything and changes nothing
    COMPANY = "company"  #: 企业, sees its own site only
    OPERATOR = "operator"  #: 运维
    ADMIN = "admin"  #: 管理员


ROLES: tuple[str, ...] = tuple(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class User:
    """A person.

    Attributes
    ----------
    site_key, site_id : set for the role company and for nobody else
    must_change : somebody else has seen the password; nothing but changing it is possible
    second_factor : whether a code is asked for at sign-in; known where people sign in and are listed, else False
    """

    key: int
    name: str
    display_name: str
    role: Role
    site_key: int | None
    site_id: str | None
    created_at: datetime
    disabled: bool
    must_change: bool = False
    second_factor: bool = False

    def as_dict(self) -> dict[str, object]:
        """For JSON output: everything but the keys."""
        return {name: value for name, value in asdict(self).items() if name not in ("key", "site_key")}


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a program. ``scopes``: permissions by their values that it is narrowed to; None = all that its role has."""

    key: int
    name: str
    role: Role
    site_key: int | None
    site_id: str | None
    expires_at: datetime | None
    scopes: tuple[str, ...] | None = None
    last_used_at: datetime | None = None


def add_user(
    connection: Connection,
    *,
    name: str,
    display_name: str,
    role: str,
    site_id: str | None = None,
    password: str | None = None,
    must_change: bool = False,
    actor: str = "cli",
    origin: str = "cli",
) -> str:
    """Add a user and return the password, generated when none is given.

    ``must_change``: the first thing that the user can do is to choose another password, because somebody else has seen this one.

    Raises Conflict (``user_exists``, ``user_name_wrong``, ``display_name_wrong``, ``site_needed``, ``site_not_wanted``, and those
    of ``store.identity.passwordrules``) and NotFound (``role_unknown``, ``site_not_found``).
    """
    if not _NAME.fullmatch(name):
        raise Conflict(
            f"The user name {name!r} is not possible: 2 to 32 of a-z 0-9 _ . - beginning with a letter.",
            code="user_name_wrong",
        )
    site_key = site_key_of(connection, role_of(role), site_id)
    check_display_name(display_name)
    password = _checked(password, names=(name, display_name))
    row = connection.execute(
        queries("people")["add_user"],
        {
            "name": name,
            "display_name": display_name,
            "role": role,
            "site_key": site_key,
            "password_hash": passwords.hash_password(password),
            "must_change": must_change,
        },
    ).fetchone()
    if row is None:
        raise Conflict(f"There is already a user {name!r}. Choose another name.", code="user_exists")
    detail = {"role": role, "site": site_id}
    audit.record(
        connection, actor=actor, origin=origin, action="people:user:add", subject=name, detail=detail
    )
    return password


def reset_password(
    connection: Connection,
    *,
    name: str,
    at: datetime,
    password: str | None = None,
    must_change: bool = True,
    actor: str = "cli",
    origin: str = "cli",
) -> str:
    """Give a user a new password, lift a lock and end every session of theirs; returns the password.

    Raises NotFound ``user_not_found`` and Conflict (those of ``store.identity.passwordrules``).
    """
    password = _checked(password, names=(name,))
    sql = queries("people")
    row = connection.execute(
        sql["change_password"],
        {
            "name": name,
            "password_hash": passwords.hash_password(password),
            "must_change": must_change,
            "at": at,
        },
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no user {name!r}. `outfall user list` shows them.", code="user_not_found")
    connection.execute(sql["end_sessions_of_user"], {"user_key": row[0], "at": at})
    audit.record(connection, actor=actor, origin=origin, action="people:user:reset_password", subject=name)
    return password


def list_users(connection: Connection) -> list[User]:
    """Every user by name."""
    with rows(connection) as cursor:
        return [user_of(row) for row in cursor.execute(queries("people")["list_users"])]


def create_token(
    connection: Connection,
    *,
    name: str,
    role: str,
    site_id: str | None = None,
    expires_at: datetime | None = None,
    scopes: Sequence[str] | None = None,
    actor: str = "cli",
    origin: str = "cli",
) -> str:
    """Create a bearer token and return its text, which is kept nowhere.

    ``scopes`` narrow it to some permissions of its role (``api.permissions.scopes_of`` checks them); None = all of them.

    Raises as ``add_user`` for role and site.
    """
    site_key = site_key_of(connection, role_of(role), site_id)
    text = TOKEN_PREFIX + passwords.new_secret()
    connection.execute(
        queries("people")["add_token"],
        {
            "digest": passwords.digest(text),
            "name": name,
            "role": role,
            "site_key": site_key,
            "created_by": actor,
            "expires_at": expires_at,
            "scopes": None if scopes is None else list(scopes),
        },
    )
    detail = {
        "role": role,
        "site": site_id,
        "expires_at": expires_at.isoformat() if expires_at else None,
        "scopes": None if scopes is None else list(scopes),
    }
    audit.record(
        connection, actor=actor, origin=origin, action="people:token:create", subject=name, detail=detail
    )
    return text


def find_token(connection: Connection, text: str, *, at: datetime) -> Token | None:
    """The token with this text, or None when there is none, it has expired or was revoked."""
    with rows(connection) as cursor:
        arguments = {"digest": passwords.digest(text), "at": at}
        row = cursor.execute(queries("people")["find_token"], arguments).fetchone()
    if row is None:
        return None
    scopes = None if row["scopes"] is None else tuple(row["scopes"])
    return Token(**{**row, "role": Role(row["role"]), "scopes": scopes})


def touch_token(connection: Connection, token: Token, *, at: datetime) -> None:
    """The token is in use."""
    connection.execute(queries("identity")["touch_token"], {"key": token.key, "at": at})


def role_of(role: str) -> Role:
    """The role of this name. Raises NotFound ``role_unknown``."""
    try:
        return Role(role)
    except ValueError:
        raise NotFound(
            f"There is no role {role!r}. The roles are {', '.join(ROLES)}.", code="role_unknown"
        ) from None


def check_display_name(display_name: str) -> None:
    """Raises Conflict ``display_name_wrong`` for a name that cannot stand on a page."""
    if not (
        1 <= len(display_name) <= LONGEST_DISPLAY_NAME and display_name.strip() and display_name.isprintable()
    ):
        raise Conflict(
            f"A name as shown has 1 to {LONGEST_DISPLAY_NAME} visible characters.",
            code="display_name_wrong",
            most=LONGEST_DISPLAY_NAME,
        )


def _checked(password: str | None, *, names: tuple[str, ...]) -> str:
    if password is None:
        return passwords.generate_password()
    passwordrules.check(password, names=names)
    return password


def site_key_of(connection: Connection, role: Role, site_id: str | None) -> int | None:
    """The key of the site that a user or token of this role is bound to.

    Raises Conflict ``site_needed``, ``site_not_wanted`` and NotFound ``site_not_found``.
    """
    if role is Role.COMPANY and site_id is None:
        raise Conflict("The role company needs a site: give --site ID.", code="site_needed")
    if site_id is None:
        return None
    if role is not Role.COMPANY:
        raise Conflict(f"Only the role company is bound to a site, not {role}.", code="site_not_wanted")
    row = connection.execute(queries("people")["site_key"], {"site_id": site_id}).fetchone()
    if row is None:
        raise NotFound(f"There is no site {site_id!r}.", code="site_not_found")
    return int(row[0])


def user_of(row: Mapping[str, Any]) -> User:
    """The user in a row of people.sql."""
    return User(
        key=row["key"],
        name=row["name"],
        display_name=row["display_name"],
        role=Role(row["role"]),
        site_key=row["site_key"],
        site_id=row["site_id"],
        created_at=row["created_at"],
        disabled=row["disabled_at"] is not None,
        must_change=row["must_change_password"],
        second_factor=row.get("second_factor", False),
    )

"""Who a subject of an OpenID provider is here: linked once, found by it from then on.

Names at a provider change and are given to others; the subject is what stays (OpenID Connect Core, 5.7). A name serves once, to
find the user that a subject belongs to, and never for an admin: that link is made on the command line.

Every function works in the caller's transaction and leaves the commit to the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store import audit
from store.database import Connection, rows
from store.errors import Conflict, NotAllowed
from store.identity import managing
from store.identity.managing import By
from store.people import Role, User, add_user
from store.queries import queries

# A role of these is given by people, never by a claim: an admin could give it to anybody, a company needs its site.
BY_PEOPLE_ONLY = frozenset({Role.ADMIN, Role.COMPANY})


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a user is at a provider, since when, and who said so."""

    issuer: str
    subject: str
    linked_at: datetime
    linked_by: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a provider has said of somebody, checked.

    Attributes
    ----------
    name : the claim that is taken as user name; None when it is absent
    role : the role that the claim of roles gives; None when no role claim is configured
    role_claimed : whether roles come from the provider, so that somebody without one is refused
    """

    issuer: str
    subject: str
    name: str | None
    display_name: str | None
    role: Role | None
    role_claimed: bool


def sign_in(connection: Connection, claimed: Claimed, *, at: datetime, origin: str) -> User:
    """The user of a subject; linked, made or given another role where the settings say so.

    Raises NotAllowed ``openid_user_unknown``, ``openid_user_disabled``, ``openid_role_missing``, ``openid_admin_by_hand``.
    """
    if claimed.role_claimed and claimed.role is None:
        raise NotAllowed("The provider gives this person no role here.", code="openid_role_missing")
    row = connection.execute(
        queries("identity")["user_of_subject"], {"issuer": claimed.issuer, "subject": claimed.subject}
    ).fetchone()
    user = (
        managing.get_user(connection, row[0])
        if row is not None
        else _first_time(connection, claimed, at=at, origin=origin)
    )
    if user.disabled:
        raise NotAllowed("This user is disabled.", code="openid_user_disabled")
    if claimed.role is None or claimed.role is user.role or user.role in BY_PEOPLE_ONLY:
        return user
    return managing.change_user(
        connection,
        user.key,
        display_name=user.display_name,
        role=claimed.role,
        site_id=None,
        by=By("openid", origin),
        at=at,
    )


def _first_time(connection: Connection, claimed: Claimed, *, at: datetime, origin: str) -> User:
    unknown = NotAllowed("Nobody here belongs to this subject.", code="openid_user_unknown")
    if claimed.name is None:
        raise unknown
    found = connection.execute(queries("identity")["key_of_user"], {"name": claimed.name}).fetchone()
    if found is not None:
        user = managing.get_user(connection, found[0])
        if user.role is Role.ADMIN:
            raise NotAllowed(
                "An admin is linked on the command line: outfall user link-openid.",
                code="openid_admin_by_hand",
            )
        if subject_of(connection, user.key) is not None:
            # The name belongs to somebody who is another subject.
            raise unknown
    elif claimed.role is None or claimed.role in BY_PEOPLE_ONLY:
        raise unknown
    else:
        try:
            # A password that nobody ever sees: this user comes from the provider until an admin resets it.
            add_user(
                connection,
                name=claimed.name,
                display_name=claimed.display_name or claimed.name,
                role=claimed.role,
                must_change=True,
                actor="openid",
                origin=origin,
            )
        except Conflict as wrong:
            raise unknown from wrong
        user = managing.get_user(connection, managing.user_key_of(connection, claimed.name))
    if user.disabled:
        raise NotAllowed("This user is disabled.", code="openid_user_disabled")
    link(connection, user, claimed.issuer, claimed.subject, by=By("openid", origin), at=at)
    return user


def link(connection: Connection, user: User, issuer: str, subject: str, *, by: By, at: datetime) -> None:
    """Say who a user is at a provider. Raises Conflict ``openid_linked`` when user or subject is linked already."""
    arguments = {"issuer": issuer, "subject": subject, "user_key": user.key, "at": at, "by": by.actor}
    if connection.execute(queries("identity")["link_subject"], arguments).fetchone() is None:
        raise Conflict(
            "This user or this subject is linked already; unlink it first (outfall user unlink-openid).",
            code="openid_linked",
        )
    _record(connection, by, "link", user, subject)


def unlink(connection: Connection, user: User, *, by: By) -> bool:
    """The user signs in with a password only; False when there was no link."""
    row = connection.execute(queries("identity")["unlink_subject"], {"user_key": user.key}).fetchone()
    if row is None:
        return False
    _record(connection, by, "unlink", user, row[0])
    return True


def subject_of(connection: Connection, user_key: int) -> Subject | None:
    """Who a user is at a provider; None when nobody said so."""
    with rows(connection) as cursor:
        row = cursor.execute(queries("identity")["subject_of_user"], {"user_key": user_key}).fetchone()
    return None if row is None else Subject(**row)


def _record(connection: Connection, by: By, action: str, user: User, subject: str) -> None:
    audit.record(
        connection,
        actor=by.actor,
        origin=by.origin,
        action=f"people:openid:{action}",
        subject=user.name,
        detail={"subject": subject},
    )

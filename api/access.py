"""Who is calling, and whether they may: the dependency that every protected route declares.

::

    @router.get("/alerts")
    def list_alerts(principal: Annotated[Principal, requires(Permission.ALERTS_READ)]) -> ...

A caller shows a bearer token, or the session cookie of the console. A state-changing request with a cookie must repeat the
session's CSRF token (header ``X-CSRF-Token`` or form field ``csrf``) and come from our own pages.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.context import Services, services_of
from api.cookies import SESSION_COOKIE, session_secret
from api.permissions import PERMISSIONS, Permission, token_permissions
from store import clock
from store.errors import NotAllowed
from store.passwords import digest
from store.people import Role, find_token, touch_token
from store.sessions import TOUCH_EVERY, find_session, touch_session

__all__ = ["CSRF_HEADER", "SESSION_COOKIE", "AnyPrincipal", "Principal", "Requires", "requires"]

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of a request.

    Attributes
    ----------
    name : user name, or ``token:<name>``; what the audit trail and alert events show
    site_key, site_id : the only site a company may see; None = all sites
    csrf : the CSRF token of the session; None for a bearer token
    origin : network address of the caller
    scopes : what a token is narrowed to; None = a user, who has all that the role has
    user_key, session_id : the user and the session; None for a token, which is nobody's account
    token_key : the token; None for a user
    must_change : nothing but changing the password is possible
    with_password : False for who came from an OpenID provider and knows no password here
    authority : the bureau that the console is of; what the head of a page says
    """

    name: str
    display_name: str
    role: Role
    site_key: int | None
    site_id: str | None
    csrf: str | None
    origin: str
    scopes: frozenset[Permission] | None = None
    user_key: int | None = None
    session_id: int | None = None
    token_key: int | None = None
    must_change: bool = False
    with_password: bool = True
    authority: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the role of this caller has the permission, and a token is not narrowed to others."""
        return permission in PERMISSIONS[self.role] and (self.scopes is None or permission in self.scopes)

    @property
    def owner(self) -> str:
        """Whose the open event streams of this caller are: ``user:17``, ``token:4``."""
        return f"user:{self.user_key}" if self.token_key is None else f"token:{self.token_key}"


@dataclass(frozen=True, slots=True)
class Requires:
    """The dependency behind ``requires``; tests find the permission of a route by it."""

    permission: Permission
    before_change: bool = False

    async def __call__(self, request: Request) -> Principal:
        principal = await _signed_in(request)
        # The page of an error keeps its head.
        request.state.principal = principal
        if principal.must_change and not self.before_change:
            raise NotAllowed(
                "Choose a password of your own first, at /account/password: somebody else has seen this one.",
                code="password_change_needed",
            )
        if self.permission in PERMISSIONS[principal.role] and not principal.may(self.permission):
            raise NotAllowed(
                f"This token is not meant for this; it lacks the scope {self.permission}.",
                code="scope_missing",
                permission=self.permission,
            )
        if not principal.may(self.permission):
            raise NotAllowed(
                f"The role {principal.role} may not do this; it needs the permission {self.permission}.",
                code="permission_missing",
                permission=self.permission,
            )
        return principal


def requires(permission: Permission, *, before_change: bool = False) -> Any:
    """Declare that a route needs a permission; gives the route its ``Principal``.

    ``before_change``: the route serves also those who must change their password first.

    Raises NotAllowed: ``not_signed_in`` and ``token_unknown`` (401); ``permission_missing``, ``scope_missing``,
    ``password_change_needed``, ``csrf_wrong`` and ``origin_foreign`` (403); ``too_many_attempts`` (429).
    """
    return Depends(Requires(permission, before_change))


async def _signed_in(request: Request) -> Principal:
    """The caller, with CSRF checked. Raises NotAllowed when nobody is signed in."""
    principal = await find_principal(request)
    if principal is None:
        raise NotAllowed("Sign in, or send a bearer token.", code="not_signed_in")
    if principal.csrf is not None and request.method not in _SAFE_METHODS:
        check_same_origin(request)
        await _check_csrf(request, principal.csrf)
    return principal


async def find_principal(request: Request) -> Principal | None:
    """The caller, or None when neither token nor session came or the session is over; CSRF is not checked.

    Raises NotAllowed ``token_unknown`` for a token that does not hold: falling back to a cookie would hide the mistake; and
    ``too_many_attempts`` after many unknown ones from one network address.
    """
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    token = text.strip() if kind.lower() == "bearer" else None
    secret = session_secret(request)
    if token is None and not secret:
        return None
    return await run_in_threadpool(_look_up, services_of(request), token, secret, address_of(request))


def _look_up(services: Services, token: str | None, secret: str | None, origin: str) -> Principal | None:
    if token is not None:
        return _of_token(services, token, origin)
    at = clock.now()
    idle = timedelta(minutes=services.settings.session_idle_minutes)
    with services.database.read() as connection:
        session = find_session(connection, secret or "", at=at, idle=idle)
    if session is None:
        return None
    if session.last_seen_at is None or at - session.last_seen_at > TOUCH_EVERY:
        with services.database.write() as connection:
            touch_session(connection, session, at=at)
    user = session.user
    return Principal(
        user.name,
        user.display_name,
        user.role,
        user.site_key,
        user.site_id,
        csrf=session.csrf,
        origin=origin,
        user_key=user.key,
        session_id=session.id,
        # Who came from a provider has not used the password that somebody else has seen.
        must_change=user.must_change and session.kind == "password",
        with_password=session.kind == "password",
        authority=session.authority,
    )


def _of_token(services: Services, text: str, origin: str) -> Principal:
    at = clock.now()
    services.guesses.tokens.check(origin, at)
    with services.database.read() as connection:
        found = find_token(connection, text, at=at)
    if found is None:
        # A program that repeats one old token guesses nothing; only different ones are counted.
        services.guesses.tokens.failed(origin, at, what=digest(text))
        raise NotAllowed("This token is unknown, expired or revoked.", code="token_unknown")
    if found.last_used_at is None or at - found.last_used_at > TOUCH_EVERY:
        with services.database.write() as connection:
            touch_token(connection, found, at=at)
    name = f"token:{found.name}"
    return Principal(
        name,
        name,
        found.role,
        found.site_key,
        found.site_id,
        csrf=None,
        origin=origin,
        scopes=token_permissions(found.role, found.scopes),
        token_key=found.key,
    )


def check_same_origin(request: Request) -> None:
    """Refuse a request that a browser sends for another site's page.

    Every browser adds ``Origin`` to a POST; a caller without it is no browser and cannot be tricked into using its cookie.
    The scheme is not compared, because a proxy may end TLS before us.

    Raises NotAllowed ``origin_foreign``.
    """
    origin = request.headers.get("Origin")
    foreign = (
        urlsplit(origin).netloc != request.headers.get("Host")
        if origin is not None
        else request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    )
    if foreign:
        raise NotAllowed("This request comes from a page of another site.", code="origin_foreign")


async def _check_csrf(request: Request, expected: str) -> None:
    given: object = request.headers.get(CSRF_HEADER)
    if given is None and request.headers.get("Content-Type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        # Starlette keeps the form, so that the route reads the same one.
        given = (await request.form()).get(CSRF_FIELD)
    if not isinstance(given, str) or not secrets.compare_digest(given.encode(), expected.encode()):
        raise NotAllowed(
            f"The CSRF token is missing or wrong: repeat the session's token in {CSRF_HEADER}.",
            code="csrf_wrong",
        )


def address_of(request: Request) -> str:
    """Network address of the caller, for the audit trail."""
    return request.client.host if request.client else "unknown"


AnyPrincipal = Annotated[Principal | None, Depends(find_principal)]
"""For pages that show themselves to strangers too: the caller or None."""

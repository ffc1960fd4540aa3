"""``/users``: the list, a new user, and one user with what an administrator can do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.account.own import shown_once
from api.console.account.views import session_rows
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.users import reads, tokens, views
from api.context import Services, ServicesHere
from api.permissions import Permission
from store import clock, people
from store.database import Connection
from store.identity import managing, openid
from store.identity.managing import By
from store.sessions import list_sessions

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
router.include_router(tokens.router)

Reader = Annotated[Principal, requires(Permission.PEOPLE_READ)]
Manager = Annotated[Principal, requires(Permission.PEOPLE_MANAGE)]
UserKey = Annotated[int, Path(ge=1, lt=2**31)]
Short = Annotated[str, Form(max_length=200)]
Asked = Annotated[str, Query(max_length=64)]


@router.get("/users")
def users(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    role: Asked = "",
    state: Asked = "",
    words: Asked = "",
    after: Asked = "",
) -> Response:
    """Everybody who can sign in, by name."""
    disabled = {"disabled": True, "enabled": False}.get(state)
    asked = reads.Filter(role or None, disabled, words.strip() or None, after or None)
    at = clock.now()
    with services.database.read() as connection:
        found = reads.users(connection, asked, at=at, idle=_idle(services))
        sites = reads.site_names(connection, at)
    shown = found[: reads.PAGE]
    query = {"role": role, "state": state, "words": words}
    following = {**query, "after": shown[-1].name} if len(found) > len(shown) else None
    return render(
        request,
        "users/users.html",
        principal,
        page="users",
        users=[(user, views.role_word(user.role), views.state_tags(user)) for user in shown],
        sites=sites,
        roles=[("", ""), *views.role_options()],
        asked=query,
        next_path=None if following is None else f"/users?{urlencode(following)}",
        first_path=f"/users?{urlencode(query)}" if after else None,
    )


@router.get("/users/new")
def new_user(request: Request, services: ServicesHere, principal: Manager) -> Response:
    """The form for a user."""
    with services.database.read() as connection:
        sites = views.site_options(reads.site_names(connection, clock.now()))
    return render(request, "users/new.html", principal, page="users", roles=views.role_options(), sites=sites)


@router.post("/users")
def add_user(
    request: Request,
    services: ServicesHere,
    principal: Manager,
    name: Short = "",
    display_name: Short = "",
    role: Short = "",
    site: Short = "",
) -> Response:
    """Add a user, and show the generated password once."""
    with services.database.write() as connection:
        password = people.add_user(
            connection,
            name=name.strip(),
            display_name=display_name.strip() or name.strip(),
            role=role,
            site_id=site or None,
            must_change=True,
            actor=principal.name,
            origin=principal.origin,
        )
        key = managing.user_key_of(connection, name.strip())
    return _password(request, principal, key, name.strip(), password, first=True)


@router.get("/users/{key}")
def one_user(request: Request, services: ServicesHere, principal: Reader, key: UserKey) -> Response:
    """One user."""
    at = clock.now()
    with services.database.read() as connection:
        user = reads.user(connection, key, at=at, idle=_idle(services))
        sessions = list_sessions(connection, key, at=at, idle=_idle(services))
        names = reads.site_names(connection, at)
        subject = openid.subject_of(connection, key)
    return render(
        request,
        "users/user.html",
        principal,
        page="users",
        user=user,
        role=views.role_word(user.role),
        tags=views.state_tags(user),
        sites=names,
        site_options=views.site_options(names),
        roles=views.role_options(),
        sessions=session_rows(sessions, principal.session_id),
        subject=subject,
    )


@router.post("/users/{key}/change")
def change(
    request: Request,
    services: ServicesHere,
    principal: Manager,
    key: UserKey,
    display_name: Short = "",
    role: Short = "",
    site: Short = "",
) -> Response:
    """Name as shown, role, site."""
    at = clock.now()
    with services.database.write() as connection:
        managing.change_user(
            connection,
            key,
            display_name=display_name.strip(),
            role=role,
            site_id=site or None,
            by=_by(principal),
            at=at,
        )
    return done(request, f"/users/{key}", said="users.changed")


@router.post("/users/{key}/reset-password")
def reset_password(request: Request, services: ServicesHere, principal: Manager, key: UserKey) -> Response:
    """A new password, shown once; its user must change it."""
    with services.database.write() as connection:
        user = managing.get_user(connection, key)
        password = people.reset_password(
            connection, name=user.name, at=clock.now(), actor=principal.name, origin=principal.origin
        )
    return _password(request, principal, key, user.name, password, first=False)


@router.post("/users/{key}/disable")
def disable(request: Request, services: ServicesHere, principal: Manager, key: UserKey) -> Response:
    """No sign-in from now on."""
    return _step(
        request,
        services,
        key,
        lambda connection, at: managing.disable_user(connection, key, by=_by(principal), at=at),
        "disabled",
    )


@router.post("/users/{key}/enable")
def enable(request: Request, services: ServicesHere, principal: Manager, key: UserKey) -> Response:
    """Sign-in is possible again."""
    return _step(
        request,
        services,
        key,
        lambda connection, at: managing.enable_user(connection, key, by=_by(principal)),
        "enabled",
    )


@router.post("/users/{key}/end-sessions")
def end_sessions(request: Request, services: ServicesHere, principal: Manager, key: UserKey) -> Response:
    """Sign the user out everywhere."""
    return _step(
        request,
        services,
        key,
        lambda connection, at: managing.sign_out(connection, key, by=_by(principal), at=at),
        "signed_out",
    )


@router.post("/users/{key}/reset-second-factor")
def reset_second_factor(
    request: Request, services: ServicesHere, principal: Manager, key: UserKey
) -> Response:
    """For a lost telephone."""
    return _step(
        request,
        services,
        key,
        lambda connection, at: managing.reset_second_factor(connection, key, by=_by(principal), at=at),
        "second_factor_reset",
    )


@router.post("/users/{key}/unlink-openid")
def unlink_openid(request: Request, services: ServicesHere, principal: Manager, key: UserKey) -> Response:
    """Sign-in with a password only."""
    return _step(
        request,
        services,
        key,
        lambda connection, at: openid.unlink(
            connection, managing.get_user(connection, key), by=_by(principal)
        ),
        "unlinked",
    )


def _step(
    request: Request,
    services: Services,
    key: int,
    step: Callable[[Connection, datetime], object],
    said: str,
) -> Response:
    with services.database.write() as connection:
        step(connection, clock.now())
    return done(request, f"/users/{key}", said=f"users.{said}")


def _password(
    request: Request, principal: Principal, key: int, name: str, password: str, *, first: bool
) -> Response:
    page = render(
        request,
        "users/password.html",
        principal,
        page="users",
        key=key,
        name=name,
        password=password,
        first=first,
        here=f"/users/{key}",
    )
    return shown_once(request, page)


def _by(principal: Principal) -> By:
    return By(principal.name, principal.origin)


def _idle(services: Services) -> timedelta:
    return timedelta(minutes=services.settings.session_idle_minutes)

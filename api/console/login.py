"""Signing in and out: name and password, and the code of the second factor where it is on.

A login form carries no CSRF token, because there is no session yet that it could belong to. What it would prevent, another site's
page that signs somebody in as somebody else, needs a cross-site POST, and every browser says so in ``Origin``;
``check_same_origin`` refuses it. A session begins with a fresh secret, so that nothing a browser brought along opens it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import cookies
from api.access import AnyPrincipal, Principal, address_of, check_same_origin, requires
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.context import Services, ServicesHere
from api.permissions import Permission
from store import audit, clock
from store.database import Connection
from store.errors import NotAllowed
from store.identity.sealing import load_sealer
from store.people import User
from store.sessions import (
    Kind,
    authenticate,
    end_session,
    finish_login_step,
    login_step_holds,
    open_login_step,
    open_session,
)
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Next = Annotated[str, Form()]


@router.get("/login")
def login_page(
    request: Request,
    services: ServicesHere,
    principal: AnyPrincipal,
    next: str = "/",  # noqa: A002
) -> Response:
    """The form; who is signed in already goes on to where they wanted to go."""
    if principal is not None:
        return _away(own_path(next))
    return login_form(request, services, next)


@router.post("/login")
def login(
    request: Request,
    services: ServicesHere,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Next = "/",  # noqa: A002
) -> Response:
    """Open a session, or ask for the second factor. Wrong names and wrong passwords look the same; both are written down."""
    at, origin = clock.now(), address_of(request)
    name = name.strip()[:64]
    try:
        check_same_origin(request)
        services.guesses.passwords.check(origin, at)
    except NotAllowed as refused:
        return _refused(request, services, next, refused, name)
    if not name or not password:
        return login_form(
            request, services, next, name=name, status=422, problem=text("console.login.missing")
        )
    with services.database.write() as connection:
        user = authenticate(connection, name=name, password=password[:256], at=at)
        if user is None:
            _record(connection, request, name, "refuse")
        elif user.second_factor:
            step = open_login_step(connection, user, at=at)
        else:
            secret = begin_session(connection, request, user, at=at)
    if user is None:
        _count(services, request, at)
        return login_form(
            request,
            services,
            next,
            name=name,
            status=401,
            problem=text("console.login.wrong"),
            lock_rule=True,
        )
    if user.second_factor:
        response = _away(f"/login/code?{_next_query(next)}")
        cookies.keep_step(request, response, step)
        return response
    response = _away(own_path(next))
    cookies.keep_session(request, response, secret)
    return response


@router.get("/login/code")
def code_page(request: Request, services: ServicesHere, next: str = "/") -> Response:  # noqa: A002
    """The form for the code; who has not given the password, or waited too long, begins with it."""
    step = cookies.read(request, cookies.STEP_COOKIE)
    with services.database.write() as connection:
        holds = step is not None and login_step_holds(connection, step, at=clock.now())
    return _code_form(request, next) if holds else _away(f"/login?{_next_query(next)}")


@router.post("/login/code")
def login_code(
    request: Request,
    services: ServicesHere,
    code: Annotated[str, Form()] = "",
    next: Next = "/",  # noqa: A002
) -> Response:
    """Take the code of the app or a recovery code and open the session."""
    at, origin = clock.now(), address_of(request)
    try:
        check_same_origin(request)
        services.guesses.passwords.check(origin, at)
    except NotAllowed as refused:
        return _refused(request, services, next, refused)
    step = cookies.read(request, cookies.STEP_COOKIE)
    sealer = load_sealer(services.settings)
    with services.database.write() as connection:
        found = None if step is None else finish_login_step(connection, step, code[:64], sealer, at=at)
        if found is not None:
            user, by = found
            if by == "recovery":
                _record(connection, request, user.name, "use_recovery_code")
            secret = begin_session(connection, request, user, at=at)
        holds = found is None and step is not None and login_step_holds(connection, step, at=at)
    if found is None:
        _count(services, request, at)
        if holds:
            return _code_form(request, next, status=401, problem=text("console.login.code_wrong"))
        return login_form(request, services, next, status=401, problem=text("console.login.code_over"))
    response = _away(own_path(next))
    cookies.drop(request, response, cookies.STEP_COOKIE)
    cookies.keep_session(request, response, secret)
    return response


@router.post("/logout")
def logout(
    request: Request,
    services: ServicesHere,
    principal: Annotated[Principal, requires(Permission.ACCOUNT_OWN, before_change=True)],
) -> Response:
    """End the session of this browser. Who came from an OpenID provider is shown the way to sign out there too."""
    secret = cookies.session_secret(request)
    if secret:
        with services.database.write() as connection:
            end_session(connection, secret, at=clock.now())
            _record(connection, request, principal.name, "end")
    response = _away("/login" if principal.with_password else "/login?left=openid")
    cookies.drop(request, response, cookies.SESSION_COOKIE)
    return response


def begin_session(
    connection: Connection, request: Request, user: User, *, at: datetime, kind: Kind = "password"
) -> str:
    """Open a session for this browser, and end the one that it had; returns the secret for the cookie."""
    former = cookies.session_secret(request)
    if former:
        end_session(connection, former, at=at)
    secret, _ = open_session(
        connection,
        user,
        at=at,
        origin=address_of(request),
        user_agent=request.headers.get("User-Agent", ""),
        kind=kind,
    )
    _record(connection, request, user.name, "open")
    return secret


def own_path(wanted: str) -> str:
    """``wanted`` when it is a path of our own host, else the overview: a link must not lead a new session elsewhere."""
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if own else "/"


def login_form(
    request: Request,
    services: Services,
    wanted: str,
    *,
    name: str = "",
    status: int = 200,
    problem: str | None = None,
    lock_rule: bool = False,
) -> Response:
    """The login page, with what went wrong."""
    openid = services.openid
    return render(
        request,
        "login.html",
        None,
        status=status,
        next=own_path(wanted),
        name=name,
        problem=problem,
        lock_rule=lock_rule,
        openid_path=None if openid is None else f"/login/openid?{_next_query(wanted)}",
        openid_end=openid.end_address() if openid and request.query_params.get("left") == "openid" else None,
    )


def _code_form(request: Request, wanted: str, *, status: int = 200, problem: str | None = None) -> Response:
    return render(request, "logincode.html", None, status=status, next=own_path(wanted), problem=problem)


def _refused(
    request: Request, services: Services, wanted: str, refused: NotAllowed, name: str = ""
) -> Response:
    status = 429 if refused.code == "too_many_attempts" else 403
    key = "console.login.origin" if refused.code == "origin_foreign" else f"errors.{refused.code}"
    response = login_form(
        request, services, wanted, name=name, status=status, problem=text(key, **refused.facts)
    )
    if status == 429:
        response.headers["Retry-After"] = str(refused.facts["seconds"])
    return response


def _count(services: Services, request: Request, at: datetime) -> None:
    """Count a wrong attempt of a network address. Only the one that closes the door is written down, not what it keeps out."""
    origin = address_of(request)
    if services.guesses.passwords.failed(origin, at):
        with services.database.write() as connection:
            audit.record(
                connection, actor="system", origin=origin, action="people:session:limit", subject=origin
            )


def _record(connection: Connection, request: Request, name: str, action: str) -> None:
    audit.record(
        connection,
        actor=name,
        origin=address_of(request),
        action=f"people:session:{action}",
        subject=name,
    )


def _away(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


def _next_query(wanted: str) -> str:
    return urlencode({"next": own_path(wanted)}, safe="/")

"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import (
    SESSION_COOKIE,
    AnyPrincipal,
    Principal,
    address_of,
    check_same_origin,
    signed_in,
)
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.context import ServicesHere
from store import audit, clock
from store.errors import NotAllowed
from store.sessions import SESSION_HOURS, authenticate, end_session, open_session
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/login")
def login_page(request: Request, principal: AnyPrincipal, next: str = "/") -> Response:  # noqa: A002
    """The form; who is signed in already goes on to where they wanted to go."""
    if principal is not None:
        return RedirectResponse(own_path(next), status_code=303)
    return _form(request, next)


@router.post("/login")
def login(
    request: Request,
    services: ServicesHere,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Open a session. A wrong name and a wrong password look the same, and both are written down."""
    try:
        check_same_origin(request)
    except NotAllowed:
        return _form(request, next, status=403, problem=text("console.login.origin"))
    name = name.strip()[:64]
    if not name or not password:
        return _form(request, next, name=name, status=422, problem=text("console.login.missing"))
    at = clock.now()
    with services.database.write() as connection:
        user = authenticate(connection, name=name, password=password[:256], at=at)
        action = "people:session:refuse" if user is None else "people:session:open"
        audit.record(connection, actor=name, origin=address_of(request), action=action, subject=name)
        opened = None if user is None else open_session(connection, user, at=at)
    if opened is None:
        return _form(
            request, next, name=name, status=401, problem=text("console.login.wrong"), lock_rule=True
        )
    secret, _ = opened
    response = RedirectResponse(own_path(next), status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        # Lax, so that a link in a notification opens the page; every write asks for the CSRF token besides.
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/logout")
def logout(
    request: Request, services: ServicesHere, principal: Annotated[Principal, Depends(signed_in)]
) -> Response:
    """End the session of this browser."""
    secret = request.cookies.get(SESSION_COOKIE)
    if secret:
        with services.database.write() as connection:
            end_session(connection, secret, at=clock.now())
            audit.record(
                connection,
                actor=principal.name,
                origin=principal.origin,
                action="people:session:end",
                subject=principal.name,
            )
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response


def own_path(wanted: str) -> str:
    """``wanted`` when it is a path of our own host, else the overview: a link must not lead a new session elsewhere."""
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if own else "/"


def _form(
    request: Request,
    wanted: str,
    *,
    name: str = "",
    status: int = 200,
    problem: str | None = None,
    lock_rule: bool = False,
) -> Response:
    return render(
        request,
        "login.html",
        None,
        status=status,
        next=own_path(wanted),
        name=name,
        problem=problem,
        lock_rule=lock_rule,
    )

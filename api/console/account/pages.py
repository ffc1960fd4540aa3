"""``/account``: who one is, one's password and one's sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from api import cookies
from api.access import Principal, requires
from api.console.account import secondfactor
from api.console.account.own import ask_password, key_of
from api.console.account.views import session_rows
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.login import begin_session
from api.console.navigation import Menu, menu_for
from api.console.pages import render
from api.context import ServicesHere
from api.permissions import Permission
from store import audit, clock, passwords
from store.errors import Conflict, NotFound
from store.identity.managing import change_own_password
from store.identity.secondfactor import state_of
from store.queries import queries
from store.sessions import SESSION_HOURS, end_session_of, list_sessions

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
router.include_router(secondfactor.router)

Owner = Annotated[Principal, requires(Permission.ACCOUNT_OWN)]
OwnerBeforeChange = Annotated[Principal, requires(Permission.ACCOUNT_OWN, before_change=True)]
Password = Annotated[str, Form(max_length=1024)]


@router.get("/account")
def account(request: Request, services: ServicesHere, principal: Owner) -> Response:
    """Who one is here, and where one is signed in."""
    at, idle = clock.now(), services.settings.session_idle_minutes
    with services.database.read() as connection:
        factor = state_of(connection, key_of(principal))
        sessions = list_sessions(connection, key_of(principal), at=at, idle=timedelta(minutes=idle))
    return render(
        request,
        "account/account.html",
        principal,
        page="account",
        factor=factor,
        sessions=session_rows(sessions, principal.session_id),
        idle_minutes=idle,
        session_hours=SESSION_HOURS,
    )


@router.get("/account/password")
def password_page(request: Request, principal: OwnerBeforeChange) -> Response:
    """The form to change one's password; the only page for those who must."""
    return render(
        request,
        "account/password.html",
        principal,
        page="account",
        # Nothing else opens before the change.
        menu=Menu((), ()) if principal.must_change else menu_for(principal.may),
        shortest=passwords.SHORTEST_PASSWORD,
        longest=passwords.LONGEST_PASSWORD,
    )


@router.post("/account/password")
def change_password(
    request: Request,
    services: ServicesHere,
    principal: OwnerBeforeChange,
    current: Password = "",
    new: Password = "",
    again: Password = "",
) -> Response:
    """Change the password. Every session ends, and this browser gets a fresh one."""
    ask_password(services, principal, current)
    if new != again:
        raise Conflict("The new password was typed in two different ways.", code="passwords_differ")
    at = clock.now()
    with services.database.write() as connection:
        user = change_own_password(connection, key_of(principal), new, at=at, origin=principal.origin)
        secret = begin_session(connection, request, user, at=at)
    response = done(request, "/account", said="account.password_changed")
    cookies.keep_session(request, response, secret)
    return response


@router.post("/account/sessions/{session_id}/end")
def end_session(
    request: Request,
    services: ServicesHere,
    principal: Owner,
    session_id: Annotated[int, Path(ge=1, lt=2**63)],
) -> Response:
    """End one of one's sessions."""
    with services.database.write() as connection:
        if not end_session_of(connection, key_of(principal), session_id, at=clock.now()):
            raise NotFound("That session is over already.", code="session_not_found")
        audit.record(
            connection,
            actor=principal.name,
            origin=principal.origin,
            action="people:session:end",
            subject=principal.name,
            detail={"session": session_id},
        )
    return done(request, "/account", said="account.session_ended")


@router.post("/account/end-other-sessions")
def end_others(request: Request, services: ServicesHere, principal: Owner) -> Response:
    """End all of one's sessions but this one."""
    with services.database.write() as connection:
        ended = connection.execute(
            queries("identity")["end_other_sessions"],
            {"user_key": key_of(principal), "id": principal.session_id, "at": clock.now()},
        ).rowcount
        audit.record(
            connection,
            actor=principal.name,
            origin=principal.origin,
            action="people:user:end_sessions",
            subject=principal.name,
            detail={"ended": ended},
        )
    return done(request, "/account", said="account.others_ended")

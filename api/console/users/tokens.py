"""``/users/tokens``: what other systems call the API with."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.account.own import shown_once
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.users import reads, views
from api.context import ServicesHere
from api.permissions import Permission, scopes_of
from store import clock, people
from store.errors import Refused
from store.identity import managing
from store.identity.managing import By

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.PEOPLE_READ)]
Manager = Annotated[Principal, requires(Permission.PEOPLE_MANAGE)]
Short = Annotated[str, Form(max_length=200)]

PATH = "/users/tokens"
PAGE = 100
LONGEST_NAME = 80
MOST_DAYS = 3650


@router.get(PATH)
def tokens(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> Response:
    """Every token with what became of it, newest first."""
    at = clock.now()
    with services.database.read() as connection:
        found = managing.list_tokens(connection, before=before, count=PAGE + 1)
        sites = reads.site_names(connection, at)
    shown = found[:PAGE]
    return render(
        request,
        "users/tokens.html",
        principal,
        page="users",
        tokens=views.token_rows(shown, sites, at),
        next_path=f"{PATH}?before={shown[-1].key}" if len(found) > PAGE else None,
        first_path=PATH if before is not None else None,
    )


@router.get(f"{PATH}/new")
def new_token(request: Request, services: ServicesHere, principal: Manager) -> Response:
    """The form for a token."""
    with services.database.read() as connection:
        sites = views.site_options(reads.site_names(connection, clock.now()))
    return render(
        request,
        "users/newtoken.html",
        principal,
        page="users",
        roles=views.role_options(),
        sites=sites,
        scopes=views.scope_options(),
        longest=LONGEST_NAME,
    )


@router.post(PATH)
def create_token(
    request: Request,
    services: ServicesHere,
    principal: Manager,
    name: Short = "",
    role: Short = "",
    site: Short = "",
    days: Short = "",
    scope: Annotated[list[str], Form(max_length=100)] = [],  # noqa: B006
) -> Response:
    """Make a token, and show its text once."""
    name = name.strip()
    if not (1 <= len(name) <= LONGEST_NAME and name.isprintable()):
        raise Refused(
            f"Say what the token is for, in 1 to {LONGEST_NAME} visible characters.",
            code="token_name_wrong",
            most=LONGEST_NAME,
        )
    at = clock.now()
    holds = _days(days)
    scopes = scopes_of(people.role_of(role), scope)
    with services.database.write() as connection:
        text = people.create_token(
            connection,
            name=name,
            role=role,
            site_id=site or None,
            expires_at=None if holds is None else at + timedelta(days=holds),
            scopes=scopes,
            actor=principal.name,
            origin=principal.origin,
        )
    page = render(request, "users/token.html", principal, page="users", name=name, token=text, here=PATH)
    return shown_once(request, page)


@router.post(f"{PATH}/{{key}}/revoke")
def revoke_token(
    request: Request,
    services: ServicesHere,
    principal: Manager,
    key: Annotated[int, Path(ge=1, lt=2**31)],
) -> Response:
    """It opens nothing from now on."""
    with services.database.write() as connection:
        managing.revoke_token(connection, key, by=By(principal.name, principal.origin), at=clock.now())
    return done(request, PATH, said="users.revoked")


def _days(typed: str) -> int | None:
    """How many days a token holds; None = without end. Raises Refused ``token_days_wrong``."""
    typed = typed.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4 and 1 <= int(typed) <= MOST_DAYS):
        raise Refused(
            f"The days are a whole number from 1 to {MOST_DAYS}.", code="token_days_wrong", most=MOST_DAYS
        )
    return int(typed)

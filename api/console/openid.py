"""Signing in by an OpenID provider: the way there, and back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api import cookies
from api.access import address_of
from api.console.errors import ConsoleRoute
from api.console.login import begin_session, login_form, own_path
from api.context import Services, ServicesHere
from api.openid import attempt as attempts
from api.openid.provider import Provider
from store import audit, clock
from store.errors import NotAllowed, NotFound, OutfallError, StoreError
from store.identity import openid
from store.identity.sealing import load_sealer
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

RETURN_PATH = "/login/openid/return"


@router.get("/login/openid")
def go(request: Request, services: ServicesHere, next: Annotated[str, Query()] = "/") -> Response:  # noqa: A002
    """Send the browser to the provider, with what must come back kept in a cookie of ten minutes."""
    provider, at = _provider(services), clock.now()
    attempt = attempts.begin(own_path(next), at)
    try:
        address = provider.authorization_address(attempt, _return_address(request, services), at)
    except (NotAllowed, StoreError) as error:
        return _failed(request, services, next, error)
    response = RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
    sealed = attempts.seal(attempt, load_sealer(services.settings))
    cookies.keep(request, response, cookies.OPENID_COOKIE, sealed, cookies.OPENID_SECONDS)
    return response


@router.get(RETURN_PATH)
def come_back(request: Request, services: ServicesHere) -> Response:
    """Take the provider's answer and open a session. The cookie serves once, whatever comes of it."""
    provider, at = _provider(services), clock.now()
    sealed = cookies.read(request, cookies.OPENID_COOKIE)
    attempt = attempts.unseal(sealed, load_sealer(services.settings), at)
    wanted = "/" if attempt is None else attempt.wanted
    try:
        services.guesses.passwords.check(address_of(request), at)
        if attempt is None:
            raise NotAllowed("No sign-in was begun in this browser, or long ago.", code="openid_state_wrong")
        code = provider.check_answer(dict(request.query_params), attempt, at)
        claimed = provider.redeem(code, attempt, _return_address(request, services), at)
        with services.database.write() as connection:
            user = openid.sign_in(connection, claimed, at=at, origin=address_of(request))
            secret = begin_session(connection, request, user, at=at, kind="openid")
    except (NotAllowed, StoreError) as error:
        response = _failed(request, services, wanted, error)
    else:
        response = RedirectResponse(wanted, status_code=303, headers={"Cache-Control": "no-store"})
        cookies.keep_session(request, response, secret)
    cookies.drop(request, response, cookies.OPENID_COOKIE)
    return response


def _provider(services: Services) -> Provider:
    if services.openid is None:
        raise NotFound("Sign-in by OpenID is not configured.", code="path_not_found")
    return services.openid


def _return_address(request: Request, services: Services) -> str:
    """Where the provider sends browsers back to, as it is registered there."""
    base = services.settings.public_url or str(request.base_url).rstrip("/")
    return base + RETURN_PATH


def _failed(request: Request, services: Services, wanted: str, error: OutfallError) -> Response:
    """The login page with what went wrong; the password still serves."""
    at, origin = clock.now(), address_of(request)
    if isinstance(error, NotAllowed) and error.code != "too_many_attempts":
        services.guesses.passwords.failed(origin, at)
        with services.database.write() as connection:
            detail = {"code": error.code, **error.facts}
            audit.record(
                connection, actor="openid", origin=origin, action="people:session:refuse", detail=detail
            )
    status = 503 if isinstance(error, StoreError) else 429 if error.code == "too_many_attempts" else 403
    problem = text(f"errors.{error.code}", **error.facts)
    return login_form(request, services, wanted, status=status, problem=problem)

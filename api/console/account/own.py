"""What the pages of one's own account have in common: who it is, the password asked for once more, and what is shown once."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from api.access import Principal
from api.context import Services
from store import clock
from store.database import Connection
from store.errors import Conflict, Refused
from store.identity.managing import get_user
from store.people import User
from store.sessions import confirm_password


def user_of(principal: Principal, connection: Connection) -> User:
    """The user of a session."""
    return get_user(connection, key_of(principal))


def key_of(principal: Principal) -> int:
    """The key of the user of a session. Tokens never come here: they lack ``account:own``."""
    assert principal.user_key is not None
    return principal.user_key


def ask_password(services: Services, principal: Principal, password: str) -> None:
    """Go on only with the right password: an open page alone must not be enough to lock its owner out.

    Works in a transaction of its own, so that a wrong one is counted whatever becomes of the request.

    Raises Conflict ``account_by_openid``, NotAllowed ``too_many_attempts`` and Refused ``password_wrong``.
    """
    if not principal.with_password:
        raise Conflict("Password and second factor are managed at the provider.", code="account_by_openid")
    at = clock.now()
    services.guesses.passwords.check(principal.origin, at)
    with services.database.write() as connection:
        right = confirm_password(connection, key_of(principal), password[:256], at=at)
    if not right:
        services.guesses.passwords.failed(principal.origin, at)
        raise Refused("The present password is wrong, or the user is locked.", code="password_wrong")


def shown_once(request: Request, response: Response) -> Response:
    """A page with a secret as the answer to its form. It has no address of its own, so that it cannot be opened again."""
    if "HX-Request" in request.headers:
        # The forms of the console swap nothing by themselves.
        response.headers["HX-Retarget"] = "#main"
        response.headers["HX-Reselect"] = "#main"
        response.headers["HX-Reswap"] = "outerHTML show:window:top"
    return response

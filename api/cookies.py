"""The cookies of signing in: their names and their flags in one place.

Over HTTPS each carries the prefix ``__Host-``: a browser takes such a cookie only from this very host over HTTPS, for all paths
and without a domain, so that neither a neighbour under the same domain nor somebody on the line can plant one (session fixation).
A browser refuses the prefix over plain HTTP, where the console runs on one machine only.
"""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from store.sessions import SESSION_HOURS, STEP_TIME

SESSION_COOKIE = "outfall_session"
STEP_COOKIE = "outfall_step"  # between the password and the second factor
OPENID_COOKIE = "outfall_openid"  # while a browser is at the OpenID provider

OPENID_SECONDS = 600


def session_secret(request: Request) -> str | None:
    """The secret of the session that a browser shows."""
    return read(request, SESSION_COOKIE)


def keep_session(request: Request, response: Response, secret: str) -> None:
    """Give a browser its session, for at most as long as the session can hold."""
    keep(request, response, SESSION_COOKIE, secret, SESSION_HOURS * 3600)


def keep_step(request: Request, response: Response, secret: str) -> None:
    """Remember in the browser that the password was right."""
    keep(request, response, STEP_COOKIE, secret, int(STEP_TIME.total_seconds()))


def read(request: Request, name: str) -> str | None:
    """A cookie of ours; over HTTPS only one that nobody else can have planted."""
    return request.cookies.get(_named(request, name))


def keep(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie that no script can read, with an answer that nothing keeps."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.set_cookie(
        _named(request, name),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        # Lax, so that a link in a notification opens the page, and an OpenID provider can send somebody back; every write asks
        # for the CSRF token besides.
        samesite="lax",
        secure=_https(request),
    )


def drop(request: Request, response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        _named(request, name), path="/", httponly=True, samesite="lax", secure=_https(request)
    )


def _named(request: Request, name: str) -> str:
    return f"__Host-{name}" if _https(request) else name


def _https(request: Request) -> bool:
    return request.url.scheme == "https"

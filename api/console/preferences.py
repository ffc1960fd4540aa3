"""What somebody chose for their browser: the language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.language import LANGUAGE_COOKIE
from api.console.login import own_path
from api.permissions import Permission
from store.language import LANGUAGES

LANGUAGE_SECONDS = 365 * 24 * 3600

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.post("/language")
def choose_language(
    request: Request,
    principal: Annotated[Principal, requires(Permission.ACCOUNT_OWN, before_change=True)],
    language: Annotated[str, Form()] = "zh",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Keep the choice in this browser and go back to the page that it was made on."""
    response = RedirectResponse(own_path(next), status_code=303)
    if language in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=LANGUAGE_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
    return response

"""Errors as pages: what went wrong in Chinese and what to do, with the right status.

The routes of the console use :class:`ConsoleRoute`, so that people never meet a problem body; programs get theirs from the API.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from inspect import isawaitable
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from api.access import Principal
from api.console.language import language_of
from api.console.pages import render
from api.problems import LOGIN_PATH, RETRY_SECONDS, status_of
from store.errors import NotFound, OutfallError, Refused, StoreError
from store.language import speaking
from store.texts import has, text

logger = logging.getLogger(__name__)

PASSWORD_PATH = "/account/password"  # where those are sent who must choose a password first

_TOPIC_BY_STATUS = {403: "not_allowed", 404: "not_found", 409: "conflict", 422: "refused", 503: "away"}


class ConsoleRoute(APIRoute):
    """A route whose pages come in the caller's language, and whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with what it raises turned into a page."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                with speaking(language_of(request)):
                    return await answer(request)
            finally:
                # A form that was read before its refusal keeps its files open until then.
                await request.close()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except OutfallError as error:
                return _page_of(request, error)
            except RequestValidationError:
                if request.method != "GET":
                    return _page_of(request, Refused("A field is missing or wrong.", code="request_invalid"))
                return _page_of(request, NotFound("The address does not name a page."))
            except (psycopg.OperationalError, PoolTimeout) as error:
                logger.error("%s %s: %s", request.method, request.url.path, error)
                return _page_of(request, StoreError("The database is away.", code="database_away"))
            except psycopg.DataError:
                # No text of PostgreSQL has a zero byte, and no number of it is without end.
                return _page_of(
                    request, Refused("A value cannot be stored or compared.", code="value_impossible")
                )
            except HTTPException:
                raise
            except Exception:
                logger.exception("%s %s", request.method, request.url.path)
                return error_page(request, 500)

        return handle


def install(app: FastAPI) -> None:
    """Answer a browser that asks for an address that is none with a page; programs keep their problem body."""
    as_problem = app.exception_handlers[HTTPException]

    async def missing(request: Request, error: Exception) -> Response:
        if wants_page(request):
            return error_page(request, 404)
        answer = as_problem(request, error)
        return await answer if isawaitable(answer) else answer

    app.add_exception_handler(404, missing)


def wants_page(request: Request) -> bool:
    """Whether a person asks with a browser, outside the API."""
    html = "text/html" in request.headers.get("Accept", "")
    return html and request.method == "GET" and not request.url.path.startswith("/api/")


def _page_of(request: Request, error: OutfallError) -> Response:
    status = status_of(error)
    if status == 401:
        return _to_login(request)
    if error.code == "password_change_needed":
        return _sent_to(request, PASSWORD_PATH)
    if status >= 500:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return error_page(request, status, sentence=_sentence(error))


def _sentence(error: OutfallError) -> str | None:
    """What the catalogue says of the error by its code, with its facts; None where the words of the status say enough."""
    key = f"errors.{error.code}"
    # Most pages of 404 come from an address, and 503 passes by itself: the page's own words say what that means.
    return text(key, **error.facts) if has(key) and status_of(error) not in (404, 503) else None


def error_page(
    request: Request, status: int, *, sentence: str | None = None, principal: Principal | None = None
) -> Response:
    """The page of a status. A page that may come back by itself (503) tries again after some seconds."""
    topic = _TOPIC_BY_STATUS.get(status, "failed")
    meaning = sentence or text(f"console.error.{topic}")
    retry = RETRY_SECONDS if status == 503 and request.method == "GET" else None
    if "HX-Request" in request.headers:
        # The page's script shows the sentence; a whole page has no place in a fragment.
        return PlainTextResponse(meaning, status, headers={"Cache-Control": "no-store"})
    response = render(
        request,
        "error.html",
        principal or getattr(request.state, "principal", None),
        status=status,
        number=status,
        title=text(f"console.error.{topic}_title"),
        meaning=meaning,
        back=_form_page(request),
        retry_seconds=retry,
    )
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _form_page(request: Request) -> str | None:
    """The page that a refused form stood on, when it is one of our own."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if request.method == "GET" or referer.netloc != request.headers.get("Host") or not referer.path:
        return None
    return referer._replace(scheme="", netloc="").geturl()


def _to_login(request: Request) -> Response:
    if "HX-Request" in request.headers:
        return _sent_to(request, LOGIN_PATH, status=401)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    following = f"?next={quote(wanted, safe='/')}" if request.method == "GET" and wanted != "/" else ""
    return RedirectResponse(f"{LOGIN_PATH}{following}", status_code=303)


def _sent_to(request: Request, path: str, *, status: int = 403) -> Response:
    headers = {"Cache-Control": "no-store"}
    if "HX-Request" in request.headers:
        # htmx follows a redirect silently and would put the page into a fragment's place.
        return Response(status_code=status, headers={"HX-Redirect": path, **headers})
    return RedirectResponse(path, status_code=303, headers=headers)

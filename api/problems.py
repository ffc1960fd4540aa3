"""Every error as an RFC 9457 problem body: type, title, status, detail, code, instance.

Facts of the error follow as further members; ``text`` is the sentence for people in Chinese where the catalogue has one
(``errors.<code>``). A stack trace never leaves the process.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from store import texts
from store.database import away
from store.errors import (
    ChannelsFileError,
    Conflict,
    DecodeError,
    NotAllowed,
    NotFound,
    OutfallError,
    Refused,
    SitesFileError,
    StoreError,
)

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
LOGIN_PATH = "/login"  # where the console sends people whom nobody knows

# Callers that nobody knows are asked to sign in (401); known callers that lack something are refused (403).
_SIGN_IN_CODES = frozenset({"not_signed_in", "token_unknown", "login_failed"})
_STATUS_BY_CODE: Mapping[str, int] = {
    "idempotency_key_reused": 422,
    "body_too_large": 413,
    "body_too_slow": 408,
    "not_ready": 503,
    "too_many_streams": 503,
    "too_many_attempts": 429,
}
_STATUS_BY_CLASS: tuple[tuple[type[OutfallError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (DecodeError, 400),
    (Refused, 422),
    (SitesFileError, 422),
    (ChannelsFileError, 422),
    (StoreError, 503),
)
RETRY_SECONDS = 5
_CODE_BY_STATUS: Mapping[int, str] = {404: "path_not_found", 405: "method_not_allowed", 413: "body_too_large"}
_OWN_MEMBERS = frozenset({"type", "title", "status", "detail", "code", "instance", "text"})


def status_of(error: OutfallError) -> int:
    """The HTTP status of an error."""
    if error.code in _SIGN_IN_CODES:
        return 401
    if error.code in _STATUS_BY_CODE:
        return _STATUS_BY_CODE[error.code]
    return next((status for kind, status in _STATUS_BY_CLASS if isinstance(error, kind)), 500)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    instance: str,
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem response. ``facts`` become further members."""
    body: dict[str, Any] = {
        "type": f"urn:outfall:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": instance,
    }
    facts = facts or {}
    if texts.has(f"errors.{code}"):
        body["text"] = texts.text(f"errors.{code}", **facts)
    body |= {name: value for name, value in facts.items() if name not in _OWN_MEMBERS}
    all_headers = {"Cache-Control": "no-store"}
    if status == 401:
        all_headers["WWW-Authenticate"] = "Bearer"
    if status == 429 and "seconds" in facts:
        all_headers["Retry-After"] = str(facts["seconds"])
    if status == 503:
        all_headers["Retry-After"] = str(RETRY_SECONDS)
    return Response(
        orjson.dumps(body, default=str), status, {**all_headers, **(headers or {})}, media_type=MEDIA_TYPE
    )


def of_error(error: OutfallError, *, instance: str) -> Response:
    """The problem of an error that Outfall raised on purpose."""
    return problem(status_of(error), error.code, error.message, instance=instance, facts=error.facts)


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem body."""
    app.add_exception_handler(OutfallError, _outfall_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(psycopg.Error, _database_error)
    app.add_exception_handler(Exception, _unexpected)


def _outfall_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, OutfallError)
    if status_of(error) >= 500:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return of_error(error, instance=request.url.path)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        {
            "in": str(entry["loc"][0]),
            "name": ".".join(str(part) for part in entry["loc"][1:]),
            "message": str(entry["msg"]),
        }
        for entry in error.errors()
    ]
    named = "; ".join(f"{entry['name'] or entry['in']}: {entry['message']}" for entry in errors)
    return problem(
        400,
        "request_invalid",
        f"The request is not valid: {named}.",
        instance=request.url.path,
        facts={"errors": errors},
    )


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, OutfallError):
        # What our limits on the body raise, FastAPI wraps while it reads the body.
        return of_error(error.__cause__, instance=request.url.path)
    code = _CODE_BY_STATUS.get(error.status_code, "request_refused")
    detail = {
        404: f"There is nothing at {request.url.path}.",
        405: f"{request.method} is not possible at {request.url.path}.",
    }.get(error.status_code, str(error.detail))
    return problem(error.status_code, code, detail, instance=request.url.path, headers=error.headers)


def _database_error(request: Request, error: Exception) -> Response:
    logger.error("%s %s: %s: %s", request.method, request.url.path, type(error).__name__, error)
    return of_error(_named(error), instance=request.url.path)


def _named(error: Exception) -> OutfallError:
    if isinstance(error, psycopg.errors.QueryCanceled):
        return StoreError(
            "The answer takes the database too long. Ask for less: a shorter time or fewer factors.",
            code="query_too_slow",
        )
    if isinstance(error, psycopg.OperationalError):
        return away(error)
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        return StoreError(
            "The database schema is not that of this release: run `outfall migrate`.", code="schema_mismatch"
        )
    if isinstance(error, psycopg.DataError):
        return DecodeError("A value in the request cannot be stored or compared.", code="value_impossible")
    return StoreError("The database refused the statement; the log of the API says why.")


def _unexpected(request: Request, error: Exception) -> Response:
    return problem(
        500,
        "unexpected",
        "Something went wrong in Outfall; the log of the API says what.",
        instance=request.url.path,
    )

"""What surrounds every request: security headers, limits on the body, the request metrics."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.metrics import Metrics
from store.errors import DecodeError

API_PREFIX = "/api/v1"

BODY_BYTES = 64 * 1024  # the largest write but a file is a text of 2,000 characters
BODY_SECONDS = 10  # a body that takes longer holds a connection for nothing
FILE_SECONDS = 120  # a picture from a telephone at a stack, over a slow line
_FILE_PATH = re.compile(
    rf"{API_PREFIX}/(alerts/\d+/attachments|leads/\d+/(papers|statement/papers))"
    r"|/alerts/\d+/(attachments|answer)"
    r"|/marks/(file|preview)"
    r"|/config/sites/(diff|apply)"
    r"|/notifications/channels/(check|apply)"
    r"|/leads/\d+/(papers|statement|statement/papers)"
)
# Records of leads are several texts of 8,000 characters, which a form sends in nine bytes each.
TEXTS_BYTES = 1024 * 1024
_TEXTS_PATH = re.compile(rf"({API_PREFIX})?/leads(/\d+/(edit|talks|discussions|statement))?")
CHECK_PATH = "/evidence/verify"
CHECK_SECONDS = 1800  # a package of gigabytes over the bureau's own network

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; "
        # ECharts and Tabler carry small pictures in their style sheets.
        "img-src 'self' data:"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HTTPS_ONLY = "max-age=31536000"


class Shell:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, attachment_bytes: int, check_bytes: int) -> None:
        self.app = app
        self.metrics = metrics
        self.attachment_bytes = attachment_bytes
        self.check_bytes = check_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500
        answered = False

        async def with_headers(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                answered = True
                status = message["status"]
                _harden(message, https=scope["scheme"] == "https")
            await send(message)

        try:
            await self.app(scope, self._body(scope, receive), with_headers)
        except DecodeError as error:
            # Only _Body raises outside the routes; a route that had begun to answer cannot be answered twice.
            if answered:
                raise
            await problems.of_error(error, instance=scope["path"])(scope, receive, with_headers)
        finally:
            self.metrics.observe(
                scope["method"], _route(scope), status, seconds=time.perf_counter() - started
            )

    def _body(self, scope: Scope, receive: Receive) -> _Body:
        if _FILE_PATH.fullmatch(scope["path"]):
            # What surrounds the file in a form fits into the usual size.
            return _Body(scope, receive, self.attachment_bytes + BODY_BYTES, FILE_SECONDS)
        if scope["path"] == CHECK_PATH:
            return _Body(scope, receive, self.check_bytes + BODY_BYTES, CHECK_SECONDS)
        if _TEXTS_PATH.fullmatch(scope["path"]):
            return _Body(scope, receive, TEXTS_BYTES, FILE_SECONDS)
        return _Body(scope, receive, BODY_BYTES, BODY_SECONDS)


class _Body:
    """Hands the request body on, but neither more than ``most`` bytes nor for longer than ``seconds``."""

    def __init__(self, scope: Scope, receive: Receive, most: int, seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._seconds = seconds
        self._bytes = 0
        self._complete = False
        self._deadline: float | None = None
        length = dict(scope["headers"]).get(b"content-length", b"0")
        self._announced = int(length) if length.isdigit() else 0

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        if self._announced > self._most:
            raise _too_large(self._most)
        now = asyncio.get_running_loop().time()
        self._deadline = self._deadline or now + self._seconds
        try:
            message = await asyncio.wait_for(self._receive(), self._deadline - now)
        except TimeoutError:
            raise DecodeError(
                f"The request body did not come within {self._seconds} seconds.", code="body_too_slow"
            ) from None
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._most:
            raise _too_large(self._most)
        self._complete = not message.get("more_body", False)
        return message


def _too_large(most: int) -> DecodeError:
    return DecodeError(f"A request body has {most} bytes at the most here.", code="body_too_large")


def _harden(message: MutableMapping[str, Any], *, https: bool) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if https:
        headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)


def _route(scope: Scope) -> str:
    """The path with its placeholders, so that metrics do not grow with every id; ``other`` when no route matched."""
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return "other"
    # A route of an included router may not know the prefix that it was included under.
    below = scope["path"].startswith(f"{API_PREFIX}/") and not path.startswith(f"{API_PREFIX}/")
    return API_PREFIX + path if below else path

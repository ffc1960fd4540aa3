"""What surrounds every request: security headers, limits on the body, the request metrics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.metrics import Metrics
from store.errors import DecodeError

API_PREFIX = "/api/v1"

BODY_BYTES = 64 * 1024  # the largest write of this release is a reason of 1,000 characters
BODY_SECONDS = 10  # a body that takes longer holds a connection for nothing

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

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

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
            await self.app(scope, _Body(scope, receive), with_headers)
        except DecodeError as error:
            # Only _Body raises outside the routes; a route that had begun to answer cannot be answered twice.
            if answered:
                raise
            await problems.of_error(error, instance=scope["path"])(scope, receive, with_headers)
        finally:
            self.metrics.observe(
                scope["method"], _route(scope), status, seconds=time.perf_counter() - started
            )


class _Body:
    """Hands the request body on, but neither more than BODY_BYTES nor for longer than BODY_SECONDS."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0
        self._complete = False
        self._deadline: float | None = None
        length = dict(scope["headers"]).get(b"content-length", b"0")
        self._announced = int(length) if length.isdigit() else 0

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        if self._announced > BODY_BYTES:
            raise _too_large()
        now = asyncio.get_running_loop().time()
        self._deadline = self._deadline or now + BODY_SECONDS
        try:
            message = await asyncio.wait_for(self._receive(), self._deadline - now)
        except TimeoutError:
            raise DecodeError(
                f"The request body did not come within {BODY_SECONDS} seconds.", code="body_too_slow"
            ) from None
        self._bytes += len(message.get("body", b""))
        if self._bytes > BODY_BYTES:
            raise _too_large()
        self._complete = not message.get("more_body", False)
        return message


def _too_large() -> DecodeError:
    return DecodeError(f"A request body has {BODY_BYTES} bytes at the most.", code="body_too_large")


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

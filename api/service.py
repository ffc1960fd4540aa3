"""The API process: ``python -m api``."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from store import logs
from store.errors import OutfallError, StackError
from store.settings import Settings, load_settings

logger = logging.getLogger(__name__)

# Clean shutdown within five seconds: what still runs after three is cut off.
GRACE_SECONDS = 3
BACKLOG = 512


class Server(uvicorn.Server):
    """Ends the event streams when a signal comes; otherwise uvicorn would wait for readers that never leave."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        services = getattr(self._app.state, "services", None)
        if services is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(services.hub.close)
        super().handle_exit(sig, frame)


def main() -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code of the process."""
    try:
        settings = load_settings()
        logs.configure(settings, "api")
        app = create_app(settings)
        listener = listen(settings)
    except OutfallError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    # What was imported stays for good; the collector need not look at it while an answer of 60,000 objects is built.
    gc.freeze()
    # uvicorn raises the signal again when it is done; a service that was asked to stop has not failed.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with listener:
        host, port = listener.getsockname()[:2]
        logger.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
        server = Server(config_of(app), app)
        server.run(sockets=[listener])
    return 0 if server.started else 1


def config_of(app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves: no access log, no server header, bounded heads and connections."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE_SECONDS,
        limit_concurrency=1000,
        h11_max_incomplete_event_size=64 * 1024,
    )


def listen(settings: Settings) -> socket.socket:
    """The listening socket. Raises StackError ``http_port_taken`` or ``http_host_wrong``."""
    host, port = settings.http_host, settings.http_port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except OSError as error:
        raise StackError(
            f"OUTFALL_HTTP_HOST {host!r} is no address of this machine: {error}.", code="http_host_wrong"
        ) from error
    # asyncio switches Nagle's algorithm off only where the protocol is named; with it every answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise StackError(
            f"Nothing can listen on {host} port {port}: {error.strerror}. Stop what listens there, or set OUTFALL_HTTP_PORT.",
            code="http_port_taken",
        ) from error
    return listener

"""One attempt to bring checkpoints out: when it is due, how long it rests after a failure, and how it talks to others."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import httpx

from alerts.telling import tell_operations
from store.clock import BEIJING
from store.database import Connection, rows
from store.errors import LogError, OutfallError
from store.queries import queries
from store.texts import has, text

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)

ANSWER_BYTES = 256 * 1024
"""A time-stamp with its chain of certificates is a few thousand bytes."""

SILENCE_SECONDS, ALTOGETHER_SECONDS = 10.0, 30.0

# At level INFO httpx logs every address, and a path may be a key.
logging.getLogger("httpx").setLevel(logging.WARNING)

Work = Callable[[int], int]
"""Given the size that the target has already, bring out what is newer and return the size that it has then."""


def bring_out(connection: Connection, target: str, work: Work, at: datetime) -> bool:
    """Run ``work`` unless the target rests; whether it ran. ``connection`` must be in autocommit mode.

    Raises what ``work`` raises, after the rest was noted: longer with every failure, an hour at most. A failure that means that
    somebody tampered is told to operations once a day.
    """
    with rows(connection) as cursor:
        known = cursor.execute(queries("log")["outgoing"], {"target": target}).fetchone()
    size, failures = (known["size"], known["failures"]) if known else (0, 0)
    if known and known["not_before"] is not None and known["not_before"] > at:
        return False
    try:
        reached = work(size)
    except OutfallError as error:
        wait = min(FIRST_WAIT * 2 ** min(failures, 10), LONGEST_WAIT)
        arguments = {"target": target, "not_before": at + wait, "error": str(error)[:1000]}
        connection.execute(queries("log")["goes_out_later"], arguments)
        _tell(connection, error, at)
        raise
    connection.execute(queries("log")["went_out"], {"target": target, "size": reached})
    return True


def _tell(connection: Connection, error: OutfallError, at: datetime) -> None:
    """Tell operations of what no waiting mends."""
    if not has(f"log.trouble.{error.code}.title"):
        return
    log.error("%s", error)
    key = f"{error.code}:{at.astimezone(BEIJING):%Y-%m-%d}"
    title, body = (
        text(f"log.trouble.{error.code}.title"),
        text(f"log.trouble.{error.code}.body", why=error.message),
    )
    with connection.transaction():
        tell_operations(connection, key, title, body, at)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], away: str) -> Answer:
    """One POST without redirects, bounded in time and length. Raises LogError with the code ``away`` when that fails."""
    until = time.monotonic() + ALTOGETHER_SECONDS
    try:
        with (
            httpx.Client(timeout=SILENCE_SECONDS, verify=_trusted(), follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=dict(headers)) as answer,
        ):
            found = bytearray()
            for part in answer.iter_bytes():
                found += part
                if len(found) > ANSWER_BYTES:
                    raise LogError(f"The answer is longer than {ANSWER_BYTES} bytes.", code=away)
                if time.monotonic() > until:
                    raise LogError(f"The answer took longer than {ALTOGETHER_SECONDS:.0f} s.", code=away)
            return Answer(answer.status_code, bytes(found))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise LogError(f"No answer: {type(error).__name__}: {error}.", code=away) from error


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes longer than a request."""
    return httpx.create_ssl_context()

"""Requests to the provider: bounded in time and length, no redirects, JSON back."""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from store.errors import StoreError

logger = logging.getLogger(__name__)

SILENCE_SECONDS = 5.0
ALTOGETHER_SECONDS = 8.0  # somebody waits for the page
ANSWER_BYTES = 256 * 1024


def fetch(
    method: str,
    address: str,
    *,
    data: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of one request; an answer that is no JSON object is an empty one.

    Raises StoreError ``openid_away`` when no whole answer comes.
    """
    until = time.monotonic() + ALTOGETHER_SECONDS
    try:
        with (
            httpx.Client(timeout=SILENCE_SECONDS, verify=_trusted(), follow_redirects=False) as client,
            client.stream(
                method,
                address,
                data=data,
                headers={"Accept": "application/json"},
                auth=auth if auth is not None else httpx.USE_CLIENT_DEFAULT,
            ) as answer,
        ):
            found = bytearray()
            for part in answer.iter_bytes():
                found += part
                if len(found) > ANSWER_BYTES:
                    raise away(address, "the answer is too long")
                if time.monotonic() > until:
                    raise away(address, "the answer takes too long")
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise away(address, type(error).__name__) from error
    try:
        body = json.loads(bytes(found))
    except ValueError:
        body = {}
    return status, body if isinstance(body, dict) else {}


def away(address: str, why: str) -> StoreError:
    """The error for a provider that does not answer; the log says which door."""
    logger.warning("openid: %s: %s", address, why)
    return StoreError(f"The OpenID provider does not answer: {why}.", code="openid_away")


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes longer than a request."""
    return httpx.create_ssl_context()

"""One attempt to hand over: the only place that talks to receivers. What it says about it never holds a secret.

A POST of multipart/form-data with the parts ``document`` (canonical JSON), ``signature`` (signed note) and, where it goes along,
``package`` (ZIP, read from the disk while it is sent). Headers::

    Idempotency-Key           the same whenever this hand-over is sent again; the receiver makes one case of it
    X-Outfall-Document        SHA-256 of the document, hex
    X-Outfall-Package         SHA-256 of the package, hex; also when the file does not go along
    Authorization             Bearer <token>, or with HMAC instead:
    X-Outfall-Key, X-Outfall-Timestamp, X-Outfall-Signature: sha256=<HMAC-SHA256 of
                              "<timestamp>.<Idempotency-Key>.<X-Outfall-Document>.<X-Outfall-Package>", hex>
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import ssl
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from alerts.handover.answers import Answer, answer_of
from store.handover.connectors import Connector

ANSWER_MOST = 64 * 1024
"""Bytes of an answer that are read; a receipt is short."""

SECRET_SHORTEST = 4

# At level INFO httpx logs every address, and a path may be a key.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent. ``package`` is the file where it goes along, else None."""

    key: str
    document: bytes
    signature: str
    document_digest: str
    package_digest: str
    package: Path | None


def send(connector: Connector, parcel: Parcel, at: datetime) -> Answer:
    """Try to hand over once. Never raises for what the receiver or the network does.

    Redirects are not followed: a signed case file is for its receiver alone. Raises OSError when the package cannot be read.
    """
    timeout = float(connector.options["timeout_seconds"])
    with ExitStack() as open_files:
        files: list[tuple[str, tuple[str, Any, str]]] = [
            ("document", ("document.json", parcel.document, "application/json")),
            ("signature", ("document.note", parcel.signature.encode(), "text/plain; charset=utf-8")),
        ]
        if parcel.package is not None:
            file = open_files.enter_context(parcel.package.open("rb"))
            files.append(("package", (parcel.package.name, file, "application/zip")))
        try:
            answer = _post(connector, parcel, files, timeout, at)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            answer = Answer("failed", type(error).__name__, str(error))
    return replace(
        answer,
        status=_without_secrets(answer.status, connector)[:200],
        text=_without_secrets(answer.text, connector)[:1024],
        headers={name: _without_secrets(value, connector) for name, value in answer.headers.items()},
        case_number=None if answer.case_number is None else answer.case_number.replace("\0", ""),
    )


def _post(
    connector: Connector,
    parcel: Parcel,
    files: list[tuple[str, tuple[str, Any, str]]],
    timeout: float,
    at: datetime,
) -> Answer:
    with (
        httpx.Client(timeout=timeout, verify=_trusted(), follow_redirects=False) as client,
        client.stream(
            "POST", connector.secrets["url"], files=files, headers=headers_of(connector, parcel, at)
        ) as reply,
    ):
        # A receiver that answers in drops is not waited for beyond the time that one answer may take.
        until, body = time.monotonic() + timeout, b""
        for part in reply.iter_bytes():
            body += part
            if len(body) >= ANSWER_MOST or time.monotonic() > until:
                break
        return answer_of(
            reply.status_code,
            reply.reason_phrase,
            reply.headers,
            body[:ANSWER_MOST],
            digest=parcel.document_digest if connector.options["receipt"] == "digest" else None,
            at=at,
        )


def headers_of(connector: Connector, parcel: Parcel, at: datetime) -> dict[str, str]:
    """The headers of an attempt: which hand-over it is, what is in it, and who sends it."""
    known = {
        "Idempotency-Key": parcel.key,
        "X-Outfall-Document": parcel.document_digest,
        "X-Outfall-Package": parcel.package_digest,
    }
    if "token" in connector.secrets:
        return {**known, "Authorization": f"Bearer {connector.secrets['token']}"}
    seconds = str(int(at.timestamp()))
    signed = f"{seconds}.{parcel.key}.{parcel.document_digest}.{parcel.package_digest}"
    digest = hmac.new(connector.secrets["secret"].encode(), signed.encode(), hashlib.sha256).hexdigest()
    return {
        **known,
        "X-Outfall-Key": connector.secrets["key_id"],
        "X-Outfall-Timestamp": seconds,
        "X-Outfall-Signature": f"sha256={digest}",
    }


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes longer than a request."""
    return httpx.create_ssl_context()


def _without_secrets(said: str, connector: Connector) -> str:
    """A text in which every secret of the connector is starred out. Zero bytes, which no text column takes, are left out."""
    secrets: Mapping[str, Any] = connector.secrets
    parts = urlsplit(secrets["url"])
    hidden = [str(secrets[name]) for name in ("token", "secret") if name in secrets]
    hidden += [parts.query, *(value for _, value in parse_qsl(parts.query)), parts.path.rpartition("/")[2]]
    hidden += [part for part in (parts.username, parts.password) if part]
    for secret in sorted((one for one in hidden if len(one) >= SECRET_SHORTEST), key=len, reverse=True):
        said = said.replace(secret, "***")
    return said.replace("\0", "")

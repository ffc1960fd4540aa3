"""The retained birth and last-will message of a gateway (design §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.payloads import plain_json
from store.errors import DecodeError

STATES = frozenset({"online", "offline"})
DETAIL_BYTES_MOST = 8192
"""A gateway may tell its version, its address and so on; beyond this it is no status."""


def read_status(payload: bytes) -> tuple[str, Mapping[str, Any]]:
    """State and the whole document. An empty payload, which clears a retained message, gives ``unknown``.

    Raises DecodeError ``payload_malformed`` with what is wrong.
    """
    if not payload:
        return "unknown", {}
    if len(payload) > DETAIL_BYTES_MOST:
        raise DecodeError(
            f"a status of {len(payload)} bytes; at most {DETAIL_BYTES_MOST} are taken",
            code="payload_malformed",
        )
    try:
        document = plain_json.loads(payload)
    except ValueError as error:
        raise DecodeError(f"the status is no JSON: {error}", code="payload_malformed") from error
    if not isinstance(document, dict) or document.get("state") not in STATES:
        raise DecodeError(
            'the status must be an object with "state": "online" or "offline"', code="payload_malformed"
        )
    return document["state"], document

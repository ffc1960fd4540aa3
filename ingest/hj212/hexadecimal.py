"""Payloads that are the hexadecimal text of frames (hj212.md section 14.1)."""

from __future__ import annotations

import re
from typing import Final

_HEX_OF_HEAD: Final = re.compile(rb"\s*(?:0[xX])?23\s?23")
_HEX_TEXT: Final = re.compile(rb"\s*(?:0[xX])?((?:[0-9A-Fa-f]{2}[\s,]*)+)")


def unhex_payload(data: bytes) -> bytes | None:
    """The frame bytes when the whole payload is hexadecimal text that begins with ``##`` (2323); None for every other payload.

    Blanks and commas between the bytes are allowed.
    """
    if not _HEX_OF_HEAD.match(data):
        return None
    match = _HEX_TEXT.fullmatch(data)
    return bytes.fromhex(match[1].replace(b",", b" ").decode("ascii")) if match else None

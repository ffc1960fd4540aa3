"""The CRC that a frame says and the one that its bytes give (hj212.md §3). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from ingest.hj212 import Frame, Rejected
from ingest.hj212.crc import CrcVariant, crc_of

_HEAD = re.compile(rb"##(\d{0,6})")
_DIGITS = re.compile(rb"[0-9A-Fa-f]{1,4}")


@dataclass(frozen=True, slots=True)
class Checksum:
    """Said and computed CRC as four digits, and the length that the head says beside the one found, in bytes.

    Attributes
    ----------
    variant : ``hj212``, ``modbus_be`` or ``modbus_le``: by which of them ``computed`` was reckoned
    """

    said: str | None
    computed: str | None
    variant: str
    length_said: str | None
    length_found: int

    @property
    def holds(self) -> bool:
        """Whether both are the same number."""
        return (
            self.said is not None
            and self.computed is not None
            and int(self.said, 16) == int(self.computed, 16)
        )


def checksum_of(piece: Frame | Rejected) -> Checksum | None:
    """The checksum of a frame or of a rejected packet; None for bytes without a head."""
    head = _HEAD.search(piece.raw)
    if head is None:
        return None
    begin = head.end()
    said, wire = _cut(piece.raw, begin)
    variant = piece.crc_variant if isinstance(piece, Frame) else "hj212"
    computed = None
    if said is not None:
        kind = cast(CrcVariant, variant)
        # Of an encrypted frame the CRC is reckoned over the plain text; some loggers take the bytes on the wire.
        texts = [wire, piece.segment] if isinstance(piece, Frame) else [wire]
        found = [crc_of(text, kind) for text in texts if text]
        holding = [number for number in found if number == int(said, 16)]
        computed = f"{(holding or found or [0xFFFF])[0]:04X}"
    return Checksum(said, computed, variant, head[1].decode() or None, len(wire))


def _cut(raw: bytes, begin: int) -> tuple[str | None, bytes]:
    """The CRC text behind the segment that begins at ``begin``, and the segment's bytes on the wire."""
    body = raw.rstrip(b"\r\n")
    closing = body.rfind(b"&&", begin)
    if closing >= 0 and _DIGITS.fullmatch(body, closing + 2):
        return body[closing + 2 :].decode(), body[begin : closing + 2]
    if closing < 0 and _DIGITS.fullmatch(body, max(begin, len(body) - 4)):
        return body[-4:].decode(), body[begin:-4]
    return None, body[begin:]

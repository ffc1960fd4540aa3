"""What is never shown of a message: passwords and keys for everybody, the frames of other units for a company. Pure.

Masked bytes become ``*``, each one, so that every place in the message stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Span = tuple[int, int]
Pairs = Sequence[Sequence[tuple[str, str]]]

MASK = b"*"

SECRET_NAMES = frozenset({"pw", "newpw", "newsk"})
"""Access password (访问密码) of a header or a command, and the SM4 key of HJ 212-2025 6.4."""

_IN_FRAME = re.compile(rb"(?:PW|NewSK)\s*=\s*([^;,&\r\n#]*)", re.IGNORECASE)
_IN_JSON = re.compile(rb'"(?:pw|newpw|newsk|password)"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}\]]+)', re.IGNORECASE)
# A message may begin in the middle of a password, when the frame was cut there and what came before is gone.
_CUT_PASSWORD = re.compile(rb"[^#&]{0,64}?(?=;\s*MN\s*=)")
_HEX_PAIR = re.compile(rb"[0-9A-Fa-f]{2}")
_HEX_PREFIX = re.compile(rb"\s*0[xX]")


def secret_spans(data: bytes) -> list[Span]:
    """Where values of secrets stand in plain bytes of any channel."""
    spans = [match.span(1) for pattern in (_IN_FRAME, _IN_JSON) for match in pattern.finditer(data)]
    if not data.lstrip(b"\r\n").startswith((b"##", b"{", b"[")) and (cut := _CUT_PASSWORD.match(data)):
        spans.append(cut.span())
    return [(start, end) for start, end in spans if end > start]


def masked(data: bytes, spans: Iterable[Span]) -> bytes:
    """The bytes with every one inside a span replaced; spans may reach beyond the data."""
    shown = bytearray(data)
    for start, end in spans:
        first, last = max(0, start), min(len(data), end)
        if last > first:
            shown[first:last] = MASK * (last - first)
    return bytes(shown)


def outside(size: int, shown: Iterable[Span]) -> list[Span]:
    """The spans of ``size`` bytes that lie in none of the shown ones."""
    hidden: list[Span] = []
    reached = 0
    for start, end in sorted(shown):
        if start > reached:
            hidden.append((reached, min(start, size)))
        reached = max(reached, end)
    if reached < size:
        hidden.append((reached, size))
    return hidden


def masked_hexadecimal(payload: bytes, spans: Sequence[Span]) -> bytes:
    """The same for a payload that is the hexadecimal text of frames: ``spans`` are places in the bytes that it stands for."""
    prefix = _HEX_PREFIX.match(payload)
    pairs = [match.start() for match in _HEX_PAIR.finditer(payload, prefix.end() if prefix else 0)]
    digits = MASK.hex().upper().encode()
    shown = bytearray(payload)
    for start, end in spans:
        for place in pairs[max(0, start) : max(0, end)]:
            shown[place : place + 2] = digits
    return bytes(shown)


def shown_value(name: str, value: str) -> str:
    """A value of a header or of CP as anybody may read it."""
    return "*" * len(value) if name.strip().lower() in SECRET_NAMES else value


def shown_fields(fields: dict[str, str]) -> dict[str, str]:
    """A header without its secrets."""
    return {name: shown_value(name, value) for name, value in fields.items()}


def shown_pairs(items: Pairs) -> list[list[tuple[str, str]]]:
    """A CP without its secrets."""
    return [[(name, shown_value(name, value)) for name, value in item] for item in items]

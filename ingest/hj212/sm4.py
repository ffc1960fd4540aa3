"""SM4 as HJ 212-2025 uses it: raw ECB blocks, no padding, a remainder shorter than a block in clear (hj212.md 12, rows 11-17)."""

from __future__ import annotations

import re
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

BLOCK: Final = 16
_NOTATION: Final = re.compile(
    rb"\{\s*0[xX][0-9A-Fa-f]{1,2}(?:\s*,\s*0[xX][0-9A-Fa-f]{1,2})*\s*,?\s*\}(?P<clear>[\x20-\x7e]{0,15})"
)
_NOTATION_BYTE: Final = re.compile(rb"0[xX]([0-9A-Fa-f]{1,2})")


def encrypt(text: bytes, key: bytes) -> bytes:
    """Encrypt the content of CP. Same length as ``text``. Raises ValueError when ``key`` is not 16 bytes."""
    whole = len(text) - len(text) % BLOCK
    encryptor = Cipher(SM4(key), ECB()).encryptor()
    return encryptor.update(text[:whole]) + encryptor.finalize() + text[whole:]


def decrypt(text: bytes, key: bytes) -> bytes:
    """Decrypt the content of CP. Same length as ``text``. Raises ValueError when ``key`` is not 16 bytes."""
    whole = len(text) - len(text) % BLOCK
    decryptor = Cipher(SM4(key), ECB()).decryptor()
    return decryptor.update(text[:whole]) + decryptor.finalize() + text[whole:]


def needs_encryption(cn: str) -> bool:
    """Whether 2025 section 6.4.4 wants the CP of this command encrypted: uploads 2000-2999, 1014 and 3020."""
    return (len(cn) == 4 and cn[0] == "2") or cn in ("1014", "3020")


def from_notation(content: bytes) -> bytes | None:
    """The bytes that the printed list ``{0xE4,0x3E,...}`` stands for, with a clear remainder behind it; None for other text."""
    match = _NOTATION.fullmatch(content.strip())
    if match is None:
        return None
    listed = content[: content.rindex(b"}")]
    return bytes(int(byte, 16) for byte in _NOTATION_BYTE.findall(listed)) + match["clear"]

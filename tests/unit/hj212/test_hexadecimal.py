"""Payloads that are the hexadecimal text of frames."""

from __future__ import annotations

import pytest

from ingest.hj212 import unhex_payload
from tests.unit.hj212.build import frame

TEXT = frame().hex()
PAYLOADS = [
    (TEXT.encode(), frame(), "lower case"),
    (TEXT.upper().encode(), frame(), "upper case"),
    (frame().hex(" ").encode(), frame(), "blanks between the bytes"),
    (b"0x" + TEXT.encode() + b"\r\n", frame(), "prefix and line end"),
    (frame(), None, "a frame itself"),
    (TEXT[:-1].encode(), None, "half a byte"),
    (b"2323 and more", None, "text"),
    (b"", None, "nothing"),
    (b"2323" + b"0 " * 50_000 + b"x", None, "long and wrong"),
]


@pytest.mark.parametrize(("payload", "expected", "remark"), PAYLOADS, ids=[row[2] for row in PAYLOADS])
def test_only_hexadecimal_text_of_frames_is_unpacked(
    payload: bytes, expected: bytes | None, remark: str
) -> None:
    assert unhex_payload(payload) == expected

"""Answers of authorities that do not sort are read, and garbage is refused, never worse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.attesting.der import with_sorted_certificates


def element(tag: int, content: bytes) -> bytes:
    """Tag, length, content."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    encoded = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(encoded)]) + encoded + content


def response(certificates: list[bytes]) -> bytes:
    """The shape of a time-stamp response with these certificates."""
    version, digests, content = element(2, b"\x03"), element(0x31, b""), element(0x30, b"content")
    signed = element(
        0x30, version + digests + content + element(0xA0, b"".join(certificates)) + element(0x31, b"")
    )
    token = element(0x30, element(6, b"oid") + element(0xA0, signed))
    return element(0x30, element(0x30, element(2, b"\x00")) + token)


@given(st.lists(st.binary(max_size=300).map(lambda content: element(0x30, content)), max_size=4))
def test_the_certificates_are_sorted_and_nothing_else_is_changed(certificates: list[bytes]) -> None:
    assert with_sorted_certificates(response(certificates)) == response(sorted(certificates))


def test_an_answer_without_certificates_stays_as_it_is() -> None:
    signed = element(0x30, element(2, b"\x03") + element(0x31, b"") + element(0x30, b"") + element(0x31, b""))
    whole = element(0x30, element(0x30, b"") + element(0x30, element(6, b"oid") + element(0xA0, signed)))
    assert with_sorted_certificates(whole) == whole


MALFORMED = [
    (b"", "nothing"),
    (b"0", "a tag alone"),
    (b"\x30\x80\x00\x00", "a length without end"),
    (b"\x30\x85\x00\x00\x00\x00\x00", "a length of five bytes"),
    (b"\x30\x05\x30\x00", "cut off"),
    (element(0x30, element(0x30, b"")), "a refusal, which has no token"),
    (element(0x30, element(0x30, b"") + element(0x30, element(6, b"oid"))), "a token that holds nothing"),
    (element(0x31, b""), "a set"),
]


@pytest.mark.parametrize(("data", "_remark"), MALFORMED)
def test_what_is_no_response_is_refused(data: bytes, _remark: str) -> None:
    with pytest.raises(ValueError):
        with_sorted_certificates(data)


@given(st.binary(max_size=60), st.integers(0, 80), st.integers(0, 255))
def test_garbage_gives_a_value_error_or_bytes_of_the_same_length(data: bytes, place: int, value: int) -> None:
    whole = bytearray(response([element(0x30, data), element(0x30, b"a")]))
    whole[place % len(whole)] = value
    try:
        assert len(with_sorted_certificates(bytes(whole))) == len(whole)
    except ValueError:
        return

"""The one liberty that time-stamp authorities take with DER: the certificates of a token in the order of the chain.

DER wants the elements of a set sorted, and a strict reader refuses the answer of OpenSSL for it. Nothing signs that order, and
sorting changes no length, so the answer is read sorted and kept as it came.
"""

from __future__ import annotations

SEQUENCE, CERTIFICATES = 0x30, 0xA0


def with_sorted_certificates(response: bytes) -> bytes:
    """The same time-stamp response with the certificates of its token sorted. Raises ValueError for what is no such response.

    TimeStampResp { status, ContentInfo { type, [0] SignedData { version, digestAlgorithms, content, [0] certificates, ... } } }
    """
    start, end = _inside(response, 0, SEQUENCE)
    for _ in ("token", "signed data"):
        parts = _elements(response, start, end)
        if len(parts) < 2:
            raise ValueError("the response holds no token")
        start, end = _inside(response, parts[1][0], response[parts[1][0]])
    start, end = _inside(response, start, SEQUENCE)
    parts = _elements(response, start, end)
    if len(parts) < 4 or response[parts[3][0]] != CERTIFICATES:
        return response
    start, end = _inside(response, parts[3][0], CERTIFICATES)
    certificates = sorted(response[first:last] for first, last in _elements(response, start, end))
    return response[:start] + b"".join(certificates) + response[end:]


def _inside(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` begins and ends."""
    if at + 2 > len(data) or data[at] != tag:
        raise ValueError(f"no element with the tag {tag:#x} at byte {at}")
    length, start = data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4:
            raise ValueError(f"the length at byte {at} is none of DER")
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    if start + length > len(data):
        raise ValueError(f"the element at byte {at} is cut off")
    return start, start + length


def _elements(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The elements between two places."""
    found = []
    while start < end:
        _, last = _inside(data, start, data[start])
        if last > end:
            raise ValueError(f"the element at byte {start} is longer than what it is in")
        found.append((start, last))
        start = last
    return found

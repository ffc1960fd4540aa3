"""Reading DER (ITU-T X.690): as much of it as time-stamp tokens need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.verifier.outcome import Malformed

INTEGER, OCTETS, OID, SEQUENCE, SET, GENERALIZED_TIME = 0x02, 0x04, 0x06, 0x30, 0x31, 0x18


@dataclass(frozen=True)
class Element:
    """One value: its tag, the bytes of its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes

    def parts(self) -> list[Element]:
        """The values in it. Raises Malformed."""
        return list(elements(self.content))

    def oid(self) -> str:
        """The object identifier that it is, dotted. Raises Malformed."""
        if self.tag != OID or not self.content or self.content[-1] & 0x80:
            raise _malformed("an object identifier is expected")
        numbers, value = [], 0
        for byte in self.content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(value)
                value = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))

    def integer(self) -> int:
        """The integer that it is. Raises Malformed."""
        if self.tag != INTEGER or not self.content:
            raise _malformed("an integer is expected")
        return int.from_bytes(self.content, "big", signed=True)

    def time(self) -> datetime:
        """The GeneralizedTime that it is: UTC, with or without a fraction (RFC 3161 2.4.2). Raises Malformed."""
        try:
            text = self.content.decode("ascii")
            whole, _, fraction = text[:-1].partition(".")
            if (
                self.tag != GENERALIZED_TIME
                or not text.endswith("Z")
                or (fraction and not fraction.isdigit())
            ):
                raise ValueError(text)
            moment = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            raise _malformed("a time is expected") from None
        return moment + timedelta(microseconds=int(fraction[:6].ljust(6, "0")) if fraction else 0)


def elements(data: bytes) -> Iterator[Element]:
    """The values that stand one after the other. Raises Malformed."""
    at = 0
    while at < len(data):
        found = _at(data, at)
        yield found
        at += len(found.whole)


def single(data: bytes) -> Element:
    """The one value that these bytes are. Raises Malformed."""
    found = _at(data, 0)
    if len(found.whole) != len(data):
        raise _malformed("bytes follow")
    return found


def _at(data: bytes, at: int) -> Element:
    if len(data) < at + 2 or data[at] & 0x1F == 0x1F:
        raise _malformed("a value is cut off")
    length, begin = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise _malformed("a length is not definite")
        length = int.from_bytes(data[begin : begin + count], "big")
        begin += count
    end = begin + length
    if end > len(data):
        raise _malformed("a value is cut off")
    return Element(data[at], data[begin:end], data[at:end])


def _malformed(why: str) -> Malformed:
    return Malformed("stamp_malformed", why=why)

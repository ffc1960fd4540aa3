"""The bits of the Flag field (hj212.md section 5). Bits are named by meaning: the editions swap the letters."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal, NamedTuple

Version = Literal["2005", "2017", "2025"]

ACK_WANTED: Final = 0b01
PACKET_NUMBERS: Final = 0b10
VERSION_SHIFT: Final = 2
VERSIONS: Final[tuple[Version, ...]] = ("2005", "2017", "2025")  # by version bits


class FlagBits(NamedTuple):
    """The decoded Flag field."""

    value: int
    version_bits: int
    ack_wanted: bool
    packet_numbers: bool


@lru_cache(maxsize=256)
def parse_flag(text: str | None) -> FlagBits | None:
    """The bits of the raw Flag text; None when it is missing or not an integer of 0 to 255."""
    if not text or len(text) > 4 or not (text.isascii() and text.isdigit()):
        return None
    value = int(text)
    if value > 255:
        return None
    return FlagBits(value, value >> VERSION_SHIFT, bool(value & ACK_WANTED), bool(value & PACKET_NUMBERS))


def flag_value(version: Version, *, ack_wanted: bool = False, packet_numbers: bool = False) -> int:
    """The Flag number of an edition, e.g. 5 for 2017 with an answer wanted."""
    return (
        VERSIONS.index(version) << VERSION_SHIFT | ACK_WANTED * ack_wanted | PACKET_NUMBERS * packet_numbers
    )

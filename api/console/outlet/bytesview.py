"""Bytes as people can look at them: text with control characters made visible, and hexadecimal beside it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BYTES = 8192
"""Longer bytes are shown up to here; the download has them all."""

ROW = 16

_NAMES = [
    "NUL",
    "SOH",
    "STX",
    "ETX",
    "EOT",
    "ENQ",
    "ACK",
    "BEL",
    "BS",
    "TAB",
    "LF",
    "VT",
    "FF",
    "CR",
    "SO",
    "SI",
    "DLE",
    "DC1",
    "DC2",
    "DC3",
    "DC4",
    "NAK",
    "SYN",
    "ETB",
    "CAN",
    "EM",
    "SUB",
    "ESC",
    "FS",
    "GS",
    "RS",
    "US",
]
"""The control characters by their names in ASCII: pictures of them are in few fonts."""


@dataclass(frozen=True, slots=True)
class Letters:
    """A run of text. ``control``: the name of one control character, or the digits of one byte that is no text."""

    text: str
    control: bool


@dataclass(frozen=True, slots=True)
class HexRow:
    """Sixteen bytes: place, digits, and the printable ASCII beside them."""

    place: str
    digits: str
    letters: str


@dataclass(frozen=True, slots=True)
class BytesView:
    """The view of some bytes. ``cut`` says how many more there are."""

    runs: tuple[Letters, ...]
    rows: tuple[HexRow, ...]
    size: int
    cut: int


def view(data: bytes) -> BytesView:
    """The view of some bytes, as UTF-8, else as GB 18030, else byte by byte."""
    shown = data[:MOST_BYTES]
    rows = tuple(
        HexRow(
            f"{place:04X}", shown[place : place + ROW].hex(" ").upper(), _ascii(shown[place : place + ROW])
        )
        for place in range(0, len(shown), ROW)
    )
    return BytesView(tuple(_runs(_text(shown))), rows, len(data), len(data) - len(shown))


def _text(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    # Encrypted content: one sign a byte, those beyond ASCII moved to where no letters are.
    return "".join(chr(byte) if byte < 0x80 else chr(_BYTES + byte) for byte in data)


_BYTES = 0x10FF00
"""A private place of Unicode that no encoding of a field unit gives."""


def _runs(text: str) -> list[Letters]:
    """Runs of plain text and of names of control characters; a line ends after the name of its line end."""
    runs: list[Letters] = []
    plain = ""
    for place, letter in enumerate(text):
        name = _name(letter)
        if name is None:
            plain += letter
            continue
        if plain:
            runs.append(Letters(plain, False))
            plain = ""
        runs.append(Letters(name, True))
        if letter == "\n" or (letter == "\r" and text[place + 1 : place + 2] not in ("\r", "\n")):
            plain = "\n"
    if plain:
        runs.append(Letters(plain, False))
    return runs


def _name(letter: str) -> str | None:
    code = ord(letter)
    if code < len(_NAMES):
        return _NAMES[code]
    if code == 0x7F:
        return "DEL"
    if code >= _BYTES:
        return f"{code - _BYTES:02X}"
    # What has no shape of its own, or turns the direction of the text, is written as its number.
    return None if letter.isprintable() else f"U+{code:04X}"


def _ascii(data: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in data)

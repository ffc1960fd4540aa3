"""Which characters the fonts of our papers can show, and what stands in for the others.

PDF/A refuses a page with a character that no font has, and a paper must not fail over the text of a company. So such a
character is printed by its number, 〔U+1F600〕, where the reader sees that something stood there. The same goes for what is
invisible or turns the direction of writing: it could make a printed line say something else than the record.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

from pylopdf_fonts_zh_cn import sans_path, serif_path

SPACES = {"\n": "\n", "\t": " ", "\r": "", "\u00a0": " ", "\u3000": "\u3000"}
"""White space that stays, or becomes a plain blank; every other control is printed by its number."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})


def printable(text: str) -> str:
    """``text`` with every character that a paper cannot show, or that nobody would see, written as 〔U+…〕."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


@cache
def _shown(character: str) -> str:
    if character in SPACES:
        return SPACES[character]
    known = ord(character) in _covered() and (
        character == " " or unicodedata.category(character) not in _UNSEEN
    )
    return character if known else f"〔U+{ord(character):04X}〕"


@cache
def _covered() -> frozenset[int]:
    """The characters that both faces have."""
    return _characters(Path(sans_path())) & _characters(Path(serif_path()))


def _characters(font: Path) -> frozenset[int]:
    """The code points of an OpenType font: its cmap in format 12, which every font beyond the basic plane has."""
    data = font.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    entries = (struct.unpack_from(">4sIII", data, 12 + 16 * number) for number in range(tables))
    cmap = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        (place,) = struct.unpack_from(">I", data, cmap + 8 + 8 * number)
        if struct.unpack_from(">H", data, cmap + place) == (12,):
            (groups,) = struct.unpack_from(">I", data, cmap + place + 12)
            for first, last, glyph in struct.iter_unpack(
                ">III", data[cmap + place + 16 : cmap + place + 16 + 12 * groups]
            ):
                found.update(range(first + (glyph == 0), last + 1))
    return frozenset(found)

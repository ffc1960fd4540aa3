"""The content of CP as a loss-free tree: ordered items of (name, raw text) pairs (hj212.md section 9).

``;`` and ``,`` are taken as pair boundaries only; which factor a pair belongs to is said by its own ``code-`` prefix. The
names of a logger's frames repeat from frame to frame, so everything that depends on names alone is worked out once and kept
as a `Shape`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ingest.hj212.anomalies import Anomaly, ordered

Pair = tuple[str, str]
Item = tuple[Pair, ...]
Items = tuple[Item, ...]

KEYWORDS: Final = frozenset(
    [
        "DataTime",
        "SystemTime",
        "RestartTime",
        "BeginTime",
        "EndTime",
        "PolId",
        "InfoId",
        "QnRtn",
        "ExeRtn",
        "RtdInterval",
        "MinInterval",
        "OverTime",
        "Overtime",
        "ReCount",
        "VaseNo",
        "NewPW",
        "PW",
        "CstartTime",
        "Ctime",
        "CTime",
        "Stime",
        "SKCreateTime",
        "NewSK",
        "CalibrationType",
        "QN",
        "CN",
    ]
)
_KEYWORD_BY_LOWER: Final = {name.lower(): name for name in KEYWORDS}
#: Keywords that a 2005 command repeats on purpose (3014: ``CTime=04,CTime=10``).
_REPEATABLE: Final = frozenset({"CTime", "Ctime"})
# Letter of the class and five digits; noise quantities; facilities (hj212.md section 11).
_CODE_2017: Final = re.compile(r"[waegidpI]\d{5}|L(?:A|5|10|50|90|95|eq|dn|d|n|Mx|Mn)|SB\d{1,4}", re.ASCII)

_SEPARATOR: Final = re.compile(r"[;,]")
_FREE_TEXT_END: Final = re.compile(r"//(?=\s*(?:[;,]|$))")
# Keeps what shapes the content (separators) or makes it irregular (blanks, the slashes of free text, control characters).
_KEPT: Final = frozenset(b"=;,/ ") | frozenset(range(0x20)) | frozenset(range(0x7F, 0x100))
_DROPPED: Final = bytes(byte for byte in range(256) if byte not in _KEPT)
# Makes every separator an equals sign, so that one split gives names and values in turn.
_TO_EQUALS: Final = bytes.maketrans(b";,", b"==")

_CACHE_LIMIT: Final = 1024
_CACHEABLE_PAIRS: Final = 200  # a CP of 950 bytes holds fewer


@dataclass(frozen=True, slots=True)
class Shape:
    """What the names of a CP say, whatever the values are.

    Attributes
    ----------
    names : the name of every pair, in order
    sizes : how many pairs each item has
    anomalies : deviations seen in names and separators
    data_time : position of the DataTime pair, -1 when there is none
    layouts : where the typed view keeps what it works out for this shape
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    anomalies: tuple[str, ...]
    data_time: int
    layouts: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)


class Content(NamedTuple):
    """One CP: its shape, the raw value of every pair and the deviations of this very text."""

    shape: Shape
    values: list[str]
    anomalies: tuple[str, ...]

    def items(self) -> Items:
        """Items of (name, raw value) pairs as they came."""
        names, values = self.shape.names, self.values
        items = []
        start = 0
        for size in self.shape.sizes:
            end = start + size
            items.append(tuple(zip(names[start:end], values[start:end], strict=True)))
            start = end
        return tuple(items)

    def last(self, name: str) -> str | None:
        """Raw value of the last pair of this name, None when there is none."""
        names = self.shape.names
        return next((self.values[i] for i in range(len(names) - 1, -1, -1) if names[i] == name), None)


_NEW: Final = tuple.__new__
_shapes: dict[tuple[bytes, str], Shape] = {}


def known_content(raw: bytes) -> Content | None:
    """The content when names and separators are those of an earlier, regular one; None leaves it to `parse_content`."""
    if not raw.isascii():
        return None
    parts = raw.translate(_TO_EQUALS).decode("ascii").split("=")
    shape = _shapes.get(_shape_key(raw, parts))
    return None if shape is None else _NEW(Content, (shape, parts[1::2], ()))


def _shape_key(raw: bytes, parts: list[str]) -> tuple[bytes, str]:
    """What tells shapes apart: separators and names, these joined with the ``=`` that none holds; one text is hashed quickly."""
    return raw.translate(None, _DROPPED), "=".join(parts[::2])


def parse_content(text: str, raw: bytes) -> Content:
    """Read the text between ``CP=&&`` and the closing ``&&``; ``raw`` are its bytes. Never raises."""
    known = known_content(raw)
    if known is not None:
        return known
    items, anomalies = _tokenise(text)
    values = [value for item in items for _, value in item]
    shape = shape_of(items)
    if not anomalies and raw.isascii() and b"/" not in raw and len(values) <= _CACHEABLE_PAIRS:
        parts = raw.translate(_TO_EQUALS).decode("ascii").split("=")
        if shape.names == tuple(parts[::2]) and values == parts[1::2]:
            if len(_shapes) >= _CACHE_LIMIT:
                _shapes.clear()
            _shapes[_shape_key(raw, parts)] = shape
    return Content(shape, values, ordered(anomalies))


def _tokenise(text: str) -> tuple[list[list[Pair]], set[str]]:
    items: list[list[Pair]] = []
    item: list[Pair] = []
    anomalies: set[str] = set()
    if not text.strip():
        return items, {Anomaly.WHITESPACE} if text else set()
    start, length = 0, len(text)
    free_text_closes = True
    while start <= length:
        separator = _SEPARATOR.search(text, start)
        end = separator.start() if separator else length
        opening = text.find("=", start, end)
        if free_text_closes and opening >= 0 and text[opening + 1 : end].lstrip().startswith("//"):
            # Free text may hold separators: it runs to the slashes that stand before a separator or the end.
            closing = _FREE_TEXT_END.search(text, text.index("//", opening) + 2)
            free_text_closes = closing is not None
            if closing:
                separator = _SEPARATOR.search(text, closing.end())
                end = separator.start() if separator else length
        pair = _pair(text[start:end], anomalies)
        if pair is not None:
            item.append(pair)
        if separator is None or separator.group() == ";":
            if item:
                items.append(item)
            item = []
        start = end + 1
    return items, anomalies


def _pair(token: str, anomalies: set[str]) -> Pair | None:
    name, equals, value = token.partition("=")
    clean = name.strip()
    if clean != name or value.strip() != value:
        anomalies.add(Anomaly.WHITESPACE)
    if not token.strip():
        anomalies.add(Anomaly.EMPTY_ITEM)
        return None
    if not equals:
        anomalies.add(Anomaly.PAIR_WITHOUT_VALUE)
    return clean, value


def shape_of(items: list[list[Pair]]) -> Shape:
    """The shape of items that need not have come from a text (JSON payloads have the same typed view)."""
    names = tuple(name for item in items for name, _ in item)
    anomalies: set[str] = set()
    data_time = -1
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen and name not in _REPEATABLE:
            anomalies.add(Anomaly.DUPLICATE_KEY)
        seen.add(name)
        code, dash, _ = name.partition("-")
        if dash:
            if not _CODE_2017.fullmatch(code):
                anomalies.add(Anomaly.CODE_NOT_2017)
        elif name == "Flag":
            anomalies.add(Anomaly.BARE_FLAG_IN_CP)
        elif name not in KEYWORDS and name.lower() in _KEYWORD_BY_LOWER:
            anomalies.add(Anomaly.CP_KEY_CASE)
        if name.lower() == "datatime":
            data_time = position
    if _separators_swapped(items):
        anomalies.add(Anomaly.SEPARATOR_SWAPPED)
    return Shape(names, tuple(len(item) for item in items), ordered(anomalies), data_time)


def _separators_swapped(items: list[list[Pair]]) -> bool:
    """Whether an item holds two factors, or two items hold different classes of one factor."""
    home: dict[str, int] = {}
    first_names: set[str] = set()
    for number, item in enumerate(items):
        codes = {name.partition("-")[0] for name, _ in item if "-" in name}
        if len(codes) > 1 or (codes and any(name == "DataTime" for name, _ in item)):
            return True
        names = {name for name, _ in item}
        if any(home.setdefault(code, number) != number for code in codes) and not names & first_names:
            return True
        first_names |= names
    return False

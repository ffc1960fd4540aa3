"""From the bytes of one segment and its CRC to what they say: proof first, then header and content."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from ingest.hj212 import sm4
from ingest.hj212.anomalies import Anomaly, ordered
from ingest.hj212.cp import Content, parse_content
from ingest.hj212.crc import CrcVariant, crc_hj212, matching_variant
from ingest.hj212.segment import Header, parse_header
from ingest.hj212.times import parse_data_time

Keys = Callable[[str], Sequence[bytes]]

SEGMENT_LIMIT: Final = 1024  # all editions
CP_LIMIT: Final = {"2005": 960, "2017": 950, "2025": 950}

_CP_OPENING: Final = re.compile(rb"[Cc][Pp]\s*=\s*(?:&&)?")
_PLAIN_START: Final = re.compile(rb"[\s;,]*(?:[A-Za-z0-9_]{1,24}(?:-[A-Za-z0-9_]{1,16})?\s*=|$)")
_LOWER_HEX: Final = re.compile(rb"[a-f]")
_VARIANT_ANOMALY: Final = {"modbus_be": Anomaly.CRC_MODBUS_BE, "modbus_le": Anomaly.CRC_MODBUS_LE}


class Parts(NamedTuple):
    """A segment cut at its CP: bytes before ``CP=``, bytes of the content, whether both ``&&`` stand where they belong."""

    head: bytes
    opening: bytes
    body: bytes
    closing: bytes

    def with_body(self, body: bytes) -> Parts:
        return self._replace(body=body)

    def join(self) -> bytes:
        return self.head + self.opening + self.body + self.closing


class Reading(NamedTuple):
    """Everything that a segment in plain text says."""

    header: Header
    content: Content
    data_time: datetime | None
    anomalies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A segment whose CRC holds."""

    segment: bytes
    variant: CrcVariant
    anomalies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A segment whose CRC does not hold, or that cannot be opened."""

    error: str
    detail: str
    anomalies: tuple[str, ...]


def cut(segment: bytes) -> Parts:
    """Cut at the first ``CP=&&`` and the last ``&&`` (hj212.md section 4); tolerates either missing."""
    start = segment.find(b"CP=&&")
    if start >= 0:
        opening = b"CP=&&"
    else:
        match = _CP_OPENING.search(segment)
        if match is None:
            return Parts(segment, b"", b"", b"")
        start, opening = match.start(), match.group()
    body = segment[start + len(opening) :]
    if body.endswith(b"&&"):
        return Parts(segment[:start], opening, body[:-2], b"&&")
    return Parts(segment[:start], opening, body, b"")


def text_of(data: bytes) -> tuple[str, Anomaly | None]:
    """UTF-8 first, GBK next, and at last UTF-8 with ``\\xNN`` for what is text in neither, or NUL, which databases refuse."""
    if b"\x00" in data:
        return data.decode("utf-8", "backslashreplace").replace("\x00", "\\x00"), Anomaly.TEXT_UNDECODABLE
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass  # the next encoding is the answer to this
    try:
        return data.decode("gb18030"), Anomaly.GBK_TEXT
    except UnicodeDecodeError:
        return data.decode("utf-8", "backslashreplace"), Anomaly.TEXT_UNDECODABLE


def read(segment: bytes) -> Reading:
    """What a plain segment says. Never raises."""
    parts = cut(segment)
    head, head_odd = text_of(parts.head)
    body, body_odd = text_of(parts.body)
    header = parse_header(head)
    content = parse_content(body, parts.body)
    position = content.shape.data_time
    data_time, time_odd = parse_data_time(content.values[position]) if position >= 0 else (None, None)
    if (
        len(segment) <= CP_LIMIT["2017"]
        and parts.opening == b"CP=&&"
        and parts.closing
        and not (head_odd or body_odd or time_odd or content.anomalies or content.shape.anomalies)
    ):
        return Reading(header, content, data_time, header.anomalies)
    odd = {*header.anomalies, *content.anomalies, *content.shape.anomalies}
    odd.update(found for found in (head_odd, body_odd, time_odd) if found)
    if parts.opening != b"CP=&&" or not parts.closing:
        odd.add(Anomaly.CP_DELIMITER_MISSING)
    if len(segment) > SEGMENT_LIMIT:
        odd.add(Anomaly.SEGMENT_OVER_1024)
    if len(parts.body) > CP_LIMIT[header.version]:
        odd.add(Anomaly.CP_OVER_950)
    return Reading(header, content, data_time, ordered(odd))


def prove(segment: bytes, crc_text: bytes, keys: Keys | None) -> Proof | Refusal:
    """Find the CRC variant, and the SM4 key where CP is encrypted, that make this segment hold."""
    sent = int(crc_text, 16)
    if crc_hj212(segment) == sent and segment.isascii():
        return Proof(segment, "hj212", _spelling(crc_text))
    parts = cut(segment)
    variant = matching_variant(segment, sent)
    listed = sm4.from_notation(parts.body)
    plain = listed is None and _looks_plain(parts.body)
    spelling = _spelling(crc_text)
    if plain and variant is not None:
        return Proof(segment, variant, (*spelling, *_tag(variant)))
    bad = f"CRC {crc_text.decode()} fits no known variant; computed {crc_hj212(segment):04X}"
    mismatch = Refusal("crc_mismatch", bad, (Anomaly.CRC_BAD,))
    if plain and keys is None:
        return mismatch
    opened = _open(parts if listed is None else parts.with_body(listed), sent, variant, keys)
    if isinstance(opened, Refusal):
        return mismatch if plain else opened
    marks = opened.anomalies
    if listed is not None:
        marks = (Anomaly.SM4_NOTATION_TEXT, *(name for name in marks if name != Anomaly.ENCRYPTED_SM4))
    return Proof(opened.segment, opened.variant, (*spelling, *marks))


def _open(parts: Parts, sent: int, wire_variant: CrcVariant | None, keys: Keys | None) -> Proof | Refusal:
    mn = parse_header(text_of(parts.head)[0]).fields.get("MN", "")
    known = tuple(keys(mn)) if keys else ()
    for number, key in enumerate(known):
        body = sm4.decrypt(parts.body, key)
        if not _looks_plain(body):
            continue
        segment = parts.with_body(body).join()
        variant = matching_variant(segment, sent)
        anomalies = [Anomaly.ENCRYPTED_SM4]
        if variant is None and wire_variant is not None:
            variant = wire_variant
            anomalies.append(Anomaly.CRC_OVER_CIPHERTEXT)
        if variant is not None:
            if number:
                anomalies.append(Anomaly.SM4_PREVIOUS_KEY)
            return Proof(segment, variant, (*anomalies, *_tag(variant)))
    if not known:
        return Refusal("key_missing", f"CP is encrypted and no SM4 key is known for MN {mn!r}", ())
    return Refusal(
        "decryption_failed", f"none of {len(known)} SM4 keys of MN {mn!r} opens CP", (Anomaly.CRC_BAD,)
    )


def _looks_plain(body: bytes) -> bool:
    """Whether the content is text, not SM4 blocks: it is too short for a block, begins like a pair, or is UTF-8 all through."""
    if len(body) < sm4.BLOCK or _PLAIN_START.match(body):
        return True
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _tag(variant: CrcVariant) -> tuple[Anomaly, ...]:
    return (_VARIANT_ANOMALY[variant],) if variant in _VARIANT_ANOMALY else ()


def _spelling(crc_text: bytes) -> tuple[Anomaly, ...]:
    short = (Anomaly.CRC_SHORT,) if len(crc_text) < 4 else ()
    return (*short, Anomaly.CRC_LOWERCASE) if _LOWER_HEX.search(crc_text) else short

"""The header of a segment: ``name=value`` joined with ``;`` up to ``CP=`` (hj212.md section 4), read tolerantly."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ingest.hj212.anomalies import Anomaly, ordered
from ingest.hj212.commands import COMMANDS
from ingest.hj212.flag import VERSIONS, FlagBits, Version, parse_flag

KEYS: Final = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF")
_CANONICAL: Final = {key.lower(): key for key in KEYS}
_TOKEN: Final = re.compile(r"([^;,]*)([;,]|$)")
# A key in the middle of a value: the semicolon before it was forgotten.
_GLUED: Final = re.compile(r"(?<=[^;,\s])(?=(?:QN|ST|CN|PW|MN|Flag|PNUM|PNO|RF)=)")
_STRAY: Final = re.compile(r"^[^A-Za-z]+")
_NETWORK_MN: Final = re.compile(r"[0-9A-F]{24}")  # EPC-96 number, 2017 section 6.3
_FIRST_YEAR_OF_2025: Final = "2024"  # year of the earliest published examples of HJ 212-2025

# Headers repeat but for QN; the bound keeps a stream of made-up headers from filling memory.
_CACHE_LIMIT: Final = 2048
_CACHEABLE_LENGTH: Final = 256


class Header(NamedTuple):
    """What the header says: canonical key to raw text, decoded Flag, edition, deviations."""

    fields: dict[str, str]
    flag: FlagBits | None
    version: Version
    anomalies: tuple[str, ...]


_NEW: Final = tuple.__new__
_cache: dict[tuple[str, str], Header] = {}


def parse_header(text: str) -> Header:
    """Read a header; ``text`` is everything before ``CP=``. Never raises. The returned ``fields`` belong to the caller."""
    if text[:3] == "QN=" and text[20:21] == ";" and text.isascii() and text[3:20].isdigit():
        return header_after_qn(text[3:20], text[21:])
    return _parse(text)


def header_after_qn(qn: str, rest: str) -> Header:
    """Read a header that begins with a QN of 17 digits; ``rest`` is what stands behind its semicolon."""
    # What the parser finds depends on the year of QN (see _version) but on no other digit.
    key = (qn[:4], rest)
    header = _cache.get(key)
    if header is None:
        header = _parse(f"QN={qn};{rest}")
        if len(rest) <= _CACHEABLE_LENGTH and header.fields["QN"] == qn:
            if len(_cache) >= _CACHE_LIMIT:
                _cache.clear()
            _cache[key] = header
        return header._replace(fields=dict(header.fields))
    fields, flag, version, anomalies = header
    return _NEW(Header, ({**fields, "QN": qn}, flag, version, anomalies))


def _parse(text: str) -> Header:
    fields: dict[str, str] = {}
    anomalies: set[str] = set()
    separated = _GLUED.sub(";", text)
    if separated != text:
        anomalies.add(Anomaly.HEADER_SEPARATOR_MISSING)
    if text and not text.rstrip().endswith((";", ",")):
        anomalies.add(Anomaly.HEADER_SEPARATOR_MISSING)
    for match in _TOKEN.finditer(separated):
        token, separator = match.groups()
        if separator == ",":
            anomalies.add(Anomaly.HEADER_STRAY_CHAR)
        if not token.strip():
            if separator:
                anomalies.add(Anomaly.HEADER_STRAY_CHAR)
            continue
        name, _, value = token.partition("=")
        if name != name.strip() or value != value.strip():
            anomalies.add(Anomaly.WHITESPACE)
        key = _canonical(name.strip(), anomalies)
        if key in fields:
            anomalies.add(Anomaly.DUPLICATE_KEY)
        fields[key] = value.strip()
    flag = parse_flag(fields.get("Flag"))
    version = _version(fields, flag)
    anomalies.update(_deviations(fields, flag))
    return Header(fields, flag, version, ordered(anomalies))


def _canonical(name: str, anomalies: set[str]) -> str:
    if name in KEYS:
        return name
    clean = _STRAY.sub("", name)
    if clean and clean != name:
        anomalies.add(Anomaly.HEADER_STRAY_CHAR)
        name = clean
    key = _CANONICAL.get(name.lower())
    if key is None:
        anomalies.add(Anomaly.HEADER_KEY_UNKNOWN)
        return name
    if key != name:
        anomalies.add(Anomaly.FLAG_KEY_CASE if key == "Flag" else Anomaly.HEADER_KEY_CASE)
    return key


def _version(fields: dict[str, str], flag: FlagBits | None) -> Version:
    """The edition that the frame itself speaks for. A hint: what is configured for the MN counts more (hj212.md section 5)."""
    if flag is None:
        return "2017" if "QN" in fields else "2005"  # plain 2005 uploads carry no QN
    if flag.version_bits >= len(VERSIONS):
        return "2017"
    version = VERSIONS[flag.version_bits]
    mn = fields.get("MN", "")
    if version == "2025" and mn and len(mn) != 24 and fields.get("QN", "")[:4] < _FIRST_YEAR_OF_2025:
        return "2017"  # loggers set these bits before the edition existed; neither their MN nor their date is of 2025
    return version


def _deviations(fields: dict[str, str], flag: FlagBits | None) -> set[Anomaly]:
    found: set[Anomaly] = set()
    qn, st, cn, pw, mn = (fields.get(key) for key in ("QN", "ST", "CN", "PW", "MN"))
    if qn is None:
        found.add(Anomaly.QN_MISSING)
    elif len(qn) != 17 or not (qn.isascii() and qn.isdigit()):
        found.add(Anomaly.QN_FORMAT)
    if st is None:
        found.add(Anomaly.ST_MISSING)
    elif len(st) != 2:
        found.add(Anomaly.ST_NOT_2)
    if cn is None:
        found.add(Anomaly.CN_MISSING)
    elif cn not in COMMANDS:
        found.add(Anomaly.CN_UNKNOWN)
    if pw is None:
        found.add(Anomaly.PW_MISSING)
    elif len(pw) != 6:
        found.add(Anomaly.PW_NOT_6 if pw else Anomaly.PW_EMPTY)
    if mn is None:
        found.add(Anomaly.MN_MISSING)
    elif not _NETWORK_MN.fullmatch(mn):
        found.add(Anomaly.MN_NOT_24_HEX if mn else Anomaly.MN_EMPTY)
    return found | _flag_deviations(fields, flag)


def _flag_deviations(fields: dict[str, str], flag: FlagBits | None) -> set[Anomaly]:
    found: set[Anomaly] = set()
    if flag is None:
        found.add(Anomaly.FLAG_FORMAT if "Flag" in fields else Anomaly.FLAG_MISSING)
    elif flag.version_bits >= len(VERSIONS):
        found.add(Anomaly.FLAG_VERSION_UNKNOWN)
    order = [key for key in fields if key in ("PNUM", "PNO")]
    announced = flag is not None and flag.packet_numbers
    if announced and "PNUM" not in order:
        found.add(Anomaly.FLAG_BIT1_WITHOUT_PNUM)
    if order and not announced:
        found.add(Anomaly.PNUM_WITHOUT_FLAG_BIT1)
    if order == ["PNO", "PNUM"]:
        found.add(Anomaly.PNO_BEFORE_PNUM)
    return found

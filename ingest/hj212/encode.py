"""The strict encoder: what Outfall and its simulator send is as the standard says (hj212.md sections 2 to 5 and 12)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ingest.hj212 import sm4
from ingest.hj212.crc import CrcVariant, crc_of
from ingest.hj212.flag import PACKET_NUMBERS, VERSIONS, Version, parse_flag
from ingest.hj212.packet import CP_LIMIT, SEGMENT_LIMIT
from ingest.hj212.segment import KEYS
from store.errors import OutfallError

_REQUIRED: Final = {
    "2005": ("ST", "CN", "PW", "MN"),
    "2017": ("QN", "ST", "CN", "PW", "MN", "Flag"),
    "2025": ("QN", "ST", "CN", "PW", "MN", "Flag"),
}
_GRAMMAR: Final = {
    "QN": re.compile(r"[0-9]{17}"),
    "ST": re.compile(r"[0-9A-Z]{2}"),
    "CN": re.compile(r"[0-9]{4}"),
    "PW": re.compile(r"[!-+\--:<>-~]{0,9}"),  # printable ASCII without ; , =
    "MN": re.compile(
        r"[0-9A-Za-z]{0,27}"
    ),  # 2005: 14 characters of any letters; 2025: empty before registration
    "Flag": re.compile(r"[0-9]{1,3}"),
    "PNUM": re.compile(r"[0-9]{1,4}"),
    "PNO": re.compile(r"[0-9]{1,4}"),
    "RF": re.compile(r"1"),
}
_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,24}(?:-[A-Za-z0-9_]{1,24})?")
_VALUE: Final = re.compile(r"(?:(?!//)(?!.*&&)[^;,=#\s](?:[^;,#\r\n]*[^;,#\s])?|//(?:(?!//|&&)[^\r\n])*//)?")

Pairs = Sequence[Sequence[tuple[str, str]]]


class EncodeError(OutfallError):
    """What was to be sent is not as the standard says."""

    default_code = "unencodable"


def encode(
    fields: Mapping[str, str | int],
    cp: Pairs,
    *,
    version: Version,
    key: bytes | None = None,
    crc_variant: CrcVariant = "hj212",
) -> bytes:
    """One packet from ``##`` to CRLF.

    ``fields`` are header fields by their standard names, in any order; ``cp`` are items of (name, text) pairs. With ``key`` (16
    bytes) the CP of commands that 2025 wants encrypted is encrypted; the CRC and the length are those of the plain text.

    Raises EncodeError when a field is missing or malformed, a text would break the grammar, or the segment is too long.
    """
    header = _header(fields, version)
    content = _content(cp)
    if len(content) > CP_LIMIT[version]:
        raise EncodeError(
            f"CP has {len(content)} bytes, {version} allows {CP_LIMIT[version]}: use encode_split",
            code="cp_too_long",
        )
    plain = header + b"CP=&&" + content + b"&&"
    if len(plain) > SEGMENT_LIMIT:
        raise EncodeError(
            f"segment has {len(plain)} bytes, {SEGMENT_LIMIT} are allowed: use encode_split",
            code="segment_too_long",
        )
    wire = plain
    if key is not None and sm4.needs_encryption(str(fields["CN"])):
        wire = header + b"CP=&&" + sm4.encrypt(content, key) + b"&&"
    return b"##%04d%s%04X\r\n" % (len(plain), wire, crc_of(plain, crc_variant))


def encode_split(
    fields: Mapping[str, str | int],
    cp: Pairs,
    *,
    version: Version,
    key: bytes | None = None,
    crc_variant: CrcVariant = "hj212",
) -> list[bytes]:
    """One packet, or as many as the limits ask for (hj212.md section 5).

    Each packet holds whole items, repeats the items that name no factor (DataTime), has its own QN one millisecond after the one
    before, and says PNUM and PNO. Raises EncodeError as `encode`, and when a single item is too long for a packet.
    """
    try:
        return [encode(fields, cp, version=version, key=key, crc_variant=crc_variant)]
    except EncodeError as error:
        if error.code not in ("cp_too_long", "segment_too_long"):
            raise
    lead = [item for item in cp if not any("-" in name for name, _ in item)]
    rest = [item for item in cp if any("-" in name for name, _ in item)]
    flag = parse_flag(str(fields["Flag"])) if "Flag" in fields else None
    announced = {**fields, "Flag": (flag.value if flag else 0) | PACKET_NUMBERS}
    header = _header({**announced, "PNUM": 9999, "PNO": 9999}, version)
    room = min(CP_LIMIT[version], SEGMENT_LIMIT - len(header) - len("CP=&&&&"))
    groups = _groups(lead, rest, room)
    packets = []
    for number, group in enumerate(groups):
        own = {**announced, "PNUM": len(groups), "PNO": number + 1}
        if "QN" in fields:
            own["QN"] = _later(str(fields["QN"]), number)
        packets.append(encode(own, [*lead, *group], version=version, key=key, crc_variant=crc_variant))
    return packets


def _groups(lead: Pairs, rest: Pairs, room: int) -> list[list[Sequence[tuple[str, str]]]]:
    used = len(_content(lead))
    groups: list[list[Sequence[tuple[str, str]]]] = []
    left = 0
    for item in rest:
        size = len(_content([item])) + 1
        if used + size > room:
            raise EncodeError(
                f"one item of {size - 1} bytes fits in no packet: {item[0][0]}", code="item_too_long"
            )
        if size > left:
            groups.append([])
            left = room - used
        groups[-1].append(item)
        left -= size
    if not groups:
        raise EncodeError("a CP without factors cannot be split", code="item_too_long")
    return groups


def _later(qn: str, milliseconds: int) -> str:
    try:
        start = datetime.strptime(qn[:14], "%Y%m%d%H%M%S") + timedelta(milliseconds=int(qn[14:]))  # noqa: DTZ007 -- stays text
    except ValueError as error:
        raise EncodeError(f"QN {qn!r} is no time", code="field_malformed") from error
    return (start + timedelta(milliseconds=milliseconds)).strftime("%Y%m%d%H%M%S%f")[:17]


def _header(fields: Mapping[str, str | int], version: Version) -> bytes:
    missing = [name for name in _REQUIRED[version] if name not in fields]
    if missing:
        raise EncodeError(f"{version} needs the header fields {', '.join(missing)}", code="field_missing")
    unknown = fields.keys() - set(KEYS)
    if unknown:
        raise EncodeError(f"no header field is called {', '.join(sorted(unknown))}", code="field_unknown")
    for name, value in fields.items():
        if not _GRAMMAR[name].fullmatch(str(value)):
            raise EncodeError(f"{name}={value!r} is not as the standard says", code="field_malformed")
    flag = parse_flag(str(fields["Flag"])) if "Flag" in fields else None
    if "Flag" in fields and (flag is None or VERSIONS.index(version) != flag.version_bits):
        raise EncodeError(f"Flag={fields['Flag']} does not say {version}", code="field_malformed")
    if ("PNUM" in fields) != ("PNO" in fields) or (
        flag is not None and flag.packet_numbers != ("PNUM" in fields)
    ):
        raise EncodeError("PNUM, PNO and bit 1 of Flag come together or not at all", code="field_malformed")
    return "".join(f"{name}={fields[name]};" for name in KEYS if name in fields).encode("ascii")


def _content(cp: Pairs) -> bytes:
    for item in cp:
        if not item:
            raise EncodeError("an item holds at least one pair", code="content_malformed")
        for name, value in item:
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                raise EncodeError(f"{name}={value!r} would break the grammar of CP", code="content_malformed")
    return ";".join(",".join(f"{name}={value}" for name, value in item) for item in cp).encode("utf-8")

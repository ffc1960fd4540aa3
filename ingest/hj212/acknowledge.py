"""The answers that a frame wants (hj212.md section 8)."""

from __future__ import annotations

from typing import Final, Literal

from ingest.hj212.commands import COMMANDS
from ingest.hj212.crc import CrcVariant, crc_of
from ingest.hj212.flag import VERSION_SHIFT
from ingest.hj212.frame import Frame

READY: Final = 1  # QnRtn and ExeRtn: ready, executed
_INTERACTION: Final = "91"


def acknowledge(
    frame: Frame, *, crc_variant: CrcVariant = "hj212", side: Literal["platform", "field"] = "platform"
) -> bytes | None:
    """The packet that answers ``frame``, or None when none is wanted or none is possible.

    The platform answers data with 9014 and notices with 9013; the field answers requests with 9011 and notices with 9013.
    None when bit 0 of Flag is not set, when there is no QN to copy, and for answers themselves. Unknown commands count as data.
    """
    if frame.flag is None or not frame.flag.ack_wanted or not frame.fields.get("QN"):
        return None
    command = COMMANDS.get(frame.cn)
    role = (command.up if side == "platform" else command.down) if command else "upload"
    if role == "notify":
        return _answer(frame, "9013", "", crc_variant)
    if side == "platform":
        return _answer(frame, "9014", "", crc_variant) if role == "upload" else None
    return request_received(frame, crc_variant=crc_variant) if role == "request" else None


def request_received(frame: Frame, result: int = READY, *, crc_variant: CrcVariant = "hj212") -> bytes | None:
    """9011 with QnRtn: 1 ready, 2 refused, 3 PW, 4 MN, 5 ST, 6 Flag, 7 QN, 8 CN, 9 CRC, 100 unknown. None without a QN."""
    return _answer(frame, "9011", f"QnRtn={result}", crc_variant) if frame.qn else None


def request_executed(frame: Frame, result: int = READY, *, crc_variant: CrcVariant = "hj212") -> bytes | None:
    """9012 with ExeRtn: 1 ok, 2 failed, 3 condition, 4 timeout, 5 busy, 6 system fault, 100 no data. None without a QN."""
    return _answer(frame, "9012", f"ExeRtn={result}", crc_variant) if frame.qn else None


def _answer(frame: Frame, cn: str, content: str, crc_variant: CrcVariant) -> bytes:
    """Copies QN, PW and MN as they came, odd or not: the sender finds its packet by them."""
    bits = frame.flag.version_bits if frame.flag else 0
    qn = f"QN={frame.qn}"
    if bits == 0:  # 2005 carries the QN of the answered packet inside CP
        inside = ";".join(part for part in (qn, content) if part)
        head = ""
    else:
        inside, head = content, f"{qn};"
    device = f"PW={frame.pw or ''};MN={frame.mn};"
    segment = f"{head}ST={_INTERACTION};CN={cn};{device}Flag={bits << VERSION_SHIFT};CP=&&{inside}&&".encode()
    return b"##%04d%s%04X\r\n" % (len(segment), segment, crc_of(segment, crc_variant))

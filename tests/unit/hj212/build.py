"""Hand-made frames for the tests, independent of the encoder under test."""

from __future__ import annotations

from ingest.hj212.crc import crc_modbus

MN = "010000A8900016F000169DC0"
HEADER = f"QN=20160801085857223;ST=32;CN=2011;PW=123456;MN={MN};Flag=4;"
CONTENT = "DataTime=20160801085857;w01018-Rtd=63.0,w01018-Flag=N"


def slow_crc(segment: bytes) -> int:
    """The bit loop of HJ 212-2017 Appendix A, straight from its text."""
    crc = 0xFFFF
    for byte in segment:
        crc = (crc >> 8) ^ byte
        for _ in range(8):
            lowest = crc & 1
            crc >>= 1
            if lowest:
                crc ^= 0xA001
    return crc


def wrap(
    segment: bytes | str,
    *,
    length: int | str | None = None,
    crc: int | str | None = None,
    end: bytes = b"\r\n",
) -> bytes:
    """A packet around a segment; length and CRC are right unless given."""
    data = segment.encode() if isinstance(segment, str) else segment
    declared = len(data) if length is None else length
    digits = f"{declared:04d}" if isinstance(declared, int) else declared
    check = slow_crc(data) if crc is None else crc
    return (
        b"##" + digits.encode() + data + (f"{check:04X}" if isinstance(check, int) else check).encode() + end
    )


def frame(content: str = CONTENT, header: str = HEADER, **changes: object) -> bytes:
    """A packet with this CP content."""
    return wrap(f"{header}CP=&&{content}&&", **changes)  # type: ignore[arg-type]


def swapped_modbus(segment: bytes) -> int:
    value = crc_modbus(segment)
    return (value & 0xFF) << 8 | value >> 8

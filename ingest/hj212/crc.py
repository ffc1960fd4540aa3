"""The CRC16 of HJ 212 Appendix A and the two Modbus spellings that real loggers send instead.

HJ 212 shifts the register right by eight *before* it takes in a byte, so the old low byte is lost. The state update is therefore
a linear map on eight bits, and that map has order 8: bytes whose distance is a multiple of eight meet the same map. The segment
can be XOR-folded to its last eight lanes and finished with nine table look-ups, much faster than a loop over the bytes.
"""

from __future__ import annotations

from typing import Final, Literal

CrcVariant = Literal["hj212", "modbus_be", "modbus_le"]

_POLYNOMIAL: Final = 0xA001  # reflected 0x8005, HJ 212-2017 Appendix A
_LANES: Final = 8  # order of the linear map x -> table[x] >> 8


def _eight_shifts(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ _POLYNOMIAL if register & 1 else register >> 1
    return register


_TABLE: Final = tuple(_eight_shifts(value) for value in range(256))


def _powers() -> tuple[tuple[int, ...], ...]:
    """``powers[j][x]``: the map x -> table[x] >> 8 applied j times."""
    powers = [tuple(range(256))]
    for _ in range(_LANES - 1):
        powers.append(tuple(_TABLE[value] >> 8 for value in powers[-1]))
    return tuple(powers)


_P0, _P1, _P2, _P3, _P4, _P5, _P6, _P7 = _powers()
#: The 256 CRCs that exist, as a conforming sender prints them.
CRC_TEXTS: Final = tuple(b"%04X" % value for value in _TABLE)
# Shifts of the folding by the bit length of the byte count: from half of the next power of two down to one lane of 64 bits.
_SHIFTS: Final = tuple(tuple(1 << power for power in range(size + 2, 5, -1)) for size in range(40))
# What is left of the start value 0xFFFF after n bytes, by (n - 1) mod 8.
_START: Final = tuple(power[0xFF] for power in (_P0, _P1, _P2, _P3, _P4, _P5, _P6, _P7))


def _index(segment: bytes) -> int:
    """Position of the segment's CRC in the table of the 256 values that exist. The segment is not empty."""
    length = len(segment)
    folded = int.from_bytes(segment, "big")
    # Halving from the largest power of two; bits above the half stay behind as junk and are cut off at the end.
    for shift in _SHIFTS[length.bit_length()]:
        folded ^= folded >> shift
    h, g, f, e, d, c, b, a = (folded & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")
    return _START[(length - 1) & 7] ^ a ^ _P1[b] ^ _P2[c] ^ _P3[d] ^ _P4[e] ^ _P5[f] ^ _P6[g] ^ _P7[h]


def crc_hj212(segment: bytes) -> int:
    """CRC of HJ 212-2017 Appendix A over ``segment``; 0xFFFF for no bytes at all."""
    return _TABLE[_index(segment)] if segment else 0xFFFF


def crc_hj212_text(segment: bytes) -> bytes:
    """The four upper-case digits of `crc_hj212` as a conforming sender prints them. The segment is not empty."""
    return CRC_TEXTS[_index(segment)]


def crc_modbus(segment: bytes) -> int:
    """Plain CRC-16/MODBUS over ``segment``."""
    register = 0xFFFF
    table = _TABLE
    for byte in segment:
        register = (register >> 8) ^ table[(register ^ byte) & 0xFF]
    return register


def crc_of(segment: bytes, variant: CrcVariant) -> int:
    """The number that a sender of this variant prints as four hex digits."""
    if variant == "hj212":
        return crc_hj212(segment)
    value = crc_modbus(segment)
    return value if variant == "modbus_be" else ((value & 0xFF) << 8) | (value >> 8)


def matching_variant(segment: bytes, sent: int) -> CrcVariant | None:
    """Which variant gives ``sent``, tried in the order of hj212.md section 3; None when none does."""
    if crc_hj212(segment) == sent:
        return "hj212"
    value = crc_modbus(segment)
    if value == sent:
        return "modbus_be"
    return "modbus_le" if ((value & 0xFF) << 8) | (value >> 8) == sent else None

"""The folded CRC against the published values and against the bit loop of the standard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.hj212.crc import crc_hj212, crc_modbus, crc_of, matching_variant
from tests.unit.hj212.build import slow_crc

ACK = "QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&"
PUBLISHED = [
    # text, HJ 212, Modbus                                    rows of the table in hj212.md section 3
    (
        ACK.replace("91;CN=9014;PW=123456", "32;CN=1062;PW=100000").replace(
            "Flag=4;CP=&&&&", "Flag=5;CP=&&RtdInterval=30&&"
        ),
        0x1C80,
        0x0759,
    ),
    (
        "QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&",
        0x2200,
        0xCCF4,
    ),
    ("123456789", 0x2F80, 0x4B37),
    (ACK, 0x3240, 0x44BC),
    (ACK.replace("2016080", "2024060").replace("9014", "9013").replace("Flag=4", "Flag=8"), 0x3900, 0x11C6),
    ("0", 0x5440, 0x54BF),
    ("", 0xFFFF, 0xFFFF),
]


@pytest.mark.parametrize(("text", "hj212", "modbus"), PUBLISHED)
def test_the_published_values_come_out(text: str, hj212: int, modbus: int) -> None:
    assert crc_hj212(text.encode()) == hj212
    assert crc_modbus(text.encode()) == modbus


@given(st.binary(max_size=3000))
def test_folding_gives_what_the_bit_loop_gives(data: bytes) -> None:
    assert crc_hj212(data) == slow_crc(data)


@pytest.mark.parametrize("length", [*range(70), 127, 128, 129, 511, 512, 513, 1023, 1024, 1025, 4096, 9999])
def test_folding_holds_at_every_length_around_a_power_of_two(length: int) -> None:
    data = bytes((7 * index + index // 11) % 256 for index in range(length))
    assert crc_hj212(data) == slow_crc(data)


@given(st.binary(max_size=200))
def test_a_crc_of_any_variant_is_recognised(data: bytes) -> None:
    for variant in ("hj212", "modbus_be", "modbus_le"):
        value = crc_of(data, variant)
        found = matching_variant(data, value)
        assert found is not None
        assert crc_of(data, found) == value

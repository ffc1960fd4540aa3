"""Framing as the field has it: sticky, cut, mislabelled and mixed with other traffic."""

from __future__ import annotations

import pytest

from ingest.hj212 import Frame, Rejected, StreamDecoder, decode_bytes
from ingest.hj212.crc import crc_modbus
from tests.unit.hj212.build import CONTENT, HEADER, MN, frame, slow_crc, swapped_modbus, wrap

GOOD = frame()
SEGMENT = f"{HEADER}CP=&&{CONTENT}&&"
LOG = (
    f"QN=20160801085857223;ST=32;CN=3020;PW=123456;MN={MN};Flag=5;"
    "CP=&&DataTime=20160801085857;PolId=w01018;i11001-Info=//清洗管路//&&"
)
MODBUS = bytes.fromhex("0103000000 0ac5cd")


def frames(data: bytes) -> list[Frame]:
    pieces = decode_bytes(data)
    assert all(isinstance(piece, Frame) for piece in pieces), pieces
    return [piece for piece in pieces if isinstance(piece, Frame)]


def only(data: bytes) -> Frame:
    (piece,) = frames(data)
    return piece


def with_unpadded_crc() -> bytes:
    """A segment whose CRC begins with a zero digit, printed by a ``%x`` encoder."""
    for number in range(0, 100_000, 37):
        segment = f"{HEADER}CP=&&DataTime=20160801085857;w01018-Rtd={number},w01018-Flag=N&&".encode()
        value = slow_crc(segment)
        if value in (0x3C0, 0x6C0, 0x9C0, 0xA00, 0xB40):
            return wrap(segment, crc=f"{value:x}")
    raise AssertionError("no such segment")


UTF8, GBK = LOG.encode(), LOG.encode("gbk")

TOLERATED = [
    # bytes, anomalies, remark
    (GOOD, (), "as the standard says"),
    (frame(end=b""), (), "no line end"),
    (frame(end=b"\n"), ("lf_only",), "LF alone"),
    (frame(end=b"\r\r\n"), ("trailing_cr",), "a text-mode write doubled the CR"),
    (frame(end=b"\r"), ("cr_only",), "CR alone"),
    (b"\r\n\r\n" + GOOD, (), "blank lines before the head"),
    (with_unpadded_crc(), ("crc_lowercase", "crc_short"), "unpadded CRC"),
    (frame(crc=crc_modbus(SEGMENT.encode())), ("crc_modbus_be",), "Modbus, high byte first"),
    (frame(crc=swapped_modbus(SEGMENT.encode())), ("crc_modbus_le",), "Modbus, low byte first"),
    (frame(length=f"{len(SEGMENT):03d}"), ("len_digits",), "three digits of length"),
    (frame(length=f"{len(SEGMENT):05d}"), ("len_digits",), "five digits of length"),
    (frame(length=""), ("len_digits",), "no length at all"),
    (frame(length=len(SEGMENT) - 7), ("len_mismatch",), "length too short; the CRC proves the end"),
    (frame(length=len(SEGMENT) + 300), ("len_mismatch",), "length too long; the CRC proves the end"),
    (wrap(UTF8), (), "UTF-8 counted in bytes"),
    (wrap(UTF8, length=144), ("length_in_characters",), "UTF-8 counted in characters: the worked case"),
    (wrap(GBK), ("gbk_text",), "GBK counted in bytes"),
    (wrap(GBK, length=144), ("length_in_characters", "gbk_text"), "GBK counted in characters"),
    (
        frame(CONTENT + ",w01018-EFlag=" + "1" * 900),
        ("segment_over_1024", "cp_over_950"),
        "longer than allowed",
    ),
]


@pytest.mark.parametrize(("data", "anomalies", "remark"), TOLERATED, ids=[row[2] for row in TOLERATED])
def test_a_deviation_of_the_field_is_accepted_and_named(
    data: bytes, anomalies: tuple[str, ...], remark: str
) -> None:
    found = only(data)
    assert found.anomalies == anomalies
    assert found.raw == data
    assert found.mn == MN


def test_the_worked_case_has_the_lengths_and_checks_of_the_fact_sheet() -> None:
    assert (len(LOG), len(UTF8), len(GBK)) == (144, 152, 148)
    assert (slow_crc(UTF8), slow_crc(GBK)) == (0x9481, 0xE2C1)
    for data in (wrap(UTF8), wrap(UTF8, length=144), wrap(GBK), wrap(GBK, length=144)):
        assert only(data).content.last("i11001-Info") == "//清洗管路//"


REJECTED = [
    # bytes, error, remark
    (frame(crc="4980"), "crc_mismatch", "CRC of another frame"),
    (frame(crc=""), "crc_absent", "no CRC"),
    (GOOD[:-9], "incomplete", "cut before the CRC"),
    (GOOD[:60], "incomplete", "cut in the header"),
    (frame(length=len(SEGMENT) - 7, crc="4980"), "length_mismatch", "neither length nor CRC"),
    (frame(length=f"{len(SEGMENT):03d}", crc="4980"), "crc_mismatch", "three digits and a wrong CRC"),
    (frame(length="5", crc="4980"), "length_digits", "neither the length, of one digit, nor the CRC"),
    (b"\x01\x03\x00\x00" * 5, "garbage", "Modbus bytes"),
    (b"##0000##9999####", "garbage", "heads without a body"),
]


@pytest.mark.parametrize(("data", "error", "remark"), REJECTED, ids=[row[2] for row in REJECTED])
def test_bytes_that_give_no_frame_are_kept_and_named_and_the_next_frame_is_read(
    data: bytes, error: str, remark: str
) -> None:
    pieces = decode_bytes(data + GOOD)
    assert [type(piece) for piece in pieces] == [Rejected, Frame]
    rejected, good = pieces
    assert isinstance(rejected, Rejected)
    assert rejected.error == error
    assert rejected.raw == data
    assert rejected.detail
    assert good.raw == GOOD
    assert good.offset == len(data)


def test_a_frame_with_a_wrong_crc_can_still_be_attributed_to_its_monitor() -> None:
    (piece,) = decode_bytes(frame(crc="4980"))
    assert isinstance(piece, Rejected)
    assert piece.mn == MN
    assert piece.fields["CN"] == "2011"
    assert piece.anomalies == ("crc_bad",)
    assert "4980" in piece.detail


def test_sticky_frames_come_out_one_by_one() -> None:
    assert [piece.raw for piece in frames(GOOD + frame(end=b"") + GOOD)] == [GOOD, frame(end=b""), GOOD]


@pytest.mark.parametrize("cut", range(1, len(GOOD)))
def test_a_frame_cut_in_half_is_joined_by_the_next_message(cut: int) -> None:
    decoder = StreamDecoder()
    pieces = decoder.feed(GOOD[:cut]) + decoder.feed(GOOD[cut:])
    assert len(pieces) == 1
    assert isinstance(pieces[0], Frame)
    assert decoder.feed(GOOD)[0].raw.lstrip(b"\r\n") == GOOD


def test_a_frame_without_line_end_is_given_out_at_once() -> None:
    decoder = StreamDecoder()
    assert len(decoder.feed(frame(end=b""))) == 1
    assert decoder.tail == b""


def test_a_line_end_that_comes_late_is_no_garbage() -> None:
    decoder = StreamDecoder()
    assert len(decoder.feed(GOOD[:-2])) == 1
    assert decoder.feed(b"\r\n") == []
    assert decoder.flush() == []
    (piece,) = decoder.feed(GOOD)
    assert piece.raw == b"\r\n" + GOOD


def test_the_tail_of_one_decoder_is_the_beginning_of_the_next() -> None:
    first = StreamDecoder()
    assert first.feed(GOOD + GOOD[:50])[0].raw == GOOD
    assert first.tail == GOOD[:50]
    (piece,) = StreamDecoder(tail=first.tail).feed(GOOD[50:])
    assert piece.raw == GOOD


def test_modbus_bytes_between_frames_are_counted_and_disturb_nothing() -> None:
    pieces = decode_bytes(GOOD + MODBUS + GOOD)
    assert [piece.raw for piece in pieces] == [GOOD, MODBUS, GOOD]
    assert isinstance(pieces[1], Rejected)
    assert pieces[1].error == "garbage"


def test_one_bad_length_does_not_swallow_the_good_frames_behind_it() -> None:
    broken = b"##0900" + GOOD[6:70]
    pieces = decode_bytes(broken + GOOD * 8)
    assert [piece.raw for piece in pieces] == [broken, *[GOOD] * 8]


def test_half_a_frame_given_up_by_the_gap_timer_leaves_the_stream_whole() -> None:
    decoder = StreamDecoder()
    assert decoder.feed(GOOD[:80]) == []
    (piece,) = decoder.flush()
    assert isinstance(piece, Rejected)
    assert (piece.error, piece.mn) == ("incomplete", MN)
    assert decoder.feed(GOOD)[0].raw == GOOD


def test_a_length_beyond_the_configured_cap_is_refused_without_waiting_for_it() -> None:
    decoder = StreamDecoder(max_segment=1024)
    long = frame(CONTENT + ",w01018-EFlag=" + "1" * 2000)
    pieces = decoder.feed(long + GOOD)
    assert isinstance(pieces[0], Rejected)
    assert pieces[0].error == "too_long"
    assert pieces[-1].raw == GOOD


def test_offsets_count_every_byte_that_was_ever_fed() -> None:
    decoder = StreamDecoder()
    offsets = [piece.offset for part in (GOOD, MODBUS + GOOD[:9], GOOD[9:]) for piece in decoder.feed(part)]
    assert offsets == [0, len(GOOD), len(GOOD) + len(MODBUS)]


def test_a_crc_of_0000_is_checked_like_any_other() -> None:
    (piece,) = decode_bytes(frame(crc="0000"))
    assert isinstance(piece, Rejected)


def test_a_nul_in_a_field_never_reaches_the_text() -> None:
    found = only(frame("DataTime=20160801085857;w01018-Flag=\x00"))
    assert found.content.last("w01018-Flag") == "\\x00"
    assert found.anomalies == ("text_undecodable",)

"""What must hold for any bytes: nothing raises, nothing is lost, and the portions make no difference."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.hj212 import Frame, Rejected, StreamDecoder, readings, stream
from ingest.hj212.packet import Keys, Proof, Refusal, prove
from ingest.hj212.sm4 import encrypt
from tests.unit.hj212.build import CONTENT, HEADER, frame, slow_crc, wrap

KEY = bytes(range(16))


def encrypted() -> bytes:
    plain = f"{HEADER}CP=&&{CONTENT}&&".encode()
    head = f"{HEADER}CP=&&".encode()
    return b"##%04d" % len(plain) + head + encrypt(CONTENT.encode(), KEY) + b"&&%04X\r\n" % slow_crc(plain)


PIECES = [
    frame(),
    frame(end=b""),
    frame(end=b"\r\r\n"),
    frame(end=b"\n"),
    frame(crc="4980"),
    frame(crc=""),
    frame(length=999),
    frame(length="12"),
    frame("DataTime=20160801085857;i11001-Info=//清洗##0101;,&&//"),
    wrap(f"{HEADER}CP=&&i11001-Info=//清洗管路//&&".encode("gbk"), length=100),
    encrypted(),
    frame()[:77],
    b"##",
    b"&&",
    b"\r\n",
    b"##0101",
    b"##0030QN=",
    b"&&00",
    bytes.fromhex("01030000000ac5cd"),
]
STREAMS = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=14).map(b"".join)


@st.composite
def mutated_streams(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(STREAMS))
    for _ in range(draw(st.integers(0, 4))):
        if data:
            position = draw(st.integers(0, len(data) - 1))
            if draw(st.booleans()):
                data[position] = draw(st.integers(0, 255))
            else:
                del data[position : position + draw(st.integers(1, 9))]
    return bytes(data)


def run(parts: list[bytes], *, eager: bool) -> tuple[list[Frame | Rejected], bytes]:
    decoder = StreamDecoder(keys=lambda mn: [KEY], eager=eager)
    pieces = [piece for part in parts for piece in decoder.feed(part)]
    return [*pieces, *decoder.flush()], decoder.tail


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    marks = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(marks)]


@settings(max_examples=400, deadline=None)
@given(mutated_streams(), st.lists(st.integers(0, 10_000), max_size=8))
def test_any_chunking_of_a_stream_gives_the_same_pieces(data: bytes, cuts: list[int]) -> None:
    whole = run([data], eager=False)
    assert run(chunks(data, cuts), eager=False) == whole
    assert run([data[i : i + 1] for i in range(len(data))], eager=False) == whole


@settings(max_examples=200, deadline=None)
@given(mutated_streams(), st.lists(st.integers(0, 10_000), max_size=8))
def test_any_chunking_gives_the_same_frames_when_they_are_not_kept_waiting(
    data: bytes, cuts: list[int]
) -> None:
    def said(parts: list[bytes]) -> list[object]:
        pieces, _ = run(parts, eager=True)
        return [
            (piece.segment, piece.crc_variant, piece.version) for piece in pieces if isinstance(piece, Frame)
        ]

    assert said(chunks(data, cuts)) == said([data])


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(mutated_streams(), st.binary(max_size=600)),
    st.lists(st.integers(0, 10_000), max_size=5),
    st.booleans(),
)
def test_every_byte_ends_in_one_piece_or_the_tail_and_nothing_raises(
    data: bytes, cuts: list[int], eager: bool
) -> None:
    pieces, tail = run(chunks(data, cuts), eager=eager)
    assert b"".join(piece.raw for piece in pieces) + tail == data
    assert tail.strip(b"\r\n") == b""
    position = 0
    for piece in pieces:
        assert piece.offset == position
        position += len(piece.raw)
        if isinstance(piece, Frame):
            readings(piece)


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="aQ019=-;,/ &#\t清\x00NDCPTRtdFlagwTime.", max_size=80),
    st.sampled_from(["2011", "2051", "9014", "7777", ""]),
)
def test_any_content_with_a_right_crc_is_a_frame_that_can_be_read(content: str, cn: str) -> None:
    header = HEADER.replace("CN=2011", f"CN={cn}")
    pieces, tail = run([frame(content, header)], eager=True)
    assert [type(piece) for piece in pieces] == [Frame]
    assert tail == b""
    assert isinstance(pieces[0], Frame)
    for item in readings(pieces[0]).items:
        assert item.status != "normal" or item.flag == "N"


FLOODS = [
    (b"#", "nothing but marks"),
    (b"##9999", "heads with the longest length"),
    (b"##9999QN=", "heads that look like headers"),
    (b"##0010QN=1;ST=32;MN=7;", "headers without an end"),
    (b"##0019QN=;CP=&&&&0000", "tiny frames with a wrong CRC"),
    (b"##9000QN=&&0000&&0000&&0000&&", "candidates for an end"),
    (b"\r\n", "line ends"),
    (b"&&", "closings"),
    (b"\x00\xff\x10", "binary"),
]


@pytest.mark.parametrize(("unit", "remark"), FLOODS, ids=[row[1] for row in FLOODS])
def test_five_megabytes_of_garbage_cost_a_bounded_work_per_byte(
    unit: bytes, remark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = 0
    steps = 0

    def counting_prove(segment: bytes, crc_text: bytes, keys: Keys | None) -> Proof | Refusal:
        nonlocal looked_at
        looked_at += len(segment)
        return prove(segment, crc_text, keys)

    class CountingDecoder(StreamDecoder):
        def _step(self) -> bool:
            nonlocal steps
            steps += 1
            return super()._step()

    monkeypatch.setattr(stream, "prove", counting_prove)
    # The two cheapest floods come in full size; a bound that is linear at a fifth of it is linear at the whole.
    size = 5_000_000 if len(unit) == 1 or unit == b"##9999" else 1_000_000
    decoder = CountingDecoder()
    pieces = [*decoder.feed((unit * (size // len(unit) + 1))[:size]), *decoder.flush()]
    assert sum(len(piece.raw) for piece in pieces) + len(decoder.tail) == size
    assert steps < size / 5
    assert looked_at < 12 * size


def test_the_tail_stays_small_however_much_garbage_comes() -> None:
    decoder = StreamDecoder()
    longest = 0
    for _ in range(400):
        decoder.feed(b"##9999QN=" + b"\x01" * 1000)
        longest = max(longest, len(decoder.tail))
    assert longest < 40_000

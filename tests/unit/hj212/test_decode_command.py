"""``outfall decode``: one JSON object a frame, in order, whatever comes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from ingest.decode_command import decode_stream, printable
from tests.unit.hj212.build import CONTENT, frame
from tests.unit.hj212.test_vectors import INVALID, VECTORS, wire

KEY = b"0" * 16


def run(data: bytes, key: bytes | None = None) -> tuple[int, list[dict[str, Any]]]:
    sink = io.StringIO()
    code = decode_stream(io.BytesIO(data), sink, key)
    return code, [json.loads(line) for line in sink.getvalue().splitlines()]


def test_the_vectors_come_out_in_order_with_the_names_of_the_vectors_file() -> None:
    code, lines = run(b"".join(wire(vector) for vector in VECTORS), KEY)
    assert code == 1
    assert len(lines) == len(VECTORS)
    for vector, line in zip(VECTORS, lines, strict=True):
        expected = vector["expected"]
        accepted = vector["valid"] or INVALID[vector["id"]][0] == "accepted"
        assert line["ok"] is accepted
        assert line["fields"] == expected["fields"]
        assert line["cp"] == expected["cp"]
        assert line["anomalies"] == vector["anomalies"]
        if accepted:
            assert line["flag"] == expected["flag"]
            assert line["version"] == vector["version"]


def test_a_good_frame_has_exactly_the_fields_of_the_contract() -> None:
    code, (line,) = run(frame())
    assert code == 0
    assert list(line) == ["ok", "version", "crc_variant", "anomalies", "fields", "flag", "data_time", "cp"]
    assert line["data_time"] == "2016-08-01T08:58:57+08:00"


def test_a_bad_frame_says_why_and_keeps_its_bytes() -> None:
    code, (line,) = run(frame(crc="4980"))
    assert code == 1
    assert (line["ok"], line["error"]) == (False, "crc_mismatch")
    assert line["raw"] == frame(crc="4980").decode()


def test_nothing_at_all_is_no_error() -> None:
    assert run(b"") == (0, [])
    assert run(b"\n\n") == (0, [])
    assert run(frame() + b"\n" + frame() + b"\n")[0] == 0


def test_a_half_frame_at_the_end_is_reported() -> None:
    code, lines = run(frame() + frame()[:50])
    assert code == 1
    assert [line["ok"] for line in lines] == [True, False]
    assert lines[1]["error"] == "incomplete"


def test_chinese_text_is_written_as_it_is() -> None:
    sink = io.StringIO()
    decode_stream(io.BytesIO(frame(CONTENT + ";i11001-Info=//清洗//")), sink)
    assert "清洗" in sink.getvalue()


RAW = [
    (b"##01\r\n", "##01\r\n"),
    (b"\x00\xff", "hex:00ff"),
    (b"hex:", "hex:6865783a"),
    ("清".encode(), "hex:e6b885"),
    (b"", ""),
]


@pytest.mark.parametrize(("raw", "text"), RAW)
def test_raw_bytes_are_text_where_they_can_be_and_hex_otherwise(raw: bytes, text: str) -> None:
    assert printable(raw) == text


def test_a_key_of_the_wrong_length_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        run(frame(), b"short")


class Endless(io.RawIOBase):
    """A source far larger than memory should hold: the same frame again and again."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, target: object) -> int:
        view = memoryview(target)  # type: ignore[arg-type]
        size = min(len(view), self.left)
        view[:size] = (frame() * (size // len(frame()) + 1))[:size]
        self.left -= size
        return size


class Longest(io.StringIO):
    """Counts instead of keeping."""

    lines = 0

    def write(self, text: str) -> int:
        self.lines += text.count("\n")
        return len(text)


def test_a_long_stream_is_decoded_in_portions() -> None:
    sink = Longest()
    decode_stream(io.BufferedReader(Endless(4_000_000)), sink)
    assert sink.lines > 20_000

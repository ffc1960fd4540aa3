"""Every published vector of hj212-vectors.jsonl through the decoder, field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.hj212 import Frame, Rejected, StreamDecoder

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "vectors" / "hj212-vectors.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]

#: What becomes of the rows that the file calls invalid. Every valid row must decode.
INVALID = {
    "v2025-appA2-ex2-printed": (
        "accepted",
        "the printed byte list is converted; the CRC of the plain text proves it",
    ),
    "v2005-water-rtd-4980": ("crc_mismatch", "CRC of another frame"),
    "v2005-badcrc-4981": ("crc_mismatch", "negative test of its project"),
    "v2017-dup-a21-f9c1": ("crc_mismatch", "CRC fits no variant"),
    "v2017-pno-first-2800": ("crc_mismatch", "CRC fits no variant"),
    "v2005-modbusLE-868": ("accepted", "Modbus CRC, low byte first, is a known variant"),
    "v2005-modbusBE-1072": ("accepted", "Modbus CRC, high byte first, is a known variant"),
    "v2017-3digit-len-c0c1": ("accepted", "three digits of length, proved by the CRC"),
    "v2017-qn18-dt16": ("length_mismatch", "neither the length nor the CRC holds"),
}


def wire(vector: dict[str, Any]) -> bytes:
    return bytes.fromhex(vector["frame_hex"]) if vector.get("frame_hex") else vector["frame"].encode()


def decoder_for(vector: dict[str, Any]) -> StreamDecoder:
    key = bytes.fromhex(vector["key_hex"]) if "key_hex" in vector else None
    return StreamDecoder(keys=lambda mn: [key] if key else [])


def only_piece(vector: dict[str, Any]) -> Frame | Rejected:
    decoder = decoder_for(vector)
    pieces = [*decoder.feed(wire(vector)), *decoder.flush()]
    assert len(pieces) == 1
    assert decoder.tail == b""
    return pieces[0]


def test_all_thirty_vectors_are_here_and_the_table_speaks_of_every_invalid_one() -> None:
    assert len(VECTORS) == 30
    assert {vector["id"] for vector in VECTORS if not vector["valid"]} == INVALID.keys()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_published_frame_gives_the_fields_content_and_anomalies_that_the_file_states(
    vector: dict[str, Any],
) -> None:
    piece, expected = only_piece(vector), vector["expected"]
    assert piece.raw == wire(vector)
    assert piece.offset == 0
    assert piece.fields == expected["fields"]
    assert [[list(pair) for pair in item] for item in piece.cp] == expected["cp"]
    assert list(piece.anomalies) == vector["anomalies"]
    outcome = "accepted" if vector["valid"] else INVALID[vector["id"]][0]
    assert outcome == (piece.error if isinstance(piece, Rejected) else "accepted")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_an_accepted_frame_has_the_flag_edition_and_crc_variant_of_the_file(vector: dict[str, Any]) -> None:
    piece, expected = only_piece(vector), vector["expected"]
    if isinstance(piece, Rejected):
        assert expected["crc_variant"] == "bad"
        assert expected["crc_sent"] in piece.detail
        return
    assert piece.version == vector["version"]
    assert piece.crc_variant == expected["crc_variant"].split()[0]
    assert (piece.flag._asdict() if piece.flag else None) == expected["flag"]
    if "plaintext_segment" in expected:
        assert piece.segment == expected["plaintext_segment"].encode()


def test_the_vectors_glued_together_come_out_one_by_one() -> None:
    stream = b"".join(wire(vector) for vector in VECTORS)
    decoder = StreamDecoder(keys=lambda mn: [b"0" * 16])
    pieces = [*decoder.feed(stream), *decoder.flush()]
    assert [piece.raw for piece in pieces] == [wire(vector) for vector in VECTORS]

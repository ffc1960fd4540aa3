"""``outfall decode``: a stream of HJ 212 frames in, one JSON object a frame out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO, Final, TextIO

from ingest.hj212 import Frame, Rejected, StreamDecoder

_PORTION: Final = 65536


def decode_stream(
    source: BinaryIO, sink: TextIO, key: bytes | None = None, previous_key: bytes | None = None
) -> int:
    """Decode everything that ``source`` has and write one JSON object a line, in order. Memory stays bounded.

    An accepted frame: ``{"ok": true, "version", "crc_variant", "anomalies", "fields", "flag", "data_time", "cp"}``.
    Bytes that gave no frame: ``{"ok": false, "error", "detail", "raw", "offset", "anomalies", "fields", "cp"}`` where ``raw``
    is the text itself when all of it is printable ASCII or line ends, and ``hex:`` with hexadecimal digits otherwise.
    ``offset`` is the position of ``raw`` in the stream.

    ``key`` is the SM4 key of every MN in the stream (16 bytes), ``previous_key`` the one before. Returns the exit code: 0 when
    every frame was ok, 1 otherwise. Raises ValueError for a key that has not 16 bytes.
    """
    known = _known(key, previous_key)
    decoder = StreamDecoder(keys=lambda mn: known)
    read = getattr(
        source, "read1", source.read
    )  # gives what a pipe has instead of waiting for a full portion
    ok = True
    while portion := read(_PORTION):
        ok &= _write(decoder.feed(portion), sink)
    ok &= _write(decoder.flush(), sink)
    return 0 if ok else 1


def _known(*keys: bytes | None) -> Sequence[bytes]:
    known = tuple(key for key in keys if key is not None)
    if any(len(key) != 16 for key in known):
        raise ValueError("an SM4 key has 16 bytes, that is 32 hexadecimal digits")
    return known


def _write(pieces: list[Frame | Rejected], sink: TextIO) -> bool:
    for piece in pieces:
        sink.write(json.dumps(describe(piece), ensure_ascii=False) + "\n")
    sink.flush()
    return all(isinstance(piece, Frame) for piece in pieces)


def describe(piece: Frame | Rejected) -> dict[str, Any]:
    """The JSON object of one piece, as `decode_stream` writes it."""
    if isinstance(piece, Rejected):
        return {
            "ok": False,
            "error": piece.error,
            "detail": piece.detail,
            "raw": printable(piece.raw),
            "offset": piece.offset,
            "anomalies": list(piece.anomalies),
            "fields": piece.fields,
            "cp": piece.cp,
        }
    return {
        "ok": True,
        "version": piece.version,
        "crc_variant": piece.crc_variant,
        "anomalies": list(piece.anomalies),
        "fields": piece.fields,
        "flag": piece.flag._asdict() if piece.flag else None,
        "data_time": piece.data_time.isoformat() if piece.data_time else None,
        "cp": piece.cp,
    }


def printable(raw: bytes) -> str:
    """ASCII text as it is, anything else (and what begins with ``hex:``) as ``hex:`` and hexadecimal digits."""
    if raw.isascii() and not raw.startswith(b"hex:"):
        text = raw.decode("ascii")
        if text.replace("\r", "").replace("\n", "").isprintable():
            return text
    return "hex:" + raw.hex()

"""``outfall decode``: HJ 212 frames from standard input as JSON, one object a frame."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from store.errors import SettingsError


def decode(
    key: Annotated[
        str | None, typer.Option(help="SM4 key of the logger as 32 hexadecimal digits (HJ 212-2025).")
    ] = None,
) -> None:
    """Decode a stream of HJ 212 frames.

    Reads bytes on standard input and writes one JSON object a frame, in order; what is no frame is an object with "ok": false and
    the reason. Exit 0 when every frame was ok, 1 otherwise.

    Example: outfall decode < capture.bin
    """
    from ingest.decode_command import decode_stream

    key_bytes: bytes | None = None
    if key is not None:
        try:
            key_bytes = bytes.fromhex(key)
        except ValueError:
            key_bytes = b""
        if len(key_bytes) != 16:
            raise SettingsError("--key must be 32 hexadecimal digits (16 bytes).", code="key_wrong")
    raise typer.Exit(decode_stream(sys.stdin.buffer, sys.stdout, key_bytes))

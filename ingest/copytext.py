"""Values as the text format of PostgreSQL's COPY wants them.

Columns are parted by tabs and rows by newlines, so both, the carriage return and the backslash are written as escapes;
``\\N`` is NULL. PostgreSQL text can hold neither NUL nor half of a surrogate pair: both become U+FFFD, the replacement
character. The exact bytes are in the message all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from ingest.storable import storable

NULL = r"\N"

_ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_TABLE = str.maketrans({**_ESCAPES, "\x00": "�", **{chr(code): "�" for code in range(0xD800, 0xE000)}})


def text(value: str | None) -> str:
    """Any text, or NULL for None."""
    return NULL if value is None else value.translate(_TABLE)


def binary(value: bytes) -> str:
    """Bytes in hex form; the backslash of ``\\x`` is itself escaped."""
    return r"\\x" + value.hex()


def json(value: Mapping[str, Any] | None) -> str:
    """A JSON document, or NULL for None."""
    return NULL if value is None else document(value).translate(_TABLE)


def document(value: Any) -> str:
    """A value as JSON text that the type ``jsonb`` accepts: without NUL and without lone surrogates."""
    try:
        found = orjson.dumps(value)
    except orjson.JSONEncodeError:
        return orjson.dumps(storable(value)).decode()
    if b"\\u0000" in found:
        found = orjson.dumps(storable(value))
    return found.decode()

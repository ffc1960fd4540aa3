"""What a text of PostgreSQL can hold: neither NUL nor half of a surrogate pair; both become U+FFFD, the replacement character.

The exact bytes are in the message all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FLAG_CHARACTERS_MOST = 32
"""HJ 212 flags have one or two letters; a longer text is cut here and stands whole in the message."""

_UNSTORABLE = str.maketrans({"\x00": "�", **{chr(code): "�" for code in range(0xD800, 0xE000)}})


def plain(value: str) -> str:
    """Text that PostgreSQL can store."""
    return value.translate(_UNSTORABLE)


def storable(value: Any) -> Any:
    """A value for a JSON column with every text in it :func:`plain`."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {plain(str(key)): storable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(part) for part in value]
    return value

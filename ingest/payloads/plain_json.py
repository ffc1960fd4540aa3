"""JSON as plain Python values, for documents that are kept as they came."""

from __future__ import annotations

import json
import math
from typing import Any

_LEAST, _MOST = -(1 << 63), 1 << 64
"""Integers beyond these are read as floating-point numbers: what is written to the database holds no wider ones."""


def loads(raw: bytes) -> Any:
    """The document. Raises ValueError for what is no JSON in UTF-8, or holds a number that is none."""
    try:
        return json.loads(
            raw.decode("utf-8"), parse_int=_integer, parse_float=_finite, parse_constant=_refuse
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _integer(text: str) -> int | float:
    # Python refuses to read more than some thousand digits.
    value = int(text) if len(text) <= 20 else _finite(text)
    return value if _LEAST <= value < _MOST else _finite(text)


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:40]} is too large")
    return value


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")

"""JSON of a package, read strictly and within bounds: no name twice, no number that is not an integer, no depth without end."""

from __future__ import annotations

import json
from typing import Any

from api.verifier.outcome import Malformed

_DIGITS_MOST = 20
DEPTH_MOST = 64


def read_json(data: bytes, **place: object) -> Any:
    """The document. Raises Malformed ``json_malformed`` with the place that is given."""
    try:
        document = _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Malformed("json_malformed", why=f"{type(error).__name__}: {error}"[:200], **place) from None
    # Only a document with many brackets can be deep.
    if data.count(b"[") + data.count(b"{") > DEPTH_MOST and _deeper(document, DEPTH_MOST):
        raise Malformed("json_malformed", why=f"nested deeper than {DEPTH_MOST}", **place)
    return document


def read_object(data: bytes, **place: object) -> dict[str, Any]:
    """The document, which must be an object."""
    document = read_json(data, **place)
    if not isinstance(document, dict):
        raise Malformed("json_malformed", why="an object is expected", **place)
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice in an object")
    return found


def _integer(text: str) -> int:
    if len(text) > _DIGITS_MOST:
        raise ValueError("an integer is too long")
    return int(text)


def _refuse(text: str) -> Any:
    raise ValueError(f"{text[:40]} is no integer; other numbers are texts here")


def _deeper(value: Any, levels: int) -> bool:
    # A loop, because a document may be deeper than Python can recurse.
    waiting = [(value, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > levels:
            return True
        inner = node.values() if isinstance(node, dict) else node
        waiting += [(part, depth + 1) for part in inner if isinstance(part, (dict, list))]
    return False


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_refuse, parse_constant=_refuse
)

"""JSON from outside, read within bounds and without losing a digit: every number stays the text that was sent."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ingest.payloads.envelope import PayloadRefused

#: A message of the gateways is some kilobytes; the broker's own limit is far above.
LARGEST_PAYLOAD: Final = 1 << 20
DEEPEST_NESTING: Final = 8  # the formats need four levels
#: Escapes that JSON allows and a database text cannot hold.
_UNSTORABLE: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class Number(str):
    """A JSON number as its decimal text."""

    __slots__ = ()


def _constant(name: str) -> Any:
    return name  # NaN and Infinity are no JSON; as text they are kept and never become a number


def parse(payload: bytes) -> Any | PayloadRefused:
    """The document, numbers as `Number`; a reason when it is too large, too deep or no JSON in UTF-8. Never raises."""
    if len(payload) > LARGEST_PAYLOAD:
        return PayloadRefused(
            "payload_too_large", "$", f"{len(payload)} bytes, {LARGEST_PAYLOAD} are allowed"
        )
    try:
        document = json.loads(
            payload.decode("utf-8-sig"), parse_float=Number, parse_int=Number, parse_constant=_constant
        )
    except RecursionError:
        return PayloadRefused("payload_too_deep", "$", f"nested deeper than {DEEPEST_NESTING} levels")
    except ValueError as error:  # also UnicodeDecodeError
        return PayloadRefused("payload_not_json", "$", f"no JSON in UTF-8: {error}")
    if _UNSTORABLE.search(payload) and not _storable(document):
        return PayloadRefused("payload_not_json", "$", "a text holds U+0000 or half a surrogate pair")
    if _deeper_than(document, DEEPEST_NESTING):
        return PayloadRefused("payload_too_deep", "$", f"nested deeper than {DEEPEST_NESTING} levels")
    return document


def _storable(document: Any) -> bool:
    text = json.dumps(document, ensure_ascii=False)
    return "\\u0000" not in text and text.encode("utf-8", "replace").decode("utf-8") == text


def _deeper_than(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_deeper_than(one, levels - 1) for one in inner if isinstance(one, (dict, list)))

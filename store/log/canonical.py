"""The bytes of a leaf: canonical JSON (RFC 8785) of a message, a period value with its verdicts, or a record.

Times are text in UTC, numeric columns decimal text with every digit, bytes lower-case hex. In JSON columns an integer of up to
2**53 - 1 stays a number and every other number becomes its exact decimal text, because a number of RFC 8785 is a double.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import rfc8785

_LARGEST = 2**53 - 1
# What needs no escape in JSON: nearly every name of a gateway.
_PLAIN = re.compile(r"[ !#-\[\]-~]*", re.ASCII)
# Of what leaves are made of (text, whole numbers, lists, objects) the encoder of the standard library writes the canonical form,
# and many times as fast; only names with characters beyond the first 65,536 are in another order.
_QUICK = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_FAR = re.compile(rb"[\xf0-\xf4]")


def canonical(value: object) -> bytes:
    """Canonical JSON. Raises ValueError for what has no such form (NaN, an integer beyond 2**53 - 1, half a surrogate pair)."""
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def _leaf(document: Mapping[str, Any]) -> bytes:
    """The canonical form of a leaf whose values went through ``plain`` or ``exact_json``: no number in it has a fraction."""
    quick = _QUICK.encode(document).encode()
    return canonical(document) if _FAR.search(quick) else quick


def message_leaf(
    number: int, received_at: datetime, gateway: str, channel: str, packet_id: int | None, digest: bytes
) -> bytes:
    """The leaf of a message. Equal to ``canonical`` of the same, several times as fast: messages are nearly all there is."""
    if not (_PLAIN.fullmatch(gateway) and _PLAIN.fullmatch(channel)) or number > _LARGEST:
        return canonical(
            {
                "kind": "message",
                "id": number,
                "received_at": utc_text(received_at),
                "gateway": gateway,
                "channel": channel,
                "packet_id": packet_id,
                "sha256": digest.hex(),
            }
        )
    packet = "null" if packet_id is None else packet_id
    return (
        f'{{"channel":"{channel}","gateway":"{gateway}","id":{number},"kind":"message","packet_id":{packet},'
        f'"received_at":"{utc_text(received_at)}","sha256":"{digest.hex()}"}}'
    ).encode()


def period_leaf(columns: Mapping[str, Any], verdicts: Sequence[Mapping[str, Any]]) -> bytes:
    """The leaf of a period value: every column by its name, and its verdicts by limit, those without one first."""
    plain_verdicts = [{name: plain(value) for name, value in verdict.items()} for verdict in verdicts]
    row = {name: plain(value) for name, value in columns.items()}
    return _leaf({"kind": "period", **row, "verdicts": plain_verdicts})


def record_leaf(number: int, table: str, key: str, recorded_at: datetime, content: object) -> bytes:
    """The leaf of a record: a row of a table as it was when it was written. ``content`` is what ``exact_json`` read."""
    return _leaf(
        {
            "kind": "record",
            "id": number,
            "table": table,
            "key": key,
            "recorded_at": utc_text(recorded_at),
            "content": content,
        }
    )


def plain(value: object) -> object:
    """A column as JSON: decimals and times as text, bytes as hex; lists and what ``exact_json`` read stay as they are."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def utc_text(moment: datetime) -> str:
    """``2026-11-26T03:03:16.123456+00:00``; without a fraction when it is zero."""
    return moment.astimezone(UTC).isoformat()


def exact_json(text: str) -> Any:
    """Read JSON so that no digit is lost: integers beyond 2**53 - 1 and numbers with a fraction become text."""
    return json.loads(text, parse_int=_integer, parse_float=_decimal)


def _integer(digits: str) -> int | str:
    number = int(digits)
    return number if -_LARGEST <= number <= _LARGEST else str(number)


def _decimal(digits: str) -> str:
    return format(Decimal(digits), "f")

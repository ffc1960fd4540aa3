"""The newest state, parameters and checks that a device sent of itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.messages.masking import shown_value
from store.texts import has, text

MOST_PAIRS = 24


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One upload. ``pairs`` are names and values as sent."""

    cn: str
    word: str
    data_time: datetime | None
    received_at: datetime
    message_id: int
    pairs: tuple[tuple[str, str], ...]
    more: int


def device_rows(rows: Iterable[Mapping[str, Any]]) -> list[DeviceRow]:
    """Rows of ``device_records`` in words."""
    found = []
    for row in rows:
        pairs = [(name, shown_value(name, value)) for name, value in _pairs(row["body"])]
        key = f"console.outlet.command.{row['cn']}"
        found.append(
            DeviceRow(
                row["cn"],
                text(key) if has(key) else "",
                row["data_time"],
                row["received_at"],
                row["message_id"],
                tuple(pairs[:MOST_PAIRS]),
                max(0, len(pairs) - MOST_PAIRS),
            )
        )
    return found


def _pairs(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The pairs of a CP, or of a JSON record."""
    for item in body.get("cp", ()):
        for name, value in item:
            yield str(name), str(value)
    record = body.get("record")
    if isinstance(record, dict):
        yield from _flat(record, "")


def _flat(node: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in node.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)

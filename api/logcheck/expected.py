"""From a decoded batch to the rows that must be stored, value by value as the database gives them back.

Pure. Times are compared as moments, numbers as the digits that PostgreSQL keeps, texts as it can store them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from ingest.batch import Batch, DeviceRecord, FrameReadings, Quarantined
from ingest.copytext import document
from ingest.storable import FLAG_CHARACTERS_MOST, plain

READING_COLUMNS = (
    "value", "minimum", "maximum", "total", "folded", "folded_minimum", "folded_maximum", "flag", "status", "extra",
)  # fmt: skip

_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)


class ReadingKey(NamedTuple):
    """Which value it is."""

    outlet_key: int
    kind: str
    factor: str
    data_time: datetime


class Content(NamedTuple):
    """What it says, in the order of READING_COLUMNS. ``extra`` is JSON with sorted keys."""

    value: str | None
    minimum: str | None
    maximum: str | None
    total: str | None
    folded: str | None
    folded_minimum: str | None
    folded_maximum: str | None
    flag: str | None
    status: str
    extra: str | None


class Upload(NamedTuple):
    """A device record; ``body`` is JSON with sorted keys."""

    outlet_key: int
    cn: str
    data_time: datetime | None
    received_at: datetime
    body: str


class Refused(NamedTuple):
    """A quarantined piece. The words of its detail are the release's and stand in the log; they are not derived again."""

    message_id: int
    received_at: datetime
    gateway: str
    channel: str
    mn: str | None
    outlet_key: int | None
    reason: str
    raw: bytes


@lru_cache(maxsize=65536)
def number(text: str | None) -> str | None:
    """Decimal text as PostgreSQL gives it back: plain notation, no leading zeros, no minus on zero."""
    if not text:
        return None
    if _PLAIN_NUMBER.fullmatch(text) and not text.startswith("-0"):
        return text
    found = Decimal(text)
    written = format(found, "f")
    return written.removeprefix("-") if not found else written


@lru_cache(maxsize=4096)
def _storable(text: str) -> str:
    return plain(text)


def sorted_json(value: Any) -> str:
    """A JSON value as one text whatever the order of its keys; numbers that are equal read the same."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain_number)


@lru_cache(maxsize=4096)
def read_json(text: str | None) -> str | None:
    """The same from the text that the database gives."""
    return None if text is None else sorted_json(json.loads(text, parse_float=Decimal, parse_int=Decimal))


def _plain_number(value: object) -> object:
    if isinstance(value, Decimal):
        # Kept apart from a text that looks the same. PostgreSQL knows no minus zero.
        return {"": format(value, "f").removeprefix("-") if not value else format(value, "f")}
    raise TypeError(f"{type(value).__name__} is not JSON")


def readings_of(frames: Iterable[FrameReadings]) -> list[tuple[ReadingKey, Content]]:
    """Every value of some frames, in their order."""
    found: list[tuple[ReadingKey, Content]] = []
    for frame in frames:
        for item in frame.items:
            extra: Mapping[str, str] = item.extra
            if frame.stamp is not None:
                extra = {**extra, "DataTime": frame.stamp}
            content = Content(
                number(item.value),
                number(item.minimum),
                number(item.maximum),
                number(item.total),
                number(item.folded),
                number(item.folded_minimum),
                number(item.folded_maximum),
                None if item.flag is None else _storable(item.flag[:FLAG_CHARACTERS_MOST]),
                item.status,
                read_json(document(extra)) if extra else None,
            )
            key = ReadingKey(frame.origin.outlet_key, frame.kind, _storable(item.factor), frame.data_time)
            found.append((key, content))
    return found


def uploads_of(records: Iterable[DeviceRecord]) -> list[Upload]:
    """Every device record of a batch."""
    return [
        Upload(
            record.origin.outlet_key,
            plain(record.cn),
            record.data_time,
            record.origin.received_at,
            read_json(document(record.body)) or "",
        )
        for record in records
    ]


def refused_of(pieces: Iterable[Quarantined]) -> list[Refused]:
    """Every quarantined piece of a batch."""
    return [
        Refused(
            piece.message_id,
            piece.received_at,
            plain(piece.gateway),
            piece.channel,
            None if piece.mn is None else plain(piece.mn),
            piece.outlet_key,
            piece.reason,
            piece.raw,
        )
        for piece in pieces
    ]


class Derived(NamedTuple):
    """All rows that follow from one message."""

    readings: list[tuple[ReadingKey, Content]]
    uploads: list[Upload]
    refused: list[Refused]

    @classmethod
    def of(cls, batch: Batch, message_id: int) -> Derived:
        """The rows of a batch. A record that an earlier message began is that one's."""
        records = [record for record in batch.records if record.origin.message_id == message_id]
        return cls(readings_of(batch.frames), uploads_of(records), refused_of(batch.quarantined))

"""A batch as the text rows of COPY.

One row is made a reading, so this is hot: lines are put together by hand, texts that come again are escaped once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from ingest import copytext
from ingest.batch import Batch, FrameReadings, StoredMessage
from ingest.copytext import NULL, binary
from ingest.storable import FLAG_CHARACTERS_MOST

_text = lru_cache(maxsize=4096)(copytext.text)


@lru_cache(maxsize=1024)
def _flag(flag: str) -> str:
    return copytext.text(flag[:FLAG_CHARACTERS_MOST])


def message_rows(messages: Iterable[StoredMessage]) -> Iterable[str]:
    """The messages of a batch: number, receipt, gateway, channel, packet identifier, digest, bytes."""
    for message in messages:
        arrival = message.arrival
        packet_id = NULL if arrival.packet_id is None else arrival.packet_id
        yield (
            f"{message.id}\t{arrival.received_at.isoformat()}\t{_text(arrival.gateway)}\t{_text(arrival.channel)}\t{packet_id}"
            f"\t{binary(arrival.digest)}\t{binary(arrival.payload)}\n"
        )


def reading_rows(frames: Iterable[FrameReadings]) -> list[str]:
    """Readings as first revisions, for the table itself."""
    rows: list[str] = []
    append = rows.append
    for frame in frames:
        origin = frame.origin
        head = (
            f"{frame.data_time.isoformat()}\t{origin.outlet_key}\t{frame.kind}\t{origin.message_id}"
            f"\t{origin.received_at.isoformat()}\t1\t"
        )
        for item in _values(frame):
            append(head + item)
    return rows


def staged_rows(frames: Sequence[FrameReadings]) -> Iterable[str]:
    """Readings for the staging table, with the number of their frame and their place in it."""
    for number, frame in enumerate(frames):
        origin = frame.origin
        tail = (
            f"\t{frame.data_time.isoformat()}\t{origin.outlet_key}\t{frame.kind}\t{origin.message_id}"
            f"\t{origin.received_at.isoformat()}\t"
        )
        for place, item in enumerate(_values(frame)):
            yield f"{number}\t{place}{tail}{item}"


def _values(frame: FrameReadings) -> list[str]:
    """The columns from factor to extra. This runs once a reading: numbers are decimal text from the codec and need no
    escapes."""
    rows: list[str] = []
    stamp = frame.stamp
    null = NULL
    for (
        factor,
        _,
        value,
        least,
        most,
        total,
        folded,
        folded_least,
        folded_most,
        flag,
        status,
        extra,
        _,
    ) in frame.items:
        if stamp is not None:
            extra = {**extra, "DataTime": stamp}
        rows.append(
            f"{_text(factor)}\t{value or null}\t{least or null}\t{most or null}\t{total or null}\t{folded or null}"
            f"\t{folded_least or null}\t{folded_most or null}\t{null if flag is None else _flag(flag)}\t{status}"
            f"\t{copytext.json(extra) if extra else null}\n"
        )
    return rows


def record_rows(batch: Batch) -> Iterable[str]:
    """Uploads that are no readings."""
    for record in batch.records:
        origin = record.origin
        data_time = NULL if record.data_time is None else record.data_time.isoformat()
        yield (
            f"{origin.received_at.isoformat()}\t{origin.outlet_key}\t{origin.message_id}\t{_text(record.cn)}\t{data_time}"
            f"\t{copytext.json(record.body)}\n"
        )


def quarantine_rows(batch: Batch) -> Iterable[str]:
    """What could not be used."""
    for piece in batch.quarantined:
        outlet_key = NULL if piece.outlet_key is None else piece.outlet_key
        yield (
            f"{piece.received_at.isoformat()}\t{piece.message_id}\t{_text(piece.gateway)}\t{piece.channel}\t{copytext.text(piece.mn)}"
            f"\t{outlet_key}\t{piece.reason}\t{copytext.text(piece.detail)}\t{binary(piece.raw)}\n"
        )

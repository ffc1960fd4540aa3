"""The rows of one message beside what follows from it. Pure.

What is stored must follow from the message. What follows and is not stored with it is either a repetition of a value that was
known before, which only the database can tell (``Repetition``), or it is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from api.logcheck.expected import READING_COLUMNS, Content, Derived, ReadingKey, Refused, Upload
from store.log.verifying.report import Difference, shown

QUARANTINE_COLUMNS = ("received_at", "gateway", "channel", "mn", "outlet_key", "reason", "raw")


class StoredReading(NamedTuple):
    """A row of the table reading."""

    key: ReadingKey
    revision: int
    content: Content
    received_at: datetime


class StoredRefusal(NamedTuple):
    """A row of the table quarantine, with the moments of replays that made something of it."""

    id: int
    refused: Refused
    detail: str
    replayed_at: Sequence[datetime]


class StoredRows(NamedTuple):
    """Everything that is stored of one message."""

    readings: Sequence[StoredReading]
    uploads: Sequence[Upload]
    refused: Sequence[StoredRefusal]


NOTHING = StoredRows((), (), ())


class Repetition(NamedTuple):
    """A value that follows from a message and is not stored with it: known before, or missing."""

    message_id: int
    key: ReadingKey
    content: Content


@dataclass(slots=True)
class Matched:
    """How the rows of a message compare.

    ``left`` are quarantined pieces that do not follow from the message alone: they may be what was left of a stream.
    """

    differences: list[Difference] = field(default_factory=list)
    repetitions: list[Repetition] = field(default_factory=list)
    left: list[StoredRefusal] = field(default_factory=list)


def reading_name(key: ReadingKey, revision: int | None = None) -> str:
    """The key of a reading as text."""
    parts = [str(key.outlet_key), key.kind, key.factor, key.data_time.isoformat()]
    return "/".join(parts if revision is None else [*parts, str(revision)])


def match(
    message_id: int,
    received_at: datetime,
    stored: StoredRows,
    derived: Derived,
    possible: Sequence[tuple[ReadingKey, Content]] = (),
) -> Matched:
    """Compare the rows of one message with what follows from it, directly or through a replay.

    ``possible`` readings may have come of it later: they may be stored, with a later time of receipt.
    """
    matched = Matched()
    late = set(possible)
    sure = [row for row in stored.readings if (row.key, row.content) not in late]
    _match_readings(message_id, received_at, sure, derived.readings, matched)
    _match_uploads(message_id, stored.uploads, derived.uploads, matched)
    _match_refused(stored.refused, derived.refused, matched)
    return matched


def _match_readings(
    message_id: int,
    received_at: datetime,
    stored: Sequence[StoredReading],
    derived: Sequence[tuple[ReadingKey, Content]],
    matched: Matched,
) -> None:
    waiting = set(derived)
    known = waiting.copy()
    underivable: list[StoredReading] = []
    for row in stored:
        item = (row.key, row.content)
        if item not in known:
            underivable.append(row)
            continue
        waiting.discard(item)
        if row.received_at != received_at:
            name = reading_name(row.key, row.revision)
            matched.differences.append(
                Difference(
                    "reading_differs",
                    "reading",
                    name,
                    "received_at",
                    row.received_at.isoformat(),
                    received_at.isoformat(),
                )
            )
    for row in underivable:
        _name_reading(message_id, row, waiting, matched)
    matched.repetitions += [
        Repetition(message_id, key, content) for key, content in derived if (key, content) in waiting
    ]


def _name_reading(
    message_id: int,
    row: StoredReading,
    waiting: set[tuple[ReadingKey, Content]],
    matched: Matched,
) -> None:
    """Say what of a row does not follow, beside the derived value that is nearest to it."""
    name = reading_name(row.key, row.revision)

    def alike(item: tuple[ReadingKey, Content]) -> int:
        same_key = sum(a == b for a, b in zip(item[0], row.key, strict=True))
        return 2 * same_key + sum(a == b for a, b in zip(item[1], row.content, strict=True))

    nearest = max(waiting, key=alike, default=None)
    if nearest is None or alike(nearest) < len(row.key) + len(row.content):
        matched.differences.append(
            Difference("reading_underivable", "reading", name, "message_id", str(message_id), None)
        )
        return
    waiting.discard(nearest)
    columns = (*ReadingKey._fields, *READING_COLUMNS)
    for column, found, expected in zip(
        columns, (*row.key, *row.content), (*nearest[0], *nearest[1]), strict=True
    ):
        if found != expected:
            matched.differences.append(
                Difference("reading_differs", "reading", name, column, shown(found), shown(expected))
            )


def _match_uploads(
    message_id: int, stored: Sequence[Upload], derived: Sequence[Upload], matched: Matched
) -> None:
    missing = list(derived)
    odd: list[Upload] = []
    for row in stored:
        if row in missing:
            missing.remove(row)
        else:
            odd.append(row)
    for row in odd:
        nearest = max(missing, key=lambda item: _alike(item, row), default=None)
        if nearest is None:
            matched.differences.append(
                Difference(
                    "record_underivable",
                    "device_record",
                    f"{message_id}/{row.cn}",
                    None,
                    shown(row.body),
                    None,
                )
            )
            continue
        missing.remove(nearest)
        for column, found, expected in zip(Upload._fields, row, nearest, strict=True):
            if found != expected:
                matched.differences.append(
                    Difference(
                        "record_differs",
                        "device_record",
                        f"{message_id}/{row.cn}",
                        column,
                        shown(found),
                        shown(expected),
                    )
                )
    for item in missing:
        matched.differences.append(
            Difference(
                "record_missing", "device_record", f"{message_id}/{item.cn}", None, None, shown(item.body)
            )
        )


def _alike(one: tuple[object, ...], other: tuple[object, ...]) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))


def _match_refused(stored: Sequence[StoredRefusal], derived: Sequence[Refused], matched: Matched) -> None:
    missing = list(derived)
    left: list[StoredRefusal] = []
    for row in stored:
        found = next((item for item in missing if same_piece(row.refused, item)), None)
        if found is None:
            left.append(row)
        else:
            missing.remove(found)
    for row in left:
        nearest = next((item for item in missing if _alike(item, row.refused) >= len(item) - 2), None)
        if nearest is None:
            matched.left.append(row)
            continue
        missing.remove(nearest)
        matched.differences += refusal_differences(row, nearest)
    for item in missing:
        matched.differences.append(
            Difference(
                "quarantine_missing", "quarantine", f"message {item.message_id}", None, None, item.reason
            )
        )


def same_piece(stored: Refused, derived: Refused) -> bool:
    """Whether a stored piece is the derived one. Line ends around a piece belong to none in particular."""
    if stored == derived:
        return True
    bare = stored._replace(raw=stored.raw.strip(b"\r\n"))
    return bare == derived._replace(raw=derived.raw.strip(b"\r\n"))


def refusal_differences(row: StoredRefusal, expected: Refused) -> list[Difference]:
    """What differs between a stored piece and the derived one."""
    return [
        Difference("quarantine_differs", "quarantine", str(row.id), column, shown(found), shown(wanted))
        for column, found, wanted in zip(Refused._fields, row.refused, expected, strict=True)
        if found != wanted
    ]


def underivable_refusal(row: StoredRefusal) -> Difference:
    """A piece that follows from no message."""
    return Difference("quarantine_underivable", "quarantine", str(row.id), None, row.refused.reason, None)

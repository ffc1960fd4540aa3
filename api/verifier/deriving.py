"""What follows from the bytes of messages: readings, uploads that are none, and refused pieces, each as a short digest.

A month of one outlet has some 700,000 readings, so they are held as digests of 64 bits; their key is made for each run, so that
nobody can look for two readings of one digest beforehand.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from api.verifier.description import Description
from ingest.admission import Refusal, Terms
from ingest.arrival import Arrival
from ingest.batch import Batch, DeviceRecord, FrameReadings, Quarantined, StoredMessage
from ingest.decode import decode
from ingest.storable import FLAG_CHARACTERS_MOST, plain, storable
from store.model import Registry

_SALT = os.urandom(32).hex()
_SHORTEST = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?", re.ASCII)
_LARGEST = 2**53 - 1
RECORDS_BEFORE = timedelta(days=7)
"""A device record may be received so long before the time that it speaks of: clocks go wrong."""


def digest_of(text: str) -> int:
    """The digest of one reading or upload: SipHash with a secret of this run before the text, whatever the environment fixed."""
    return hash(_SALT + text)


@lru_cache(maxsize=1 << 17)
def number_text(text: str | None) -> str:
    """A number in its shortest plain form, so that equal numbers read the same; nothing for none."""
    if not text:
        return ""
    if _SHORTEST.fullmatch(text) and text != "-0":
        return text
    number = Decimal(text)
    if not number:
        return "0"
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


@lru_cache(maxsize=4096)
def flag_text(flag: str) -> str:
    """A flag as a database keeps it."""
    return plain(flag[:FLAG_CHARACTERS_MOST])


@lru_cache(maxsize=4096)
def factor_text(factor: str) -> str:
    """A factor code as a database keeps it."""
    return plain(factor)


def sorted_json(value: Any) -> str:
    """A JSON value as one text whatever the order of its names."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def exact(value: Any) -> Any:
    """A value as the package has it: numbers that are no small integers are decimal text."""
    if isinstance(value, dict):
        return {key: exact(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [exact(part) for part in value]
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if value else format(abs(Decimal(repr(value))), "f")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST:
        return str(value)
    return value


@dataclass
class Derived:
    """What follows from some messages for the outlets of the package.

    Attributes
    ----------
    readings : digest, message, and whether the package must have it
    uploads : the same of device records
    refused : message, reason, SHA-256 of the bytes, and whether the package must have it
    encrypted : messages with pieces that no known key opens
    """

    readings: list[tuple[int, int, bool]] = field(default_factory=list)
    uploads: list[tuple[int, int, bool]] = field(default_factory=list)
    refused: list[tuple[int, str, str, bool]] = field(default_factory=list)
    encrypted: set[int] = field(default_factory=set)


HIDDEN = frozenset({"password_mismatch"})
"""Reasons that a package cannot show: it holds no passwords."""

BY_SETTINGS = frozenset({"data_time_out_of_window", "message_too_large"})
"""Reasons that depend on settings, which may have been others when the message came."""

WHOLE = "store_refused"
"""Reason for which a whole message was refused by the database."""

LOCKED = frozenset({"key_missing", "decryption_failed"})


class Deriver:
    """Decodes the messages of a package.

    Parameters
    ----------
    refused : message -> reason and SHA-256 of its pieces that were refused, as the package lists them
    any_settings : take what the package says was refused or taken under other settings than those that it names
    """

    def __init__(
        self,
        description: Description,
        refused: Mapping[int, Collection[tuple[str, str]]],
        *,
        any_settings: bool = False,
    ) -> None:
        self._description = description
        self._listed = refused
        self._terms = _wide(description.terms) if any_settings else description.terms
        self._hidden = HIDDEN | BY_SETTINGS if any_settings else HIDDEN

    def derive(self, messages: Sequence[StoredMessage], registry: Registry) -> Derived:
        """What follows from messages that are one stream, with this registry."""
        derived = Derived()
        taken = [message for message in messages if not self._whole(message)]
        derived.refused += [
            (message.id, WHOLE, digest, False)
            for message in messages
            for reason, digest in self._listed.get(message.id, ())
            if reason == WHOLE
        ]
        if not taken:
            return derived
        last = taken[-1].arrival.received_at
        batch = decode(taken, registry=registry, tails={}, terms=self._terms, now=last, refused=self._refused)
        self._add(derived, batch)
        left = {key: tail for key, tail in batch.tails.items() if tail is not None}
        if left:
            # Nothing of these messages goes on: the gap timer gave it up.
            later = last + self._terms.partial_frame + timedelta.resolution
            given_up = decode(
                (), registry=registry, tails=left, terms=self._terms, now=later, refused=self._refused
            )
            self._add(derived, given_up)
        return derived

    def _whole(self, message: StoredMessage) -> bool:
        return any(reason == WHOLE for reason, _ in self._listed.get(message.id, ()))

    def _refused(self, message_id: int, raw: bytes) -> Refusal | None:
        listed = self._listed.get(message_id)
        if listed is None:
            return None
        digest = hashlib.sha256(raw).hexdigest()
        reason = next((reason for reason, told in listed if told == digest and reason in self._hidden), None)
        return None if reason is None else Refusal(reason, "")

    def _add(self, derived: Derived, batch: Batch) -> None:
        for frame in batch.frames:
            if frame.origin.outlet_key in self._description.outlets:
                self._add_readings(derived, frame)
        for record in batch.records:
            if record.origin.outlet_key in self._description.outlets:
                derived.uploads.append(self._upload(record))
        for piece in batch.quarantined:
            self._add_refused(derived, piece)

    def _add_readings(self, derived: Derived, frame: FrameReadings) -> None:
        outlet_key, message_id, start = frame.origin.outlet_key, frame.origin.message_id, frame.data_time
        due = self._description.from_time <= start < self._description.to_time
        head = f"{outlet_key}\x1f{frame.kind}\x1f{start.astimezone(UTC).isoformat()}\x1f"
        stamp, readings = frame.stamp, derived.readings
        for item in frame.items:
            extra: Mapping[str, str] = item.extra
            if stamp is not None:
                extra = {**extra, "DataTime": stamp}
            text = reading_text(
                head,
                factor_text(item.factor),
                (item.value, item.minimum, item.maximum, item.total),
                (item.folded, item.folded_minimum, item.folded_maximum),
                "" if item.flag is None else flag_text(item.flag),
                str(item.status),
                sorted_json(storable(extra)) if extra else "",
            )
            readings.append((digest_of(text), message_id, due))

    def _upload(self, record: DeviceRecord) -> tuple[int, int, bool]:
        origin, told = record.origin, self._description
        spoken = origin.received_at if record.data_time is None else record.data_time
        due = told.from_time <= spoken < told.to_time
        due = due and origin.received_at >= told.from_time - RECORDS_BEFORE
        data_time = None if record.data_time is None else record.data_time.astimezone(UTC).isoformat()
        body = exact(storable(record.body))
        text = upload_text(origin.message_id, origin.outlet_key, plain(record.cn), data_time, body)
        return digest_of(text), origin.message_id, due

    def _add_refused(self, derived: Derived, piece: Quarantined) -> None:
        told = self._description
        digest = hashlib.sha256(piece.raw).hexdigest()
        if piece.reason in LOCKED and (piece.reason, digest) not in self._listed.get(piece.message_id, ()):
            derived.encrypted.add(piece.message_id)
        elif piece.outlet_key in told.outlets:
            # What was given up later, or near the end of the period, may lie outside of it.
            due = told.from_time <= piece.received_at < told.to_time - self._terms.partial_frame
            derived.refused.append((piece.message_id, piece.reason, digest, due))


def _wide(terms: Terms) -> Terms:
    """Terms under which nothing is refused."""
    return replace(
        terms,
        earliest_data_time=datetime.min.replace(tzinfo=UTC) + timedelta(days=1),
        ahead=timedelta(days=366 * 100),
        message_bytes=1 << 40,
    )


def reading_text(
    head: str,
    factor: str,
    numbers: tuple[str | None, ...],
    folded: tuple[str | None, ...],
    flag: str,
    status: str,
    extra: str,
) -> str:
    """A reading as one text. ``head``: outlet, kind and time, each with the separator after it."""
    written = "\x1f".join([number_text(number) if number else "" for number in (*numbers, *folded)])
    return f"{head}{factor}\x1f{written}\x1f{flag}\x1f{status}\x1f{extra}"


def upload_text(message_id: int, outlet_key: int, cn: str, data_time: str | None, body: Any) -> str:
    """A device record as one text."""
    return f"{message_id}\x1f{outlet_key}\x1f{cn}\x1f{data_time or ''}\x1f{sorted_json(body)}"


def stored_message(
    message_id: int, received_at: datetime, gateway: str, channel: str, payload: bytes
) -> StoredMessage:
    """A message for the decoder."""
    return StoredMessage(message_id, Arrival(0, None, False, gateway, channel, payload, received_at, b""))

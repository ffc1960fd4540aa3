"""Decoding every message again and holding what follows against what is stored.

What the decoder depends on besides the bytes is followed as it was: the registry of the time of receipt (``believed``), and the
streams as each message left them. When ingest gave up half a frame depends on its clock; that is read from the quarantine,
whose rows are in the evidence log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.logcheck.believed import Believed
from api.logcheck.expected import Content, Derived, ReadingKey, readings_of, refused_of
from api.logcheck.matching import (
    Matched,
    Repetition,
    StoredRefusal,
    StoredRows,
    match,
    refusal_differences,
    underivable_refusal,
)
from api.logcheck.sources import Taken
from ingest.admission import Terms
from ingest.batch import Batch, FrameOrigin, StoredMessage, StreamKey, Tail
from ingest.decode import decode, refuse_batch_message
from ingest.replay import REFUSED, WHOLE_MESSAGE, decode_piece
from ingest.tally import NO_OUTLET
from store.log.verifying.gaps import Gaps
from store.log.verifying.report import Report


@dataclass(frozen=True, slots=True)
class _Stream:
    """A stream as the last message left it. ``left`` are pieces of the tail's message that may be the tail, given up."""

    tail: Tail
    left: tuple[StoredRefusal, ...]


@dataclass(frozen=True, slots=True)
class _Attempt:
    state: int
    matched: Matched
    tail: Tail | None


class Redecoding:
    """Goes through the messages in order; ``take`` one after the other, then ``finish``."""

    def __init__(
        self, believed: Believed, terms: Terms, gaps: Gaps, report: Report, *, whole: bool = True
    ) -> None:
        """``whole``: the messages begin with the first there ever was."""
        self._whole = whole
        self._believed = believed
        self._terms = terms
        self._gaps = gaps
        self._report = report
        self._streams: dict[StreamKey, _Stream] = {}
        self._states: dict[str, int] = {}
        self._seen: set[StreamKey] = set()

    def take(self, taken: Taken) -> list[Repetition]:
        """Check one message; gives the values that are stored elsewhere, or missing."""
        message, rows = taken.message, taken.rows
        if message is None:
            self._orphans(taken.id, rows)
            return []
        self._report.checked["message_decoded"] += 1
        self._report.checked["reading"] += len(rows.readings)
        self._report.checked["device_record"] += len(rows.uploads)
        self._report.checked["quarantine"] += len(rows.refused)
        arrival = message.arrival
        key = (arrival.gateway, arrival.channel)
        stream = self._settled(key)
        attempt = self._attempt(message, rows, stream)
        if self._begins_in_a_gap(key, message, attempt):
            self._report.unverifiable["stream_after_drop" if self._whole else "stream_before"] += 1
            attempt = replace(attempt, matched=Matched())
        self._states[arrival.gateway] = attempt.state
        self._follow(key, message, attempt, stream)
        for difference in attempt.matched.differences:
            self._report.add(difference)
        return attempt.matched.repetitions

    def finish(self) -> None:
        """Check what the streams have left over at the end."""
        for key in list(self._streams):
            stream = self._settled(key)
            if stream is not None:
                self._underivable(stream.left)

    def _orphans(self, message_id: int, rows: StoredRows) -> None:
        count = len(rows.readings) + len(rows.uploads) + len(rows.refused)
        if self._gaps.has_message(message_id):
            self._report.unverifiable["message_dropped"] += count
            return
        for reading in rows.readings:
            key = "/".join(map(str, (*reading.key[:3], reading.key.data_time.isoformat(), reading.revision)))
            self._report.differ("message_absent", "reading", key, "message_id", message_id)
        for upload in rows.uploads:
            self._report.differ(
                "message_absent", "device_record", f"{message_id}/{upload.cn}", "message_id", message_id
            )
        for row in rows.refused:
            self._report.differ("message_absent", "quarantine", row.id, "message_id", message_id)

    def _settled(self, key: StreamKey) -> _Stream | None:
        """The stream before its next message, after it was seen whether what was left of it had been given up by then."""
        stream = self._streams.get(key)
        if stream is None or not stream.left:
            return stream
        state = self._states.get(key[0], self._believed.at(stream.tail.since))
        given_up = refused_of(self._give_up(key, stream.tail, state).quarantined)
        stored = list(stream.left)
        if len(stored) != len(given_up):
            self._underivable(stored)
            self._streams[key] = replace(stream, left=())
            return self._streams[key]
        for row, piece in zip(stored, given_up, strict=True):
            # When it was given up is in the log; that it was not before its time is all that follows.
            expected = piece._replace(received_at=row.refused.received_at)
            for difference in refusal_differences(row, expected):
                self._report.add(difference)
            if row.refused.received_at - stream.tail.since <= self._terms.partial_frame:
                self._report.differ(
                    "quarantine_differs", "quarantine", row.id, "received_at", row.refused.received_at
                )
        del self._streams[key]
        return None

    def _give_up(self, key: StreamKey, tail: Tail, state: int) -> Batch:
        after = tail.since + self._terms.partial_frame + timedelta(microseconds=1)
        registry = self._believed.states[state]
        return decode((), registry=registry, tails={key: tail}, terms=self._terms, now=after)

    def _attempt(self, message: StoredMessage, rows: StoredRows, stream: _Stream | None) -> _Attempt:
        """The first state of the registry with which everything follows, else what the likeliest one gives."""
        tail = None if stream is None else stream.tail
        arrival = message.arrival
        refused_by_store = next((row for row in rows.refused if row.refused.reason == REFUSED), None)
        if refused_by_store is not None:
            batch = refuse_batch_message(message, tail, refused_by_store.detail)
            return _Attempt(
                self._states.get(arrival.gateway, self._believed.at(arrival.received_at)),
                match(message.id, arrival.received_at, rows, Derived.of(batch, message.id)),
                None,
            )
        first: _Attempt | None = None
        for state in self._believed.possible(arrival.received_at, self._states.get(arrival.gateway)):
            attempt = self._with_state(state, message, rows, tail)
            if self._explains(attempt, message):
                return attempt
            first = first or attempt
        assert first is not None, "there is always a state"
        return first

    def _explains(self, attempt: _Attempt, message: StoredMessage) -> bool:
        if attempt.matched.differences:
            return False
        # Pieces that are left must be what the message leaves of its stream.
        return not attempt.matched.left or (
            attempt.tail is not None and attempt.tail.message_id == message.id
        )

    def _with_state(
        self, state: int, message: StoredMessage, rows: StoredRows, tail: Tail | None
    ) -> _Attempt:
        arrival = message.arrival
        key = (arrival.gateway, arrival.channel)
        tails: Mapping[StreamKey, Tail] = {} if tail is None else {key: tail}
        registry = self._believed.states[state]
        batch = decode((message,), registry=registry, tails=tails, terms=self._terms, now=arrival.received_at)
        derived = Derived.of(batch, message.id)
        for row in rows.refused:
            for moment in row.replayed_at:
                again = Derived.of(self._replayed(row, message, moment), message.id)
                derived.readings.extend(again.readings)
                derived.uploads.extend(again.uploads)
        left = batch.tails.get(key, tail)
        derived = self._gaps_left_out(derived)
        possible = self._possible(key, left, message.id, state)
        return _Attempt(state, match(message.id, arrival.received_at, rows, derived, possible), left)

    def _gaps_left_out(self, derived: Derived) -> Derived:
        """Without what lay in chunks that were dropped; readings are looked for in the end."""
        if not self._gaps.any:
            return derived
        return Derived(
            derived.readings,
            [item for item in derived.uploads if not self._gaps.has("device_record", item.received_at)],
            [item for item in derived.refused if not self._gaps.has("quarantine", item.received_at)],
        )

    def _possible(
        self, key: StreamKey, tail: Tail | None, message_id: int, state: int
    ) -> list[tuple[ReadingKey, Content]]:
        """Readings of a frame that was whole but for its line end, should it have been given up."""
        if tail is None or tail.message_id != message_id:
            return []
        return readings_of(self._give_up(key, tail, state).frames)

    def _replayed(self, row: StoredRefusal, message: StoredMessage, moment: datetime) -> Batch:
        """What a replay at that moment made of a quarantined piece."""
        registry = self._believed.states[self._believed.at(moment)]
        refused = row.refused
        origin = FrameOrigin(refused.message_id, refused.received_at, refused.gateway, NO_OUTLET)
        raw = message.arrival.payload if refused.reason in WHOLE_MESSAGE else refused.raw
        return decode_piece(origin, refused.channel, raw, registry, self._terms)

    def _begins_in_a_gap(self, key: StreamKey, message: StoredMessage, attempt: _Attempt) -> bool:
        """Whether this message is the first of its stream after some were dropped and goes on with what they began."""
        if key in self._seen:
            return False
        self._seen.add(key)
        return (
            bool(attempt.matched.differences or attempt.matched.left)
            and (self._gaps.any_message or not self._whole)
            and not message.arrival.payload.startswith(b"##")
        )

    def _follow(
        self, key: StreamKey, message: StoredMessage, attempt: _Attempt, before: _Stream | None
    ) -> None:
        """Keep what the message leaves of its stream, and name the pieces that nothing explains."""
        tail, left = attempt.tail, tuple(attempt.matched.left)
        if tail is not None and tail.message_id == message.id:
            self._streams[key] = _Stream(tail, left)
            return
        self._underivable(left)
        if tail is None:
            self._streams.pop(key, None)
        else:
            self._streams[key] = _Stream(tail, () if before is None else before.left)

    def _underivable(self, rows: Iterable[StoredRefusal]) -> None:
        for row in rows:
            self._report.add(underivable_refusal(row))

"""From messages to rows: what a batch comes to, given the registry and the streams as they were left.

Pure: the same arguments give the same batch, so that a batch whose transaction failed is simply decoded again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ingest.admission import Refusal, Terms, belongs, keys_of
from ingest.arrival import Arrival
from ingest.batch import Batch, FrameOrigin, GatewayNews, StoredMessage, StreamKey, Tail
from ingest.documents import place_documents
from ingest.frames import place, quarantine
from ingest.hj212 import Frame, Rejected, StreamDecoder, unhex_payload
from ingest.pieces import hj212_piece, place_rejected
from ingest.status import read_status
from ingest.tally import NO_OUTLET
from store.errors import DecodeError
from store.model import Registry

RAW_OF_TOO_LARGE = 1024
"""Bytes of an oversized message that go into quarantine for the eye; the whole is in the message."""

Refused = Callable[[int, bytes], "Refusal | None"]
"""Why a piece, given by its message and its bytes, was refused; None when it was not."""


def decode(
    messages: Sequence[StoredMessage],
    *,
    registry: Registry,
    tails: Mapping[StreamKey, Tail],
    terms: Terms,
    now: datetime,
    refused: Refused | None = None,
) -> Batch:
    """Decode a batch. ``tails`` are the streams as the last committed batch left them; they are not changed.

    Half frames that have waited longer than ``terms.partial_frame`` at ``now``, or when their stream goes on, are given up.
    With no messages only that is done. ``refused`` names pieces that were refused for a reason that these arguments do not show,
    such as a password that they do not hold.
    """
    return _Decoding(registry, tails, terms, refused).run(messages, now)


class _Decoding:
    def __init__(
        self,
        registry: Registry,
        tails: Mapping[StreamKey, Tail],
        terms: Terms,
        refused: Refused | None,
    ) -> None:
        self._registry = registry
        self._tails = tails
        self._terms = terms
        self._refused = refused
        self._batch = Batch()
        self._open: dict[str, StreamDecoder] = {}

    def run(self, messages: Sequence[StoredMessage], now: datetime) -> Batch:
        for message in messages:
            self._take(message)
        for key in {*self._tails, *self._batch.tails}:
            tail = self._current(key)
            if tail is not None and now - tail.since > self._terms.partial_frame:
                self._give_up(key, now)
        return self._batch

    def _current(self, key: StreamKey) -> Tail | None:
        """What a stream has left over at this point of the batch."""
        return self._batch.tails[key] if key in self._batch.tails else self._tails.get(key)

    def _take(self, message: StoredMessage) -> None:
        arrival = message.arrival
        self._batch.messages.append(message)
        self._heard(arrival)
        if len(arrival.payload) > self._terms.message_bytes:
            self._refuse_message(
                message,
                "message_too_large",
                f"{len(arrival.payload)} bytes; at most {self._terms.message_bytes} are decoded (OUTFALL_MESSAGE_BYTES). "
                "The message is stored whole.",
                arrival.payload[:RAW_OF_TOO_LARGE],
            )
        elif arrival.channel == "hj212":
            self._take_stream(message)
        elif arrival.channel == "status":
            self._take_status(message)
        else:
            place_documents(
                self._batch,
                self._origin(message),
                arrival.channel,
                arrival.payload,
                self._registry,
                self._terms,
            )

    def _heard(self, arrival: Arrival) -> None:
        if arrival.channel == "status":
            return
        before = self._batch.gateways.get(arrival.gateway)
        if before is not None and before.heard_at == arrival.received_at and before.state is None:
            return
        if before is not None and before.state == "online":
            self._batch.gateways[arrival.gateway] = GatewayNews(arrival.received_at, "online", before.detail)
        else:
            self._batch.gateways[arrival.gateway] = GatewayNews(arrival.received_at)

    def _take_stream(self, message: StoredMessage) -> None:
        arrival = message.arrival
        key = (arrival.gateway, arrival.channel)
        tail = self._current(key)
        if tail is not None and arrival.received_at - tail.since > self._terms.partial_frame:
            self._give_up(key, arrival.received_at)
            tail = None
        decoder = self._decoder(arrival.gateway)
        plain = unhex_payload(arrival.payload)
        pieces = decoder.feed(arrival.payload if plain is None else plain)
        for piece in pieces:
            self._place(self._origin(message), arrival.channel, piece)
        left = decoder.tail
        if left and left.strip(b"\r\n"):
            # A piece that ended in this message leaves bytes of this message only.
            since, first = (arrival.received_at, message.id)
            if tail is not None and not pieces:
                since, first = tail.since, tail.message_id
            self._batch.tails[key] = Tail(left, since, first)
        elif tail is not None:
            self._batch.tails[key] = None

    def _decoder(self, gateway: str) -> StreamDecoder:
        decoder = self._open.get(gateway)
        if decoder is None:
            tail = self._tails.get((gateway, "hj212"))
            decoder = StreamDecoder(keys=keys_of(self._registry, gateway), tail=tail.data if tail else b"")
            self._open[gateway] = decoder
        return decoder

    def _give_up(self, key: StreamKey, at: datetime) -> None:
        """The gap timer ran out: what is kept of a frame becomes quarantined pieces."""
        tail = self._current(key)
        if tail is None:
            return
        gateway, channel = key
        origin = FrameOrigin(tail.message_id, at, gateway, NO_OUTLET)
        for piece in self._decoder(gateway).flush():
            self._place(origin, channel, piece)
        self._batch.tails[key] = None

    def _origin(self, message: StoredMessage) -> FrameOrigin:
        arrival = message.arrival
        return FrameOrigin(message.id, arrival.received_at, arrival.gateway, NO_OUTLET)

    def _place(self, origin: FrameOrigin, channel: str, piece: Frame | Rejected) -> None:
        if self._refused is not None and (refusal := self._refused(origin.message_id, piece.raw)):
            outlet = belongs(self._registry, piece.mn, origin.gateway)
            quarantine(self._batch, origin, channel, refusal, mn=piece.mn, outlet=outlet, raw=piece.raw)
        elif isinstance(piece, Rejected):
            place_rejected(self._batch, origin, channel, piece, self._registry)
        else:
            place(
                self._batch, origin, channel, hj212_piece(piece, self._registry), self._registry, self._terms
            )

    def _take_status(self, message: StoredMessage) -> None:
        """A sign of life is no frame: only one that cannot be read appears in the ledger."""
        arrival = message.arrival
        try:
            state, detail = read_status(arrival.payload)
        except DecodeError as error:
            self._refuse_message(message, error.code, error.message, arrival.payload)
            return
        self._batch.gateways[arrival.gateway] = GatewayNews(arrival.received_at, state, detail)

    def _refuse_message(self, message: StoredMessage, reason: str, detail: str, raw: bytes) -> None:
        """Quarantine a message as one piece."""
        arrival = message.arrival
        self._batch.tally.add(arrival.received_at, arrival.gateway, NO_OUTLET, "received")
        refusal = Refusal(reason, detail)
        quarantine(
            self._batch, self._origin(message), arrival.channel, refusal, mn=None, outlet=None, raw=raw
        )


def refuse_batch_message(message: StoredMessage, tail: Tail | None, detail: str) -> Batch:
    """A batch of one message that the database will not take as it was decoded: kept whole, as one quarantined piece
    (store_refused).

    What the stream had left over goes with it, because the refused frame may have begun there.
    """
    batch = Batch(messages=[message])
    arrival = message.arrival
    batch.gateways[arrival.gateway] = GatewayNews(arrival.received_at)
    origin = FrameOrigin(message.id, arrival.received_at, arrival.gateway, NO_OUTLET)
    batch.tally.add(arrival.received_at, arrival.gateway, NO_OUTLET, "received")
    raw = (tail.data if tail is not None else b"") + arrival.payload
    quarantine(
        batch, origin, arrival.channel, Refusal("store_refused", detail), mn=None, outlet=None, raw=raw
    )
    if tail is not None:
        batch.tails[arrival.gateway, arrival.channel] = None
    return batch

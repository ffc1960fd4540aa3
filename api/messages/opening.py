"""From the bytes of a message to its pieces: frames of HJ 212, records of JSON and Neuron, and what could not be read. Pure.

Decoded with today's decoder. A frame may begin in an earlier message of its gateway: those bytes are given along, and the piece
says that it began before this message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.messages.masking import (
    Span,
    masked,
    masked_hexadecimal,
    outside,
    secret_spans,
)
from ingest.admission import belongs, keys_of, period_start
from ingest.documents import record_texts
from ingest.hj212 import Frame, Rejected, StreamDecoder, readings, unhex_payload
from ingest.hj212.typed import Measurement, Upload
from ingest.payloads import Envelope, PayloadRefused, read_json_payload, read_neuron_payload
from store.model import Outlet, Registry

Content = Frame | Rejected | Envelope | PayloadRefused


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the table message. ``digest`` is the SHA-256 of the exact payload."""

    id: int
    received_at: datetime
    gateway: str
    channel: str
    digest: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """One frame, one record, or bytes that gave none.

    Attributes
    ----------
    start, end : its place in the plain bytes of the message; ``start`` is negative where it began in an earlier message
    raw : its exact bytes with secrets masked
    outlet : whose it is, None when nobody's
    open : its end has not come in this message
    """

    start: int
    end: int
    raw: bytes
    outlet: Outlet | None
    content: Content
    open: bool = False

    @property
    def upload(self) -> Upload | None:
        """Its readings, as today's decoder types them; None where there is nothing of that kind."""
        if isinstance(self.content, Envelope):
            return self.content.upload
        if not isinstance(self.content, Frame):
            return None
        monitor = None if self.outlet is None else self.outlet.monitor
        return readings(self.content, None if monitor is None else monitor.protocol)

    def measurement(self, outlet_key: int, kind: str, factor: str, at: datetime) -> Measurement | None:
        """The measurement in it that is this reading, None when it holds another's."""
        upload = self.upload
        if upload is None or self.outlet is None or self.outlet.key != outlet_key or upload.kind != kind:
            return None
        moment = upload.data_time
        if moment is not None and self.outlet.monitor is not None:
            moment = period_start(self.outlet.monitor, kind, moment)
        if moment != at:
            return None
        return next((item for item in upload.items if item.factor == factor), None)


@dataclass(frozen=True, slots=True)
class Opened:
    """A message as one caller may see it.

    Attributes
    ----------
    shown : the payload with secrets masked, and for a company everything that is not in its own pieces
    plain : the bytes that the frames stand in, masked alike: ``shown`` itself but for a payload of hexadecimal text
    pieces : those that the caller may see, in order
    hidden : how many more there are
    secrets : whether anything secret was masked
    """

    stored: Stored
    shown: bytes
    plain: bytes
    pieces: tuple[Piece, ...]
    hidden: int
    secrets: bool

    @property
    def exact(self) -> bool:
        """Whether the bytes shown are the bytes received, so that their digest can be checked."""
        return self.shown == self.stored.payload


class Owners:
    """Whose an MN is: by the registry of the time of receipt, and by today's for an MN that was not registered then."""

    def __init__(self, then: Registry, now: Registry) -> None:
        self._then = then
        self._now = now

    def of(self, mn: str, gateway: str) -> Outlet | None:
        """The outlet of an MN that this gateway may speak for, None when there is none."""
        if self._then.by_mn(mn) is not None:
            return belongs(self._then, mn, gateway)
        return belongs(self._now, mn, gateway)

    def keys(self, gateway: str) -> Callable[[str], Sequence[bytes]]:
        """SM4 keys by MN: those of the time of receipt first."""
        then, now = keys_of(self._then, gateway), keys_of(self._now, gateway)

        def found(mn: str) -> Sequence[bytes]:
            return tuple(dict.fromkeys((*then(mn), *now(mn))))

        return found


def open_message(
    stored: Stored,
    before: Sequence[bytes],
    owners: Owners,
    *,
    site_key: int | None = None,
    most: int | None = None,
) -> Opened:
    """Decode a message and leave out what the caller may not see.

    ``before`` are the payloads that came before it on the stream, oldest first, from one on that begins with a head. A company
    (``site_key``) sees the pieces of its own outlets only. A payload longer than ``most`` bytes is not decoded, as ingest does
    not decode it.
    """
    plain, pieces, prefix = _decoded(stored, before, owners, most)
    secrets = [(start - len(prefix), end - len(prefix)) for start, end in secret_spans(prefix + plain)]
    visible = [piece for piece in pieces if site_key is None or _of_site(piece, site_key)]
    hiding = [] if site_key is None else outside(len(plain), [(piece.start, piece.end) for piece in visible])
    spans = [*_inside(secrets, len(plain)), *hiding]
    hexadecimal = plain != stored.payload
    return Opened(
        stored=stored,
        shown=masked_hexadecimal(stored.payload, spans) if hexadecimal else masked(stored.payload, spans),
        plain=masked(plain, spans),
        pieces=tuple(visible),
        hidden=len(pieces) - len(visible),
        secrets=any(end > 0 for _, end in secrets),
    )


def _of_site(piece: Piece, site_key: int) -> bool:
    return piece.outlet is not None and piece.outlet.site_key == site_key


def _inside(spans: Iterable[Span], size: int) -> list[Span]:
    return [(max(0, start), min(size, end)) for start, end in spans if end > 0 and start < size]


def _decoded(
    stored: Stored, before: Sequence[bytes], owners: Owners, most: int | None
) -> tuple[bytes, list[Piece], bytes]:
    """The plain bytes of the message, its pieces, and the plain bytes of its stream before it."""
    if most is not None and len(stored.payload) > most:
        return stored.payload, [], b""
    if stored.channel == "hj212":
        return _frames(stored, before, owners)
    if stored.channel in ("json", "neuron"):
        return stored.payload, _records(stored, owners), b""
    return stored.payload, [], b""


def _frames(stored: Stored, before: Sequence[bytes], owners: Owners) -> tuple[bytes, list[Piece], bytes]:
    decoder = StreamDecoder(keys=owners.keys(stored.gateway))
    prefix = b"".join(_plain(payload) for payload in before)
    decoder.feed(prefix)
    plain = _plain(stored.payload)
    found = [(piece, False) for piece in decoder.feed(plain)]
    found += [(piece, True) for piece in decoder.flush()]
    pieces = []
    for content, unfinished in found:
        start = content.offset - len(prefix)
        outlet = owners.of(content.mn, stored.gateway) if content.mn else None
        raw = masked(content.raw, secret_spans(content.raw))
        pieces.append(Piece(start, start + len(content.raw), raw, outlet, content, unfinished))
    return plain, pieces, prefix


def _plain(payload: bytes) -> bytes:
    """The frame bytes of a payload, which may be their hexadecimal text."""
    found = unhex_payload(payload)
    return payload if found is None else found


def _records(stored: Stored, owners: Owners) -> list[Piece]:
    payload = stored.payload
    if stored.channel == "json":
        records = read_json_payload(payload)
        texts = record_texts(payload, len(records))
    else:
        records = read_neuron_payload(payload)
        texts = [payload] * len(records)
    pieces = []
    reached = 0
    for record, text in zip(records, texts, strict=True):
        # The text of a record is a part of the payload; one that is not is the whole payload.
        start = max(0, payload.find(text, reached))
        if len(text) < len(payload):
            reached = start + len(text)
        outlet = owners.of(record.mn, stored.gateway) if record.mn else None
        raw = masked(text, secret_spans(text))
        pieces.append(Piece(start, start + len(text), raw, outlet, record))
    return _apart(pieces)


def _apart(pieces: list[Piece]) -> list[Piece]:
    """Records whose bytes cannot be told apart are one owner's or nobody's: a company must not see others' in its own."""
    by_place: dict[Span, set[int | None]] = {}
    for piece in pieces:
        site = None if piece.outlet is None else piece.outlet.site_key
        by_place.setdefault((piece.start, piece.end), set()).add(site)
    return [
        piece
        if len(by_place[piece.start, piece.end]) == 1
        else Piece(piece.start, piece.end, piece.raw, None, piece.content)
        for piece in pieces
    ]

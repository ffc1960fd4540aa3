"""JSON and Neuron messages in the shape that every channel shares.

They carry no PW: the broker has checked who publishes, and the registry which MN the gateway may speak for. They are not
answered on ``down`` either: their sender speaks MQTT itself and has the broker's acknowledgement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ingest.admission import Refusal, Terms, belongs
from ingest.batch import Batch, FrameOrigin
from ingest.frames import Piece, place, quarantine
from ingest.payloads import Envelope, PayloadRefused, plain_json, read_json_payload, read_neuron_payload
from ingest.pieces import all_anomalies, note_undecodable
from ingest.tally import NO_OUTLET
from store.model import Monitor, Registry

MALFORMED = "payload_malformed"


def place_documents(
    batch: Batch, origin: FrameOrigin, channel: str, payload: bytes, registry: Registry, terms: Terms
) -> None:
    """Place every record of a message; a record that cannot be used does not hold up the others."""
    if channel == "json":
        records = read_json_payload(payload)
        raws = record_texts(payload, len(records))
    else:
        records = read_neuron_payload(payload)
        raws = [payload] * len(records)
    for record, raw in zip(records, raws, strict=True):
        if isinstance(record, PayloadRefused):
            _place_refused(batch, origin, channel, record, raw, registry)
        else:
            place(batch, origin, channel, _piece(record, raw), registry, terms)


def record_texts(payload: bytes, count: int) -> Sequence[bytes]:
    """The exact bytes of each record of a list, or the whole payload where it is no list of ``count`` records."""
    texts = list(_elements(payload))
    return texts if len(texts) == count else [payload] * count


def _elements(payload: bytes) -> Iterator[bytes]:
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        return
    decoder = json.JSONDecoder()
    place = _skip(text, 0, "")
    if not text.startswith("[", place):
        return
    place = _skip(text, place + 1, "")
    while place < len(text) and text[place] != "]":
        try:
            _, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return
        yield text[place:end].encode()
        place = _skip(text, end, ",")


def _skip(text: str, place: int, also: str) -> int:
    while place < len(text) and text[place] in " \t\r\n\ufeff" + also:
        place += 1
    return place


def _piece(envelope: Envelope, raw: bytes) -> Piece:
    upload = envelope.upload

    def body() -> Mapping[str, Any]:
        try:
            return {"record": plain_json.loads(raw)}
        except ValueError:
            return {"text": raw.decode("utf-8", "replace")}

    def no_answer(monitor: Monitor) -> None:
        return None

    return Piece(
        mn=envelope.mn,
        cn=envelope.cn,
        checks_password=False,
        password=None,
        kind=upload.kind,
        data_time=upload.data_time,
        data_time_text=None if upload.data_time is None else upload.data_time.isoformat(),
        items=upload.items,
        anomalies=all_anomalies(envelope.anomalies, upload),
        body=body,
        raw=raw,
        answer=no_answer,
    )


def _place_refused(
    batch: Batch, origin: FrameOrigin, channel: str, refused: PayloadRefused, raw: bytes, registry: Registry
) -> None:
    outlet = belongs(registry, refused.mn, origin.gateway) if refused.mn else None
    key = outlet.key if outlet is not None else NO_OUTLET
    origin = FrameOrigin(origin.message_id, origin.received_at, origin.gateway, key)
    batch.tally.add(origin.received_at, origin.gateway, key, "received")
    detail = f"{refused.code} at {refused.path}: {refused.detail}"
    quarantine(batch, origin, channel, Refusal(MALFORMED, detail), mn=refused.mn, outlet=outlet, raw=raw)
    note_undecodable(batch, origin, MALFORMED, detail)

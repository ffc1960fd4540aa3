"""A piece of a message as JSON: a frame as ``outfall decode`` prints it, without its secrets. Pure."""

from __future__ import annotations

from typing import Any

from api.messages.masking import shown_fields, shown_pairs
from api.messages.opening import Piece
from ingest.decode_command import describe, printable
from ingest.hj212 import Frame, Rejected
from ingest.hj212.typed import Measurement
from ingest.payloads import Envelope, PayloadRefused

Item = dict[str, Any]


def decoded(piece: Piece) -> Item:
    """What the decoder makes of a piece."""
    content = piece.content
    if isinstance(content, Frame | Rejected):
        found = describe(content)
        found |= {"fields": shown_fields(content.fields), "cp": shown_pairs(content.cp)}
        # The place of a piece is told beside it, in the message and not in the stream.
        found.pop("offset", None)
        if isinstance(content, Rejected):
            found["raw"] = printable(piece.raw)
        return found
    if isinstance(content, PayloadRefused):
        return {"ok": False, "error": content.code, "detail": content.detail, "path": content.path}
    return _record(content)


def _record(envelope: Envelope) -> Item:
    upload = envelope.upload
    return {
        "ok": True,
        "mn": envelope.mn,
        "st": envelope.st,
        "cn": envelope.cn,
        "qn": envelope.qn,
        "flag": envelope.flag._asdict() if envelope.flag else None,
        "kind": upload.kind,
        "data_time": upload.data_time.isoformat() if upload.data_time else None,
        "anomalies": list(envelope.anomalies),
        "items": [_measurement(item) for item in upload.items],
    }


def _measurement(item: Measurement) -> Item:
    return {**item._asdict(), "extra": dict(item.extra), "anomalies": list(item.anomalies)}

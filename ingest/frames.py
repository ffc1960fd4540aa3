"""Where one decoded piece goes: readings, device record or quarantine.

Answers. A frame whose sender asks for one is answered when it is stored *as data*: new, already there, or differing (hj212.md
§8: the sender deletes or marks its record on the answer, so it must also hear one for a repetition, or it would never stop).
A quarantined frame is **not** answered, although its bytes are kept: its sender must not believe that its data count. It
repeats the frame as its standard says (table 1: a few times), and most loggers keep the record and show the failure, which is
what an engineer on site has to see. A frame with a wrong CRC is not answered because the standard ends its processing (§3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ingest.admission import (
    Refusal,
    Terms,
    belongs,
    period_start,
    refuse_data_time,
    refuse_password,
    refuse_stranger,
)
from ingest.batch import Batch, DeviceRecord, FrameOrigin, FrameReadings, Quarantined
from ingest.hj212 import Measurement
from ingest.tally import NO_OUTLET
from store.model import Monitor, Outlet, Registry

DETAIL_CHARACTERS_MOST = 500
MN_CHARACTERS_MOST = 64
CN_CHARACTERS_MOST = 16
FACTOR_CHARACTERS_MOST = 64
"""The longest code of HJ 212 has six characters; an index entry of PostgreSQL holds about 2,700 bytes."""

REASONS = {"incomplete": "incomplete_frame"}
"""Quarantine reasons where they are named otherwise than the codec's errors."""

CLOCK_SKEW = "clock_skew"
END_STAMPED = "end_stamped"
NO_READINGS = "no_readings"


class Piece(NamedTuple):
    """A decoded piece in the shape that every channel shares.

    Attributes
    ----------
    checks_password : whether this channel carries a PW at all
    kind : kind of reading, None for an upload that is none
    items : readings, in the order they came
    body : the content as sent, for a device record
    raw : exact bytes, for quarantine
    answer : makes the frame to publish when the piece is stored; None when its sender wants none
    """

    mn: str
    cn: str
    checks_password: bool
    password: str | None
    kind: str | None
    data_time: datetime | None
    data_time_text: str | None
    items: Sequence[Measurement]
    anomalies: tuple[str, ...]
    body: Callable[[], Mapping[str, Any]]
    raw: bytes
    answer: Callable[[Monitor], bytes | None]


def place(
    batch: Batch, origin: FrameOrigin, channel: str, piece: Piece, registry: Registry, terms: Terms
) -> None:
    """Count the piece as received, and put it where it belongs."""
    outlet = belongs(registry, piece.mn, origin.gateway)
    key = outlet.key if outlet is not None else NO_OUTLET
    batch.tally.add(origin.received_at, origin.gateway, key, "received")
    if outlet is None or outlet.monitor is None:
        refusal = refuse_stranger(registry, piece.mn, origin.gateway)
        quarantine(batch, origin, channel, refusal, mn=piece.mn, outlet=None, raw=piece.raw)
        return
    origin = origin.of_outlet(key)
    refused = _refuse(piece, outlet.monitor, origin.received_at, terms)
    if refused is not None:
        quarantine(batch, origin, channel, refused, mn=piece.mn, outlet=outlet, raw=piece.raw)
        return
    anomalies = piece.anomalies
    if piece.kind is None or piece.data_time is None or not piece.items:
        if piece.kind is not None:
            anomalies = (*anomalies, NO_READINGS)
        batch.records.append(
            DeviceRecord(
                origin,
                piece.cn[:CN_CHARACTERS_MOST],
                piece.data_time,
                piece.body(),
                piece.answer(outlet.monitor),
            )
        )
    else:
        seen = _store(batch, origin, piece, piece.kind, piece.data_time, outlet.monitor, terms)
        if seen:
            anomalies = (*anomalies, *seen)
    if anomalies:
        count_anomalies(batch, origin, anomalies)


def _refuse(piece: Piece, monitor: Monitor, received_at: datetime, terms: Terms) -> Refusal | None:
    if piece.checks_password and (refusal := refuse_password(monitor, piece.password)):
        return refusal
    if piece.kind is None:
        return None
    if refusal := refuse_data_time(piece.data_time, piece.data_time_text, received_at, terms):
        return refusal
    for item in piece.items:
        if len(item.factor) > FACTOR_CHARACTERS_MOST:
            return Refusal(
                "payload_malformed",
                f"a factor code of {len(item.factor)} characters; at most {FACTOR_CHARACTERS_MOST} are stored",
            )
    return None


def _store(
    batch: Batch,
    origin: FrameOrigin,
    piece: Piece,
    kind: str,
    data_time: datetime,
    monitor: Monitor,
    terms: Terms,
) -> list[str]:
    """Queue the readings; gives the anomalies that only the receiver can see."""
    seen: list[str] = []
    start = period_start(monitor, kind, data_time)
    stamp = None
    if start != data_time:
        stamp = piece.data_time_text or data_time.isoformat()
        seen.append(END_STAMPED)
    if kind == "realtime" and data_time > origin.received_at + terms.clock_skew:
        seen.append(CLOCK_SKEW)
        batch.findings.notice(
            CLOCK_SKEW,
            at=data_time,
            gateway=origin.gateway,
            outlet_key=origin.outlet_key,
            example={
                "data_time": data_time.isoformat(),
                "received_at": origin.received_at.isoformat(),
                "seconds_ahead": int((data_time - origin.received_at).total_seconds()),
            },
        )
    batch.frames.append(FrameReadings(origin, kind, start, piece.items, stamp, piece.answer(monitor)))
    return seen


def count_anomalies(batch: Batch, origin: FrameOrigin, anomalies: Iterable[str]) -> None:
    """Count a frame once for each name of an anomaly that it carries."""
    for name in set(anomalies):
        batch.tally.add(origin.received_at, origin.gateway, origin.outlet_key, "anomaly", reason=name)


def quarantine(
    batch: Batch,
    origin: FrameOrigin,
    channel: str,
    refusal: Refusal,
    *,
    mn: str | None,
    outlet: Outlet | None,
    raw: bytes,
) -> None:
    """Keep a piece with its reason, count it, and note what an officer should hear of."""
    key = outlet.key if outlet is not None else NO_OUTLET
    detail = refusal.detail[:DETAIL_CHARACTERS_MOST]
    short_mn = mn[:MN_CHARACTERS_MOST] if mn else None
    batch.quarantined.append(
        Quarantined(
            origin.message_id,
            origin.received_at,
            origin.gateway,
            channel,
            short_mn,
            outlet.key if outlet is not None else None,
            refusal.reason,
            detail,
            raw,
        )
    )
    batch.tally.add(origin.received_at, origin.gateway, key, "quarantined", reason=refusal.reason)
    if refusal.finding is not None:
        batch.findings.notice(
            refusal.finding,
            at=origin.received_at,
            gateway=origin.gateway,
            outlet_key=key,
            example={"mn": short_mn or ""},
        )

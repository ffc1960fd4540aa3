"""Frames of HJ 212, and bytes that gave none, in the shape that every channel shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ingest.admission import Refusal, belongs
from ingest.batch import Batch, FrameOrigin
from ingest.frames import REASONS, Piece, count_anomalies, quarantine
from ingest.hj212 import Frame, Rejected, Upload, acknowledge, readings
from ingest.hj212.crc import CrcVariant
from ingest.tally import NO_OUTLET
from store.model import Monitor, Registry


def hj212_piece(frame: Frame, registry: Registry) -> Piece:
    """A frame of HJ 212 with its typed view; the protocol of its monitor decides how old factor codes are read."""
    outlet = registry.by_mn(frame.mn)
    protocol = outlet.monitor.protocol if outlet is not None and outlet.monitor is not None else None
    upload = readings(frame, protocol)

    def body() -> Mapping[str, Any]:
        return {"cp": frame.cp}

    def answer(monitor: Monitor) -> bytes | None:
        return acknowledge(frame, crc_variant=cast(CrcVariant, monitor.acknowledge_crc))

    return Piece(
        mn=frame.mn,
        cn=frame.cn,
        checks_password=True,
        password=frame.pw,
        kind=upload.kind,
        data_time=upload.data_time,
        data_time_text=frame.data_time_text,
        items=upload.items,
        anomalies=all_anomalies(frame.anomalies, upload),
        body=body,
        raw=frame.raw,
        answer=answer,
    )


def all_anomalies(outer: tuple[str, ...], upload: Upload) -> tuple[str, ...]:
    """Names of everything odd about a piece: the frame or record, its time, its factors. A name may occur twice."""
    found = outer
    if upload.data_time_anomaly is not None and upload.kind is not None:
        found = (*found, upload.data_time_anomaly)
    for item in upload.items:
        if item.anomalies:
            found = (*found, *item.anomalies)
    return found


def place_rejected(
    batch: Batch, origin: FrameOrigin, channel: str, rejected: Rejected, registry: Registry
) -> None:
    """Keep bytes that gave no frame. They count for the outlet whose MN can still be read in them, if the gateway is its
    own."""
    outlet = belongs(registry, rejected.mn, origin.gateway) if rejected.mn else None
    key = outlet.key if outlet is not None else NO_OUTLET
    origin = FrameOrigin(origin.message_id, origin.received_at, origin.gateway, key)
    batch.tally.add(origin.received_at, origin.gateway, key, "received")
    reason = REASONS.get(rejected.error, rejected.error)
    quarantine(
        batch,
        origin,
        channel,
        Refusal(reason, rejected.detail),
        mn=rejected.mn,
        outlet=outlet,
        raw=rejected.raw,
    )
    note_undecodable(batch, origin, reason, rejected.detail)
    count_anomalies(batch, origin, rejected.anomalies)


def note_undecodable(batch: Batch, origin: FrameOrigin, reason: str, detail: str) -> None:
    """A finding for bytes that could not be read at all."""
    batch.findings.notice(
        "undecodable",
        at=origin.received_at,
        gateway=origin.gateway,
        outlet_key=origin.outlet_key,
        example={"reason": reason, "detail": detail[:200]},
    )

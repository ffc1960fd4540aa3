"""What one batch of messages comes to: plain rows, decided without clock, network or database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from ingest.arrival import Arrival
from ingest.findings import Findings
from ingest.hj212 import Measurement
from ingest.tally import Tally

StreamKey = tuple[str, str]
"""Gateway and channel: one byte stream."""


class StoredMessage(NamedTuple):
    """An arrival with its number."""

    id: int
    arrival: Arrival


class FrameOrigin(NamedTuple):
    """Where a frame came from and whom it belongs to."""

    message_id: int
    received_at: datetime
    gateway: str
    outlet_key: int

    def of_outlet(self, outlet_key: int) -> FrameOrigin:
        """The same, now that the outlet is known."""
        return FrameOrigin(self.message_id, self.received_at, self.gateway, outlet_key)


class FrameReadings(NamedTuple):
    """A frame whose readings are to be stored. A named tuple, like everything that is made once a frame or message here: a frozen
    dataclass costs three times as much to make.

    ``stamp`` is the DataTime as sent where the monitor stamps the end of a period and ``data_time`` was moved to its start.
    """

    origin: FrameOrigin
    kind: str
    data_time: datetime
    items: Sequence[Measurement]
    stamp: str | None
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """An upload that is no reading: facility state, check result, log, restart, heartbeat, answer to a request."""

    origin: FrameOrigin
    cn: str
    data_time: datetime | None
    body: Mapping[str, Any]
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A piece that could not be used, with the reason. ``raw`` are its exact bytes."""

    message_id: int
    received_at: datetime
    gateway: str
    channel: str
    mn: str | None
    outlet_key: int | None
    reason: str
    detail: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Tail:
    """The beginning of a frame whose rest has not come.

    ``since`` is the receive time of its first byte, ``message_id`` the message that byte was in.
    """

    data: bytes
    since: datetime
    message_id: int


@dataclass(frozen=True, slots=True)
class GatewayNews:
    """The last sign of life of a gateway in a batch; ``state`` is None unless the gateway said it itself."""

    heard_at: datetime
    state: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """Everything that one transaction stores.

    ``tally`` holds ``received``, ``quarantined`` and ``anomaly``; the write stage adds accepted, duplicate and conflicting,
    which only the database can tell apart. ``tails`` holds every stream that was touched, None where nothing is left over.
    """

    messages: list[StoredMessage] = field(default_factory=list)
    frames: list[FrameReadings] = field(default_factory=list)
    records: list[DeviceRecord] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    tails: dict[StreamKey, Tail | None] = field(default_factory=dict)
    gateways: dict[str, GatewayNews] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    tally: Tally = field(default_factory=Tally)

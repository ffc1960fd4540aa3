"""A message as the broker delivered it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple

TOPIC_ROOT = "outfall/v1"
CHANNELS = ("hj212", "json", "neuron", "status")
SUBSCRIPTIONS = tuple(f"{TOPIC_ROOT}/+/{channel}" for channel in CHANNELS)
"""What ingest subscribes to (design §4.3). The broker's ACL lets a gateway write below its own name only."""

GATEWAY_CHARACTERS_MOST = 64
"""A registered gateway has at most 63 characters, so a name cut here can never become a registered one."""


class Arrival(NamedTuple):
    """One MQTT publish.

    Attributes
    ----------
    epoch : number of the connection it came on; an acknowledgement is only possible on the same one
    packet_id : MQTT packet identifier, None for a message published with QoS 0
    dup : the broker says that it has sent this message before
    """

    epoch: int
    packet_id: int | None
    dup: bool
    gateway: str
    channel: str
    payload: bytes
    received_at: datetime
    digest: bytes


def digest_of(payload: bytes) -> bytes:
    """SHA-256 of the exact bytes."""
    return hashlib.sha256(payload).digest()


def parse_topic(topic: str) -> tuple[str, str]:
    """Gateway and channel of a topic that matches one of the subscriptions."""
    gateway, _, channel = topic.removeprefix(TOPIC_ROOT + "/").rpartition("/")
    return gateway[:GATEWAY_CHARACTERS_MOST].replace("\x00", "�"), channel


def down_topic(gateway: str) -> str:
    """Where a gateway hears the platform: HJ 212 answers and requests."""
    return f"{TOPIC_ROOT}/{gateway}/down"

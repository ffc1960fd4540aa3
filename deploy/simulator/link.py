"""A gateway's line to the broker: MQTT 5, QoS 1, birth and last will, the answers on ``down``.

What is published counts as delivered when the broker has confirmed it, in the order of publishing. While the line is down nothing
is lost: paho keeps what is on its way, and :meth:`Link.publish` refuses, so the caller keeps the rest.
"""

from __future__ import annotations

import json
import logging
import re
import ssl
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import (
    Client,
    ConnectFlags,
    DisconnectFlags,
    MQTTMessage,
)
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from store import clock
from store.errors import SettingsError

log = logging.getLogger(__name__)

#: Messages on their way to the broker at a time; Mosquitto itself takes 20 to 65 535 (max_inflight_messages).
WINDOW = 100
#: How long the broker keeps the answers of a gateway that is away.
SESSION_SECONDS = 86400
#: MQTT 5 reason for a disconnect after which the broker sends the last will all the same.
_DISCONNECT_WITH_WILL = 0x04
_ANSWER = re.compile(rb"CN=901[34];.*?MN=([^;]*)")
_QN = re.compile(rb"QN=(\d{17})")


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is. ``ca`` None with ``tls`` means the machine's own certificate authorities."""

    host: str
    port: int
    tls: bool
    ca: Path | None

    @classmethod
    def from_url(cls, url: str, ca: Path | None) -> Broker:
        """From ``mqtt://`` or ``mqtts://``; user and password in it are the platform's and ignored. Raises SettingsError."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise SettingsError(
                "OUTFALL_MQTT_URL must look like mqtt://user:password@host:port (or mqtts://).",
                code="mqtt_url_wrong",
            )
        tls = parts.scheme == "mqtts"
        return cls(parts.hostname, parts.port or (8883 if tls else 1883), tls, ca)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message on its way."""

    mid: int
    topic: str
    payload: bytes
    delivered: Callable[[], None] | None


class Link:
    """One connection. Call its methods from one thread; the callbacks of paho come from another.

    Parameters
    ----------
    announce : whether this is the gateway itself, with birth, last will and a lasting session, or a passer-by under its name
    """

    def __init__(self, gateway: str, password: str, broker: Broker, *, announce: bool = True) -> None:
        self.gateway = gateway
        self.refused = 0
        self.refusal: str | None = None
        self._broker = broker
        self._announce = announce
        self._connected = threading.Event()
        self._confirmed: deque[int] = deque()
        self._confirmed_early: set[int] = set()
        self._outstanding: deque[_Sent] = deque()
        self._answers: deque[tuple[str, str]] = deque()
        self._wake = threading.Event()
        self.is_open = False
        self._password = password
        self._client = self._new_client()

    def _new_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"gateway-{self.gateway}" if self._announce else "",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        client.username_pw_set(self.gateway, self._password)
        if self._broker.tls:
            client.tls_set_context(
                ssl.create_default_context(cafile=None if self._broker.ca is None else str(self._broker.ca))
            )
        client.max_inflight_messages_set(WINDOW)
        client.reconnect_delay_set(1, 30)
        if self._announce:
            client.will_set(self._topic("status"), self._status("offline"), qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    # -- state --------------------------------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted us and the line is up."""
        return self._connected.is_set()

    @property
    def outstanding(self) -> int:
        """Messages that the broker has not confirmed."""
        return len(self._outstanding)

    def open(self) -> None:
        """Begin to connect, and go on trying with growing pauses. What was not confirmed before a :meth:`drop` goes first."""
        self._confirmed.clear()
        self._confirmed_early.clear()
        self._outstanding = deque(
            replace(sent, mid=self._client.publish(sent.topic, sent.payload, qos=1).mid)
            for sent in self._outstanding
        )
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_SECONDS if self._announce else 0
        self._client.connect_async(
            self._broker.host,
            self._broker.port,
            keepalive=30,
            clean_start=not self._announce,
            properties=properties,
        )
        self._client.loop_start()
        self.is_open = True

    def close(self) -> None:
        """Say goodbye: ``offline`` on the status topic, then disconnect."""
        if self.connected and self._announce:
            self._client.publish(
                self._topic("status"), self._status("offline"), qos=1, retain=True
            ).wait_for_publish(2)
        self._client.disconnect()
        self._retire()

    def drop(self) -> None:
        """Lose the line as in a power cut: the broker sends the last will."""
        self.settle()
        self._client.disconnect(
            reasoncode=ReasonCode(PacketTypes.DISCONNECT, identifier=_DISCONNECT_WITH_WILL)
        )
        self._retire()

    def _retire(self) -> None:
        """Leave the disconnected client: paho's loop starts only once, and a client frees its sockets when nobody holds it."""
        self._client.loop_stop()
        self._client.on_connect = self._client.on_connect_fail = self._client.on_disconnect = None
        self._client.on_publish = self._client.on_message = None
        self._client = self._new_client()
        self._connected.clear()
        self.is_open = False

    # -- traffic ------------------------------------------------------------------------------------------------------------

    def publish(self, topic: str, payload: bytes, delivered: Callable[[], None] | None = None) -> bool:
        """Publish below the gateway's own topic; ``delivered`` is called by :meth:`settle` after the broker has confirmed.

        Returns False, and does nothing, when the line is down or the window is full.
        """
        if not self.connected or len(self._outstanding) >= WINDOW:
            return False
        full = self._topic(topic)
        info = self._client.publish(full, payload, qos=1)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            return False
        self._confirmed_early.discard(info.mid)  # numbers are used again after 65 535
        self._outstanding.append(_Sent(info.mid, full, payload, delivered))
        return True

    def wait(self, seconds: float) -> None:
        """Wait until something was confirmed or answered, or so long."""
        self._wake.wait(seconds)
        self._wake.clear()

    def settle(self) -> None:
        """Take note of what the broker has confirmed, oldest first."""
        while self._confirmed:
            self._confirmed_early.add(self._confirmed.popleft())
        while self._outstanding and self._outstanding[0].mid in self._confirmed_early:
            sent = self._outstanding.popleft()
            self._confirmed_early.discard(sent.mid)
            if sent.delivered is not None:
                sent.delivered()

    def answers(self) -> list[tuple[str, str]]:
        """(MN, QN) of the HJ 212 answers (9013, 9014) heard since the last call."""
        heard = []
        while self._answers:
            heard.append(self._answers.popleft())
        return heard

    # -- callbacks of paho, in its thread -------------------------------------------------------------------------------------

    def _topic(self, leaf: str) -> str:
        return f"outfall/v1/{self.gateway}/{leaf}"

    def _status(self, state: str) -> str:
        return json.dumps(
            {"state": state, "at": clock.now().isoformat(timespec="seconds"), "software": "simulator"}
        )

    def _on_connect(
        self,
        client: Client,
        _userdata: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self.refusal = str(reason)
            log.warning("gateway %s: the broker refuses the connection: %s", self.gateway, reason)
            return
        self.refusal = None
        if self._announce:
            client.subscribe(self._topic("down"), qos=1)
            client.publish(self._topic("status"), self._status("online"), qos=1, retain=True)
        self._connected.set()
        self._wake.set()

    def _on_connect_fail(self, _client: Client, _userdata: Any) -> None:
        log.warning(
            "gateway %s: no broker at %s:%s, trying again", self.gateway, self._broker.host, self._broker.port
        )

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: Any,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._connected.clear()
        if reason.is_failure:
            log.warning("gateway %s: the line is down: %s", self.gateway, reason)

    def _on_publish(
        self,
        _client: Client,
        _userdata: Any,
        mid: int,
        reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        if reason.is_failure:
            self.refused += 1
            log.warning("gateway %s: the broker refuses a message: %s", self.gateway, reason)
        self._confirmed.append(mid)
        self._wake.set()

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        qn, answer = _QN.search(payload), _ANSWER.search(payload)
        if qn is not None and answer is not None:
            self._answers.append((answer[1].decode("ascii", "replace"), qn[1].decode("ascii")))
            self._wake.set()

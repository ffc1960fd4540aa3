"""The MQTT session of one ingest process: a persistent session with manual acknowledgement and a bound on what is on the way.

One thread owns the client. It appends arrivals to a queue and sends the acknowledgements that it is given; it never decodes
and never waits for the database, so the keep-alive goes on however slow storing is. Back-pressure is MQTT 5's Receive
Maximum: the broker has at most that many unacknowledged messages on the way and keeps the rest."""

from __future__ import annotations

import logging
import select
import socket
import ssl
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.arrival import SUBSCRIPTIONS, Arrival, digest_of, down_topic, parse_topic
from ingest.backoff import Backoff
from ingest.client import BulkClient, Publication
from ingest.shards import Shards
from store.clock import now
from store.errors import SettingsError

log = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 30
SESSION_EXPIRY_SECONDS = 30 * 86400
"""A month: the broker keeps what comes while ingest is down for repairs, well beyond a long holiday."""

WAITING_BYTES_MOST = 64 * 1024 * 1024
"""Receive Maximum bounds the number of messages, this their size: above it nothing is read until some are stored."""

TOPICS_REMEMBERED_MOST = 10_000

ANSWERS_WAITING_MOST = 20_000
"""Answers to gateways beyond this are left out: a logger that hears none repeats its frame (hj212.md §8)."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and who we are there."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    ca: Path | None


def broker_address(url: str, ca: Path | None) -> BrokerAddress:
    """Take ``mqtt://user:password@host:port`` apart. Raises SettingsError for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(
            "OUTFALL_MQTT_URL is no URL; write mqtt://user:password@host:port.", code="mqtt_url_wrong"
        ) from error
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise SettingsError(
            "OUTFALL_MQTT_URL must look like mqtt://user:password@host:port (mqtts:// for TLS).",
            code="mqtt_url_wrong",
        )
    tls = parts.scheme == "mqtts"
    return BrokerAddress(
        host=parts.hostname,
        port=port or (8883 if tls else 1883),
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        tls=tls,
        ca=ca,
    )


class Session:
    """Connects, stays connected, delivers arrivals and sends acknowledgements.

    ``epoch`` numbers the connections. ``oldest_epoch`` is the oldest whose queued arrivals are still to be stored: when the
    broker still has the session it redelivers everything unacknowledged, so what is queued from before would come twice; when
    it has lost the session nothing comes again, so what is queued is kept. ``fresh_epoch`` is the latest connection with a
    new session."""

    def __init__(
        self,
        address: BrokerAddress,
        *,
        client_id: str,
        receive_maximum: int,
        arrivals: Sequence[SimpleQueue[Sequence[Arrival]]],
        shards: Shards,
    ) -> None:
        self._address = address
        self.receive_maximum = receive_maximum
        self._arrivals = arrivals
        self._shards = shards
        self.epoch = 0
        self.oldest_epoch = 0
        self.fresh_epoch = 0
        self.connected = False
        self.listening = False
        self.delivered = 0
        self._bytes_taken_in = 0
        self._bytes_released = [0] * len(arrivals)
        self.answers_left_out = 0
        self._acks: deque[tuple[int, Sequence[int]]] = deque()
        self._answers: deque[tuple[str, bytes]] = deque()
        self._topics: dict[str, tuple[str, str, int]] = {}
        self._stopping = threading.Event()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._client = self._make_client(client_id)
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def _make_client(self, client_id: str) -> BulkClient:
        client = BulkClient(client_id, self._on_publications)
        address = self._address
        if address.user is not None:
            client.username_pw_set(address.user, address.password)
        if address.tls:
            client.tls_set_context(ssl.create_default_context(cafile=address.ca))
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.connect_timeout = 5.0
        return client

    def start(self) -> None:
        """Begin to connect, in the background."""
        self._thread.start()

    def acknowledge(self, epoch: int, packet_ids: Sequence[int]) -> None:
        """Acknowledge what was committed; ignored when its connection is gone, since the broker redelivers it then."""
        if packet_ids:
            self._acks.append((epoch, packet_ids))
            self._wake()

    def answer(self, gateway: str, frame: bytes) -> None:
        """Publish a frame on the gateway's ``down`` topic with QoS 0: one that is lost is asked for again by the frame's
        repetition."""
        if len(self._answers) >= ANSWERS_WAITING_MOST:
            self.answers_left_out += 1
            return
        self._answers.append((gateway, frame))
        self._wake()

    def release(self, shard: int, payload_bytes: int) -> None:
        """The storing thread of this shard is done with so many bytes of arrivals."""
        paused = self._is_full()
        self._bytes_released[shard] += payload_bytes
        if paused:
            self._wake()

    def _is_full(self) -> bool:
        # Each counter has one writer, so their difference needs no lock.
        return self._bytes_taken_in - sum(self._bytes_released) > WAITING_BYTES_MOST

    def stop(self, seconds: float) -> None:
        """Send what is waiting, say good-bye and end the thread. The session stays with the broker."""
        self._stopping.set()
        self._wake()
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self._wake_in.close()
            self._wake_out.close()

    def _wake(self) -> None:
        # A full pair means that the thread is about to wake anyway.
        try:
            self._wake_out.send(b"!")
        except BlockingIOError:
            return

    def _run(self) -> None:
        backoff = Backoff(0.5, 30)
        while not self._stopping.is_set():
            if self._connect():
                self._serve(backoff)
            if not self._stopping.is_set():
                wait = backoff.next()
                log.info("next attempt at the broker in %.1f s", wait)
                self._stopping.wait(wait)

    def _connect(self) -> bool:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = self.receive_maximum
        properties.SessionExpiryInterval = SESSION_EXPIRY_SECONDS
        try:
            self._client.connect(
                self._address.host,
                self._address.port,
                KEEPALIVE_SECONDS,
                clean_start=False,
                properties=properties,
            )
        except OSError as error:
            log.warning(
                "the broker at %s:%s cannot be reached: %s", self._address.host, self._address.port, error
            )
            return False
        return True

    def _serve(self, backoff: Backoff) -> None:
        client = self._client
        leaving = False
        while (sock := client.socket()) is not None:
            writers = [sock] if client.want_write() else []
            readers = [self._wake_in] if self._is_full() else [self._wake_in, sock]
            readable, _, _ = select.select(readers, writers, [], 1.0)
            if self._wake_in in readable:
                self._wake_in.recv(4096)
            if self.connected:
                backoff.reset()
                self._send_waiting()
            if sock in readable:
                client.loop_read()
            if client.want_write():
                client.loop_write()
            client.loop_misc()
            if self._stopping.is_set() and not leaving:
                self._send_waiting()
                client.disconnect()
                leaving = True

    def _send_waiting(self) -> None:
        while self._acks:
            epoch, packet_ids = self._acks.popleft()
            if epoch == self.epoch and self.connected:
                self._client.acknowledge(packet_ids)
        if self._answers and self.connected:
            answers = [self._answers.popleft() for _ in range(len(self._answers))]
            self._client.publish_many((down_topic(gateway), frame) for gateway, frame in answers)

    def _on_connect(
        self,
        client: Client,
        userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.error(
                "the broker refuses the connection: %s. Check user and password in OUTFALL_MQTT_URL.", reason
            )
            return
        self.epoch += 1
        if flags.session_present:
            self.oldest_epoch = self.epoch
        else:
            self.fresh_epoch = self.epoch
        self.connected = True
        # Retained states come once, with the subscription, and not again with every reconnect.
        options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        client.subscribe([(topic, options) for topic in SUBSCRIPTIONS])
        log.info(
            "connected to the broker, %s",
            "session resumed" if flags.session_present else "new session",
        )

    def _on_subscribe(
        self,
        client: Client,
        userdata: object,
        packet_id: int,
        reasons: Sequence[ReasonCode],
        properties: Properties | None,
    ) -> None:
        refused = [reason for reason in reasons if reason.is_failure]
        if refused:
            log.error(
                "the broker refuses a subscription: %s. Check its access rules for this user.", refused[0]
            )
        self.listening = not refused

    def _on_disconnect(
        self,
        client: Client,
        userdata: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if self.connected and not self._stopping.is_set():
            log.warning("the connection to the broker is lost: %s", reason)
        self.connected = self.listening = False

    def _on_publications(self, publications: Sequence[Publication]) -> None:
        received_at = now()
        epoch, topics = self.epoch, self._topics
        sorted_out: list[list[Arrival]] = [[] for _ in self._arrivals]
        for topic, payload, packet_id, dup in publications:
            place = topics.get(topic)
            if place is None:
                place = self._place_of(topic)
            gateway, channel, shard = place
            sorted_out[shard].append(
                Arrival(epoch, packet_id, dup, gateway, channel, payload, received_at, digest_of(payload))
            )
        self.delivered += len(publications)
        self._bytes_taken_in += sum(len(publication.payload) for publication in publications)
        for queue, arrivals in zip(self._arrivals, sorted_out, strict=True):
            if arrivals:
                queue.put(arrivals)

    def _place_of(self, topic: str) -> tuple[str, str, int]:
        """Gateway, channel and shard of a topic, remembered because the same few come all the time."""
        if len(self._topics) >= TOPICS_REMEMBERED_MOST:
            self._topics.clear()
        gateway, channel = parse_topic(topic)
        place = self._topics[topic] = (gateway, channel, self._shards.of(gateway))
        return place

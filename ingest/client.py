"""paho's MQTT client with a fast lane for the two things that ingest does thousands of times a second.

paho parses a PUBLISH in about 50 microseconds and writes every PUBACK with a system call of its own; in a process that also
decodes, that alone would be a quarter of a core at 5,000 messages a second. Here whole reads are cut into packets at once;
PUBLISH is parsed on the spot, everything else (CONNACK, SUBACK, PINGRESP, PUBACK, DISCONNECT, ...) goes through paho
unchanged."""

from __future__ import annotations

import ssl
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

READ_BYTES = 256 * 1024
"""A few hundred frames a read: each read hands the interpreter to the storing thread once."""

READS_MOST = 8
"""Reads before acknowledgements and pings get their turn."""

PUBLISH = 3
PUBACK = 0x40


class Publication(NamedTuple):
    """One PUBLISH from the broker; ``packet_id`` is None with QoS 0."""

    topic: str
    payload: bytes
    packet_id: int | None
    dup: bool


class MalformedPacketError(ValueError):
    """The broker sent bytes that are no MQTT packet; the connection is of no use any more."""


def packet_end(buffer: bytearray, start: int) -> tuple[int, int] | None:
    """Where the body of the packet at ``start`` begins and ends; None when the rest has not come yet.

    Raises MalformedPacketError for a length of more than four bytes (MQTT 5 section 1.5.5).
    """
    length, shift, place = 0, 0, start + 1
    while place < len(buffer):
        byte = buffer[place]
        place += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            end = place + length
            return (place, end) if end <= len(buffer) else None
        shift += 7
        if shift > 21:
            raise MalformedPacketError("the packet length has more than four bytes")
    return None


def parse_publish(first: int, buffer: bytearray, start: int, end: int) -> Publication:
    """A PUBLISH whose body is ``buffer[start:end]`` (MQTT 5 section 3.3); its properties are skipped.

    Raises MalformedPacketError when the parts do not fit into the packet.
    """
    place = start + 2
    if place > end:
        raise MalformedPacketError("PUBLISH without a topic")
    topic_end = place + (buffer[start] << 8 | buffer[start + 1])
    topic = buffer[place:topic_end].decode("utf-8", "replace")
    place = topic_end
    packet_id = None
    if first & 0x06:
        if place + 2 > end:
            raise MalformedPacketError("PUBLISH without a packet identifier")
        packet_id = buffer[place] << 8 | buffer[place + 1]
        place += 2
    length, shift = 0, 0
    while True:
        if place >= end or shift > 21:
            raise MalformedPacketError("PUBLISH with broken properties")
        byte = buffer[place]
        place += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
    place += length
    if place > end:
        raise MalformedPacketError("the properties of PUBLISH are longer than the packet")
    return Publication(topic, bytes(memoryview(buffer)[place:end]), packet_id, bool(first & 0x08))


def publish_packet(topic: str, payload: bytes) -> bytes:
    """A PUBLISH with QoS 0 and no properties."""
    name = topic.encode()
    size = 2 + len(name) + 1 + len(payload)
    length = bytearray()
    while True:
        size, digit = divmod(size, 128)
        length.append(digit | (0x80 if size else 0))
        if not size:
            break
    return b"".join((b"\x30", length, struct.pack("!H", len(name)), name, b"\x00", payload))


class BulkClient(Client):
    """A paho client for an event loop of one's own; every method belongs to the thread of that loop.

    ``on_publications`` gets the publications of one read, in order, and runs in that thread.
    """

    def __init__(self, client_id: str, on_publications: Callable[[Sequence[Publication]], None]) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5, manual_ack=True)
        self._on_publications = on_publications
        self._received = bytearray()
        self._handed = b""
        self._ended = False
        # Without this callback paho would write from whichever thread publishes.
        self.on_socket_register_write = lambda client, userdata, sock: None
        self.on_socket_open = self._opened

    def _opened(self, client: Client, userdata: object, sock: object) -> None:
        self._received.clear()
        self._handed = b""
        self._ended = False

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read what the socket has, hand out the publications, let paho handle every other packet."""
        for _ in range(READS_MOST):
            sock = self.socket()
            if sock is None:
                return MQTTErrorCode.MQTT_ERR_NO_CONN
            try:
                data = sock.recv(READ_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return MQTTErrorCode.MQTT_ERR_SUCCESS
            except OSError:
                return self._lost()
            if not data:
                return self._lost()
            self._received += data
            rc = self._take_packets()
            if rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return rc
            if len(data) < READ_BYTES:
                return rc
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _take_packets(self) -> MQTTErrorCode:
        buffer = self._received
        place = 0
        publications: list[Publication] = []
        try:
            while (body := packet_end(buffer, place)) is not None:
                start, end = body
                first = buffer[place]
                if first >> 4 == PUBLISH:
                    publications.append(parse_publish(first, buffer, start, end))
                else:
                    # What came before a CONNACK or DISCONNECT belongs to the time before it.
                    self._hand_over(publications)
                    self._handed = bytes(buffer[place:end])
                    rc = super().loop_read()
                    if rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
                        return rc
                place = end
        except MalformedPacketError:
            self._hand_over(publications)
            return self._lost()
        self._hand_over(publications)
        del buffer[:place]
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _hand_over(self, publications: list[Publication]) -> None:
        if publications:
            self._on_publications(tuple(publications))
            publications.clear()

    def _lost(self) -> MQTTErrorCode:
        """Let paho see the end of the stream, so that its own bookkeeping and callbacks run."""
        self._handed = b""
        self._ended = True
        return super().loop_read()

    def _sock_recv(self, bufsize: int) -> bytes:
        """paho reads the packet that was handed over instead of the socket."""
        if not self._handed and not self._ended:
            raise BlockingIOError
        taken, self._handed = self._handed[:bufsize], self._handed[bufsize:]
        return taken

    def publish_many(self, publications: Iterable[tuple[str, bytes]]) -> None:
        """Queue (topic, payload) pairs with QoS 0 as one write.

        paho wants an object to wait on for each QoS 0 publish of its own; these bytes are nobody's to wait for, so they go out as
        acknowledgements do.
        """
        packets = b"".join(publish_packet(topic, payload) for topic, payload in publications)
        self._packet_queue(PUBACK, packets, 0, 1)

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Queue a PUBACK for each identifier as one write (MQTT 5 section 3.4: reason code 0 may be left out)."""
        puback = struct.Struct("!BBH").pack
        self._packet_queue(PUBACK, b"".join(puback(PUBACK, 2, number) for number in packet_ids), 0, 1)

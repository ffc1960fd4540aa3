"""A cheap MQTT publisher: frames are packed beforehand, sockets are written and read in bulk, QoS 1 handshakes are real.

paho would cost more than the service that is measured. One process, one connection a gateway, as many unacknowledged publishes a
connection as ``WINDOW``.
"""

from __future__ import annotations

import selectors
import socket
import struct
from collections.abc import Callable, Iterator, Sequence

WINDOW = 400
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 2, 3, 4, 0x82, 9


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        size, digit = divmod(size, 128)
        out.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(out)


def _text(value: str) -> bytes:
    return struct.pack("!H", len(value)) + value.encode()


class Connection:
    """One gateway's connection, MQTT 3.1.1."""

    def __init__(
        self, port: int, gateway: str, password: str, on_down: Callable[[bytes], None] | None = None
    ) -> None:
        self._topic = _text(f"outfall/v1/{gateway}/hj212")
        self._on_down = on_down
        self._buffer = bytearray()
        self._out = bytearray()
        self._packet_id = 0
        self.sent = 0
        self.acknowledged = 0
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = (
            _text("MQTT")
            + b"\x04\xc2"
            + struct.pack("!H", 600)
            + _text(gateway)
            + _text(gateway)
            + _text(password)
        )
        self.socket.sendall(bytes([CONNECT]) + _length(len(body)) + body)
        self._expect(CONNACK)
        if on_down is not None:
            body = struct.pack("!H", 1) + _text(f"outfall/v1/{gateway}/down") + b"\x01"
            self.socket.sendall(bytes([SUBSCRIBE]) + _length(len(body)) + body)
            self._expect(SUBACK)
        self.socket.setblocking(False)

    def _expect(self, kind: int) -> None:
        head = self.socket.recv(2, socket.MSG_WAITALL)
        body = self.socket.recv(head[1], socket.MSG_WAITALL)
        if head[0] >> 4 != kind or (kind == CONNACK and body[1]):
            raise ConnectionError(f"the broker answered {head.hex()}{body.hex()}")

    @property
    def open(self) -> int:
        """Publishes without acknowledgement."""
        return self.sent - self.acknowledged

    def publish(self, payload: bytes) -> None:
        """Queue one publish with QoS 1."""
        self._packet_id = self._packet_id % 65535 + 1
        size = len(self._topic) + 2 + len(payload)
        self._out += b"\x32" + _length(size) + self._topic + struct.pack("!H", self._packet_id) + payload
        self.sent += 1

    def write(self) -> None:
        """Send what is queued, as far as the socket takes it."""
        while self._out:
            try:
                count = self.socket.send(self._out)
            except BlockingIOError:
                return
            del self._out[:count]

    def read(self) -> None:
        """Take in acknowledgements and what came on ``down``."""
        try:
            data = self.socket.recv(1 << 18)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionError("the broker closed the connection")
        buffer = self._buffer
        buffer += data
        place = 0
        while len(buffer) - place >= 2:
            size, shift, start = 0, 0, place + 1
            while start < len(buffer):
                digit = buffer[start]
                start += 1
                size |= (digit & 127) << shift
                shift += 7
                if digit < 128:
                    break
            else:
                break
            end = start + size
            if end > len(buffer):
                break
            kind = buffer[place] >> 4
            if kind == PUBACK:
                self.acknowledged += 1
            elif kind == PUBLISH:
                self._down(buffer, start, end)
            place = end
        del buffer[:place]

    def _down(self, buffer: bytearray, start: int, end: int) -> None:
        topic_end = start + 2 + (buffer[start] << 8 | buffer[start + 1])
        self._out += b"\x40\x02" + bytes(buffer[topic_end : topic_end + 2])
        if self._on_down is not None:
            self._on_down(bytes(buffer[topic_end + 2 : end]))


def publish_all(
    connections: Sequence[Connection],
    frames: Sequence[Sequence[bytes]],
    *,
    may_send: Callable[[int], bool] = lambda sent: True,
    on_sent: Callable[[int, bytes], None] | None = None,
    until: Callable[[], bool] = lambda: True,
) -> None:
    """Publish every frame on its connection and wait for all acknowledgements, and for ``until``.

    ``may_send`` is asked with the number sent so far before each round; ``on_sent`` hears of each frame.
    """
    selector = selectors.DefaultSelector()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    left: list[Iterator[bytes]] = [iter(part) for part in frames]
    waiting = set(range(len(frames)))
    sent = 0
    while waiting or any(connection.open for connection in connections) or not until():
        # Whoever has sent least comes first, so that a paced stream is spread over all of them.
        for number in sorted(waiting, key=lambda number: connections[number].sent):
            connection = connections[number]
            while connection.open < WINDOW and may_send(sent):
                payload = next(left[number], None)
                if payload is None:
                    waiting.discard(number)
                    break
                connection.publish(payload)
                sent += 1
                if on_sent is not None:
                    # Paced: one frame a connection and round, so that answers are read in between.
                    on_sent(number, payload)
                    break
        for connection in connections:
            connection.write()
        for key, _ in selector.select(0.0005):
            key.data.read()
    for connection in connections:
        connection.write()
    selector.close()

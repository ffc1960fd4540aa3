"""A platform for tests: hears the simulated gateways and, when told to, answers as HJ 212 asks."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from ingest.hj212 import Frame, StreamDecoder, acknowledge

SM4_KEY = b"OUTFALL-SAMPLE-0"


class Platform:
    """What was heard: frames and payloads by gateway, states in order."""

    def __init__(self, url: str, answers: bool) -> None:
        parts = urlsplit(url)
        self.answers = answers
        self.frames: dict[str, list[Frame]] = defaultdict(list)
        self.pieces: dict[str, list[object]] = defaultdict(list)
        self.payloads: dict[str, list[bytes]] = defaultdict(list)
        self.states: dict[str, list[bytes]] = defaultdict(list)
        self._decoders: dict[str, StreamDecoder] = {}
        self._ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.username_pw_set(parts.username or "", parts.password)
        self._client.on_connect = lambda client, *_: client.subscribe("outfall/v1/#", qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = lambda _client, _user, message: self._hear(message)
        self._client.connect(str(parts.hostname), parts.port or 1883)
        self._client.loop_start()
        assert self._ready.wait(15)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, message: mqtt.MQTTMessage) -> None:
        _, _, gateway, leaf = message.topic.split("/", 3)
        if leaf == "status":
            self.states[gateway].append(bytes(message.payload))
        if leaf in ("hj212", "json"):
            self.payloads[gateway].append(bytes(message.payload))
        if leaf != "hj212":
            return
        decoder = self._decoders.setdefault(gateway, StreamDecoder(keys=lambda _mn: (SM4_KEY,)))
        for piece in decoder.feed(message.payload):
            self.pieces[gateway].append(piece)
            if isinstance(piece, Frame):
                self.frames[gateway].append(piece)
                answer = acknowledge(piece) if self.answers else None
                if answer is not None:
                    self._client.publish(f"outfall/v1/{gateway}/down", answer, qos=1)


@contextmanager
def platform(url: str, *, answers: bool = True) -> Iterator[Platform]:
    """A platform that is closed at the end."""
    heard = Platform(url, answers)
    try:
        yield heard
    finally:
        heard.close()

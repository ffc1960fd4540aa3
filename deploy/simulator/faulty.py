"""Messages as they should not be: frames of the last whole hour, spoilt in one known way each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deploy.simulator.calendar import HOUR, hour_of
from deploy.simulator.instruments import Station
from deploy.simulator.loggers import logger
from deploy.simulator.noise import channel, scatter
from deploy.simulator.sources import Source
from deploy.simulator.timeline import HOURLY, REALTIME, Record

GARBAGE_BYTES = 400
BIG_BYTES = 5 * 1024 * 1024
FLOOD_MESSAGES = 3000
DUPLICATES = 5
#: An MN that no sites file should have.
UNKNOWN_MN = {True: "8888888000FFFF", False: "8888888000000FFFFFFFFFFF"}
WRONG_PASSWORD = "000000"


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message: the gateway that sends it, the last part of its topic, the bytes."""

    gateway: str
    topic: str
    payload: bytes


def _frames(source: Source, seed: int, now: int, kind: str = HOURLY) -> list[bytes]:
    start = hour_of(now) - HOUR
    record = Record(start + HOUR, start, kind, source.outlet)
    station = Station(source, seed)
    frames = logger(station, seed).frames(record)
    while not frames:  # a station without power at that hour: an earlier one will do
        record = replace(record, start=record.start - HOUR, due=record.due - HOUR)
        frames = logger(station, seed).frames(record)
    return [frame.payload for frame in frames]


def _message(source: Source, payload: bytes) -> Message:
    return Message(source.gateway, "json" if source.protocol == "json" else "hj212", payload)


def _noise(seed: int, count: int) -> bytes:
    stream = channel(seed, "garbage")
    words = (count + 7) // 8
    return b"".join(int(scatter(stream, i) * 2**53).to_bytes(8, "little") for i in range(words))[:count]


def garbage(source: Source, _sources: Sequence[Source], seed: int, now: int) -> tuple[Message, ...]:
    """A good frame, noise, a good frame, in one message. The noise holds no ``##``, so the second frame is found at once."""
    good = b"".join(_frames(source, seed, now))
    noise = _noise(seed, GARBAGE_BYTES).replace(b"#", b"?")
    return (_message(source, good + noise + good),)


def wrong_crc(source: Source, _sources: Sequence[Source], seed: int, now: int) -> tuple[Message, ...]:
    """The last hour with the first CRC digit changed, so that it fits no variant of the CRC but by a rare accident."""
    frame = _frames(source, seed, now)[0]
    digit = b"0" if frame[-6:-5] != b"0" else b"F"
    return (_message(source, frame[:-6] + digit + frame[-5:]),)


def duplicates(source: Source, _sources: Sequence[Source], seed: int, now: int) -> tuple[Message, ...]:
    """The last hour, five messages of the same bytes."""
    return tuple(_message(source, frame) for _ in range(DUPLICATES) for frame in _frames(source, seed, now))


def foreign_mn(source: Source, sources: Sequence[Source], seed: int, now: int) -> tuple[Message, ...]:
    """What this gateway has no right to say: the frame of another gateway's outlet. Nothing when there is no other."""
    others = [s for s in sources if s.gateway != source.gateway and s.protocol in ("2005", "2017", "2025")]
    return tuple(_message(source, frame) for other in others[:1] for frame in _frames(other, seed, now))


def unknown_mn(source: Source, _sources: Sequence[Source], seed: int, now: int) -> tuple[Message, ...]:
    """The last hour under an MN that is not registered."""
    stranger = replace(source, mn=UNKNOWN_MN[source.protocol == "2005"])
    return tuple(_message(source, frame) for frame in _frames(stranger, seed, now))


def wrong_password(source: Source, _sources: Sequence[Source], seed: int, now: int) -> tuple[Message, ...]:
    """The last hour with another PW."""
    return tuple(
        _message(source, frame) for frame in _frames(replace(source, password=WRONG_PASSWORD), seed, now)
    )


def cut(source: Source, _sources: Sequence[Source], seed: int, now: int) -> tuple[Message, ...]:
    """The last hour cut across three messages, once in the header and once in the content."""
    whole = b"".join(_frames(source, seed, now))
    first, second = 20, len(whole) // 2
    return tuple(_message(source, part) for part in (whole[:first], whole[first:second], whole[second:]))


def big(source: Source, _sources: Sequence[Source], seed: int, _now: int) -> tuple[Message, ...]:
    """One message of 5 MB."""
    block = _noise(seed, 64 * 1024)
    return (_message(source, block * (BIG_BYTES // len(block))),)


def flood(source: Source, _sources: Sequence[Source], seed: int, now: int) -> tuple[Message, ...]:
    """A realtime frame for every one of the last 3000 seconds, a message each."""
    one = logger(Station(source, seed), seed)
    return tuple(
        _message(source, frame.payload)
        for t in range(now - FLOOD_MESSAGES, now)
        for frame in one.frames(Record(t + 1, t, REALTIME, source.outlet))
    )

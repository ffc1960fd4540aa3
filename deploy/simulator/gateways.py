"""One simulated gateway: its loggers, its line, its outbox. It plays records in the order they fall due, as fast as it can until
it has caught up with the clock and then in time.

Because every record is a function of its time, nothing has to be stored while the line is down: the gateway stops where the
broker's last confirmation was, and goes on from there.
"""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deploy.simulator import episodes as kinds
from deploy.simulator.episodes import Episode
from deploy.simulator.instruments import Station
from deploy.simulator.link import Link
from deploy.simulator.loggers import Frame, Logger, logger
from deploy.simulator.outbox import Outbox
from deploy.simulator.sources import Source
from deploy.simulator.state import Positions
from deploy.simulator.timeline import Record, Step, records, released

log = logging.getLogger(__name__)

#: A record sent this long after it fell due is a re-transmission (RF=1 where the dialect has it).
LATE_SECONDS = 120
#: While catching up, frames share messages up to this size.
BATCH_BYTES = 12_000
#: HJ 212-2025 gives no period for the heartbeat.
HEARTBEAT_SECONDS = 60
#: At the end of a run without live data, how long to wait for answers that are still coming.
LAST_ANSWERS_SECONDS = 5.0


@dataclass(slots=True)
class Tally:
    """What one gateway has done."""

    frames: int = 0
    messages: int = 0
    records: int = 0
    delivered: int = 0
    answered: int = 0
    unanswered: int = 0
    sent_again: int = 0
    refused: int = 0


class Gateway:
    """Plays the outlets of one gateway.

    Parameters
    ----------
    positions : outlet -> kind -> start of the last delivered record; kept up to date in place as the broker confirms
    detail : False leaves out realtime, minute and facility records that are already past
    clock : seconds since the epoch
    """

    def __init__(
        self,
        sources: Sequence[Source],
        link: Link,
        *,
        seed: int,
        positions: Positions,
        episodes: Sequence[Episode],
        live: bool,
        stop: threading.Event,
        clock: Callable[[], float] = time.time,
        detail: bool = True,
    ) -> None:
        self.name = link.gateway
        self.tally = Tally()
        self.caught_up = threading.Event()
        self.positions = positions
        self._sources = tuple(sources)
        self._link = link
        self._live = live
        self._stop = stop
        self._clock = clock
        self._begun = int(clock())
        self._detail = detail
        self._loggers: dict[str, Logger] = {s.outlet: logger(Station(s, seed), seed) for s in sources}
        self._outbox = Outbox()
        self._cursor = {outlet: dict(kinds_) for outlet, kinds_ in positions.items()}
        self._frames: list[tuple[str, Frame]] = []
        self._settled: list[Record] = []
        self._bytes = 0
        self._episodes: tuple[Episode, ...] = ()
        self._next_episodes: tuple[Episode, ...] | None = tuple(episodes)
        self._last_heartbeat = 0.0

    def disturb(self, episodes: Sequence[Episode]) -> None:
        """Take up other episodes soon. May be called from another thread."""
        self._next_episodes = tuple(episodes)

    def run(self) -> None:
        """Play until told to stop or, without live data, until all that was due at the start is delivered and answered."""
        self._link.open()
        try:
            while not self._stop.is_set():
                self._take_episodes()
                if self._play():
                    break
            self._finish()
        finally:
            self._link.close()
            self._count()

    # -- playing ------------------------------------------------------------------------------------------------------------

    def _take_episodes(self) -> None:
        wanted, self._next_episodes = self._next_episodes, None
        if wanted is not None:
            own = {source.outlet for source in self._sources}
            self._episodes = tuple(episode for episode in wanted if episode.outlet in own)
            for one in self._loggers.values():
                one.station.disturb(self._episodes)

    def _steps(self) -> Iterator[Step]:
        streams = [records(source, self._cursor[source.outlet]) for source in self._sources]
        return released(heapq.merge(*streams), self._episodes)

    def _play(self) -> bool:
        """Send step by step. True at the end of the history when there is no live part, False to begin again."""
        for step in self._steps():
            if not self._live and step.record.due > self._begun:
                return True
            if not self._await(step.record.due):
                return False
            self._add(step)
        return True

    def _await(self, due: int) -> bool:
        """Wait for the moment ``due`` and look after the line meanwhile; False when playing must stop or begin again."""
        while True:
            if self._stop.is_set() or self._next_episodes is not None:
                self._flush()
                return False
            now = self._clock()
            if due <= now:
                return True
            self._flush()
            if not self.caught_up.is_set():
                self.caught_up.set()
                log.info("gateway %s has caught up with the clock", self.name)
            self._look_after(now)
            self._link.wait(min(max(due - now, 0.0), 0.5))

    def _look_after(self, now: float) -> None:
        self._keep_line(now)
        self._hear()
        for frame in self._outbox.due(now):
            self._link.publish("hj212", frame.payload)
        if self._link.connected and now - self._last_heartbeat >= HEARTBEAT_SECONDS:
            self._last_heartbeat = now
            for one in self._loggers.values():
                beat = one.heartbeat(int(now))
                if beat is not None and self._link.publish(one.topic, beat.payload):
                    self._outbox.sent(beat, now)

    def _keep_line(self, now: float) -> None:
        out = any(episode.kind == kinds.OUTAGE and episode.covers(int(now)) for episode in self._episodes)
        if out and self._link.is_open:
            log.info("gateway %s loses its line for an outage", self.name)
            self._link.drop()
        elif not out and not self._link.is_open:
            self._link.open()

    def _hear(self) -> None:
        self._link.settle()
        self._outbox.heard(self._link.answers(), self._clock())
        self._count()

    def _count(self) -> None:
        self.tally.answered = self._outbox.answered
        self.tally.unanswered = self._outbox.unanswered
        self.tally.sent_again = self._outbox.sent_again
        self.tally.refused = self._link.refused

    # -- sending ------------------------------------------------------------------------------------------------------------

    def _add(self, step: Step) -> None:
        record = step.record
        one = self._loggers[record.outlet]
        behind = self._clock() - record.due
        if self._detail or behind < LATE_SECONDS or record.kind in ("hour", "check", "day"):
            for frame in one.frames(record, late=behind > LATE_SECONDS):
                self._frames.append((one.topic, frame))
                self._bytes += len(frame.payload)
        self._settled.extend(step.settles)
        for settled in step.settles:
            _advance(self._cursor, settled)
        self.tally.records += 1
        if behind < LATE_SECONDS or self._bytes >= BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        """Publish what is gathered; waits while the line is down or the window is full."""
        if not self._settled and not self._frames:
            return
        settled, self._settled = self._settled, []
        frames, self._frames, self._bytes = self._frames, [], 0
        messages = list(_messages(frames))
        now = self._clock()
        for _, frame in frames:
            self._outbox.sent(frame, now)
        for number, (topic, payload) in enumerate(messages, start=1):
            last = number == len(messages)
            self._publish(topic, payload, settled if last else [])
        if not messages:
            self._note(settled)
        self.tally.frames += len(frames)
        self.tally.messages += len(messages)
        self._hear()

    def _publish(self, topic: str, payload: bytes, settled: list[Record]) -> None:
        while not self._link.publish(topic, payload, lambda: self._note(settled)):
            if self._stop.is_set():
                return
            self._keep_line(self._clock())
            self._link.wait(0.2)
            self._hear()

    def _note(self, settled: list[Record]) -> None:
        for record in settled:
            _advance(self.positions, record)
        self.tally.delivered += len(settled)

    def _finish(self) -> None:
        self._flush()
        deadline = time.monotonic() + (2.0 if self._stop.is_set() else LAST_ANSWERS_SECONDS)
        answered = -1
        while time.monotonic() < deadline and (self._link.outstanding or self._outbox.unanswered):
            if self._stop.is_set() and not self._link.outstanding:
                break
            self._link.wait(0.1)
            self._hear()
            if self._outbox.answered != answered and not self._stop.is_set():
                answered = self._outbox.answered
                deadline = time.monotonic() + LAST_ANSWERS_SECONDS
        self.caught_up.set()


def _advance(positions: Positions, record: Record) -> None:
    kinds_ = positions[record.outlet]
    kinds_[record.kind] = max(record.start, kinds_[record.kind])


def _messages(frames: list[tuple[str, Frame]]) -> Iterator[tuple[str, bytes]]:
    """Frames joined to one message a topic: HJ 212 frames one after the other, JSON objects as a list."""
    topics = list(dict.fromkeys(topic for topic, _ in frames))
    for topic in topics:
        payloads = [frame.payload for leaf, frame in frames if leaf == topic]
        if topic == "json" and len(payloads) > 1:
            yield topic, b"[" + b",".join(payloads) + b"]"
        else:
            yield topic, b"".join(payloads)

"""Takes arrivals from the session, has them stored batch by batch, and only then acknowledges and answers."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from ingest.arrival import Arrival
from ingest.findings import Findings
from ingest.flood import FloodMeter
from ingest.heartbeat import Heartbeat
from ingest.keeper import Keeper
from ingest.live import LivePacing
from ingest.metrics import Metrics
from ingest.recent import Delivery, RecentDeliveries
from ingest.session import Session
from ingest.write import Outcome
from store.clock import now
from store.errors import NotFound
from store.settings import Settings

log = logging.getLogger(__name__)

TURN_SECONDS = 0.25
"""Longest wait for a message before the small duties get their turn."""

BATCH_BYTES_MOST = 16 * 1024 * 1024
"""Payload bytes in one transaction, so that a run of very large messages does not add up in memory."""


@dataclass(frozen=True, slots=True)
class BatchSize:
    """When a batch is full: messages, bytes of payload, or seconds since its first message was taken."""

    messages: int
    seconds: float
    payload_bytes: int = BATCH_BYTES_MOST


class Worker:
    """One storing thread; it alone handles the gateways of its shard."""

    def __init__(
        self,
        settings: Settings,
        *,
        shard: int,
        session: Session,
        arrivals: SimpleQueue[Sequence[Arrival]],
        keeper: Keeper,
        metrics: Metrics,
        heartbeat: Heartbeat,
        stopping: threading.Event,
    ) -> None:
        self._shard = shard
        self._size = BatchSize(settings.batch_messages, settings.batch_milliseconds / 1000)
        self._session = session
        self._arrivals = arrivals
        self._keeper = keeper
        self._metrics = metrics
        self._heartbeat = heartbeat
        self._stopping = stopping
        self._waiting: deque[Arrival] = deque()
        self._recent = RecentDeliveries(2 * settings.receive_maximum)
        self._fresh_epoch = 0
        self._floods = FloodMeter(settings.flood_messages_per_second)
        self._live = LivePacing()

    def prepare(self) -> None:
        """Learn what was stored last, before the session may begin; waits for the database."""
        self._recent.remember(self._keeper.recent_deliveries(2 * self._session.receive_maximum))

    def run(self) -> None:
        """Store until ``stopping`` is set; the batch at hand is finished first."""
        while not self._stopping.is_set():
            batch = self._collect()
            if batch:
                self._process(batch)
            self._duties()
        self._keeper.close()

    def _collect(self) -> list[Arrival]:
        """The next batch, in the order of arrival; empty when nothing came for a turn."""
        if not self._waiting and not self._take(TURN_SECONDS):
            return []
        deadline = time.monotonic() + self._size.seconds
        batch: list[Arrival] = []
        payload_bytes = 0
        while len(batch) < self._size.messages and payload_bytes < self._size.payload_bytes:
            if not self._waiting:
                wait = deadline - time.monotonic()
                if not self._take(max(wait, 0.0)):
                    break
            arrival = self._waiting.popleft()
            batch.append(arrival)
            payload_bytes += len(arrival.payload)
        return batch

    def _take(self, seconds: float) -> bool:
        try:
            if seconds > 0:
                self._waiting.extend(self._arrivals.get(timeout=seconds))
            else:
                self._waiting.extend(self._arrivals.get_nowait())
        except Empty:
            return False
        return True

    def _process(self, batch: Sequence[Arrival]) -> None:
        started = time.monotonic()
        wanted = [arrival for arrival in batch if arrival.epoch >= self._session.oldest_epoch]
        fresh, known = self._sort_out(wanted)
        outcomes: list[Outcome] | None = []
        if fresh:
            outcomes = self._keeper.store(fresh, self._flood_findings(fresh))
        self._heartbeat.handled(len(batch))
        self._heartbeat.handled(len(batch))
        self._session.release(self._shard, sum(len(arrival.payload) for arrival in batch))
        if outcomes is None:
            return
        self._recent.remember(delivery for delivery in map(delivery_of, fresh) if delivery is not None)
        self._acknowledge((*fresh, *known))
        for outcome in outcomes:
            for gateway, frame in outcome.answers:
                self._session.answer(gateway, frame)
        self._count(fresh, known, outcomes, started)

    def _sort_out(self, arrivals: Iterable[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
        """Arrivals to store, and those that were stored before their connection or process ended."""
        fresh: list[Arrival] = []
        known: list[Arrival] = []
        for arrival in arrivals:
            if arrival.epoch >= self._session.fresh_epoch > self._fresh_epoch:
                self._fresh_epoch = self._session.fresh_epoch
                self._recent.forget()
            delivery = delivery_of(arrival)
            (known if delivery is not None and delivery in self._recent else fresh).append(arrival)
        return fresh, known

    def _acknowledge(self, arrivals: Iterable[Arrival]) -> None:
        by_epoch: dict[int, list[int]] = {}
        for arrival in arrivals:
            if arrival.packet_id is not None:
                by_epoch.setdefault(arrival.epoch, []).append(arrival.packet_id)
        for epoch, packet_ids in by_epoch.items():
            self._session.acknowledge(epoch, packet_ids)

    def _flood_findings(self, arrivals: Iterable[Arrival]) -> Findings:
        findings = Findings()
        for gateway, minute, count in self._floods.count(arrivals):
            findings.notice("flood", at=minute, gateway=gateway, example={"messages": count}, count=count)
        return findings

    def _count(
        self, fresh: Sequence[Arrival], known: Sequence[Arrival], outcomes: Iterable[Outcome], started: float
    ) -> None:
        metrics = self._metrics
        metrics.redelivered.inc(len(known))
        metrics.retries.inc(self._keeper.take_retries())
        for channel in {arrival.channel for arrival in fresh}:
            metrics.messages.labels(channel).inc(sum(arrival.channel == channel for arrival in fresh))
        for outcome in outcomes:
            metrics.batches.inc()
            metrics.readings.inc(outcome.readings)
            metrics.answers.inc(len(outcome.answers))
            for key, frames, _ in outcome.tally.rows():
                metrics.frames.labels(key.disposition, key.reason).inc(frames)
            self._live.add(self._ids_of(outcome.outlets))
        moment = now()
        metrics.batch_seconds.observe(time.monotonic() - started)
        if fresh:
            metrics.lag.set((moment - fresh[0].received_at).total_seconds())
            self._heartbeat.committed(moment, len(fresh), moment - fresh[0].received_at)

    def _ids_of(self, outlet_keys: Iterable[int]) -> list[str]:
        ids = []
        for key in outlet_keys:
            try:
                ids.append(self._keeper.registry.outlet_by_key(key).id)
            except NotFound:
                log.debug("outlet %s left the registry while its readings were stored", key)
        return ids

    def _duties(self) -> None:
        """What has to be done now and then, between two batches."""
        self._keeper.hear()
        moment = now()
        if self._keeper.work_left(moment):
            self._keeper.store(())
        for payload in self._live.due(time.monotonic()):
            self._keeper.run("notify", channel="outfall_live", payload=payload)
        waiting = len(self._waiting) + self._arrivals.qsize()
        self._metrics.waiting.labels(str(self._shard)).set(waiting)
        self._heartbeat.waiting(self._shard, waiting)
        if self._heartbeat.due(moment, self._session):
            self._keeper.run("beat", **self._heartbeat.row(moment, self._session))


def delivery_of(arrival: Arrival) -> Delivery | None:
    """What a redelivery of this arrival would have in common with it; None with QoS 0, which is never redelivered."""
    if arrival.packet_id is None:
        return None
    return arrival.gateway, arrival.channel, arrival.packet_id, arrival.digest

"""Data in through the real decoder, writer and judgement, at moments that the caller chooses; used by the benchmark too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.worker import Worker
from ingest.admission import Terms
from ingest.arrival import Arrival, digest_of
from ingest.batch import StoredMessage, StreamKey, Tail
from ingest.decode import decode
from ingest.findings import Findings
from ingest.hj212 import encode
from ingest.write import Writer
from store.apply import apply_sites
from store.clock import now
from store.database import Connection
from store.registry import load_registry
from store.settings import Settings
from store.sitesfile import read_sites_file

BATCH = 2000

Publish = tuple[str, str, bytes, datetime]
"""Gateway, channel, payload, time of receipt."""


class Feed:
    """One ingest and one judgement on a connection in autocommit mode."""

    def __init__(self, connection: Connection, settings: Settings, sites: str, at: datetime) -> None:
        self.connection = connection
        self.settings = settings
        apply_sites(connection, read_sites_file(sites), actor="test", at=at)
        self._writer = Writer(connection)
        self._tails: dict[StreamKey, Tail] = {}

    def receive(self, published: Iterable[Publish]) -> list[int]:
        """Store messages as ingest does, in batches; their numbers."""
        numbers: list[int] = []
        batch: list[Publish] = []
        for publish in published:
            batch.append(publish)
            if len(batch) == BATCH:
                numbers += self._store(batch)
                batch = []
        return numbers + (self._store(batch) if batch else [])

    def _store(self, published: Sequence[Publish]) -> list[int]:
        numbers = self._writer.take_ids(len(published))
        messages = [
            StoredMessage(
                number,
                Arrival(1, number % 65535 + 1, False, gateway, channel, payload, at, digest_of(payload)),
            )
            for number, (gateway, channel, payload, at) in zip(numbers, published, strict=True)
        ]
        registry = load_registry(self.connection, at=now())
        batch = decode(
            messages,
            registry=registry,
            tails=self._tails,
            terms=Terms.of(self.settings),
            now=published[-1][3],
        )
        self._writer.store(batch, batch.findings)
        for key, tail in batch.tails.items():
            if tail is None:
                self._tails.pop(key, None)
            else:
                self._tails[key] = tail
        return numbers

    def give_up(self, at: datetime) -> None:
        """The gap timer: half frames that have waited too long by then."""
        registry = load_registry(self.connection, at=now())
        terms = Terms.of(self.settings)
        batch = decode([], registry=registry, tails=self._tails, terms=terms, now=at)
        self._writer.store(batch, Findings())
        self._tails = {key: tail for key, tail in self._tails.items() if key not in batch.tails}

    def judge(self, at: datetime) -> None:
        """Judge everything that waits, as if it were ``at``."""
        worker = Worker(self.settings, load_registry(self.connection, at=at))
        while sum(worker.judge_touched(self.connection, key, at) for key in worker.waiting(self.connection)):
            pass
        while sum(
            worker.settle_days(self.connection, key, at)
            for key in worker.outlets_to_settle(self.connection, at)
        ):
            pass


def frame(
    mn: str,
    cn: str,
    data_time: datetime,
    items: Sequence[Sequence[tuple[str, str]]],
    *,
    st: str = "31",
    password: str = "123456",
) -> bytes:
    """An HJ 212-2017 frame of a monitor."""
    stamp = f"{data_time:%Y%m%d%H%M%S}"
    header = {"QN": f"{stamp}000", "ST": st, "CN": cn, "PW": password, "MN": mn, "Flag": 4}
    return encode(header, [[("DataTime", stamp)], *items], version="2017")


def values(metric: str, values: dict[str, str], flag: str = "N") -> list[list[tuple[str, str]]]:
    """Items of a frame: one metric a factor with its flag."""
    return [[(f"{factor}-{metric}", value), (f"{factor}-Flag", flag)] for factor, value in values.items()]

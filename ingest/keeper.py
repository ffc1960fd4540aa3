"""Keeps trying until a batch is stored, and holds what the next batch builds on: the registry and the streams as they were
left.

Three kinds of failure are told apart:

- the database is away, full, read-only or busy: wait and try again, for as long as it takes, with one line of log a minute;
- the connection broke during a commit: look whether the messages are there before trying again, so nothing is stored twice;
- the database refuses rows for what they hold: halve the batch until the guilty message stands alone, and quarantine that one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

import psycopg

from ingest.admission import Terms
from ingest.arrival import Arrival
from ingest.backoff import Backoff
from ingest.batch import Batch, StoredMessage, StreamKey, Tail
from ingest.decode import decode, refuse_batch_message
from ingest.findings import Findings, Pacing
from ingest.recent import Delivery
from ingest.write import Outcome, Writer, answers_of
from store.clock import now
from store.database import Connection, connect
from store.errors import StoreError
from store.model import Registry
from store.queries import queries
from store.registry import load_registry
from store.settings import Settings

log = logging.getLogger(__name__)

REFUSALS = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded)
"""What the database raises because of the rows themselves: trying again would give the same."""

COLLISIONS_MOST = 3
"""Attempts at a batch that another writer stored part of at the same moment, e.g. a replay, before it counts as refused."""

REGISTRY_SECONDS = 60
"""The registry is read again this often even unasked, because entries come into force by their dates."""

COMPLAIN_SECONDS = 60
"""One line of log this often while the database does not take anything."""


class Keeper:
    """Stores arrivals; belongs to one thread. ``stopping`` ends the waiting; ``owns`` tells whose streams are its own."""

    def __init__(
        self,
        settings: Settings,
        stopping: threading.Event,
        *,
        owns: Callable[[str], bool] = lambda gateway: True,
    ) -> None:
        self._owns = owns
        self._database_url = settings.database()
        self._terms = Terms.of(settings)
        self._stopping = stopping
        self._connection: Connection | None = None
        self._writer: Writer | None = None
        self._sql = queries("ingest")
        self._tails: dict[StreamKey, Tail] = {}
        self._registry = Registry(sites=(), gateways=(), authority=None)
        self._registry_read = float("-inf")
        self._registry_changed = False
        self._complained = float("-inf")
        self._pacing = Pacing()
        self._retries = 0

    @property
    def registry(self) -> Registry:
        """The registry that the last batch was decoded with."""
        return self._registry

    def recent_deliveries(self, count: int) -> list[Delivery]:
        """The last deliveries that were committed, oldest first; waits for the database. Empty when stopped meanwhile."""

        def read(connection: Connection) -> list[Delivery]:
            rows = connection.execute(self._sql["recent_deliveries"], {"count": count}).fetchall()
            return [
                (gateway, channel, packet_id, bytes(digest)) for gateway, channel, packet_id, digest in rows
            ]

        backoff = Backoff(0.2, 5)
        while not self._stopping.is_set():
            try:
                return read(self._open())
            except (psycopg.Error, StoreError) as error:
                self._wait(backoff, error)
        return []

    def store(self, arrivals: Sequence[Arrival], extra: Findings | None = None) -> list[Outcome] | None:
        """Store all arrivals, in as many transactions as it takes; None when stopped before that was possible.

        With no arrivals the half frames that waited too long and the findings that were put off are stored.
        """
        outcomes: list[Outcome] = []
        parts: deque[Sequence[Arrival]] = deque([arrivals])
        attempt: Batch | None = None
        collisions = 0
        backoff = Backoff(0.2, 5)
        while parts:
            part = parts[0]
            try:
                self._open()
                if attempt is not None and self._is_stored(attempt):
                    outcomes.append(Outcome(answers=answers_of(attempt)))
                else:
                    attempt = self._decode(part)
                    outcomes.append(self._write(attempt, extra))
                extra = None
                parts.popleft()
                attempt, collisions = None, 0
            except psycopg.errors.UniqueViolation as error:
                self._retries += 1
                collisions += 1
                if collisions >= COLLISIONS_MOST:
                    attempt, collisions = None, 0
                    self._set_aside(parts, error, outcomes)
            except REFUSALS as error:
                attempt = None
                self._set_aside(parts, error, outcomes)
            except (psycopg.Error, StoreError) as error:
                self._retries += 1
                if not part or self._stopping.is_set():
                    self._close()
                    return None
                self._wait(backoff, error)
        return outcomes

    def _decode(self, part: Sequence[Arrival]) -> Batch:
        ids = self._writer_now().take_ids(len(part)) if part else []
        messages = [StoredMessage(number, arrival) for number, arrival in zip(ids, part, strict=True)]
        return decode(messages, registry=self._registry, tails=self._tails, terms=self._terms, now=now())

    def _write(self, batch: Batch, extra: Findings | None = None) -> Outcome:
        moment = now()
        if extra is not None:
            for key, noticed in extra.items():
                batch.findings.take(key, noticed)
        outcome = self._writer_now().store(batch, self._pacing.due(batch.findings, moment))
        self._pacing.settle(batch.findings, moment)
        for stream, tail in batch.tails.items():
            if tail is None:
                self._tails.pop(stream, None)
            else:
                self._tails[stream] = tail
        return outcome

    def _set_aside(
        self, parts: deque[Sequence[Arrival]], error: psycopg.Error, outcomes: list[Outcome]
    ) -> None:
        """Halve the refused part; a message that is refused alone goes to quarantine whole."""
        part = parts.popleft()
        if len(part) > 1:
            middle = len(part) // 2
            parts.extendleft((part[middle:], part[:middle]))
            return
        if not part:
            # Half frames and findings only: the streams as the database has them are what counts.
            log.error("the database refuses what is left of a stream: %s", _first_line(error))
            self._tails.clear()
            self._pacing = Pacing()
            return
        arrival = part[0]
        log.error(
            "the database refuses a message of gateway %s: %s. It is kept in quarantine (store_refused).",
            arrival.gateway,
            _first_line(error),
        )
        message = StoredMessage(self._writer_now().take_ids(1)[0], arrival)
        tail = self._tails.get((arrival.gateway, arrival.channel))
        outcomes.append(self._write(refuse_batch_message(message, tail, _first_line(error))))

    def _is_stored(self, attempt: Batch) -> bool:
        return bool(attempt.messages) and self._writer_now().is_stored(attempt.messages[0])

    def take_retries(self) -> int:
        """Attempts that failed since this was asked last."""
        retries, self._retries = self._retries, 0
        return retries

    def work_left(self, moment: datetime) -> bool:
        """Whether a half frame has waited too long, or a finding that was put off is due."""
        late = any(moment - tail.since > self._terms.partial_frame for tail in self._tails.values())
        return late or len(self._pacing.due(Findings(), moment)) > 0

    def run(self, name: str, **arguments: object) -> bool:
        """Run a small statement if the database is there now; False when it is not."""
        try:
            self._open().execute(self._sql[name], arguments)
        except (psycopg.Error, StoreError) as error:
            self._complain(error)
            self._close()
            return False
        return True

    def hear(self) -> None:
        """Take in what was notified since; a changed registry is read again before the next batch."""
        if self._connection is None:
            return
        try:
            for notify in self._connection.notifies(timeout=0):
                self._registry_changed |= notify.channel == "outfall_registry"
        except psycopg.Error as error:
            self._complain(error)
            self._close()

    def close(self) -> None:
        """Close the connection."""
        self._close()

    def _open(self) -> Connection:
        """The connection, with a registry that is fresh enough. Raises StoreError or psycopg.Error."""
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._database_url, name="ingest", autocommit=True)
            self._connection.execute(self._sql["listen_registry"])
            self._writer = Writer(self._connection)
            self._read_tails(self._connection)
            self._registry_changed = True
            if self._complained > float("-inf"):
                log.info("the database is there again")
                self._complained = float("-inf")
        if self._registry_changed or time.monotonic() - self._registry_read > REGISTRY_SECONDS:
            self._registry_changed = False
            self._registry = load_registry(self._connection, at=now())
            self._registry_read = time.monotonic()
        return self._connection

    def _read_tails(self, connection: Connection) -> None:
        """What the last committed batch left of each stream, whether or not this process saw that commit succeed."""
        rows = connection.execute(self._sql["kept_tails"]).fetchall()
        self._tails = {
            (gateway, channel): Tail(bytes(tail), since, message_id)
            for gateway, channel, tail, since, message_id in rows
            if self._owns(gateway)
        }

    def _writer_now(self) -> Writer:
        if self._writer is None:
            raise StoreError("There is no connection to the database.", code="database_away")
        return self._writer

    def _wait(self, backoff: Backoff, error: Exception) -> None:
        self._complain(error)
        self._close()
        self._stopping.wait(backoff.next())

    def _complain(self, error: Exception) -> None:
        if time.monotonic() - self._complained >= COMPLAIN_SECONDS:
            self._complained = time.monotonic()
            log.error(
                "the database does not take data: %s. Trying again; the broker keeps what comes.",
                _first_line(error),
            )

    def _close(self) -> None:
        connection, self._connection, self._writer = self._connection, None, None
        if connection is not None:
            connection.close()


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__

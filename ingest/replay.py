"""Quarantined pieces through today's decoder and registry: an MN registered since, a key set since, a decoder that has learned.

What becomes data is stored as if it had come then: with the message and the receive time of its original. The quarantine row
stays; what became of it is a row in ``quarantine_replay``. The ledger is not touched: it says what became of a frame when it
was received. No answer is published, because the sender has long stopped waiting for one."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import metadata
from typing import Any

import psycopg

from ingest.admission import Terms, keys_of
from ingest.batch import Batch, FrameOrigin
from ingest.documents import place_documents
from ingest.findings import Findings
from ingest.frames import place
from ingest.hj212 import Frame, StreamDecoder
from ingest.pieces import hj212_piece, place_rejected
from ingest.tally import NO_OUTLET
from ingest.write import Outcome, Writer
from store import audit
from store.database import Connection, rows
from store.errors import Conflict
from store.model import Registry
from store.queries import queries
from store.settings import Settings, load_settings

AT_ONCE = 500
"""Pieces read from the database at a time."""

WHOLE_MESSAGE = frozenset({"message_too_large"})
"""Reasons for which the quarantine holds the beginning only; the message holds the rest."""

STORED = ("conflicting", "accepted", "duplicate")
"""Outcomes of a piece that gave data, the one that says most first."""

REFUSED = "store_refused"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which pieces to replay; what is None does not choose. ``since`` (inclusive) and ``until`` are receive times."""

    reason: str | None = None
    gateway: str | None = None
    mn: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[int, ...] | None = None

    def arguments(self) -> dict[str, object]:
        """For the statements."""
        return {**asdict(self), "ids": None if self.ids is None else list(self.ids)}

    def as_dict(self) -> dict[str, object]:
        """For output as JSON: what chooses."""
        shown = {name: value for name, value in self.arguments().items() if value is not None}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in shown.items()
        }


EVERYTHING = Chosen()


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one piece: ``outcome`` as in :class:`ReplayReport`, and the readings that it gave."""

    id: int
    outcome: str
    readings: int


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """``outcomes``: accepted, duplicate, conflicting, or the reason why a piece is still refused -> pieces."""

    pieces: int
    readings: int
    outcomes: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """For output as JSON."""
        return {"pieces": self.pieces, "readings": self.readings, "outcomes": dict(self.outcomes)}


def replay(
    connection: Connection,
    registry: Registry,
    *,
    actor: str,
    origin: str = "cli",
    chosen: Chosen = EVERYTHING,
    limit: int | None = None,
    progress: Callable[[ReplayReport, int], None] | None = None,
    settings: Settings | None = None,
) -> ReplayReport:
    """Replay pieces that no replay has stored yet, oldest first, each in a transaction of its own.

    ``progress`` hears after each piece what has come of it so far, and how many pieces there are. Running it again
    changes nothing that is stored. Raises Conflict ``replay_runs`` while another replay runs.
    """
    connection.commit()
    was_autocommit = connection.autocommit
    connection.autocommit = True
    try:
        work = _Replay(connection, registry, actor, Terms.of(settings or load_settings()))
        with _only_one(connection):
            report = work.run(chosen, limit, progress)
        # Each piece is a row of its own with the actor, so that a replay that was cut off is seen there.
        _record(connection, report, actor, origin, chosen)
        return report
    finally:
        if not connection.closed:
            connection.autocommit = was_autocommit


def replay_here(
    connection: Connection,
    registry: Registry,
    ids: Sequence[int],
    *,
    actor: str,
    origin: str,
    settings: Settings,
) -> tuple[Replayed, ...]:
    """Replay some pieces in the caller's transaction, with an audit event; also those that a replay has stored before.

    An id that no piece has is left out. Raises Conflict ``replay_runs`` while another replay runs.
    """
    sql = queries("ingest")
    row = connection.execute(sql["lock_replay_here"]).fetchone()
    if row is None or not row[0]:
        raise _running()
    work = _Replay(connection, registry, actor, Terms.of(settings))
    with rows(connection) as cursor:
        pieces = cursor.execute(sql["pieces_to_replay"], {"ids": list(ids)}).fetchall()
    found = tuple(Replayed(piece["id"], *work.again(piece)) for piece in pieces)
    if found:
        outcomes = Counter(one.outcome for one in found)
        report = ReplayReport(len(found), sum(one.readings for one in found), dict(outcomes))
        _record(connection, report, actor, origin, Chosen(ids=tuple(one.id for one in found)))
    return found


def waiting(connection: Connection, chosen: Chosen) -> int:
    """How many pieces a replay would take up now."""
    sql = queries("ingest")
    row = connection.execute(sql["count_to_replay"], {**chosen.arguments(), "upto": sys.maxsize}).fetchone()
    return int(row[0]) if row else 0


def _record(connection: Connection, report: ReplayReport, actor: str, origin: str, chosen: Chosen) -> None:
    audit.record(
        connection,
        actor=actor,
        origin=origin,
        action="ingest:quarantine:replay",
        subject=chosen.gateway,
        detail={**report.as_dict(), "reason": chosen.reason, "chosen": chosen.as_dict()},
    )


def _running() -> Conflict:
    return Conflict("Another replay is running; wait until it is done.", code="replay_runs")


class _only_one:  # noqa: N801 - reads as a clause
    """The advisory lock of the replay, for a with statement."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        row = self._connection.execute(queries("ingest")["lock_replay"]).fetchone()
        if row is None or not row[0]:
            raise _running()

    def __exit__(self, *_: object) -> None:
        if not self._connection.closed:
            self._connection.execute(queries("ingest")["unlock_replay"])


class _Replay:
    def __init__(self, connection: Connection, registry: Registry, actor: str, terms: Terms) -> None:
        self._connection = connection
        self._registry = registry
        self._actor = actor
        self._terms = terms
        self._writer = Writer(connection)
        self._sql = queries("ingest")
        self._release = metadata.version("outfall")

    def run(
        self,
        chosen: Chosen,
        limit: int | None,
        progress: Callable[[ReplayReport, int], None] | None,
    ) -> ReplayReport:
        arguments = chosen.arguments()
        outcomes: Counter[str] = Counter()
        readings = 0
        after = 0
        row = self._connection.execute(self._sql["last_quarantine_id"]).fetchone()
        upto = row[0] if row else 0
        counted = self._connection.execute(
            self._sql["count_to_replay"], {**arguments, "upto": upto}
        ).fetchone()
        total = min(counted[0] if counted else 0, limit or sys.maxsize)
        while limit is None or outcomes.total() < limit:
            count = AT_ONCE if limit is None else min(AT_ONCE, limit - outcomes.total())
            with rows(self._connection) as cursor:
                found = cursor.execute(
                    self._sql["quarantined_to_replay"],
                    {**arguments, "after": after, "upto": upto, "count": count},
                ).fetchall()
            if not found:
                break
            for piece in found:
                outcome, stored = self.again(piece)
                outcomes[outcome] += 1
                readings += stored
                after = piece["id"]
                if progress is not None:
                    progress(ReplayReport(outcomes.total(), readings, dict(outcomes)), total)
        return ReplayReport(outcomes.total(), readings, dict(outcomes))

    def again(self, piece: Mapping[str, Any]) -> tuple[str, int]:
        """Decode, store and note one piece; what became of it and the readings that it gave."""
        batch = _decoded(self._connection, self._registry, piece, self._terms)
        refused = [part.reason for part in batch.quarantined]
        kept = Batch(frames=batch.frames, records=batch.records)
        try:
            with self._connection.transaction():
                stored = self._writer.store(kept, Findings(), cause="replay", counted=False)
                outcome = _outcome(stored, refused, str(piece["reason"]))
                self._note(piece["id"], outcome)
        except (psycopg.DataError, psycopg.IntegrityError):
            self._note(piece["id"], REFUSED)
            return REFUSED, 0
        return outcome, stored.readings

    def _note(self, quarantine_id: int, outcome: str) -> None:
        self._connection.execute(
            self._sql["note_replay"],
            {
                "quarantine_id": quarantine_id,
                "release": self._release,
                "outcome": outcome,
                "actor": self._actor,
            },
        )


def dry_run(
    connection: Connection, registry: Registry, piece: Mapping[str, Any], settings: Settings
) -> Batch:
    """What a piece (``id, message_id, received_at, gateway, channel, reason, raw``) would come to now; nothing is written."""
    return _decoded(connection, registry, piece, Terms.of(settings))


def _decoded(connection: Connection, registry: Registry, piece: Mapping[str, Any], terms: Terms) -> Batch:
    raw = bytes(piece["raw"])
    if piece["reason"] in WHOLE_MESSAGE:
        arguments = {"id": piece["message_id"], "received_at": piece["received_at"]}
        row = connection.execute(queries("ingest")["payload_of"], arguments).fetchone()
        raw = bytes(row[0]) if row else raw
    origin = FrameOrigin(piece["message_id"], piece["received_at"], piece["gateway"], NO_OUTLET)
    return decode_piece(origin, piece["channel"], raw, registry, terms)


def decode_piece(origin: FrameOrigin, channel: str, raw: bytes, registry: Registry, terms: Terms) -> Batch:
    """What a quarantined piece comes to with this registry. Pure."""
    batch = Batch()
    if channel == "hj212":
        decoder = StreamDecoder(keys=keys_of(registry, origin.gateway))
        for found in (*decoder.feed(raw), *decoder.flush()):
            if isinstance(found, Frame):
                place(batch, origin, channel, hj212_piece(found, registry), registry, terms)
            else:
                place_rejected(batch, origin, channel, found, registry)
    elif channel in ("json", "neuron"):
        place_documents(batch, origin, channel, raw, registry, terms)
    return batch


def _outcome(stored: Outcome, refused: list[str], before: str) -> str:
    for name in STORED:
        if name in stored.dispositions or (name == "accepted" and stored.records):
            return name
    return refused[0] if refused else before

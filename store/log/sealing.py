"""Sealing: what waits becomes leaves, the tree grows, a checkpoint is signed. One transaction a step, one sealing at a time.

A step takes the notes that the triggers left, reads the rows they name, appends the leaf hashes to the tiles, says in ``log_run``
which leaf is which record, and signs the new head. A process that is killed leaves all of it or nothing. What was sealed before
is never read again but for the unfinished tiles at the right edge, so a leaf costs the same in a log of any size.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.pq import TransactionStatus

from store.database import Connection, rows
from store.errors import LogError, NotFound
from store.log.checkpoint import Checkpoint, text_of
from store.log.keys import current_key
from store.log.leaves import KINDS, read_leaves
from store.log.merkle import leaf_hash
from store.log.notes import Signer, sign_note
from store.log.spans import Spans, count, joined, missing, multirange, spans_of, split
from store.log.tiles import Edge, edge_places
from store.log.tree import read_tiles
from store.queries import queries

log = logging.getLogger(__name__)

LEAVES = 50_000
"""Leaves of one step: a second's work."""

MISSING_NAMED = 10

CLOCK_TOLERANCE = timedelta(minutes=1)
"""What was written while a step waited for its turn is told a little later than the step began. A clock that is off by more is
noted, and the checkpoint does not follow it."""


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as it is kept. ``note`` is the signed note, ``sealed_at`` the time that it tells."""

    size: int
    root: bytes
    note: str
    sealed_at: datetime


@dataclass(slots=True)
class _Batch:
    """What a step seals of one kind."""

    spans: Spans
    earliest: datetime
    latest: datetime


def latest(connection: Connection) -> StoredCheckpoint | None:
    """The head of the log; None before the first sealing."""
    row = connection.execute(queries("log")["newest_checkpoint"]).fetchone()
    return None if row is None else StoredCheckpoint(*row)


def checkpoint_at(connection: Connection, size: int) -> StoredCheckpoint:
    """The checkpoint of one size. Raises NotFound ``checkpoint_not_found``."""
    row = connection.execute(queries("log")["checkpoint"], {"size": size}).fetchone()
    if row is None:
        raise NotFound(f"No checkpoint has the size {size}.", code="checkpoint_not_found", size=size)
    return StoredCheckpoint(*row)


def checkpoints_before(connection: Connection, size: int | None, most: int) -> list[StoredCheckpoint]:
    """The checkpoints below a size, or all of them, newest first."""
    found = connection.execute(queries("log")["checkpoints"], {"before": size, "most": most})
    return [StoredCheckpoint(*row) for row in found]


def seal(connection: Connection, signer: Signer, at: datetime, most: int = LEAVES) -> Checkpoint | None:
    """Seal up to ``most`` leaves in a transaction of its own; None when nothing waited.

    Raises LogError, with nothing done: ``log_record_missing`` when a row that waits is gone, ``log_tree_differs`` when the tiles
    are not those of the last checkpoint, ``log_key_unknown`` when another key has taken over. Raises ValueError within a
    transaction of the caller.
    """
    if connection.info.transaction_status is not TransactionStatus.IDLE:
        raise ValueError("sealing is a transaction of its own: commit first")
    with connection.transaction():
        connection.execute(queries("log")["lock_log"])
        return seal_step(connection, [signer], at, most)


def seal_all(
    connection: Connection, signer: Signer, clock: Callable[[], datetime], most: int = LEAVES
) -> StoredCheckpoint | None:
    """Seal everything that has been noted when this is called, and return the head; None while the log is empty.

    Raises what ``seal`` raises.
    """
    with connection.transaction():
        row = connection.execute(queries("log")["newest_pending"]).fetchone()
    upto = row[0] if row else None
    while upto is not None and _waits(connection, upto):
        seal(connection, signer, clock(), most)
    with connection.transaction():
        return latest(connection)


def _waits(connection: Connection, upto: int) -> bool:
    with connection.transaction():
        row = connection.execute(queries("log")["still_pending"], {"upto": upto}).fetchone()
    return bool(row and row[0])


def seal_step(
    connection: Connection, signers: Sequence[Signer], at: datetime, most: int = LEAVES
) -> Checkpoint | None:
    """One step in the caller's transaction, which holds the lock of the log; the checkpoint is signed by every signer."""
    head = latest(connection)
    batches, noted_at = _take(connection, most)
    if not batches:
        return None
    _check_signer(connection, signers)
    edge = _edge(connection, head)
    for kind in KINDS:
        if kind in batches:
            _append(connection, edge, kind, batches[kind])
    _write(connection, edge)
    moment = _moment(at, noted_at, head)
    checkpoint = Checkpoint(signers[-1].name, edge.size, edge.root(), moment)
    note = sign_note(text_of(checkpoint), signers).encode()
    arguments = {"size": edge.size, "root": checkpoint.root, "note": note, "sealed_at": moment}
    connection.execute(queries("log")["add_checkpoint"], arguments)
    return checkpoint


def _take(connection: Connection, most: int) -> tuple[dict[str, _Batch], datetime | None]:
    """What waits, by kind, and when the last of it was noted."""
    sql = queries("log")
    with rows(connection) as cursor:
        notes = cursor.execute(sql["take_pending"], {"most": most}).fetchall()
    parts: dict[str, list[tuple[Spans, dict[str, Any]]]] = {}
    left = most
    for note in sorted(notes, key=lambda note: int(note["id"])):
        spans = spans_of(note["ids"])
        if note["leaves"] > left:
            spans, rest = split(spans, left)
            arguments = {name: note[name] for name in ("id", "kind", "earliest", "latest", "noted_at")}
            connection.execute(sql["put_back"], {**arguments, "ids": multirange(rest)})
        left -= count(spans)
        parts.setdefault(note["kind"], []).append((spans, note))
    batches = {
        kind: _Batch(
            joined(span for spans, _ in found for span in spans),
            min(note["earliest"] for _, note in found),
            max(note["latest"] for _, note in found),
        )
        for kind, found in parts.items()
    }
    return batches, max((note["noted_at"] for note in notes), default=None)


def _check_signer(connection: Connection, signers: Sequence[Signer]) -> None:
    current = current_key(connection)
    if current is None or current != signers[-1].key:
        raise LogError(
            "The log is signed by another key now: load it anew.",
            code="log_key_unknown",
            key_id=signers[-1].key.key_id.hex(),
        )


def _edge(connection: Connection, head: StoredCheckpoint | None) -> Edge:
    """The right edge as the last checkpoint left it."""
    size = 0 if head is None else head.size
    places = edge_places(size)
    try:
        edge = Edge(size, read_tiles(connection, list(places)))
    except ValueError as error:
        raise _differs(str(error)) from error
    if head is not None and edge.root() != head.root:
        raise _differs(f"the root of {size} leaves is not the one that was signed")
    return edge


def _append(connection: Connection, edge: Edge, kind: str, batch: _Batch) -> None:
    """Make leaves of a batch, and say which they are."""
    found: list[int] = []
    hashes = bytearray()
    for number, leaf in read_leaves(connection, kind, multirange(batch.spans), batch.earliest, batch.latest):
        found.append(number)
        hashes += leaf_hash(leaf)
    expected = count(batch.spans)
    if len(found) != expected:
        absent = missing(batch.spans, found, MISSING_NAMED)
        raise LogError(
            f"{expected - len(found)} rows of the kind {kind} are gone before they were sealed, among them {absent}. "
            "Nothing more is sealed until they are back from a backup; who deleted them?",
            code="log_record_missing",
            kind=kind,
            ids=absent,
        )
    arguments = {
        "first_leaf": edge.size,
        "count": expected,
        "kind": kind,
        "low": batch.spans[0][0],
        "high": batch.spans[-1][1] - 1,
        "ids": multirange(batch.spans),
        "earliest": batch.earliest,
        "latest": batch.latest,
    }
    connection.execute(queries("log")["add_run"], arguments)
    edge.append(bytes(hashes))


def _write(connection: Connection, edge: Edge) -> None:
    arguments = {
        "levels": [level for level, _ in edge.written],
        "indexes": [index for _, index in edge.written],
        "hashes": list(edge.written.values()),
    }
    if connection.execute(queries("log")["put_tiles"], arguments).rowcount != len(edge.written):
        raise _differs("a tile at its right edge does not go on as it began")


def _moment(at: datetime, noted_at: datetime | None, head: StoredCheckpoint | None) -> datetime:
    """The time of the checkpoint: never before the last one, nor before what it seals when the clocks agree."""
    moment = at
    if noted_at is not None and noted_at > moment:
        if noted_at - moment <= CLOCK_TOLERANCE:
            moment = noted_at
        else:
            log.warning("clock_differs: records were noted at %s, and it is %s", noted_at, at)
    if head is not None and head.sealed_at > moment:
        log.warning("clock_went_back: the last checkpoint is of %s, and it is %s", head.sealed_at, moment)
        moment = head.sealed_at
    return moment


def _differs(why: str) -> LogError:
    return LogError(
        f"The tree is not the one of the last checkpoint: {why}. Nothing is sealed on it; run `outfall log verify`.",
        code="log_tree_differs",
    )

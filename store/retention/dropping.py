"""Looking at the chunks of raw data, and dropping those that may go, each in a transaction with a record of what it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.multirange import Multirange

from store import audit
from store.database import Connection
from store.errors import StoreError
from store.log.spans import Spans, multirange, spans_of
from store.log.stretches import digest_of_leaves, leaves_of
from store.queries import queries
from store.retention.deciding import KINDS, Chunk, Decision, Facts, Scope, cutoff_of, decide, foreign_policies
from store.retention.holds import standing_scopes
from store.tasks import Caller


@dataclass(frozen=True, slots=True)
class Looked:
    """A chunk and what becomes of it."""

    chunk: Chunk
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Content:
    count: int
    newest: datetime | None
    first: int | None
    last: int | None
    messages: int
    ids: Multirange[Any]


def look(connection: Connection, at: datetime, years: int) -> list[Looked]:
    """Every chunk of raw data, oldest first, and what becomes of it now."""
    cutoff = cutoff_of(at, years)
    scopes = standing_scopes(connection)
    looked = []
    for chunk in _chunks(connection):
        facts = None
        if chunk.end <= cutoff:
            facts = _facts(connection, chunk, _content(connection, chunk), scopes)
        looked.append(Looked(chunk, decide(chunk, cutoff, scopes, facts)))
    return looked


def policies(connection: Connection) -> list[str]:
    """Tables of raw data for which TimescaleDB has a retention policy of its own, which knows no hold."""
    return foreign_policies(connection.execute(queries("retention")["jobs"]).fetchall())


def drop_old(connection: Connection, at: datetime, years: int, caller: Caller) -> list[Looked]:
    """Drop every chunk that may go, each in a transaction; gives those that went. The connection commits by itself."""
    cutoff = cutoff_of(at, years)
    gone = []
    for chunk in _chunks(connection):
        if chunk.end > cutoff:
            continue
        with connection.transaction():
            decision = _drop_if_it_may(connection, chunk, cutoff, years, at, caller)
        if decision.goes:
            gone.append(Looked(chunk, decision))
    return gone


def _chunks(connection: Connection) -> list[Chunk]:
    found = connection.execute(queries("retention")["chunks"], {"kinds": list(KINDS)}).fetchall()
    return [Chunk(*row) for row in found]


def _drop_if_it_may(
    connection: Connection, chunk: Chunk, cutoff: datetime, years: int, at: datetime, caller: Caller
) -> Decision:
    """Decided anew under a lock: a hold may have been placed since it was looked at."""
    sql = queries("retention")
    connection.execute(sql["one_at_a_time"])
    connection.execute(sql["hold_still"])
    content = _content(connection, chunk)
    scopes = standing_scopes(connection)
    decision = decide(chunk, cutoff, scopes, _facts(connection, chunk, content, scopes))
    if not decision.goes:
        return decision
    leaves = _leaves(connection, content) if chunk.kind == "message" and content.count else []
    arguments = {
        "kind": chunk.kind,
        "chunk": chunk.name,
        "start": chunk.start,
        "end": chunk.end,
        "count": content.count,
        "newest": content.newest,
        "first": content.first,
        "last": content.last,
        "messages": content.messages,
        "ids": content.ids,
        "leaves": multirange(leaves),
        "leaf_digest": digest_of_leaves(connection, leaves) if leaves else None,
        "keep_years": years,
        "cutoff": cutoff,
        "at": at,
        "by": caller.name,
    }
    drop_id = connection.execute(sql["note_drop"], arguments).fetchall()[0][0]
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action="retention:chunk:drop",
        subject=str(drop_id),
        detail={
            "kind": chunk.kind,
            "chunk": chunk.name,
            "from": chunk.start.isoformat(),
            "to": chunk.end.isoformat(),
            "count": content.count,
        },
    )
    dropped = connection.execute(
        sql["drop_chunk"], {"kind": chunk.kind, "start": chunk.start, "end": chunk.end}
    ).fetchall()
    names = [str(row[0]).rpartition(".")[2] for row in dropped]
    if names != [chunk.name]:
        raise StoreError(
            f"TimescaleDB would have dropped {names} instead of {chunk.name}; nothing was dropped.",
            code="drop_not_as_decided",
        )
    return decision


def _content(connection: Connection, chunk: Chunk) -> _Content:
    bounds = {"start": chunk.start, "end": chunk.end}
    found = connection.execute(queries("retention")[f"{chunk.kind}_facts"], bounds).fetchall()
    return _Content(*found[0])


def _facts(connection: Connection, chunk: Chunk, content: _Content, scopes: Sequence[Scope]) -> Facts:
    late_for = tuple(scope for scope in scopes if _came_late(connection, chunk, scope))
    return Facts(content.newest, content.count > 0 and _unsealed(connection, chunk, content), late_for)


def _unsealed(connection: Connection, chunk: Chunk, content: _Content) -> bool:
    sql = queries("retention")
    span = {"low": content.first, "high": content.last}
    if connection.execute(sql["messages_wait"], span).fetchall()[0][0]:
        return True
    if chunk.kind == "message":
        # What was never noted waits for nothing, and has no leaf all the same.
        return not _all_have_leaves(connection, content)
    if chunk.kind == "quarantine":
        bounds = {"kind": chunk.kind, "start": chunk.start, "end": chunk.end}
        return bool(connection.execute(sql["records_wait"], bounds).fetchall()[0][0])
    return False


def _all_have_leaves(connection: Connection, content: _Content) -> bool:
    try:
        _leaves(connection, content)
    except ValueError:
        return False
    return True


def _leaves(connection: Connection, content: _Content) -> Spans:
    """The leaves of a chunk of messages. Raises ValueError when one has none."""
    found = connection.execute(
        queries("retention")["runs_of_messages"], {"low": content.first, "high": content.last}
    )
    runs = [(first, spans_of(numbers)) for first, numbers in found]
    return leaves_of(runs, spans_of(content.ids))


def _came_late(connection: Connection, chunk: Chunk, scope: Scope) -> bool:
    """Whether a chunk that does not meet a scope's time holds data of it that were received at another time."""
    statement = {"message": "late_messages", "device_record": "late_records"}.get(chunk.kind)
    if statement is None or scope.overlaps(chunk):
        return False
    arguments = {
        "outlet_keys": None if scope.outlet_keys is None else sorted(scope.outlet_keys),
        "from_time": scope.start,
        "to_time": scope.end,
        "start": chunk.start,
        "end": chunk.end,
    }
    return bool(connection.execute(queries("retention")[statement], arguments).fetchall()[0][0])

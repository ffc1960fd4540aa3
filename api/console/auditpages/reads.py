"""What the page of the audit trail reads beside the events, as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.auditread import Event
from store.database import Connection, rows
from store.errors import LogError, NotFound
from store.log import merkle
from store.log.leaves import read_leaves
from store.log.places import places_of
from store.log.sealing import StoredCheckpoint, latest
from store.log.tree import Tree
from store.queries import queries


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page of events needs to be told in words.

    Attributes
    ----------
    names : user -> how they are called
    things : number -> (``alert``, ``lead``, ``task`` or ``package``, id)
    outlets : ids of outlets
    leaves : event -> leaf of the evidence log; an event of the last seconds has none yet
    """

    names: Mapping[str, str] = field(default_factory=dict)
    things: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    outlets: frozenset[str] = frozenset()
    leaves: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proof:
    """That an event is in the evidence log.

    Attributes
    ----------
    leaf, leaf_hash : its place, and the hash that the log has there
    steps : hashes that lead from the leaf to the root
    checkpoint : the signed head that the proof is made for
    event_holds : whether the event as it stands in the log's record is what the table has now
    root_holds : whether the record, hashed anew, leads to the root of the checkpoint
    """

    leaf: int
    leaf_hash: str
    steps: tuple[str, ...]
    checkpoint: StoredCheckpoint
    event_holds: bool
    root_holds: bool


def find_event(connection: Connection, event_id: int) -> Event:
    """One event. Raises NotFound ``audit_event_not_found``."""
    with rows(connection) as cursor:
        found = cursor.execute(queries("console_auditpages")["event"], {"id": event_id}).fetchone()
    if found is None:
        raise NotFound(f"There is no audit event {event_id}.", code="audit_event_not_found")
    return found


def beside(connection: Connection, events: Sequence[Event]) -> Beside:
    """Names, links and leaves of these events."""
    sql = queries("console_auditpages")
    subjects = [event["subject"] for event in events if event["subject"] is not None]
    people = [event["actor"] for event in events] + subjects
    things = connection.execute(sql["things"], {"numbers": subjects}).fetchall()
    return Beside(
        names=dict(connection.execute(sql["names"], {"names": people}).fetchall()),
        things={number: (kind, id_) for number, kind, id_ in things},
        outlets=frozenset(row[0] for row in connection.execute(sql["outlets"], {"ids": subjects})),
        leaves=_leaves(connection, [event["id"] for event in events]),
    )


def prove(connection: Connection, event: Mapping[str, Any]) -> Proof | None:
    """The proof that an event is in the log; None while it is not sealed.

    Raises LogError where the log itself is damaged.
    """
    record = _records(connection, [event["id"]]).get(event["id"])
    checkpoint = latest(connection)
    if record is None or checkpoint is None:
        return None
    leaf = places_of(connection, "record", [record]).get(record)
    if leaf is None or leaf >= checkpoint.size:
        return None
    tree = Tree(connection, checkpoint.size)
    steps = tree.inclusion(leaf)
    content = next((bytes_ for _, bytes_ in read_leaves(connection, "record", [record])), None)
    if content is None:
        raise LogError(
            f"The record {record} is sealed, and gone.",
            code="log_record_missing",
            kind="record",
            ids=[record],
        )
    leaf_hash = merkle.leaf_hash(content)
    same = connection.execute(
        queries("console_auditpages")["unchanged"], {"event": event["id"], "record": record}
    )
    return Proof(
        leaf=leaf,
        leaf_hash=tree.node(0, leaf).hex(),
        steps=tuple(step.hex() for step in steps),
        checkpoint=checkpoint,
        event_holds=bool(same.fetchall()[0][0]),
        root_holds=merkle.verify_inclusion(leaf_hash, leaf, checkpoint.size, steps, checkpoint.root),
    )


def _leaves(connection: Connection, events: Sequence[int]) -> dict[int, int]:
    records = _records(connection, events)
    places = places_of(connection, "record", sorted(records.values())) if records else {}
    return {event: places[record] for event, record in records.items() if record in places}


def _records(connection: Connection, events: Sequence[int]) -> dict[int, int]:
    found = connection.execute(
        queries("console_auditpages")["records"], {"keys": [str(event) for event in events]}
    )
    return {int(key): record for record, key in found.fetchall()}

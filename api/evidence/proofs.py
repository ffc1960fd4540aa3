"""What proves the records of a package: the checkpoint, the keys, the nodes of the tree, earlier checkpoints, time-stamps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.evidence.records import Records
from api.evidence.working import Working
from store.database import rows
from store.errors import LogError
from store.log.canonical import utc_text
from store.log.keys import public_keys
from store.log.merkle import needed_nodes
from store.log.notes import VerifierKey
from store.log.tiles import WIDTH
from store.log.tree import Tree, read_tiles
from store.queries import queries

EARLIER_MOST = 64
_LEAVES_AT_ONCE = 20_000
_FOLDER = "data/log"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time-stamp in the package: of which checkpoint, what time it tells, and who was asked."""

    size: int
    told_time: datetime | None
    source: str


def write_proofs(work: Working, records: Records, signer: VerifierKey) -> list[Stamp]:
    """Write everything below ``data/log`` but the lists of leaves, which stand there already; the stamps that were found.

    Raises LogError ``evidence_differs_from_log`` when a record is not what was sealed.
    """
    tree = Tree(work.connection, work.size)
    work.add(f"{_FOLDER}/checkpoint.txt", "log", work.head.note.encode())
    work.add(f"{_FOLDER}/keys.json", "log", _json(_keys(work, signer)))
    _check_leaves(work)
    work.step("proofs", 0.3)
    _nodes(work, tree)
    work.step("proofs", 0.8)
    stamps = _stamps(work, records)
    earlier = _earlier(work, [stamp["size"] for stamp in stamps])
    content = [
        {
            "size": row["size"],
            "note": row["note"],
            "proof": [step.hex() for step in tree.consistency(row["size"])],
        }
        for row in earlier
    ]
    work.add(f"{_FOLDER}/earlier.json", "log", _json(content))
    sizes = {row["size"] for row in earlier}
    told: list[Stamp] = []
    for stamp in stamps:
        if stamp["size"] in sizes and all(known.size != stamp["size"] for known in told):
            work.add(f"{_FOLDER}/stamps/{stamp['size']}.tsr", "log", stamp["token"], lines=False)
            told.append(Stamp(stamp["size"], stamp["told_time"], stamp["source"]))
    return told


def _keys(work: Working, signer: VerifierKey) -> list[dict[str, object]]:
    """The keys that had signed when the checkpoint was, and the one that signs the package."""
    moment = work.head.checkpoint.sealed_at
    return [
        {
            "name": known.key.name,
            "key_id": known.key.key_id.hex(),
            "vkey": known.key.vkey(),
            "since": utc_text(known.since),
            "retired_at": utc_text(known.retired_at)
            if known.retired_at is not None and known.retired_at <= moment
            else None,
        }
        for known in public_keys(work.connection)
        if known.since <= moment or known.key == signer
    ]


def _check_leaves(work: Working) -> None:
    """Every record must be what was sealed: a package that its own verifier refuses would help nobody."""
    for start in range(0, len(work.leaves), _LEAVES_AT_ONCE):
        leaves = work.leaves[start : start + _LEAVES_AT_ONCE]
        tiles = read_tiles(
            work.connection, [(0, tile) for tile in sorted({leaf // WIDTH for leaf in leaves})]
        )
        for place, leaf in enumerate(leaves, start):
            at = leaf % WIDTH * 32
            sealed = tiles.get((0, leaf // WIDTH), b"")[at : at + 32]
            if sealed != work.hashes[32 * place : 32 * place + 32]:
                raise LogError(
                    f"The record of leaf {leaf} is not what was sealed: run `outfall log verify`, which names what was changed.",
                    code="evidence_differs_from_log",
                    leaf=leaf,
                )


def _nodes(work: Working, tree: Tree) -> None:
    needed = needed_nodes(work.leaves, work.size)
    with work.lines(f"{_FOLDER}/nodes.txt", "log") as lines:
        for start in range(0, len(needed), _LEAVES_AT_ONCE):
            nodes = tree.nodes(needed[start : start + _LEAVES_AT_ONCE])
            lines.put([f"{level} {index} {value.hex()}".encode() for (level, index), value in nodes.items()])


def _stamps(work: Working, records: Records) -> list[Mapping[str, Any]]:
    """The stamps that the log had when the checkpoint was signed."""
    known = {int(key) for key in records.newest.get("log_attestation", {})}
    with rows(work.connection) as cursor:
        found = cursor.execute(queries("evidence")["stamps"], {"size": work.size}).fetchall()
    return [row for row in found if row["id"] in known]


def _earlier(work: Working, stamped: Sequence[int]) -> list[dict[str, Any]]:
    """Checkpoints before the one of the package: the first of each day, the one before, and the last that was stamped."""
    sql = queries("evidence")
    span = {"size": work.size, "from_time": work.place.from_time, "to_time": work.place.to_time}
    with rows(work.connection) as cursor:
        found = cursor.execute(sql["earlier_checkpoints"], span).fetchall()
        last = stamped[-1] if stamped else None
        if last is not None and all(row["size"] != last for row in found):
            found += cursor.execute(sql["note_of"], {"size": last}).fetchall()
            found.sort(key=lambda row: int(row["size"]))
    if len(found) <= EARLIER_MOST:
        return found
    # Evenly over the time; the last ones of all are the newest and the stamped one.
    kept = {round(place * (len(found) - 1) / (EARLIER_MOST - 2)) for place in range(EARLIER_MOST - 1)}
    return [row for place, row in enumerate(found) if place in kept or row["size"] == last]


def _json(value: object) -> bytes:
    """JSON that people can read too; the same for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

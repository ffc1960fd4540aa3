"""A log of its own for every test: rows are added, sealed, and looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from psycopg import sql

from store.clock import BEIJING
from store.database import Connection, rows
from store.log.checkpoint import Checkpoint, parse_checkpoint
from store.log.keys import load_signer, public_keys
from store.log.leaves import KINDS, read_leaves
from store.log.merkle import leaf_hash, verify_consistency, verify_inclusion
from store.log.notes import Signer, parse_note, verify_note
from store.log.places import places_of, record_at
from store.log.sealing import LEAVES, seal, seal_all
from store.log.tree import Tree
from store.queries import parse
from store.settings import Settings, load_settings
from tests.unit.log import rfc9162

STATEMENTS = parse(Path(__file__).with_name("log.sql").read_text(encoding="utf-8"))
START = datetime(2026, 11, 26, 8, tzinfo=BEIJING)


@dataclass
class World:
    """A database, its settings, and a clock that only the test moves."""

    connection: Connection
    settings: Settings
    now: datetime = START
    added: int = field(default=0)

    @property
    def signer(self) -> Signer:
        return load_signer(self.settings, self.connection)

    def ask(self, statement: str, **arguments: object) -> list[dict[str, Any]]:
        with rows(self.connection) as cursor:
            cursor.execute(STATEMENTS[statement], arguments or None)
            return cursor.fetchall() if cursor.description else []

    def maintain(self, statement: str, **numbers: int) -> None:
        values = {name: sql.Literal(number) for name, number in numbers.items()}
        self.connection.execute(sql.SQL(STATEMENTS[statement]).format(**values))

    def messages(self, count: int, at: datetime | None = None) -> list[int]:
        return [row["id"] for row in self.ask("add_messages", count=count, at=at or self.now)]

    def periods(self, count: int, at: datetime | None = None) -> list[int]:
        start = (at or self.now) + timedelta(hours=self.added)
        self.added += count
        return [row["id"] for row in self.ask("add_periods", count=count, at=start)]

    def records(self, count: int) -> None:
        self.added += 1
        self.ask("add_records", count=count, name=str(self.added))

    def seal(self, most: int = LEAVES) -> Checkpoint | None:
        return seal(self.connection, self.signer, self.now, most)

    def seal_all(self, most: int = LEAVES) -> None:
        seal_all(self.connection, self.signer, lambda: self.now, most)

    def count(self) -> dict[str, int]:
        return self.ask("number")[0]

    def places(self, kind: str) -> dict[int, int]:
        return places_of(self.connection, kind, [row["id"] for row in self.ask("ids", kind=kind)])

    def checkpoints(self) -> list[Checkpoint]:
        """Every checkpoint, after its signature and its columns were looked at."""
        keys = [known.key for known in public_keys(self.connection)]
        found = []
        for row in self.ask("checkpoints"):
            note = parse_note(row["note"])
            assert verify_note(note, keys)
            checkpoint = parse_checkpoint(note.text)
            assert (checkpoint.size, checkpoint.root) == (row["size"], row["root"])
            assert checkpoint.sealed_at == row["sealed_at"]
            found.append(checkpoint)
        return found

    def leaves(self) -> list[bytes]:
        """The bytes of every leaf in the order of the log, after every row was found to have exactly one."""
        at: dict[int, bytes] = {}
        ids_of_leaves: dict[int, tuple[str, int]] = {}
        for kind in KINDS:
            ids = [row["id"] for row in self.ask("ids", kind=kind)]
            places = places_of(self.connection, kind, ids)
            for number, leaf in read_leaves(self.connection, kind, list(places)):
                assert places[number] not in at
                at[places[number]] = leaf
                ids_of_leaves[places[number]] = kind, number
            assert sorted(places) == ids, f"{kind}: not every row is sealed"
        assert sorted(at) == list(range(self.count()["leaves"]))
        self.check_records_at(ids_of_leaves)
        return [at[place] for place in sorted(at)]

    def check_records_at(self, records: Mapping[int, tuple[str, int]]) -> None:
        """A leaf names its record: both ends of every run, and some hundred in between."""
        ends = [run["first_leaf"] + at for run in self.ask("runs") for at in (0, run["count"] - 1)]
        for leaf in {*ends[:200], *ends[-200:], *range(0, len(records), max(1, len(records) // 300))}:
            assert record_at(self.connection, leaf) == records[leaf]

    def check(self) -> list[bytes]:
        """Everything is in the log once, and every checkpoint is the root of the leaves up to it, as the RFC defines it."""
        leaves = self.leaves()
        checkpoints = self.checkpoints()
        assert checkpoints[-1].size == len(leaves)
        for checkpoint in checkpoints[-5:]:
            assert rfc9162.mth(leaves[: checkpoint.size]) == checkpoint.root
        self.check_consistency(checkpoints)
        tree = Tree(self.connection, len(leaves))
        for leaf in (0, len(leaves) // 2, len(leaves) - 1):
            proof = tree.inclusion(leaf)
            assert verify_inclusion(leaf_hash(leaves[leaf]), leaf, len(leaves), proof, checkpoints[-1].root)
        return leaves

    def check_consistency(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Every checkpoint begins with the one before it."""
        for earlier, later in pairwise(checkpoints):
            assert earlier.size < later.size
            assert earlier.sealed_at <= later.sealed_at
            proof = Tree(self.connection, later.size).consistency(earlier.size)
            assert verify_consistency(earlier.size, later.size, proof, earlier.root, later.root)


def new_world(database: str, connection: Connection, home: Path, **given: Any) -> World:
    """A world on a connection in autocommit mode."""
    return World(connection, load_settings(database_url=database, home=home, **given))

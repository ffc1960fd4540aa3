"""Sealing: ``python -m tests.bench.sealing --leaves 1000000``.

Messages with small payloads are copied straight into the table, a thousand a transaction as ingest does under load, and sealed in
steps as the alerts process does. The time of a proof is that of a tree without anything read before.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from psycopg import sql

from store.clock import now
from store.database import Connection, connect
from store.log.keys import load_signer
from store.log.merkle import verify_consistency, verify_inclusion
from store.log.sealing import latest, seal
from store.log.tree import Tree
from store.migrate import migrate
from store.queries import parse
from store.settings import Settings, load_settings
from tests.bench.report import Row, show
from tests.fixtures.stack import quick_place, start_on_free_ports, throw_away_home

STATEMENTS = parse(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
BATCH = 1000
PROOFS = 200


@contextmanager
def _database() -> Iterator[tuple[Connection, Settings]]:
    with throw_away_home(quick_place()) as home:
        address = start_on_free_ports(home)
        migrate(address.database_url)
        settings = load_settings(database_url=address.database_url, home=home)
        with connect(address.database_url, name="bench", autocommit=True) as connection:
            yield connection, settings


def _fill(connection: Connection, first: int, count: int, at: datetime) -> None:
    """Messages from number ``first`` on, a millisecond apart."""
    for begin in range(first, first + count, BATCH):
        with connection.cursor() as cursor, cursor.copy(sql.SQL(STATEMENTS["copy_messages"])) as copy:
            for number in range(begin, min(begin + BATCH, first + count)):
                payload = b"##0100QN=%017d;ST=32&&CP=&&0000\r\n" % number
                received = at + timedelta(milliseconds=number)
                copy.write_row(
                    (
                        received,
                        number,
                        f"gw-{number % 20}",
                        "hj212",
                        number % 65536,
                        sha256(payload).digest(),
                        payload,
                    )
                )


def measure(leaves: int) -> list[Row]:
    """The figures at this size."""
    with _database() as (connection, settings):
        signer = load_signer(settings, connection)
        began = time.perf_counter()
        _fill(connection, 1, leaves, now() - timedelta(milliseconds=leaves))
        filling = time.perf_counter() - began
        steps: list[tuple[int, float]] = []
        size = 0
        while True:
            began = time.perf_counter()
            checkpoint = seal(connection, signer, now())
            if checkpoint is None:
                break
            steps.append((checkpoint.size - size, time.perf_counter() - began))
            size = checkpoint.size
        sealing = sum(seconds for _, seconds in steps)
        inclusion, consistency = _proofs(connection, size)
        third = max(1, len(steps) // 3)
    return [
        Row("filling by COPY, triggers included", leaves / filling, "messages/s", None),
        Row(f"sealing {size} leaves", size / sealing, "leaves/s", None),
        Row("... the first third of it", _rate(steps[:third]), "leaves/s", None),
        Row("... the last third of it", _rate(steps[-third:]), "leaves/s", None),
        Row("inclusion proof, median", inclusion * 1000, "ms", None),
        Row("consistency proof, median", consistency * 1000, "ms", None),
    ]


def _rate(steps: list[tuple[int, float]]) -> float:
    return sum(count for count, _ in steps) / sum(seconds for _, seconds in steps)


def _proofs(connection: Connection, size: int) -> tuple[float, float]:
    """Median seconds of a proof of each kind; every one is verified."""
    chance = random.Random(1)
    head = latest(connection)
    assert head is not None
    inclusion, consistency = [], []
    for _ in range(PROOFS):
        leaf, first = chance.randrange(size), chance.randrange(1, size)
        began = time.perf_counter()
        proof = Tree(connection, size).inclusion(leaf)
        inclusion.append(time.perf_counter() - began)
        assert verify_inclusion(Tree(connection, size).node(0, leaf), leaf, size, proof, head.root)
        began = time.perf_counter()
        proof = Tree(connection, size).consistency(first)
        consistency.append(time.perf_counter() - began)
        assert verify_consistency(first, size, proof, Tree(connection, first).root(), head.root)
    return sorted(inclusion)[PROOFS // 2], sorted(consistency)[PROOFS // 2]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Sealing and proofs of the evidence log.")
    parser.add_argument("--leaves", type=int, default=200_000)
    show(measure(parser.parse_args().leaves))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""A thousand changes of one bit each, anywhere in the evidence: every one is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest

from deploy import stack as local
from store import clock
from store.database import connect
from store.log.verifying.outside import COLUMNS, TABLES
from store.log.verifying.rows import watched_tables
from tests.fixtures.database import with_database
from tests.integration.ingest.world import Device, hour_frame
from tests.integration.log.plant import DEVICES, FIRST, KILN, LATER, OTHER, Plant, arrival, fill, register
from tests.integration.log.tampering import FILLED, KEYS, ROWS, Change, Tamperer

AT_ONCE = 40
LOG_TABLES = ("log_run", "log_tile", "log_checkpoint", "log_key")
ROUNDS = 24  # with the log's own tables a thousand changes


@dataclass
class World:
    """A plant with rows in every table of evidence, all sealed, and somebody who changes them."""

    plant: Plant
    tamperer: Tamperer

    def missed(self, changes: list[Change]) -> list[Change]:
        """The changes that a verification does not name; they are taken back."""
        try:
            report = self.plant.verify(kept_most=100_000)
            return [change for change in changes if not self.tamperer.named(change, report)]
        finally:
            self.tamperer.take_back(changes)


@pytest.fixture(scope="module")
def world(
    stack: local.StackAddress, module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One world; every test takes back what it changes."""
    plant = Plant(module_database, tmp_path_factory.mktemp("home"))
    with closing(plant):
        yield from _made(stack, plant)


def _made(stack: local.StackAddress, plant: Plant) -> Iterator[World]:
    fill(plant)
    received = FIRST + timedelta(days=12)
    frames = [hour_frame(KILN, FIRST + timedelta(days=1, hours=number)) for number in range(240)]
    plant.store(*(arrival(frame, received) for frame in frames))
    plant.seal(most=37)
    register(plant.database, [*DEVICES, Device(LATER, OTHER)], clock.now())
    plant.replay()
    with connect(plant.database, name="test") as connection:
        for name in FILLED:
            connection.execute(ROWS[name])
    plant.seal(most=101)
    with connect(plant.database, name="test") as connection:
        keys = {watched.table: watched.key for watched in watched_tables(connection)}
    admin = with_database(stack.admin_database_url, plant.database.rsplit("/", 1)[1])
    with psycopg.connect(admin, autocommit=True) as connection:
        yield World(plant, Tamperer(connection, keys, seed=20261126))


def test_the_world_is_clean_and_every_table_of_evidence_has_rows(world: World) -> None:
    report = world.plant.verify()
    assert report.kept == []
    assert report.checked["leaf"] > 512
    assert set(KEYS) <= set(world.tamperer.columns)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_changed_bit_is_found(world: World, number: int) -> None:
    tables = sorted(set(world.tamperer.columns) - set(LOG_TABLES))
    taken: set[tuple[str, str]] = set()
    changes: list[Change] = []
    while len(changes) < AT_ONCE:
        change = world.tamperer.change(world.tamperer.random.choice(tables), taken)
        changes += [] if change is None else [change]
    assert world.missed(changes) == []


@pytest.mark.parametrize("table", LOG_TABLES)
def test_every_changed_bit_of_the_log_itself_is_found(world: World, table: str) -> None:
    for _ in range(10):
        change = None
        while change is None:
            change = world.tamperer.change(table, set())
        assert world.missed([change]) == []


def test_everything_was_put_back(world: World) -> None:
    assert world.plant.verify().kept == []


def test_every_table_and_column_is_evidence_or_listed_with_a_reason(world: World) -> None:
    with connect(world.plant.database, name="test") as connection:
        columns = connection.execute(ROWS["columns"]).fetchall()
        watched = {found.table: found for found in watched_tables(connection)}
    tables = {table for table, _, _ in columns if not table.startswith(("_yoyo", "yoyo"))}
    assert tables - set(watched) - set(KEYS) == set(TABLES)
    left_out = {(found.table, column) for found in watched.values() for column in found.left_out}
    # Bytes that are left out of a record are held against their digest, or decoded again.
    covered = {
        ("quarantine", "raw"),
        *((table, "content") for table in watched if "content" in watched[table].left_out),
    }
    assert left_out - covered == {place for place in COLUMNS if place[0] != "log_run"}
    assert all(reason.endswith(".") for reason in (*TABLES.values(), *COLUMNS.values()))

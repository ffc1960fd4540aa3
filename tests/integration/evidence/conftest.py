"""Worlds of the tests of evidence packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import connect
from store.settings import load_settings
from tests.integration.evidence.world import World


def world_on(url: str, home: Path, *, sample: bool = True) -> Iterator[World]:
    """A filled world on a database."""
    settings = load_settings(
        database_url=url,
        home=home,
        settle_quiet_seconds=0,
        absent_quiet_seconds=0,
        evidence_wait_seconds=0,
    )
    with connect(url, name="test", autocommit=True) as connection:
        world = World(connection, settings, sample)
        world.fill()
        yield world


@pytest.fixture
def fresh_world(database: str, tmp_path: Path) -> Iterator[World]:
    """A world of this test alone."""
    yield from world_on(database, tmp_path)


@pytest.fixture
def checked_world(database: str, tmp_path: Path) -> Iterator[World]:
    """A world of this test alone, whose configuration is no sample."""
    yield from world_on(database, tmp_path, sample=False)


@pytest.fixture(scope="module")
def world(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that the tests of a module share; they only ask for packages."""
    yield from world_on(module_database, tmp_path_factory.mktemp("home"))

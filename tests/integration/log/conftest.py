"""Fixtures of the tests of the evidence log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.database import connect
from store.settings import load_settings
from tests.integration.log.plant import Plant
from tests.integration.log.world import World


@pytest.fixture
def world(database: str, tmp_path: Path) -> Iterator[World]:
    """A log of this test alone."""
    with connect(database, name="test", autocommit=True) as connection:
        yield World(connection, load_settings(database_url=database, home=tmp_path))


@pytest.fixture
def plant(database: str, tmp_path: Path) -> Iterator[Plant]:
    """A plant of this test alone."""
    with closing(Plant(database, tmp_path)) as found:
        yield found

"""Fixtures of the ingest tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from store.settings import Settings
from tests.fixtures.broker import Broker
from tests.integration.ingest.world import Books, forget_session, settings_for

_INSTANCES = itertools.count(1000)


@pytest.fixture
def books(database: str) -> Iterator[Books]:
    """The test's database, open for looking."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield Books(connection)


@pytest.fixture
def ingest_settings(database: str, broker: Broker) -> Iterator[Callable[..., Settings]]:
    """Makes settings for one ingest with a session of its own, which is dropped from the broker afterwards."""
    made: list[Settings] = []
    instance = next(_INSTANCES)

    def make(**more: Any) -> Settings:
        made.append(settings_for(database, broker.url, instance, **more))
        return made[-1]

    yield make
    if made:
        forget_session(made[-1])

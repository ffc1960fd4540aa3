"""A small plant in a fresh database, and a worker that judges it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.database import connect
from tests.integration.alerts.bureau import LISTED, Bureau
from tests.integration.alerts.plant import Plant


@pytest.fixture
def plant(database: str) -> Iterator[Plant]:
    """Two gateways: a folded stack and its inlet-like neighbour on one, a water outlet on the other."""
    with connect(database, name="test", autocommit=True) as connection:
        yield Plant(database, connection)


@pytest.fixture
def bureau(plant: Plant) -> Bureau:
    """The cement works is on the positive list."""
    plant.apply(LISTED)
    return Bureau(plant)

"""A plant with data of 2019 and of this spring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store.clock import BEIJING
from tests.integration.ingest.world import hour_frame
from tests.integration.log.plant import FIRST, KILN, OTHER, SECOND, Plant, arrival

MARCH = datetime(2019, 3, 7, 0, tzinfo=BEIJING)
JUNE = datetime(2019, 6, 6, 0, tzinfo=BEIJING)
"""Both are the beginning of a week of TimescaleDB's."""

NOW = datetime(2026, 11, 26, 2, 40, tzinfo=BEIJING)


def day_of(plant: Plant, start: datetime) -> None:
    """A few hours of two outlets, something refused, and something that is no reading."""
    received = start + timedelta(hours=6)
    plant.store(
        *(arrival(hour_frame(KILN, start + timedelta(hours=hour)), received) for hour in range(3)),
        arrival(hour_frame(SECOND, start), received, gateway=OTHER),
        arrival(hour_frame("777777", start), received),
        arrival(hour_frame(KILN, start, cn="2021"), received),
    )


@pytest.fixture
def old(database: str, tmp_path: Path) -> Iterator[Plant]:
    """Everything is sealed."""
    with closing(Plant(database, tmp_path, since=MARCH - timedelta(days=1))) as plant:
        for start in (MARCH + timedelta(days=1), JUNE + timedelta(days=1), FIRST):
            day_of(plant, start)
        plant.seal()
        yield plant

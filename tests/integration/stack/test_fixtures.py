"""The fixtures that every other integration test rests on."""

from __future__ import annotations

import psycopg
import pytest

from store.migrate import migrate


@pytest.mark.parametrize("round_", [1, 2, 3])
def test_every_test_gets_a_migrated_database_of_its_own(database: str, round_: int) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("insert into gateway (id) values ('gw-only-mine')")
    assert migrate(database) == []

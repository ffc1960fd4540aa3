"""The schema comes up from nothing, once, however many ask."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from store.errors import StoreError
from store.migrate import migrate


def test_an_empty_database_gets_every_step_and_a_second_run_none(empty_database: str) -> None:
    applied = migrate(empty_database)
    assert applied == sorted(applied)
    assert applied[0] == "0001_registry"
    assert migrate(empty_database) == []


def test_processes_that_start_together_migrate_once(empty_database: str) -> None:
    with ThreadPoolExecutor(4) as together:
        results = list(together.map(migrate, [empty_database] * 4))
    assert sorted(len(applied) for applied in results)[:3] == [0, 0, 0]
    assert sum(len(applied) for applied in results) > 0


def test_what_grows_by_time_is_a_hypertable(database: str) -> None:
    with psycopg.connect(database) as connection:
        names = connection.execute(
            "select hypertable_name from timescaledb_information.hypertables order by hypertable_name"
        ).fetchall()
    assert [name for (name,) in names] == [
        "device_record",
        "message",
        "period_value",
        "quarantine",
        "reading",
        "verdict",
    ]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "database_away"),
        ("mysql://127.0.0.1/none", "database_url_wrong"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_with_the_way_out(url: str, code: str) -> None:
    with pytest.raises(StoreError) as caught:
        migrate(url)
    assert caught.value.code == code
    assert "OUTFALL_DATABASE_URL" in caught.value.message

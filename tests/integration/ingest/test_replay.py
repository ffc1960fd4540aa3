"""Quarantined pieces through today's registry."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.replay import Chosen, replay
from store.clock import now
from store.database import connect
from store.errors import Conflict
from store.queries import queries
from store.registry import load_registry
from store.settings import Settings
from tests.fixtures.broker import Broker
from tests.integration.ingest.world import (
    FIRST_HOUR,
    Books,
    Device,
    connected_gateway,
    hour_frame,
    mn_of,
    register,
    running_ingest,
    wait_until,
)

MN = mn_of(1)


def test_a_frame_of_an_mn_registered_since_is_stored_with_its_own_message_and_only_once(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: Callable[..., Settings],
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [], gateways=[name])
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(hour_frame(MN, FIRST_HOUR))
        gateway.publish(b"nothing that could ever be a frame")
        gateway.publish(hour_frame("777777", FIRST_HOUR))
        wait_until(lambda: len(books.rows("select 1 from quarantine")) == 3, "all three are quarantined")
    register(database, [Device(MN, name)])
    ledger = books.ledger()
    heard: list[tuple[int, int]] = []
    with connect(database, name="test") as connection:
        registry = load_registry(connection, at=now())
        report = replay(
            connection,
            registry,
            actor="tester",
            progress=lambda so_far, total: heard.append((so_far.pieces, total)),
        )
        assert (report.pieces, report.readings) == (3, 3)
        assert report.outcomes == {"accepted": 1, "garbage": 1, "unknown_mn": 1}
        again = replay(connection, registry, actor="tester")
        assert again.outcomes == {"garbage": 1, "unknown_mn": 1}
        only = replay(connection, registry, actor="tester", chosen=Chosen(reason="garbage"), limit=5)
        assert only.outcomes == {"garbage": 1}
    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert books.rows("select distinct r.message_id, r.received_at from reading r") == books.rows(
        "select id, received_at from message order by id limit 1"
    )
    assert books.rows("select cause from touched") == [("replay",)]
    assert books.ledger() == ledger
    assert books.value("select count(*) from reading") == 3


def test_two_replays_do_not_run_at_once(database: str) -> None:
    with connect(database, name="one", autocommit=True) as one, connect(database, name="two") as two:
        one.execute(queries("ingest")["lock_replay"])
        registry = load_registry(two, at=now())
        with pytest.raises(Conflict, match="Another replay is running"):
            replay(two, registry, actor="tester")

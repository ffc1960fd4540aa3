"""A message that the database refuses for what it holds is set aside alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from store.settings import Settings
from tests.fixtures.broker import Broker
from tests.integration.ingest.world import (
    FIRST_HOUR,
    Books,
    Device,
    connected_gateway,
    hour_frame,
    hours,
    mn_of,
    register,
    running_ingest,
    wait_until,
)

MN = mn_of(1)


def test_one_refused_message_is_kept_in_quarantine_and_its_neighbours_are_stored(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: Callable[..., Settings],
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [Device(MN, name)])
    # Stands for anything that no decoder foresees.
    books.connection.execute("alter table reading add constraint never_666 check (value <> 666)")
    frames = [
        hour_frame(MN, hour, "666" if number == 7 else "1")
        for number, hour in enumerate(hours(FIRST_HOUR, 20))
    ]
    settings = ingest_settings(batch_milliseconds=500)
    with running_ingest(settings), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        for frame in frames:
            gateway.publish_soon(frame)
        wait_until(lambda: books.messages() == 20, "every message is stored")
        wait_until(lambda: len(gateway.heard) == 19, "all but one are answered")
    assert books.rows("select reason, raw from quarantine") == [("store_refused", frames[7])]
    assert books.value("select count(*) from reading where value = %(one)s", one=Decimal(1)) == 19 * 3
    assert books.ledger() == {"received": 20, "accepted": 19, "quarantined:store_refused": 1}
    books.assert_adds_up()


def test_text_that_postgresql_cannot_store_does_not_stop_the_stream(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: Callable[..., Settings],
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [Device(MN, name)])
    odd = (
        f'{{"mn":"{MN}","st":"31","cn":"2061","data_time":"20260301000000",'
        '"factors":{"a21026":{"Avg":"1\\u0000\\t\\\\N\\n","Flag":"N\\u0000"}}}'
    )
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(odd.encode(), "json")
        gateway.publish(b'[{"mn":"\\ud800"}]', "json")
        gateway.publish(hour_frame(MN, hours(FIRST_HOUR, 2)[1]))
        wait_until(lambda: len(gateway.heard) == 1, "the frame after them is answered")
    assert books.messages() == 3
    assert books.ledger()["received"] == 3
    books.assert_adds_up()

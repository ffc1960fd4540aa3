"""Nothing is lost and nothing is stored twice: ingest killed at any moment, broker and database stopped and started.

``OUTFALL_TEST_FRAMES`` sets the number of frames of the kill test (20,000; the long form is 100,000), ``OUTFALL_TEST_SEED``
its moments."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from deploy import stack as local
from store.migrate import migrate
from store.settings import Settings
from tests.fixtures.stack import start_on_free_ports
from tests.integration.ingest.world import (
    FIRST_HOUR,
    Books,
    Device,
    connected_gateway,
    hour_frame,
    ingest_process,
    mn_of,
    register,
    running_ingest,
    settings_for,
    wait_until,
)

FRAMES = int(os.environ.get("OUTFALL_TEST_FRAMES", "20000"))
SEED = int(os.environ.get("OUTFALL_TEST_SEED", str(random.SystemRandom().randrange(10**6))))
KILLS = 10
MN = mn_of(1)
NAME = "gw-survives"
FACTORS = ("a21026", "a21002")


@pytest.fixture
def own_stack(stack_home: Path) -> Iterator[local.StackAddress]:
    """A stack of the test's own, because it stops parts of it."""
    address = start_on_free_ports(stack_home)
    migrate(address.database_url)
    register(address.database_url, [Device(MN, NAME)])
    yield address


@pytest.fixture
def own_books(own_stack: local.StackAddress) -> Iterator[Callable[[], Books]]:
    """Opens the database anew each time, since it is restarted meanwhile."""
    with ExitStack() as opened:

        def look() -> Books:
            connection = psycopg.connect(own_stack.database_url, autocommit=True)
            return Books(opened.enter_context(connection))

        yield look


def gateway_url(stack: local.StackAddress) -> str:
    """The gateway's URL."""
    password = local.sync_gateways(stack.home, [NAME])[NAME]
    return f"mqtt://{NAME}:{password}@127.0.0.1:{stack.mqtt_port}"


def stop_service(stack: local.StackAddress, name: str, number: signal.Signals) -> None:
    """Signal one server of the stack and wait until it is gone."""
    running = next(service.pid for service in local.status(stack.home).services if service.name == name)
    assert running is not None
    os.kill(running, number)
    wait_until(lambda: not Path(f"/proc/{running}/cwd").exists(), f"the {name} is gone")


def start_again(stack: local.StackAddress) -> None:
    """Start what does not run."""
    local.up(
        stack.home, database_port=stack.database_port, mqtt_port=stack.mqtt_port, progress=lambda *_: None
    )


def own_settings(stack: local.StackAddress) -> Settings:
    """Settings of the ingest under test."""
    return settings_for(stack.database_url, stack.mqtt_url, 7, flood_messages_per_second=1_000_000)


def frames(count: int) -> list[bytes]:
    """So many realtime frames, every fourth cut in two messages, some with garbage before them."""
    chance = random.Random(SEED)
    messages: list[bytes] = []
    for number in range(count):
        moment = FIRST_HOUR + timedelta(seconds=number)
        frame = hour_frame(MN, moment, f"{number}.25", cn="2011", flag=4, factors=FACTORS)
        if chance.random() < 0.02:
            frame = b"noise\x00\x07" + frame
        if chance.random() < 0.25:
            cut = chance.randrange(1, len(frame))
            messages += [frame[:cut], frame[cut:]]
        else:
            messages.append(frame)
    return messages


def assert_complete(books: Books, count: int, messages: list[bytes]) -> None:
    """Every message is stored once and in order, every reading once, with its value; the ledger adds up."""
    assert books.messages() == len(messages)
    stored = [bytes(row[0]) for row in books.rows("select payload from message order by id")]
    assert stored == messages
    assert books.value("select count(*) from reading") == count * len(FACTORS)
    assert books.value("select max(revision) from reading") == 1
    wrong = books.value(
        "select count(*) from reading where value <> extract(epoch from data_time - %(first)s::timestamptz) + 0.25",
        first=FIRST_HOUR,
    )
    assert wrong == 0
    ledger = books.ledger()
    garbage = sum(b"noise" in message for message in messages)
    assert ledger["accepted"] == count
    assert set(ledger) <= {"received", "accepted", "quarantined:garbage"}
    assert ledger.get("quarantined:garbage", 0) >= garbage * 0.9
    assert books.rows("select * from stream_tail") == []
    books.assert_adds_up()


def test_ingest_killed_ten_times_stores_every_reading_once(
    own_stack: local.StackAddress, own_books: Callable[[], Books]
) -> None:
    print(f"seed {SEED}, {FRAMES} frames")
    chance = random.Random(SEED + 1)
    settings = own_settings(own_stack)
    messages = frames(FRAMES)
    books = own_books()
    moments = sorted(chance.sample(range(1, len(messages)), KILLS))
    process = ingest_process(settings)
    try:
        wait_until(books.listening, "ingest is connected")
        with connected_gateway(gateway_url(own_stack)) as gateway:
            sender = threading.Thread(target=gateway.publish_all, args=(messages,))
            sender.start()
            for moment in moments:
                wait_until(lambda moment=moment: books.messages() >= moment, f"{moment} messages stored", 120)  # type: ignore[misc]
                process.kill()
                process.wait(10)
                process = ingest_process(settings)
            sender.join()
            wait_until(lambda: books.messages() >= len(messages), "every message is stored", 120)
    finally:
        process.terminate()
        process.wait(10)
    assert_complete(books, FRAMES, messages)


def test_a_database_that_is_away_for_a_while_costs_nothing(
    own_stack: local.StackAddress, own_books: Callable[[], Books]
) -> None:
    messages = frames(600)
    with running_ingest(own_settings(own_stack)), connected_gateway(gateway_url(own_stack)) as gateway:
        wait_until(own_books().listening, "ingest is connected")
        for message in messages[:200]:
            gateway.publish_soon(message)
        stop_service(own_stack, "database", signal.SIGINT)
        for message in messages[200:]:
            gateway.publish(message)
        start_again(own_stack)
        books = own_books()
        wait_until(lambda: books.messages() >= len(messages), "every message is stored", 60)
    assert_complete(books, 600, messages)


def test_a_broker_that_restarts_costs_nothing(
    own_stack: local.StackAddress, own_books: Callable[[], Books]
) -> None:
    messages = frames(1500)
    books = own_books()
    with running_ingest(own_settings(own_stack)), connected_gateway(gateway_url(own_stack)) as gateway:
        wait_until(books.listening, "ingest is connected")
        for start in range(0, len(messages), 600):
            # The gateway has its acknowledgement, so that only the way from the broker to ingest is cut.
            gateway.publish_all(messages[start : start + 600])
            stop_service(own_stack, "broker", signal.SIGTERM)
            start_again(own_stack)
            wait_until(gateway.client.is_connected, "the gateway is connected again")
        wait_until(lambda: books.messages() >= len(messages), "every message is stored", 60)
    assert_complete(books, 1500, messages)

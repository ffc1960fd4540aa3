"""From a publish to rows and answers, on the real broker and the real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
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

MakeSettings = Callable[..., Settings]
MN = mn_of(1)


def test_a_frame_cut_across_two_messages_is_stored_once_and_answered_after_the_commit(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: MakeSettings,
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [Device(MN, name)])
    frame = hour_frame(MN, FIRST_HOUR)
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(frame[:60])
        wait_until(lambda: books.messages() == 1, "the first half is stored")
        assert books.value("select tail from stream_tail") == frame[:60]
        assert gateway.heard == []
        gateway.publish(frame[60:])
        wait_until(lambda: len(gateway.heard) == 1, "the answer came")
        # Whoever hears the answer finds the data.
        assert books.value("select count(*) from reading") == 3
    assert gateway.heard_qns() == ["20260301000000000"]
    assert books.ledger() == {"received": 1, "accepted": 1}
    assert books.rows("select * from stream_tail") == []
    assert books.rows("select distinct message_id from reading") == [
        (books.value("select max(id) from message"),)
    ]


def test_sticky_frames_with_garbage_between_are_all_found_and_the_garbage_is_kept(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: MakeSettings,
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [Device(MN, name)])
    first, second, third = (hour_frame(MN, hour) for hour in hours(FIRST_HOUR, 3))
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(first + second + b"\x01\x03\x02garbage" + third)
        wait_until(lambda: len(gateway.heard) == 3, "three answers")
    assert books.ledger() == {"received": 4, "accepted": 3, "quarantined:garbage": 1}
    assert books.rows("select reason, raw from quarantine") == [("garbage", b"\x01\x03\x02garbage")]
    books.assert_adds_up()


def test_a_repetition_is_a_duplicate_and_another_value_is_a_new_revision_with_a_finding(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: MakeSettings,
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [Device(MN, name)])
    sent = ["12.5", "12.50", "13", "12.5", "13.0", "14"]
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        for value in sent:
            gateway.publish(hour_frame(MN, FIRST_HOUR, value, factors=("a21026",)))
        wait_until(lambda: len(gateway.heard) == len(sent), "every frame is answered, repetitions too")
    assert books.rows("select revision, value from reading order by revision") == [
        (1, Decimal("12.5")),
        (2, Decimal("13")),
        (3, Decimal("14")),
    ]
    assert books.ledger() == {"received": 6, "accepted": 1, "duplicate": 3, "conflicting": 2}
    numbers = books.rows("select numbers from finding where code = 'resent_value_differs' order by id")
    examples = [example for (found,) in numbers for example in found["examples"]]
    assert [(example["before"], example["now"]) for example in examples] == [("12.5", "13"), ("13", "14")]
    books.assert_adds_up()


def test_strangers_and_wrong_passwords_are_kept_refused_and_noted_but_not_answered(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: MakeSettings,
    gateway_name: Callable[[], str],
) -> None:
    mine, other = gateway_name(), gateway_name()
    register(database, [Device(MN, mine, password="123456"), Device(mn_of(2), other)])
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(mine)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(hour_frame("888888", FIRST_HOUR))
        gateway.publish(hour_frame(mn_of(2), FIRST_HOUR))
        gateway.publish(hour_frame(MN, FIRST_HOUR, password="654321"))
        gateway.publish(hour_frame(MN, FIRST_HOUR))
        wait_until(lambda: len(gateway.heard) == 1, "the good one is answered")
    assert gateway.heard_qns() == ["20260301000000000"]
    assert books.rows("select reason, mn, outlet_key from quarantine order by id") == [
        ("unknown_mn", "888888", None),
        ("mn_not_of_gateway", mn_of(2), None),
        ("password_mismatch", MN, 1),
    ]
    assert books.rows("select distinct code, outlet_key from finding order by 1") == [
        ("foreign_mn", None),
        ("unknown_mn", None),
        ("wrong_password", 1),
    ]
    details = " ".join(
        row[0] for row in books.rows("select detail || numbers::text from quarantine, finding")
    )
    assert "654321" not in details
    assert "123456" not in details
    books.assert_adds_up()


def test_a_message_of_five_megabytes_is_stored_whole_and_the_stream_goes_on(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: MakeSettings,
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [Device(MN, name)])
    large = bytes(range(256)) * (5 * 4096)
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(large)
        gateway.publish(hour_frame(MN, FIRST_HOUR))
        wait_until(lambda: len(gateway.heard) == 1, "the frame after it is answered")
    assert books.value("select payload from message order by id limit 1") == large
    assert books.ledger() == {"received": 2, "accepted": 1, "quarantined:message_too_large": 1}


def test_json_neuron_and_status_messages_find_their_places(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: MakeSettings,
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [Device(MN, name)])
    record = {
        "mn": MN,
        "st": "31",
        "cn": "2061",
        "data_time": "2026-03-01T00:00:00+08:00",
        "factors": {"a21026": {"Avg": 12.3, "ZsAvg": 10.9, "Flag": "N"}},
    }
    broken = {**record, "data_time": "yesterday"}
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(json.dumps([record, broken]).encode(), "json")
        gateway.publish(b"{", "neuron")
        gateway.publish(b'{"state": "online", "version": "1.2"}', "status")
        gateway.publish(b'{"state": "perhaps"}', "status")
        wait_until(lambda: books.messages() == 4, "all four are stored")
    assert books.rows("select factor, value, folded from reading") == [
        ("a21026", Decimal("12.3"), Decimal("10.9"))
    ]
    assert books.rows("select state, detail->>'version' from gateway_state") == [("online", "1.2")]
    assert books.ledger() == {"received": 4, "accepted": 1, "quarantined:payload_malformed": 3}
    # The refused record is kept alone, in its exact bytes.
    assert json.loads(books.value("select raw from quarantine where channel = 'json'")) == broken
    books.assert_adds_up()


def test_end_stamped_periods_are_moved_to_their_start_and_say_so(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: MakeSettings,
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [Device(MN, name, timestamps="end")])
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(hour_frame(MN, FIRST_HOUR, factors=("a21026",)))
        wait_until(lambda: len(gateway.heard) == 1, "answered")
    assert books.rows("select data_time, extra from reading") == [
        (FIRST_HOUR - timedelta(hours=1), {"DataTime": "20260301000000"})
    ]
    assert (
        books.value("select frames from ledger where disposition = 'anomaly' and reason = 'end_stamped'") == 1
    )
    assert books.rows("select from_time, to_time from touched") == [
        (FIRST_HOUR - timedelta(hours=1), FIRST_HOUR)
    ]


def test_half_a_frame_that_is_never_finished_is_quarantined_after_its_time(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: MakeSettings,
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [Device(MN, name)])
    half = hour_frame(MN, FIRST_HOUR)[:80]
    settings = ingest_settings(partial_frame_seconds=1)
    with running_ingest(settings), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(half)
        wait_until(lambda: books.rows("select 1 from quarantine") != [], "given up")
    assert books.rows("select reason, raw from quarantine") == [("incomplete_frame", half)]
    assert books.rows("select * from stream_tail") == []
    books.assert_adds_up()


def test_a_registered_mn_is_known_at_once_without_a_restart(
    database: str,
    broker: Broker,
    books: Books,
    ingest_settings: MakeSettings,
    gateway_name: Callable[[], str],
) -> None:
    name = gateway_name()
    register(database, [], gateways=[name])
    with running_ingest(ingest_settings()), connected_gateway(broker.gateway_url(name)) as gateway:
        wait_until(books.listening, "ingest is connected")
        gateway.publish(hour_frame(MN, FIRST_HOUR))
        wait_until(lambda: books.ledger().get("quarantined:unknown_mn") == 1, "refused")
        register(database, [Device(MN, name)])

        def accepted() -> bool:
            gateway.publish(hour_frame(MN, FIRST_HOUR))
            return "accepted" in books.ledger()

        wait_until(accepted, "accepted after the registry changed")

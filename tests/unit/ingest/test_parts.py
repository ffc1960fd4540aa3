"""The small parts: packets, redelivery, pacing, ledger sums, touched hours, floods, shards."""

from __future__ import annotations

import random
import struct
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.arrival import Arrival, parse_topic
from ingest.backoff import Backoff
from ingest.client import MalformedPacketError, packet_end, parse_publish, publish_packet
from ingest.findings import EVERY, Findings, Pacing
from ingest.flood import FloodMeter
from ingest.live import OUTLETS_IN_ONE, LivePacing
from ingest.recent import RecentDeliveries
from ingest.session import broker_address
from ingest.shards import Shards
from ingest.status import read_status
from ingest.tally import Tally
from ingest.touched import touched_ranges
from store.clock import BEIJING, DAY, HOUR
from store.errors import DecodeError, SettingsError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=BEIJING)


def written_publish(
    topic: bytes, payload: bytes, packet_id: int | None, properties: bytes = b"\x00"
) -> bytes:
    """A PUBLISH as MQTT 5 section 3.3 has it."""
    body = struct.pack("!H", len(topic)) + topic
    if packet_id is not None:
        body += struct.pack("!H", packet_id)
    body += properties + payload
    length, size = bytearray(), len(body)
    while True:
        size, digit = divmod(size, 128)
        length.append(digit | (0x80 if size else 0))
        if not size:
            break
    return bytes([0x30 if packet_id is None else 0x32]) + bytes(length) + body


@given(
    st.text("abc/1", min_size=1),
    st.binary(max_size=300),
    st.none() | st.integers(1, 65535),
    st.sampled_from([b"\x00", b"\x05\x02\x00\x00\x00\x09"]),
)
def test_a_publish_is_read_as_it_was_written(
    topic: str, payload: bytes, packet_id: int | None, properties: bytes
) -> None:
    packet = bytearray(written_publish(topic.encode(), payload, packet_id, properties) + b"next")
    place = packet_end(packet, 0)
    assert place is not None
    found = parse_publish(packet[0], packet, *place)
    assert found == (topic, payload, packet_id, False)
    assert packet[place[1] :] == b"next"


@given(st.text("abc/1", min_size=1), st.binary(max_size=300))
def test_what_is_published_reads_back(topic: str, payload: bytes) -> None:
    packet = bytearray(publish_packet(topic, payload))
    place = packet_end(packet, 0)
    assert place is not None
    assert place[1] == len(packet)
    assert parse_publish(packet[0], packet, *place) == (topic, payload, None, False)


@given(st.binary(max_size=40))
def test_arbitrary_packets_are_read_or_refused_but_never_run_over_their_end(data: bytes) -> None:
    buffer = bytearray(b"\x32" + data)
    try:
        place = packet_end(buffer, 0)
        if place is not None:
            found = parse_publish(buffer[0], buffer, *place)
            assert len(found.payload) <= place[1] - place[0]
    except MalformedPacketError:
        return


def test_a_packet_whose_rest_is_on_the_way_is_waited_for() -> None:
    packet = bytearray(written_publish(b"a", b"x" * 200, 1))
    assert all(packet_end(packet[:size], 0) is None for size in range(1, len(packet)))


def test_topics_give_gateway_and_channel() -> None:
    assert parse_topic("outfall/v1/gw-one/hj212") == ("gw-one", "hj212")
    assert parse_topic("outfall/v1//json") == ("", "json")
    assert len(parse_topic("outfall/v1/" + "x" * 500 + "/json")[0]) == 64


def test_only_the_last_deliveries_are_remembered() -> None:
    recent = RecentDeliveries(2)
    first, second, third = (("gw", "hj212", number, b"digest") for number in range(3))
    recent.remember([first, second, second, third])
    assert first not in recent
    assert second in recent
    assert third in recent
    assert ("gw", "hj212", 2, b"other bytes") not in recent
    recent.forget()
    assert third not in recent


def test_the_same_finding_is_written_once_a_minute_with_all_counts() -> None:
    pacing = Pacing()

    def write(moment: datetime) -> int:
        fresh = Findings()
        fresh.notice("unknown_mn", at=moment, gateway="gw", example={"mn": "X"})
        counts = [noticed.count for _, noticed in pacing.due(fresh, moment).items()]
        pacing.settle(fresh, moment)
        return sum(counts)

    assert [write(NOW + timedelta(seconds=second)) for second in (0, 10, 59, 60, 61)] == [1, 0, 0, 3, 0]
    assert len(pacing.due(Findings(), NOW + 3 * EVERY)) == 1


def test_due_changes_nothing_so_that_a_failed_transaction_loses_no_finding() -> None:
    pacing, fresh = Pacing(), Findings()
    fresh.notice("flood", at=NOW, gateway="gw")
    assert [len(pacing.due(fresh, NOW)) for _ in range(3)] == [1, 1, 1]


def test_differences_of_readings_are_never_put_off() -> None:
    pacing, fresh = Pacing(), Findings()
    fresh.notice("resent_value_differs", at=NOW, outlet_key=1, factor="a21026")
    pacing.settle(fresh, NOW)
    assert len(pacing.due(fresh, NOW)) == 1


def test_the_tally_sums_by_hour_of_receipt() -> None:
    tally = Tally()
    for minutes in (0, 59, 60, 0):
        tally.add(NOW + timedelta(minutes=minutes), "gw", 1, "received")
    assert [(key.hour, frames) for key, frames, _ in tally.rows()] == [(NOW, 3), (NOW + HOUR, 1)]


TOUCHED = [
    ([], []),
    ([(1, "hour", NOW)], [(1, NOW, NOW + HOUR)]),
    ([(1, "minute", NOW + timedelta(minutes=59))], [(1, NOW, NOW + HOUR)]),
    ([(1, "hour", NOW), (1, "hour", NOW + HOUR)], [(1, NOW, NOW + 2 * HOUR)]),
    (
        [(1, "hour", NOW + 2 * HOUR), (1, "hour", NOW)],
        [(1, NOW, NOW + HOUR), (1, NOW + 2 * HOUR, NOW + 3 * HOUR)],
    ),
    ([(1, "hour", NOW), (2, "hour", NOW)], [(1, NOW, NOW + HOUR), (2, NOW, NOW + HOUR)]),
    ([(1, "day", NOW), (1, "hour", NOW)], [(1, NOW - 12 * HOUR, NOW - 12 * HOUR + DAY)]),
]


@pytest.mark.parametrize(("readings", "ranges"), TOUCHED)
def test_touched_hours_are_joined_by_outlet(
    readings: list[tuple[int, str, datetime]], ranges: list[tuple[int, datetime, datetime]]
) -> None:
    assert touched_ranges(readings) == ranges


def test_a_flood_is_told_once_a_minute() -> None:
    meter = FloodMeter(1)
    told = [
        (minute, count)
        for second in range(130)
        for burst in range(2)
        for _, minute, count in meter.count(
            [Arrival(1, burst, False, "gw", "hj212", b"", NOW + timedelta(seconds=second), b"")]
        )
    ]
    assert told == [(NOW, 61), (NOW + timedelta(minutes=1), 61)]


def test_the_console_hears_of_outlets_at_most_twice_a_second_and_of_all_of_them() -> None:
    live = LivePacing()
    live.add(["a"])
    assert len(live.due(0.0)) == 1
    live.add(f"outlet-{number}" for number in range(OUTLETS_IN_ONE + 1))
    assert live.due(0.4) == []
    payloads = live.due(0.5)
    assert len(payloads) == 2
    assert all(len(payload) < 7000 for payload in payloads)
    assert live.due(2.0) == []


def test_gateways_are_dealt_out_in_turn_and_keep_their_place() -> None:
    shards = Shards(2)
    assert [shards.of(name) for name in "abcab"] == [0, 1, 0, 0, 1]


def test_waits_double_up_to_the_most_and_start_again() -> None:
    backoff = Backoff(1, 8, random.Random(1))
    waits = [backoff.next() for _ in range(6)]
    steps = [1, 2, 4, 8, 8, 8]
    assert all(step / 2 <= wait <= step for wait, step in zip(waits, steps, strict=True))
    backoff.reset()
    assert backoff.next() <= 1


STATUSES = [(b"", "unknown"), (b'{"state": "online", "x": 1}', "online"), (b'{"state":"offline"}', "offline")]


@pytest.mark.parametrize(("payload", "state"), STATUSES)
def test_a_status_tells_the_state(payload: bytes, state: str) -> None:
    assert read_status(payload)[0] == state


@pytest.mark.parametrize("payload", [b"[]", b"{", b'{"state":"on"}', b'{"state":1}', b"x" * 10_000, b"\xff"])
def test_a_malformed_status_is_refused(payload: bytes) -> None:
    with pytest.raises(DecodeError) as raised:
        read_status(payload)
    assert raised.value.code == "payload_malformed"


def test_the_broker_url_is_taken_apart() -> None:
    address = broker_address("mqtts://user:p%40ss@broker.example", None)
    assert (address.host, address.port, address.user, address.password, address.tls) == (
        "broker.example",
        8883,
        "user",
        "p@ss",
        True,
    )


@pytest.mark.parametrize("url", ["http://broker", "mqtt://", "mqtt://host:port", "nonsense"])
def test_a_wrong_broker_url_is_one_sentence_without_the_url(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        broker_address(url, None)
    assert "OUTFALL_MQTT_URL" in raised.value.message
    assert raised.value.exit_code == 2

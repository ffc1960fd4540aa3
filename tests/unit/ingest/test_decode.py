"""The pure decode stage: every bad input of the design is kept, counted and named, and the stream goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.admission import Terms
from ingest.arrival import Arrival, digest_of
from ingest.batch import Batch, StoredMessage, StreamKey, Tail
from ingest.decode import decode, refuse_batch_message
from ingest.hj212 import encode
from store.clock import BEIJING
from store.model import Cadence, Monitor, Outlet, Registry, Site

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=BEIJING)
GATEWAY = "gw-one"
MN = "999999000000000000000001"
SECRET_MN = "999999000000000000000002"
FOREIGN_MN = "999999000000000000000003"
ENDING_MN = "999999000000000000000004"
KEY = bytes(range(16))
TERMS = Terms(
    earliest_data_time=datetime(2005, 1, 1, tzinfo=BEIJING),
    ahead=timedelta(hours=1),
    clock_skew=timedelta(minutes=5),
    message_bytes=4096,
    partial_frame=timedelta(seconds=60),
)


def outlet(
    key: int,
    mn: str,
    gateway: str,
    *,
    password: str | None = None,
    sm4_key: bytes | None = None,
    timestamps: str = "start",
) -> Outlet:
    """An outlet with a monitor."""
    monitor = Monitor(
        key,
        mn,
        gateway,
        "2017",
        password,
        sm4_key,
        None,
        timestamps,
        "undetermined",
        "hj212",
        Cadence(60, 600, True, True),
    )
    return Outlet(key, f"outlet-{key}", 1, "site", f"排口{key}", "gas", None, ("a21026",), True, monitor, ())


REGISTRY = Registry(
    (
        Site(
            1,
            "site",
            "测试单位",
            "other",
            False,
            True,
            None,
            None,
            None,
            (),
            (
                outlet(1, MN, GATEWAY, password="123456"),
                outlet(2, SECRET_MN, GATEWAY, sm4_key=KEY),
                outlet(3, FOREIGN_MN, "gw-two"),
                outlet(4, ENDING_MN, GATEWAY, timestamps="end"),
            ),
        ),
    ),
    (GATEWAY, "gw-two"),
    None,
)


def frame(
    mn: str = MN,
    *,
    stamp: str | None = "20261124110000",
    value: str = "12.5",
    password: str = "123456",
    cn: str = "2061",
    flag: int = 5,
) -> bytes:
    """A 2017 frame as a logger sends it."""
    metric = "Rtd" if cn == "2011" else "Avg"
    items = [] if stamp is None else [[("DataTime", stamp)]]
    items.append([(f"a21026-{metric}", value), ("a21026-Flag", "N")])
    header = {"QN": "20261124113000000", "ST": "31", "CN": cn, "PW": password, "MN": mn, "Flag": flag}
    return encode(header, items, version="2017")


def messages(
    *payloads: bytes, channel: str = "hj212", at: datetime = NOW, step: float = 0.0, first: int = 1
) -> list[StoredMessage]:
    """Arrivals, ``step`` seconds apart."""
    return [
        StoredMessage(
            first + number,
            Arrival(
                1,
                number + 1,
                False,
                GATEWAY,
                channel,
                payload,
                at + timedelta(seconds=step * number),
                digest_of(payload),
            ),
        )
        for number, payload in enumerate(payloads)
    ]


def run(
    parts: Sequence[StoredMessage], tails: dict[StreamKey, Tail] | None = None, now: datetime = NOW
) -> Batch:
    """Decode with the test's registry and terms."""
    return decode(parts, registry=REGISTRY, tails=tails or {}, terms=TERMS, now=now)


def assert_received_counts(batch: Batch) -> None:
    """Every received piece has one place."""
    placed = len(batch.frames) + len(batch.records) + len(batch.quarantined)
    assert batch.tally.total("received") == placed
    assert batch.tally.total("quarantined") == len(batch.quarantined)


def test_a_good_frame_gives_readings_and_an_answer() -> None:
    batch = run(messages(frame()))
    (found,) = batch.frames
    assert found.origin == (1, NOW, GATEWAY, 1)
    assert (found.kind, found.data_time) == ("hour", datetime(2026, 11, 24, 11, tzinfo=BEIJING))
    assert [(item.factor, item.value, item.flag) for item in found.items] == [("a21026", "12.5", "N")]
    assert found.answer is not None
    assert b"CN=9014" in found.answer
    assert batch.quarantined == []
    assert_received_counts(batch)


REFUSED = [
    # what comes, reason, finding, outlet it counts for
    pytest.param(b"\x00\x01\xff nothing of ours \xfe" * 3, "garbage", "undecodable", 0, id="garbage"),
    pytest.param(frame().replace(b"12.5", b"99.5"), "crc_mismatch", "undecodable", 1, id="wrong CRC"),
    pytest.param(frame("X1"), "unknown_mn", "unknown_mn", 0, id="unknown MN"),
    pytest.param(frame(""), "unknown_mn", "unknown_mn", 0, id="empty MN"),
    pytest.param(frame(FOREIGN_MN), "mn_not_of_gateway", "foreign_mn", 0, id="MN of another gateway"),
    pytest.param(frame(password="654321"), "password_mismatch", "wrong_password", 1, id="wrong password"),
    pytest.param(frame(password=""), "password_mismatch", "wrong_password", 1, id="empty password"),
    pytest.param(frame(stamp=None), "data_time_missing", None, 1, id="no DataTime"),
    pytest.param(frame(stamp="2026112411000"), "data_time_missing", None, 1, id="DataTime of 13 digits"),
    pytest.param(frame(stamp="20261324110000"), "data_time_missing", None, 1, id="month 13"),
    pytest.param(frame(stamp="20700101000000"), "data_time_out_of_window", None, 1, id="year 2070"),
    pytest.param(frame(stamp="19700101000000"), "data_time_out_of_window", None, 1, id="year 1970"),
    pytest.param(b"x" * 5000, "message_too_large", None, 0, id="message above the limit"),
]


@pytest.mark.parametrize(("payload", "reason", "finding", "outlet_key"), REFUSED)
def test_bad_input_is_quarantined_with_its_reason_unanswered_and_the_stream_goes_on(
    payload: bytes, reason: str, finding: str | None, outlet_key: int
) -> None:
    batch = run(messages(payload, frame()))
    (found,) = {piece.reason for piece in batch.quarantined}
    assert found == reason
    assert {key.code for key, _ in batch.findings.items()} == ({finding} if finding else set())
    keys = {key.outlet_key for key, _, _ in batch.tally.rows() if key.reason == reason}
    assert keys == {outlet_key}
    assert all(piece.detail and len(piece.detail) <= 500 for piece in batch.quarantined)
    assert len(batch.frames) == 1
    assert_received_counts(batch)


def test_no_password_ever_shows_in_a_detail_or_finding() -> None:
    batch = run(messages(frame(password="654321")))
    shown = repr([piece.detail for piece in batch.quarantined]) + repr(
        [noticed.numbers() for _, noticed in batch.findings.items()]
    )
    assert "654321" not in shown
    assert "123456" not in shown


TOLERATED = [
    pytest.param(frame(stamp="20261124110000123"), "datatime_format", "12.5", id="DataTime of 17 digits"),
    pytest.param(frame(stamp="20261123240000"), "data_time_24h", "12.5", id="24:00:00"),
    pytest.param(frame(value="NaN"), "value_not_numeric", None, id="value that is no number"),
    pytest.param(frame().replace(b"\r\n", b"\n"), "lf_only", "12.5", id="LF only"),
]


@pytest.mark.parametrize(("payload", "anomaly", "value"), TOLERATED)
def test_tolerated_input_is_stored_and_its_anomaly_is_counted(
    payload: bytes, anomaly: str, value: str | None
) -> None:
    batch = run(messages(payload))
    (found,) = batch.frames
    assert found.items[0].value == value
    reasons = {key.reason: frames for key, frames, _ in batch.tally.rows() if key.disposition == "anomaly"}
    assert reasons[anomaly] == 1
    assert_received_counts(batch)


def test_a_value_that_is_no_number_keeps_its_text() -> None:
    (found,) = run(messages(frame(value="NaN"))).frames
    assert found.items[0].extra == {"Avg": "NaN"}


def test_an_unknown_factor_passes_through() -> None:
    odd = encode(
        {"QN": "20261124113000000", "ST": "31", "CN": "2061", "PW": "123456", "MN": MN, "Flag": 4},
        [[("DataTime", "20261124110000")], [("z99999-Avg", "1"), ("z99999-Flag", "N")]],
        version="2017",
    )
    assert [item.factor for item in run(messages(odd)).frames[0].items] == ["z99999"]


def test_a_realtime_clock_that_is_ahead_is_accepted_and_noted() -> None:
    stamp = (NOW + timedelta(minutes=30)).strftime("%Y%m%d%H%M%S")
    batch = run(messages(frame(cn="2011", stamp=stamp)))
    assert len(batch.frames) == 1
    ((key, noticed),) = batch.findings.items()
    assert (key.code, key.outlet_key) == ("clock_skew", 1)
    assert noticed.examples[0]["seconds_ahead"] == 1800


def test_a_frame_without_readings_and_other_uploads_are_device_records() -> None:
    state = encode(
        {"QN": "20261124113000000", "ST": "31", "CN": "2021", "PW": "123456", "MN": MN, "Flag": 5},
        [[("DataTime", "20261124110000")], [("SB1-RS", "1")]],
        version="2017",
    )
    batch = run(messages(state))
    (record,) = batch.records
    assert (record.cn, record.body) == (
        "2021",
        {"cp": ((("DataTime", "20261124110000"),), (("SB1-RS", "1"),))},
    ) or (record.cn == "2021" and json.loads(json.dumps(record.body))["cp"][1] == [["SB1-RS", "1"]])
    assert record.answer is not None
    assert_received_counts(batch)


def test_an_end_stamped_hour_begins_an_hour_earlier_and_keeps_what_was_sent() -> None:
    (found,) = run(messages(frame(ENDING_MN))).frames
    assert found.data_time == datetime(2026, 11, 24, 10, tzinfo=BEIJING)
    assert found.stamp == "20261124110000"


def test_an_encrypted_frame_opens_with_the_key_of_its_monitor_only() -> None:
    header = {"QN": "20261124113000000", "ST": "31", "CN": "2061", "PW": "123456", "MN": SECRET_MN, "Flag": 8}
    items = [[("DataTime", "20261124110000")], [("a21026-Avg", "7.5"), ("a21026-Flag", "N")]]
    good = run(messages(encode(header, items, version="2025", key=KEY)))
    assert [item.value for item in good.frames[0].items] == ["7.5"]
    bad = run(messages(encode(header, items, version="2025", key=b"\x01" * 16)))
    assert bad.frames == []
    assert {piece.reason for piece in bad.quarantined} == {"decryption_failed"}
    assert_received_counts(bad)


def test_half_a_frame_waits_and_then_is_given_up() -> None:
    half = frame()[:70]
    first = run(messages(half))
    tail = first.tails[GATEWAY, "hj212"]
    assert tail == Tail(half, NOW, 1)
    assert tail is not None
    kept: dict[StreamKey, Tail] = {(GATEWAY, "hj212"): tail}
    soon = run([], kept, NOW + timedelta(seconds=30))
    assert (soon.tails, soon.quarantined) == ({}, [])
    late = run([], kept, NOW + timedelta(seconds=61))
    assert [(piece.reason, piece.raw) for piece in late.quarantined] == [("incomplete_frame", half)]
    assert late.tails == {(GATEWAY, "hj212"): None}
    assert_received_counts(late)


def test_the_rest_that_comes_too_late_does_not_revive_half_a_frame() -> None:
    kept: dict[StreamKey, Tail] = {(GATEWAY, "hj212"): Tail(frame()[:70], NOW, 1)}
    batch = run(messages(frame()[70:], frame(), at=NOW + timedelta(seconds=90)), kept)
    assert len(batch.frames) == 1
    assert {piece.reason for piece in batch.quarantined} == {"incomplete_frame", "garbage"}
    assert_received_counts(batch)


@given(st.data())
def test_any_cut_of_a_stream_into_messages_and_batches_gives_the_same_readings(data: st.DataObject) -> None:
    stream = b"".join(
        frame(stamp=f"202611241{number}0000", value=f"{number}.5", cn="2051") for number in range(2)
    )
    stream = b"noise" + stream + frame("X1") + b"\r\n" + frame(value="3")
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=6)))
    parts = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    tails: dict[StreamKey, Tail] = {}
    values: list[str | None] = []
    reasons: list[str] = []
    for number, part in enumerate(parts):
        batch = run(messages(part, first=number + 1), tails)
        assert_received_counts(batch)
        values += [item.value for found in batch.frames for item in found.items]
        reasons += [piece.reason for piece in batch.quarantined]
        tails = {
            **{key: tail for key, tail in tails.items() if key not in batch.tails},
            **{key: tail for key, tail in batch.tails.items() if tail is not None},
        }
    assert values == ["0.5", "1.5", "3"]
    assert reasons == ["garbage", "unknown_mn"]
    assert tails == {}


@given(st.lists(st.binary(max_size=200), max_size=5), st.sampled_from(["hj212", "json", "neuron", "status"]))
def test_arbitrary_bytes_on_any_channel_never_raise_and_are_all_accounted_for(
    payloads: list[bytes], channel: str
) -> None:
    batch = run(messages(*payloads, channel=channel))
    assert len(batch.messages) == len(payloads)
    assert_received_counts(batch)


def test_decoding_again_gives_the_same_so_that_a_failed_transaction_can_be_repeated() -> None:
    parts = messages(frame()[:50], frame()[50:] + b"junk" + frame("X1") + frame()[:9])
    first, second = run(parts), run(parts)
    for name in ("messages", "frames", "quarantined", "tails", "gateways"):
        assert getattr(first, name) == getattr(second, name)
    assert list(first.tally.rows()) == list(second.tally.rows())


def test_a_message_that_the_database_refuses_is_kept_whole_with_the_half_frame_before_it() -> None:
    (message,) = messages(b"rest")
    batch = refuse_batch_message(message, Tail(b"begin ", NOW, 0), "numeric field overflow")
    (piece,) = batch.quarantined
    assert (piece.reason, piece.raw) == ("store_refused", b"begin rest")
    assert batch.tails == {(GATEWAY, "hj212"): None}
    assert_received_counts(batch)

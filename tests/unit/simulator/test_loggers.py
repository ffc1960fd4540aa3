"""Every dialect's frames decode with the codec, as the edition they claim, with no anomaly but those the dialect is known for."""

from __future__ import annotations

from itertools import takewhile

import pytest

from deploy.simulator.episodes import Episode
from deploy.simulator.instruments import Station
from deploy.simulator.loggers import Frame, Logger, Logger2025, logger
from deploy.simulator.timeline import DAILY, HOURLY, MINUTE, REALTIME, Record, first_position, records
from ingest.hj212 import Frame as Decoded
from ingest.hj212 import decode_bytes, readings
from ingest.payloads.envelope import Envelope
from ingest.payloads.json_payload import read_json_payload
from tests.unit.simulator.sample import DAY, HOUR, MIDNIGHT, OUTLETS, source, station

#: What a conforming frame of the edition still shows to a decoder that expects 2017.
KNOWN = {
    "2005": {"qn_missing", "flag_missing", "mn_not_24_hex", "code_not_2017"},
    "2017": set(),
    "2025": {"encrypted_sm4"},
}
FRAMED = [name for name in OUTLETS if source(name).protocol != "json"]


def play(outlet: str, hours: int = 27) -> list[Frame]:
    one = logger(station(outlet), 1)
    begin = MIDNIGHT - 2 * HOUR
    due = records(one.station.source, first_position(one.station.source, begin))
    return [f for r in takewhile(lambda r: r.due < begin + hours * HOUR, due) for f in one.frames(r)]


def decode(outlet: str, payload: bytes) -> Decoded:
    key = source(outlet).sm4_key
    pieces = decode_bytes(payload, keys=lambda _mn: (key,) if key else ())
    assert len(pieces) == 1 and isinstance(pieces[0], Decoded), pieces
    return pieces[0]


@pytest.mark.parametrize("outlet", FRAMED)
def test_frames_decode_as_their_edition_without_unexpected_anomalies(outlet: str) -> None:
    protocol = source(outlet).protocol
    frames = play(outlet)
    seen = set()
    for frame in frames:
        decoded = decode(outlet, frame.payload)
        assert decoded.version == protocol
        assert decoded.mn == source(outlet).mn
        assert set(decoded.anomalies) <= KNOWN[protocol], decoded.anomalies
        assert frame.record is not None
        if frame.record.kind not in ("facility", "check"):
            upload = readings(decoded, protocol)
            known = {measurement.factor for measurement in upload.items}
            assert known <= set(source(outlet).factors), known
        seen.add(decoded.cn)
    assert seen >= {"2011", "2051", "2061", "2031"}


@pytest.mark.parametrize("outlet", FRAMED)
def test_qn_is_later_than_the_data_and_unique(outlet: str) -> None:
    decoded = [decode(outlet, frame.payload) for frame in play(outlet, 4)]
    numbers = [frame.qn for frame in decoded if frame.qn]
    assert len(set(numbers)) == len(numbers)
    for frame in decoded:
        assert frame.qn is None or frame.qn[:14] > (frame.data_time_text or "")


def test_segments_above_the_limit_are_split_into_packets_that_each_want_an_answer() -> None:
    one = logger(station("qilianshan-kiln-tail"), 1)
    frames = one.frames(Record(MIDNIGHT + HOUR, MIDNIGHT, HOURLY, "qilianshan-kiln-tail"))
    decoded = [decode("qilianshan-kiln-tail", frame.payload) for frame in frames]
    assert [(d.fields["PNUM"], d.fields["PNO"], d.fields["Flag"]) for d in decoded] == [
        ("2", "1", "7"),
        ("2", "2", "7"),
    ]
    assert len({d.qn for d in decoded}) == 2
    assert {d.data_time_text for d in decoded} == {"20261124000000"}
    assert [frame.answer for frame in frames] == [(d.mn, d.qn) for d in decoded]
    assert all(len(frame.payload) <= 1036 for frame in frames)
    together = [m.factor for d in decoded for m in readings(d, "2017").items]
    assert sorted(together) == sorted(source("qilianshan-kiln-tail").factors)


def test_2025_hides_its_content_and_marks_what_is_late() -> None:
    name = "xining-thermal-stack"
    one = logger(station(name), 1)
    record = Record(MIDNIGHT + 60, MIDNIGHT, MINUTE, name)
    (fresh,), (late,) = one.frames(record), one.frames(record, late=True)
    assert b"a21002" not in fresh.payload
    assert "RF" not in decode(name, fresh.payload).fields
    assert decode(name, late.payload).resent
    assert decode(name, fresh.payload).cp == decode(name, late.payload).cp
    names = {pair for item in decode(name, fresh.payload).cp for pair, _ in item}
    assert {"a34013-RawAvg", "a21026-RawAvg", "a21002-RawAvg"} <= names
    assert isinstance(decode_bytes(fresh.payload)[0], Decoded) is False, "unreadable without the key"


def test_2025_beats() -> None:
    one = logger(station("xining-thermal-stack"), 1)
    assert isinstance(one, Logger2025)
    beat = one.heartbeat(MIDNIGHT)
    decoded = decode("xining-thermal-stack", beat.payload)
    assert (decoded.cn, decoded.fields["Flag"], decoded.cp) == ("9015", "9", ())
    assert beat.answer == (decoded.mn, decoded.qn)
    assert logger(station("qilianshan-kiln-tail"), 1).heartbeat(MIDNIGHT) is None


def test_2005_speaks_old_codes_and_cannot_be_answered() -> None:
    name = "lijiashan-outlet"
    frames = logger(station(name), 1).frames(Record(MIDNIGHT + HOUR, MIDNIGHT, HOURLY, name))
    assert frames[0].answer is None
    decoded = decode(name, frames[0].payload)
    assert "QN" not in decoded.fields and "Flag" not in decoded.fields
    names = {pair.partition("-")[0] for item in decoded.cp for pair, _ in item}
    assert names == {"DataTime", "011", "060", "101", "001", "B01", "w01010"}


def test_json_is_understood_whole() -> None:
    name = "tianjiazhai-outlet"
    seen = set()
    for frame in play(name):
        (envelope,) = read_json_payload(frame.payload)
        assert isinstance(envelope, Envelope), envelope
        assert frame.record is not None
        seen.add(frame.record.kind)
    assert seen == {REALTIME, MINUTE, HOURLY, DAILY}


@pytest.mark.parametrize("outlet", OUTLETS)
def test_the_same_record_is_the_same_bytes_again(outlet: str) -> None:
    record = Record(MIDNIGHT + 13 * HOUR, MIDNIGHT + 12 * HOUR, HOURLY, outlet)
    one = logger(station(outlet), 1)
    first = [frame.payload for frame in one.frames(record)]
    one.frames(Record(MIDNIGHT + DAY, MIDNIGHT, DAILY, outlet))
    assert [frame.payload for frame in one.frames(record)] == first
    assert [frame.payload for frame in logger(station(outlet), 1).frames(record)] == first
    assert [frame.payload for frame in logger(station(outlet, 2), 2).frames(record)] != first


def test_a_clock_that_is_ahead_stamps_realtime_data_ahead() -> None:
    name = "jiangyuan-outlet"
    skew = Episode("clock-skew", name, MIDNIGHT, MIDNIGHT + 1800, None, 600)
    one: Logger = logger(Station(source(name), 1, [skew]), 1)
    (frame,) = one.frames(Record(MIDNIGHT + 61, MIDNIGHT + 60, REALTIME, name))
    decoded = decode(name, frame.payload)
    assert decoded.data_time_text == "20261124001100"
    assert (decoded.qn or "").startswith("20261124001101")

"""Scenarios do to the frames what they say."""

from __future__ import annotations

import pytest

from deploy.simulator import describe_scenarios, faulty
from deploy.simulator.instruments import Station
from deploy.simulator.loggers import logger
from deploy.simulator.scenarios import Plan, again, past_episodes, plan
from deploy.simulator.sources import sources
from ingest.hj212 import Frame, Rejected, StreamDecoder, decode_bytes
from store.errors import NotFound, SettingsError
from tests.unit.simulator.sample import DAY, HOUR, MIDNIGHT, SITES, SOURCES, source

#: 2026-11-24 12:34:56 Beijing.
NOW = MIDNIGHT + 12 * HOUR + 34 * 60 + 56


def make(text: str) -> Plan:
    return plan(text, SOURCES, seed=1, now=NOW)


@pytest.mark.parametrize("name", describe_scenarios())
def test_every_scenario_is_described_and_does_something(name: str) -> None:
    assert len(describe_scenarios()[name]) > 20
    made = make(name)
    assert made.episodes or made.messages


def test_an_exceedance_of_gas_begins_with_the_last_whole_hour_and_sends_it_again() -> None:
    made = make("exceedance")
    (episode,) = made.episodes
    assert (episode.outlet, episode.factor) == ("qilianshan-kiln-tail", "a21002")
    assert (episode.start, episode.end) == (MIDNIGHT + 11 * HOUR, MIDNIGHT + 15 * HOUR)
    assert {record.kind for record in made.again} == {"realtime", "minute", "hour"}
    assert all(episode.start <= record.start < MIDNIGHT + 12 * HOUR for record in made.again)
    one = logger(Station(made.source, 1, made.episodes), 1)
    hour = next(record for record in made.again if record.kind == "hour")
    text = b"".join(frame.payload for frame in one.frames(hour, sent_at=NOW)).decode()
    folded = float(text.partition("a21002-ZsAvg=")[2].partition(",")[0])
    assert 500 < folded < 600
    assert text.count("QN=20261124123456") == 2, "a new QN for what is sent again"


def test_an_exceedance_of_water_is_all_of_yesterday_with_its_day() -> None:
    made = make("exceedance:jiangyuan-outlet")
    (episode,) = made.episodes
    assert (episode.factor, episode.start, episode.end) == ("w01018", MIDNIGHT - DAY, MIDNIGHT)
    day = Station(made.source, 1, made.episodes).day(MIDNIGHT - DAY)
    assert day is not None and day["w01018"].average > 50
    assert [record.kind for record in made.again].count("hour") == 24
    assert [record.kind for record in made.again].count("day") == 1


def test_what_a_new_history_holds_lies_in_the_past_and_in_its_place() -> None:
    origin = MIDNIGHT + 12 * HOUR
    exceedance, outage = past_episodes(SOURCES, origin)
    assert (exceedance.kind, exceedance.outlet) == ("exceedance", "qilianshan-kiln-tail")
    assert (exceedance.start, exceedance.end) == (origin - 31 * HOUR, origin - 28 * HOUR)
    assert (outage.kind, outage.outlet, outage.end) == ("outage", "lijiashan-outlet", origin - 19 * HOUR)


def test_records_of_part_of_a_day_do_not_include_the_day() -> None:
    kinds = {record.kind for record in again(source("jiangyuan-outlet"), MIDNIGHT, MIDNIGHT + 5 * HOUR)}
    assert kinds == {"realtime", "minute", "hour"}


def pieces(text: str) -> list[Frame | Rejected]:
    decoder = StreamDecoder()
    made = make(text)
    found: list[Frame | Rejected] = []
    for message in made.messages:
        assert message.gateway == made.source.gateway
        found += decoder.feed(message.payload)
    return found + list(decoder.flush())


def test_garbage_stands_between_frames_that_are_both_found() -> None:
    found = pieces("garbage")
    good = [piece for piece in found if isinstance(piece, Frame)]
    bad = [piece for piece in found if isinstance(piece, Rejected)]
    assert len(good) == 4, "two packets on either side"
    assert sum(len(piece.raw) for piece in bad) == faulty.GARBAGE_BYTES
    assert {piece.error for piece in bad} == {"garbage"}


def test_a_wrong_crc_is_refused_as_such() -> None:
    for outlet in ("qilianshan-kiln-tail", "lijiashan-outlet", "jiangyuan-inlet"):
        (piece,) = pieces(f"wrong-crc:{outlet}")
        assert isinstance(piece, Rejected) and piece.error == "crc_mismatch"


def test_duplicates_are_the_same_bytes_five_times() -> None:
    payloads = [message.payload for message in make("duplicates").messages]
    assert len(payloads) == 10 and len(set(payloads)) == 2


def test_a_foreign_mn_belongs_to_another_gateway_and_an_unknown_one_to_nobody() -> None:
    by_mn = {one.mn: one.gateway for one in SOURCES}
    made = make("foreign-mn:qilianshan-kiln-tail")
    (frame, *_) = decode_bytes(make("foreign-mn:lijiashan-outlet").messages[0].payload)
    assert isinstance(frame, Frame) and by_mn[frame.mn] == "gw-qilianshan"
    assert {message.gateway for message in made.messages} == {"gw-qilianshan"}
    for text in ("unknown-mn", "unknown-mn:lijiashan-outlet"):
        (piece, *_) = pieces(text)
        assert isinstance(piece, Frame) and piece.mn not in by_mn and len(piece.mn) in (14, 24)


def test_a_wrong_password_differs_in_nothing_else() -> None:
    (good, *_), (bad, *_) = pieces("duplicates"), pieces("wrong-password")
    assert isinstance(good, Frame) and isinstance(bad, Frame)
    assert bad.pw == "000000" != good.pw
    assert bad.cp == good.cp


def test_a_cut_frame_needs_all_three_messages() -> None:
    messages = make("cut:jiangyuan-outlet").messages
    assert len(messages) == 3
    decoder = StreamDecoder()
    assert [len(list(decoder.feed(message.payload))) for message in messages] == [0, 0, 1]


def test_big_is_five_megabytes_and_a_flood_is_bounded() -> None:
    assert [len(message.payload) for message in make("big").messages] == [5 * 1024 * 1024]
    assert len(make("flood").messages) == faulty.FLOOD_MESSAGES == len(set(make("flood").messages))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("earthquake", "scenario_unknown"),
        ("stuck:nowhere", "outlet_not_found"),
        ("wrong-crc:tianjiazhai-outlet", "scenario_unsuited"),  # JSON has no CRC
        ("exceedance:jiangyuan-inlet", "scenario_unsuited"),  # nothing is judged there
        ("calibration:jiangyuan-outlet", "scenario_unsuited"),  # zero and span are for gas
    ],
)
def test_what_cannot_be_played_is_refused(text: str, code: str) -> None:
    with pytest.raises(SettingsError) as refused:
        make(text)
    assert refused.value.code == code


def test_only_names_outlets_sites_and_gateways() -> None:
    assert [s.outlet for s in sources(SITES, ["gw-jiangyuan"])] == ["jiangyuan-outlet", "jiangyuan-inlet"]
    assert [s.outlet for s in sources(SITES, ["jiangyuan-inlet", "qilianshan-cement"])] == [
        "qilianshan-kiln-tail",
        "qilianshan-kiln-head",
        "jiangyuan-inlet",
    ]
    with pytest.raises(NotFound):
        sources(SITES, ["jiangyuan"])

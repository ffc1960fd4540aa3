"""Scenarios do to the frames what they say."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

import pytest

from deploy.simulator import describe_scenarios, faulty
from deploy.simulator.content import content
from deploy.simulator.episodes import Episode
from deploy.simulator.history import past_episodes
from deploy.simulator.instruments import Station
from deploy.simulator.loggers import logger
from deploy.simulator.plans import Plan, again
from deploy.simulator.scenarios import plan
from deploy.simulator.sources import sources
from deploy.simulator.timeline import Record, first_position, periods, records, released
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


def test_what_a_new_history_holds_is_of_many_kinds_and_lies_in_the_past() -> None:
    origin = MIDNIGHT + 12 * HOUR
    found = past_episodes(SOURCES, origin)
    assert {episode.kind for episode in found} == {
        "exceedance",
        "shown",
        "stopping",
        "shutdown",
        "start-up",
        "maintenance",
        "over-range",
        "misreport",
        "failed-check",
        "outage",
        "loss",
    }
    # Three days of history are delivered; a day of the standard check ends at midnight, whatever the hour of the start.
    assert all(origin - 3 * DAY < episode.start < episode.end <= origin for episode in found)
    exceedance = next(episode for episode in found if episode.kind == "exceedance")
    assert (exceedance.outlet, exceedance.start) == ("qilianshan-kiln-tail", origin - 31 * HOUR)


def test_records_of_part_of_a_day_do_not_include_the_day() -> None:
    kinds = {record.kind for record in again(source("jiangyuan-outlet"), MIDNIGHT, MIDNIGHT + 5 * HOUR)}
    assert kinds == {"realtime", "minute", "hour"}


def hour_frame(made: Plan, start: int) -> str:
    one = logger(Station(made.source, 1, made.episodes), 1)
    record = next(record for record in made.again if record.kind == "hour" and record.start == start)
    return b"".join(frame.payload for frame in one.frames(record, sent_at=NOW)).decode()


LAST_HOUR = MIDNIGHT + 11 * HOUR
SHOWN = [
    ("negative", "qilianshan-kiln-tail", "a21002-Avg=-2.50", "a21002-Flag=N", "below zero with a good flag"),
    ("negative", "jiangyuan-outlet", "w01018-Avg=-2.50", "w01018-Flag=N", "an analyser too"),
    ("zero", "qilianshan-kiln-tail", "a21002-Avg=0.00", "a21002-Flag=N", "zero"),
    ("over-range", "qilianshan-kiln-tail", "a21002-Avg=2000.00", "a21002-Flag=T", "at the end of the range"),
    (
        "out-of-bounds",
        "qilianshan-kiln-tail",
        "a34013-Avg=240.00",
        "a34013-Flag=N",
        "a fifth above the bound of 200",
    ),
    ("low", "jiangyuan-outlet", "w01018-Avg=0.00", "w01018-Flag=N", "below detection"),
    (
        "start-up",
        "qilianshan-kiln-tail",
        "a19001-Avg=15.50",
        "a21002-Flag=St",
        "much air, every factor flagged",
    ),
    ("stopping", "qilianshan-kiln-head", "a19001-Avg=15.50", "a34013-Flag=Sd", "stopping"),
    ("standstill", "qilianshan-kiln-head", "a00000-Avg=0.000", "a34013-Flag=F", "no flow"),
]


@pytest.mark.parametrize(
    ("name", "outlet", "value", "flag", "remark"), SHOWN, ids=[f"{r[0]}:{r[1]}" for r in SHOWN]
)
def test_an_hour_sent_again_shows_what_the_scenario_says(
    name: str, outlet: str, value: str, flag: str, remark: str
) -> None:
    made = make(f"{name}:{outlet}")
    start = LAST_HOUR if name != "standstill" else MIDNIGHT - HOUR
    text = hour_frame(made, start)
    assert value in text and flag in text, remark


def test_a_constant_value_is_the_same_in_ten_hours_and_all_their_minutes() -> None:
    made = make("constant:qilianshan-kiln-head")
    one = Station(made.source, 1, made.episodes)
    hours = [one.hour(LAST_HOUR - number * HOUR) for number in range(10)]
    assert len({hour["a34013"].average for hour in hours if hour}) == 1
    before = one.hour(LAST_HOUR - 10 * HOUR)
    assert before is not None and before["a34013"].average != hours[0]["a34013"].average  # type: ignore[index]


def test_a_start_of_the_kiln_is_beyond_the_limit_though_much_air_is_in_it() -> None:
    made = make("start-up:qilianshan-kiln-tail")
    folded = float(hour_frame(made, LAST_HOUR).partition("a21002-ZsAvg=")[2].partition(",")[0])
    assert folded > 1.4 * 400


def test_a_forecast_is_the_running_hour_of_gas_so_far_and_the_running_day_of_water() -> None:
    gas = make("forecast:xining-thermal-stack")
    assert {record.kind for record in gas.again} == {"realtime", "minute"}
    assert all(record.start >= NOW - NOW % HOUR and record.due <= NOW for record in gas.again)
    minute = Station(gas.source, 1, gas.episodes).minute(NOW - NOW % HOUR)
    assert minute is not None and (minute["a21002"].folded or (0,))[0] > 300
    water = make("forecast:jiangyuan-outlet")
    assert [record.kind for record in water.again].count("hour") == 12
    assert (water.episodes[0].start, water.episodes[0].end) == (MIDNIGHT, MIDNIGHT + DAY)


def test_a_misreported_hour_says_less_than_its_own_minutes() -> None:
    made = make("misreport:xining-thermal-stack")
    honest, lying = Station(made.source, 1), Station(made.source, 1, made.episodes)
    one = logger(lying, 1)
    assert honest.hour(LAST_HOUR) == lying.hour(LAST_HOUR), "what is measured stays as it is"
    record = next(record for record in made.again if record.kind == "hour")
    told = dict(content(one.station, record) or [])["a21002"]
    true = honest.hour(LAST_HOUR)
    assert true is not None
    assert float(dict(told)["Avg"]) == pytest.approx(0.88 * true["a21002"].average, abs=0.01)


def test_a_failed_check_and_a_state_of_an_instrument_are_told_in_commands_of_their_own() -> None:
    (check,) = pieces("failed-check")
    assert isinstance(check, Frame) and (check.cn, check.data_time_text) == ("2062", "20261124113000")
    items = {name: value for item in check.cp for name, value in item}
    assert (items["w01018-ResultType"], items["w21003-ResultType"]) == ("0", "1")
    assert float(items["w01018-SampleRd"]) == pytest.approx(1.25 * float(items["w01018-StandardValue"]))
    begins, ends = pieces("maintenance")
    assert isinstance(begins, Frame) and isinstance(ends, Frame)
    assert (begins.cn, begins.data_time_text, ends.data_time_text) == (
        "3020",
        "20261124111000",
        "20261124114000",
    )
    states = [{n: v for item in frame.cp for n, v in item}["i12001-Info"] for frame in (begins, ends)]
    assert states == ["1", "0"]


def test_the_nightly_check_is_told_every_morning_by_those_who_can() -> None:
    told = {s.outlet for s in SOURCES if "check" in periods(s)}
    assert told == {"jiangyuan-outlet", "jiangyuan-inlet"}
    outlet = source("jiangyuan-outlet")
    stream = records(outlet, first_position(outlet, MIDNIGHT))
    due = list(takewhile(lambda record: record.due < MIDNIGHT + 3 * DAY, stream))
    checks = [record for record in due if record.kind == "check"]
    assert [record.start for record in checks] == [MIDNIGHT, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY]
    one = Station(outlet, 1)
    at, found = one.check(MIDNIGHT)
    assert one.checking(at - at % HOUR) and at < checks[0].due
    assert all(passed for _, _, passed in found.values())


def test_a_third_of_the_records_is_lost_for_good_and_the_same_ones_every_time() -> None:
    name = "tianjiazhai-outlet"
    day = [Record(t + 1, t, "realtime", name) for t in range(MIDNIGHT, MIDNIGHT + DAY, 120)]
    loss = Episode("loss", name, MIDNIGHT, MIDNIGHT + DAY, None, 0.35)
    kept = [step.record for step in released(iter(day), [loss])]
    assert len(kept) / len(day) == pytest.approx(0.65, abs=0.05)
    assert kept == [step.record for step in released(iter(day), [loss])]
    assert [step.record for step in released(iter(day), [replace(loss, outlet="other")])] == day


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

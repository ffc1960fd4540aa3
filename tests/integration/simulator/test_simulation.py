"""The simulator on a real broker: history, answers, going on where it stopped, scenarios beside a running one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from deploy.simulator import SimulationReport, run
from deploy.simulator.calendar import stamp
from ingest.hj212 import Frame
from ingest.hj212.times import parse_data_time
from store.errors import NotFound, SettingsError
from store.settings import Settings, load_settings
from store.sitesfile import SitesFile, read_sites_file
from tests.fixtures.broker import Broker
from tests.fixtures.waiting import until
from tests.integration.simulator.platform import platform

SAMPLE = Path(__file__).parents[3] / "deploy" / "sites" / "huangzhong.yaml"
#: 2026-11-24 12:34:56 Beijing; no test waits for the clock to reach anything.
NOON = 1795494896.0
HOUR = 3600


@dataclass
class Bench:
    """The sample sites under gateway names of the test's own, and the passwords of these."""

    settings: Settings
    sites: SitesFile
    passwords: dict[str, str]
    names: dict[str, str]
    url: str


@pytest.fixture
def bench(broker: Broker, gateway_name: Callable[[], str], tmp_path: Path) -> Bench:
    text = SAMPLE.read_text(encoding="utf-8")
    names = {gateway.id: gateway_name() for gateway in read_sites_file(text).gateways}
    for sample, own in names.items():
        text = text.replace(f"gateway: {sample},", f"gateway: {own},").replace(
            f"id: {sample}}}", f"id: {own}}}"
        )
    passwords = broker.add_gateways(*names.values())
    settings = load_settings(home=tmp_path, mqtt_url=broker.url)
    return Bench(settings, read_sites_file(text), passwords, names, broker.url)


def simulate(bench: Bench, now: float = NOON, **options: object) -> SimulationReport:
    given = {"history_days": 0.125, "live": False, "clock": lambda: now, **options}
    return run(bench.settings, gateways=bench.passwords, sites=bench.sites, **given)  # type: ignore[arg-type]


def data_times(frames: list[Frame], mn: str, cn: str) -> list[str]:
    return [frame.data_time_text or "" for frame in frames if frame.mn == mn and frame.cn == cn]


KILN_TAIL = "888888800000010000000001"


def test_history_reaches_the_platform_whole_and_every_wanted_answer_is_heard(bench: Bench) -> None:
    with platform(bench.url) as heard:
        report = simulate(bench)
        until(lambda: sum(map(len, heard.frames.values())) >= 100, "frames")
        tail = heard.frames[bench.names["gw-qilianshan"]]
        assert data_times(tail, KILN_TAIL, "2061") == sorted(
            [f"20261124{hour:02d}0000" for hour in (10, 11) for _ in range(2)]
        ), "two whole hours in two packets each"
        assert len(set(data_times(tail, KILN_TAIL, "2011"))) == 180
        assert all(isinstance(piece, Frame) for pieces in heard.pieces.values() for piece in pieces)
        items = [i for payload in heard.payloads[bench.names["gw-tianjiazhai"]] for i in json.loads(payload)]
        assert {item["cn"] for item in items} == {"2011", "2051", "2061"}
    wanted = sum(
        frame.flag is not None and frame.flag.ack_wanted for fs in heard.frames.values() for frame in fs
    )
    assert report.total("answered") == wanted > 0
    assert report.total("unanswered") == 0
    assert report.history_seconds is not None


def test_a_second_run_sends_only_what_came_since(bench: Bench) -> None:
    first = simulate(bench)
    nothing = simulate(bench)
    with platform(bench.url) as heard:
        gap = simulate(bench, NOON + HOUR)
        tail = heard.frames[bench.names["gw-qilianshan"]]
        until(lambda: len(data_times(tail, KILN_TAIL, "2011")) >= 60, "the gap")
        assert data_times(tail, KILN_TAIL, "2061") == ["20261124120000"] * 2
        assert len(data_times(tail, KILN_TAIL, "2011")) == 60
        stack = heard.frames[bench.names["gw-xining-thermal"]]
        assert all(
            frame.resent for frame in stack if frame.data_time_text and frame.data_time_text < "202611241330"
        )
    assert first.total("frames") > gap.total("frames") > 0
    assert nothing.total("frames") == 0


def test_the_same_seed_gives_the_same_bytes_in_another_home(bench: Bench, tmp_path: Path) -> None:
    heard_twice = []
    for home in (tmp_path / "a", tmp_path / "b"):
        bench.settings = load_settings(home=home, mqtt_url=bench.url)
        with platform(bench.url) as heard:
            sent = simulate(bench, only=["lijiashan-outlet"], history_days=1.5).total("frames")
            gateway = bench.names["gw-lijiashan"]
            until(lambda found=heard, name=gateway, count=sent: len(found.frames[name]) >= count, "frames")  # type: ignore[misc]
            assert sent > 1200
            heard_twice.append(sorted(frame.raw for frame in heard.frames[gateway]))
    assert heard_twice[0] == heard_twice[1]


@contextmanager
def running(bench: Bench, only: str, **options: object) -> Iterator[list[str]]:
    """A live simulator in a thread, stopped at the end; gives the states that it reports."""
    stop = threading.Event()
    states: list[str] = []
    given = {
        "gateways": bench.passwords,
        "sites": bench.sites,
        "only": [only],
        "stop": stop,
        "progress": lambda state, _done, _total: states.append(state),
        **options,
    }
    worker = threading.Thread(target=run, args=(bench.settings,), kwargs=given)
    worker.start()
    try:
        until(lambda: "live" in states, "the report of being live")
        yield states
    finally:
        stop.set()
        worker.join(20)
    assert not worker.is_alive()


def test_a_live_gateway_is_announced_beats_and_says_goodbye(bench: Bench) -> None:
    gateway = bench.names["gw-xining-thermal"]
    with platform(bench.url) as heard:
        with running(bench, "xining-thermal"):
            until(lambda: any(frame.cn == "9015" for frame in heard.frames[gateway]), "a heartbeat")
        until(lambda: len(heard.states[gateway]) >= 2, "the farewell")
    assert [json.loads(state)["state"] for state in heard.states[gateway]] == ["online", "offline"]


def test_a_frame_that_is_not_answered_is_sent_again(bench: Bench) -> None:
    gateway = bench.names["gw-xining-thermal"]

    def beats() -> list[bytes]:
        return [frame.raw for frame in heard.frames[gateway] if frame.cn == "9015"]

    with platform(bench.url, answers=False) as heard, running(bench, "xining-thermal"):
        until(lambda: len(beats()) >= 2, "the heartbeat again")
        assert beats()[0] == beats()[1]


def test_a_scenario_beside_a_running_simulator_sends_the_last_hour_again_and_is_taken_up(
    bench: Bench,
) -> None:
    gateway = bench.names["gw-qilianshan"]
    beside = {"gateways": bench.passwords, "sites": bench.sites, "only": ["qilianshan-kiln-tail"]}
    with platform(bench.url) as heard, running(bench, "qilianshan-kiln-tail"):
        run(bench.settings, **beside, scenarios=["exceedance"])  # type: ignore[arg-type]
        until(lambda: [f for f in heard.frames[gateway] if f.cn == "2061"], "the last hour")
        with pytest.raises(SettingsError, match="already runs"):
            run(bench.settings, **beside)  # type: ignore[arg-type]
        before = time.time()
        until(
            lambda: [v for t, v in folded(heard.frames[gateway], "2011", "ZsRtd") if t >= stamp(int(before))],
            "the running simulator's next realtime frame",
            90,
        )
    assert min(value for _, value in folded(heard.frames[gateway], "2061", "ZsAvg")) > 400
    assert all(v > 400 for t, v in folded(heard.frames[gateway], "2011", "ZsRtd") if t >= stamp(int(before)))


def folded(frames: list[Frame], cn: str, metric: str) -> list[tuple[str, float]]:
    """Data time and folded NOx of each frame that has it."""
    return [
        (frame.data_time_text or "", float(value))
        for frame in frames
        if frame.cn == cn
        for item in frame.cp
        for name, value in item
        if name == f"a21002-{metric}"
    ]


def test_an_outage_ends_with_the_last_will_and_then_everything_comes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.simulator.scenarios.OUTAGE_SECONDS", 150)
    gateway, mn = bench.names["gw-xining-thermal"], "888888800000020000000001"
    begun = time.monotonic()

    def quick() -> float:
        """A clock fifty times as fast as ours, so that the outage and several realtime intervals pass in seconds."""
        return NOON + 50 * (time.monotonic() - begun)

    with platform(bench.url) as heard, running(bench, "xining-thermal", clock=quick):
        until(lambda: heard.states[gateway], "the birth")
        run(
            bench.settings,
            gateways=bench.passwords,
            sites=bench.sites,
            scenarios=["outage:xining-thermal-stack"],
            clock=quick,
        )
        until(lambda: len(heard.states[gateway]) >= 3, "offline and online again")
        until(lambda: len(data_times(heard.frames[gateway], mn, "2011")) >= 12, "data")
        assert [json.loads(state)["state"] for state in heard.states[gateway]] == [
            "online",
            "offline",
            "online",
        ]
    times = data_times(heard.frames[gateway], mn, "2011")
    sent = [frame.qn or "" for frame in heard.frames[gateway] if frame.cn != "9015"]
    assert sent != sorted(sent), "fresh data went first"
    instants = sorted(parse_data_time(text)[0].timestamp() for text in set(times))  # type: ignore[union-attr]
    assert {later - earlier for earlier, later in pairwise(instants)} == {30.0}


def test_unknown_names_are_refused_in_one_sentence(bench: Bench) -> None:
    with pytest.raises(NotFound, match="no outlet, site or gateway 'nowhere'"):
        simulate(bench, only=["nowhere"])
    with pytest.raises(SettingsError, match="no scenario 'earthquake'"):
        simulate(bench, scenarios=["earthquake"])
    with pytest.raises(SettingsError, match="no broker password for"):
        run(bench.settings, gateways={}, sites=bench.sites)

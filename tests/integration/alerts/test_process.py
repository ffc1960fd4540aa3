"""The process: notifications, the leader, jobs that fail, and a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.jobs import Job, run_job
from alerts.leader import Leader
from alerts.loop import Loop
from alerts.slots import newest_slot
from alerts.timetable import STATISTICS_AT, jobs_of
from alerts.worker import Worker
from store.clock import DAY, HOUR, hour_start, now
from store.database import Connection, connect
from tests.fixtures.waiting import until
from tests.integration.alerts.plant import NOX, O2, SITES, SO2, Plant

PATIENCE = 30.0


def eventually(condition: Callable[[], object]) -> None:
    until(condition, "what the alerts process should have done", PATIENCE)


@contextmanager
def process(plant: Plant, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "OUTFALL_DATABASE_URL": plant.url, "OUTFALL_HOME": str(home)}
    child = subprocess.Popen([sys.executable, "-m", "alerts"], env=environment, stderr=subprocess.PIPE)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        _, said = child.communicate()
        # pytest shows it when the test fails: why the process did not do what was waited for.
        print(said.decode())


def test_the_process_raises_an_alert_when_told_and_ends_cleanly_on_sigterm(
    plant: Plant, tmp_path: Path
) -> None:
    with process(plant, tmp_path) as child:
        eventually(lambda: plant.ask("heartbeats"))
        every = {job.name for job in jobs_of(plant.settings, lambda: plant.registry, now())}
        eventually(lambda: {run["name"] for run in plant.ask("job_runs") if run["finished_at"]} == every)
        hour = hour_start(now()) - HOUR
        plant.send(O2, hour, "10")
        plant.send(NOX, hour, "450", folded="450")
        plant.run("notify_touched")
        eventually(lambda: [alert["factor"] for alert in plant.alerts("exceedance_hour")] == [NOX])
        assert plant.alerts("exceedance_hour")[0]["late"] is False
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
    assert plant.ask("heartbeats") == []


def test_a_missing_setting_is_one_sentence_and_exit_two(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OUTFALL_")}
    ended = subprocess.run(
        [sys.executable, "-m", "alerts"],
        env={**environment, "OUTFALL_HOME": str(tmp_path)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "OUTFALL_DATABASE_URL" in ended.stderr


def test_a_killed_process_leaves_its_work_to_the_next(plant: Plant, tmp_path: Path) -> None:
    with process(plant, tmp_path) as first:
        eventually(lambda: plant.ask("leader_backends"))
        first.kill()
        first.wait(10)
    hour = hour_start(now()) - HOUR
    plant.send(NOX, hour, "450", folded="450")
    with process(plant, tmp_path):
        eventually(lambda: plant.alerts("exceedance_hour"))
        eventually(lambda: plant.ask("leader_backends"))


def test_of_two_processes_the_second_takes_every_job_over_when_the_leader_is_killed(
    plant: Plant, tmp_path: Path
) -> None:
    newest = newest_slot(STATISTICS_AT, now())
    plant.run("daily_done", job="publish_statistics", due=newest - 3 * DAY)
    every = jobs_of(plant.settings, lambda: plant.registry, now())
    # A daily job runs where a day is due only; whose work the days are depends on the moment of the kill.
    often = sorted(job.name for job in every if job.daily_at is None)
    with process(plant, tmp_path) as first:
        eventually(lambda: plant.ask("leader_backends"))
        with process(plant, tmp_path) as second:
            eventually(lambda: len(plant.ask("heartbeats")) == 2)
            first.kill()
            first.wait(10)
            killed = now()
            eventually(
                lambda: (
                    [row["name"] for row in plant.ask("jobs_since", since=killed, pid=second.pid)] == often
                )
            )
            eventually(
                lambda: (
                    [beat["instance"] for beat in plant.ask("heartbeats") if beat["state"]["leader"]][-1:]
                    == [f"{socket.gethostname()}:{second.pid}"]
                )
            )
    slots = [row["due"] for row in plant.ask("slots", job="publish_statistics")]
    assert slots == [newest - days * DAY for days in (3, 2, 1, 0)]


def counting(ran: list[str], name: str) -> Callable[[Connection, datetime], object]:
    return lambda connection, at: ran.append(name)


def failing(connection: Connection, at: datetime) -> object:
    raise ValueError("the rule is broken")


def test_a_job_that_throws_is_recorded_and_does_not_stop_the_others(plant: Plant) -> None:
    ran: list[str] = []
    every = timedelta(seconds=1)
    assert not run_job(Job("broken", every, failing), plant.url)
    assert run_job(Job("sound", every, counting(ran, "sound")), plant.url)
    broken, sound = plant.ask("job_runs")
    assert (broken["failures"], broken["failed"]) == (1, "ValueError: the rule is broken")
    assert (sound["runs"], sound["failures"], sound["failed"]) == (1, 0, None)
    assert run_job(Job("broken", every, counting(ran, "mended")), plant.url)
    mended = plant.ask("job_runs")[0]
    assert (mended["runs"], mended["failures"], mended["failed"]) == (2, 1, None)


def test_every_job_runs_well_on_an_empty_database_and_twice(plant: Plant, tmp_path: Path) -> None:
    # The jobs of the evidence log write into the home.
    settings = plant.settings.model_copy(update={"home": tmp_path})
    for _ in range(2):
        for job in jobs_of(settings, lambda: plant.registry, now()):
            assert run_job(job, plant.url), job.name


def test_one_of_two_leads_and_the_other_takes_over_when_its_connection_is_cut(plant: Plant) -> None:
    ran: list[str] = []
    stop = threading.Event()

    def jobs(name: str) -> Callable[[datetime], list[Job]]:
        return lambda started: [Job("shared", timedelta(seconds=0.2), counting(ran, name))]

    leaders = [Leader(plant.url, jobs(name), stop) for name in ("first", "second")]
    try:
        leaders[0].start()
        eventually(lambda: leaders[0].leading and "first" in ran)
        leaders[1].start()
        (backend,) = plant.ask("leader_backends")
        assert not leaders[1].leading
        plant.run("terminate", pid=backend["pid"])
        eventually(lambda: plant.ask("leader_backends") not in ([], [backend]))
        eventually(lambda: sum(leader.leading for leader in leaders) == 1)
        assert len(plant.ask("leader_backends")) == 1
    finally:
        stop.set()
        for leader in leaders:
            leader.join(10)
    assert not any(leader.is_alive() for leader in leaders)


def test_an_outlet_that_cannot_be_judged_stops_nobody_else(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hour = hour_start(now()) - HOUR
    plant.send(SO2, hour, "450", folded="450")
    plant.send("a34013", hour, "45", outlet="test-head")
    broken = plant.key("test-kiln")
    judge = Worker.judge_touched

    def faulty(self: Worker, connection: Connection, outlet_key: int, at: datetime) -> int:
        if outlet_key == broken:
            raise ValueError("a rule of this outlet is broken")
        return judge(self, connection, outlet_key, at)

    monkeypatch.setattr(Worker, "judge_touched", faulty)
    loop = Loop(plant.worker, threading.Event())
    assert loop.round(plant.connection)
    assert [alert["factor"] for alert in plant.alerts("exceedance_hour")] == ["a34013"]
    assert loop.failures == 1
    assert loop.failed is not None and "broken" in loop.failed
    loop.round(plant.connection)
    assert loop.failures == 1, "it rests before the next attempt"


def test_a_changed_registry_is_read_again(plant: Plant) -> None:
    stop = threading.Event()
    loop = Loop(plant.worker, stop)
    with (
        connect(plant.url, name="w", autocommit=True) as work,
        connect(plant.url, name="e", autocommit=True) as ears,
    ):
        thread = threading.Thread(target=loop.run, args=(work, ears))
        thread.start()
        try:
            eventually(lambda: loop.listening)
            before = plant.worker.registry
            plant.apply(SITES.replace('max: "400"', 'max: "300"'))
            eventually(lambda: plant.worker.registry is not before)
        finally:
            stop.set()
            thread.join(10)

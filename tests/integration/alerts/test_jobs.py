"""Jobs under two processes and a killed leader: no day missed, none done twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import datetime, time, timedelta

from alerts.jobs import Job, announce, run_job
from alerts.slots import newest_slot
from store.clock import DAY, now
from store.database import Connection, connect
from store.queries import queries
from tests.fixtures.waiting import until
from tests.integration.alerts.leading import DAILY_AT
from tests.integration.alerts.plant import Plant

DAYS = 12
"""Days that the downtime left to be made up."""


@contextmanager
def leading(url: str, count: int) -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    """Processes that lead or stand by, by pid; more may be put in."""
    processes: dict[int, subprocess.Popen[bytes]] = {}
    try:
        for _ in range(count):
            start(processes, url)
        yield processes
    finally:
        for process in processes.values():
            process.kill()
            process.wait(10)


def start(processes: dict[int, subprocess.Popen[bytes]], url: str) -> None:
    process = subprocess.Popen([sys.executable, "-m", "tests.integration.alerts.leading", url])
    processes[process.pid] = process


def test_a_leader_killed_in_the_middle_of_a_day_leaves_no_day_out_and_none_twice(plant: Plant) -> None:
    plant.run("make_work")
    newest = newest_slot(DAILY_AT, now())
    plant.run("daily_done", job="daily", due=newest - DAYS * DAY)
    killed: set[int] = set()
    with leading(plant.url, 2) as processes:
        for days in (3, 6):
            pid = at_work_after(plant, days, processes.keys() - killed)
            processes[pid].kill()
            processes[pid].wait(10)
            killed.add(pid)
            start(processes, plant.url)
        until(lambda: slots_done(plant) == DAYS, "every day made up")
        often = len([row for row in plant.ask("work_done") if row["name"] == "often"])
        until(
            lambda: len([row for row in plant.ask("work_done") if row["name"] == "often"]) > often,
            "the last leader to go on with the other job",
        )
    done = [row for row in plant.ask("work_done") if row["name"] == "daily"]
    assert [row["at"] for row in done] == [newest - number * DAY for number in reversed(range(DAYS))]
    assert [(row["due"], row["instance"]) for row in plant.ask("slots", job="daily")[1:]] == [
        (row["at"], row["instance"]) for row in done
    ]
    # What the killed ones had committed stands.
    assert len({row["instance"] for row in done}) == 3


def slots_done(plant: Plant) -> int:
    return len(plant.ask("slots", job="daily")) - 1


def at_work_after(plant: Plant, days: int, alive: Set[int]) -> int:
    """The pid of the living process that is in the middle of a day when so many are done."""
    found: list[int] = []

    def busy() -> bool:
        running = plant.ask("running_job", job="daily") if slots_done(plant) >= days else []
        found[:] = [int(row["instance"].rpartition(":")[2]) for row in running]
        return bool(alive & set(found))

    until(busy, f"a living process at work after {days} days")
    return found[0]


def noting(ran: list[datetime]) -> Job:
    def work(connection: Connection, at: datetime) -> None:
        ran.append(at)
        if len(ran) == 2:
            raise ValueError("the second day is broken")

    return Job("noting", timedelta(seconds=1), work, time(13, 0))


def test_a_day_that_fails_holds_the_later_ones_and_is_tried_again(plant: Plant) -> None:
    ran: list[datetime] = []
    job = noting(ran)
    newest = newest_slot(time(13, 0), now())
    plant.run("daily_done", job="noting", due=newest - 3 * DAY)
    assert not run_job(job, plant.url)
    assert ran == [newest - 2 * DAY, newest - DAY]
    assert [row["due"] for row in plant.ask("slots", job="noting")] == [newest - 3 * DAY, newest - 2 * DAY]
    assert run_job(job, plant.url)
    assert ran[2:] == [newest - DAY, newest]
    assert run_job(job, plant.url)
    assert len(ran) == 4, "nothing is due any more"
    (record,) = plant.ask("job_runs")
    assert (record["runs"], record["failures"], record["failed"]) == (4, 1, None)


def test_the_very_first_day_stays_due_until_there_is_something_to_do(plant: Plant) -> None:
    found = [0, 0, 7, 0]
    job = Job("first", timedelta(seconds=1), lambda connection, at: found.pop(0), time(13, 0))
    for slots in (0, 0, 1, 1):
        assert run_job(job, plant.url)
        assert len(plant.ask("slots", job="first")) == slots
    assert found == [0], "the day is done and not run again"


def test_a_job_that_another_process_is_at_is_left_alone(plant: Plant) -> None:
    ran: list[datetime] = []
    job = Job("busy", timedelta(seconds=1), lambda connection, at: ran.append(at))
    with connect(plant.url, name="other", autocommit=True) as other:
        plant_lock(other, "busy")
        assert run_job(job, plant.url)
        assert ran == []
    until(lambda: run_job(job, plant.url) and ran, "the lock to be free again")
    assert plant.ask("job_runs")[0]["runs"] == 1


def plant_lock(connection: Connection, name: str) -> None:
    assert connection.execute(queries("jobs")["take_job"], {"name": name}).fetchone() == (True,)


def test_a_job_is_seen_before_it_has_run_and_forgotten_when_it_is_gone(plant: Plant) -> None:
    def nothing(connection: Connection, at: datetime) -> None:
        return None

    every = timedelta(seconds=5)
    announce(plant.connection, [Job("old", every, nothing), Job("kept", every, nothing)], now())
    announce(plant.connection, [Job("kept", every, nothing), Job("day", every, nothing, time(13, 0))], now())
    assert [(row["name"], row["runs"], row["finished_at"]) for row in plant.ask("job_runs")] == [
        ("day", 0, None),
        ("kept", 0, None),
    ]

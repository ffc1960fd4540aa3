"""Order of arrival, repetition and several workers change nothing in what is true at the end."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import Any

import pytest

from alerts.worker import Worker
from store.clock import DAY, HOUR, day_start, now
from store.database import connect
from tests.integration.alerts.plant import COD, FLOW, MORNING, O2, SO2, Plant

DAY_START = day_start(MORNING)
NEVER = {5, 6}
"""Hours of which nothing ever comes."""


def parcels() -> list[tuple[str, str, int, str, str]]:
    """A day and a half of two outlets, with a corrected value: (outlet, factor, hour, value, status)."""
    made = []
    for hour in range(30):
        if hour in NEVER:
            continue
        made.append(("test-kiln", O2, hour, "11" if hour % 4 else "9", "normal"))
        made.append(("test-kiln", SO2, hour, str(150 + 5 * hour), "fault" if hour == 9 else "normal"))
        made.append(("test-water", COD, hour, str(40 + hour), "normal"))
        made.append(("test-water", FLOW, hour, "0" if hour == 3 else "10", "normal"))
    return made


def final_state(plant: Plant) -> tuple[list[Any], list[Any]]:
    verdicts = [tuple(row.values()) for row in plant.ask("newest_verdicts")]
    periods = [
        tuple(value for name, value in row.items() if name != "revision")
        for row in plant.ask("newest_periods")
    ]
    return verdicts, periods


def expected_state(plant: Plant) -> tuple[list[Any], list[Any]]:
    """Everything at once, judged once."""
    for outlet, factor, hour, value, status in parcels():
        plant.send(factor, DAY_START + hour * HOUR, value, outlet=outlet, status=status)
    plant.judge(DAY_START + 10 * DAY)
    return final_state(plant)


@pytest.fixture(scope="module")
def remembered() -> dict[str, Any]:
    """The state that the first order gave; every other order must give the same."""
    return {}


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_any_order_of_arrival_gives_the_same_values_and_verdicts(
    plant: Plant, remembered: dict[str, Any], seed: int | None
) -> None:
    if seed is None:
        remembered["state"] = expected_state(plant)
        results = {row[4] for row in remembered["state"][0]}
        assert {"exceeded", "compliant", "invalid", "missing"} <= results
        return
    chance = random.Random(seed)
    shuffled = parcels()
    chance.shuffle(shuffled)
    for place, (outlet, factor, hour, value, status) in enumerate(shuffled):
        plant.send(factor, DAY_START + hour * HOUR, value, outlet=outlet, status=status)
        if place % chance.randint(5, 25) == 0:
            plant.judge(DAY_START + 10 * DAY, settle=chance.random() < 0.3)
    plant.judge(DAY_START + 10 * DAY)
    assert final_state(plant) == remembered["state"]


def test_two_workers_at_once_judge_everything_once(plant: Plant) -> None:
    at = DAY_START + 60 * DAY
    hours = 24 * 40
    for outlet in ("test-kiln", "test-head"):
        factor = SO2 if outlet == "test-kiln" else "a34013"
        plant.copy(
            (
                (DAY_START + hour * HOUR, factor, 150 + hour % 100, 150 + hour % 100, "normal")
                for hour in range(hours)
            ),
            outlet,
        )
        for hour in range(hours):
            plant.touch(DAY_START + hour * HOUR, DAY_START + (hour + 1) * HOUR, outlet=outlet)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            worker = Worker(plant.settings, plant_registry)
            with connect(plant.url, name="second", autocommit=True) as connection:
                while waiting := worker.waiting(connection):
                    for key in waiting:
                        worker.judge_touched(connection, key, at)
        except BaseException as error:
            failures.append(error)

    plant_registry = plant.registry
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    assert plant.number("touched_count") == 0
    revisions = plant.ask("revisions")
    assert len(revisions) == 2 * hours
    assert {row["revision"] for row in revisions} == {1}
    counts = {alert["factor"]: alert["count"] for alert in plant.alerts()}
    assert counts == {SO2: sum(1 for hour in range(hours) if hour % 100 > 50), "a34013": hours}
    numbers = sorted(alert["number"] for alert in plant.alerts())
    assert [number[-4:] for number in numbers] == ["0001", "0002"]


def test_a_transaction_that_fails_leaves_the_hours_waiting_and_no_hole_in_the_numbers(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.so2(MORNING, "210")
    at = MORNING + 2 * HOUR
    with monkeypatch.context() as broken:
        broken.setattr("alerts.worker.keep_missing", _break)
        with pytest.raises(ZeroDivisionError):
            plant.judge(at)
    assert plant.number("touched_count") == 1
    assert plant.alerts() == []
    plant.judge(at)
    assert [alert["number"] for alert in plant.alerts()] == ["YJ-20260506-0001"]


def _break(*_: object) -> None:
    raise ZeroDivisionError


def test_hours_of_an_outlet_that_is_no_longer_registered_are_dropped(plant: Plant) -> None:
    plant.run("touch", outlet_key=999, from_time=MORNING, to_time=MORNING + HOUR, cause="reading")
    plant.judge(now())
    assert plant.number("touched_count") == 0


def test_a_range_of_many_years_is_judged_in_pieces(plant: Plant) -> None:
    plant.so2(MORNING, "210")
    plant.touch(MORNING - 30 * DAY, MORNING + 30 * DAY, cause="limit")
    key = plant.key("test-kiln")
    assert plant.worker.judge_touched(plant.connection, key, MORNING + 2 * HOUR) == 7 * 24
    assert plant.number("touched_count") == 2
    plant.judge(MORNING + timedelta(hours=2))
    assert plant.number("touched_count") == 0
    assert len(plant.ask("revisions")) == 1

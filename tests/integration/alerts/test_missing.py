"""Hours that do not come: missing after the grace time, an alert, and its end."""

from __future__ import annotations

from datetime import timedelta

from alerts.sweeps import find_unsettled_days, sweep_hours
from alerts.worker import Worker
from store.clock import DAY, HOUR, day_start
from tests.integration.alerts.plant import MORNING, NOX, O2, SO2, Plant, soon

GRACE = timedelta(minutes=15)


def whole_hour(plant: Plant, at: object) -> None:
    for factor, value in ((SO2, "100"), (NOX, "200"), (O2, "10")):
        plant.send(factor, at, value)  # type: ignore[arg-type]


def sweep(plant: Plant, at: object) -> int:
    with plant.connection.transaction():
        return sweep_hours(plant.connection, plant.registry, plant.settings, at)  # type: ignore[arg-type]


def test_an_absent_hour_is_missing_only_after_the_grace_time(plant: Plant) -> None:
    whole_hour(plant, MORNING)
    plant.judge(soon(MORNING))
    sweep(plant, MORNING + 2 * HOUR + GRACE - timedelta(seconds=1))
    plant.judge(MORNING + 2 * HOUR + GRACE - timedelta(seconds=1))
    assert plant.alerts("data_missing") == []
    assert sweep(plant, MORNING + 2 * HOUR + GRACE) == 1
    plant.judge(MORNING + 2 * HOUR + GRACE)
    (alert,) = plant.alerts("data_missing")
    assert (alert["factor"], alert["count"], alert["first_seen"]) == (None, 1, MORNING + HOUR)
    results = {
        (row["factor"], row["result"]) for row in plant.ask("newest_verdicts") if row["start"] > MORNING
    }
    assert results == {(SO2, "missing"), (NOX, "missing"), (O2, "missing")}


def test_nothing_is_missing_before_the_first_data(plant: Plant) -> None:
    sweep(plant, MORNING)
    plant.judge(MORNING)
    assert plant.ask("revisions") == []
    whole_hour(plant, MORNING)
    plant.judge(soon(MORNING))
    plant.touch(MORNING - 5 * HOUR, MORNING + HOUR, cause="sweep")
    plant.judge(MORNING + 2 * HOUR)
    assert {row["start"] for row in plant.ask("revisions")} == {MORNING}


def test_data_that_come_later_end_the_alert_and_take_the_missing_hour_back(plant: Plant) -> None:
    whole_hour(plant, MORNING)
    plant.judge(soon(MORNING))
    plant.touch(MORNING + HOUR, MORNING + 2 * HOUR, cause="sweep")
    plant.judge(MORNING + 2 * HOUR + GRACE)
    whole_hour(plant, MORNING + HOUR)
    plant.judge(MORNING + 2 * HOUR + 2 * GRACE)
    (alert,) = plant.alerts("data_missing")
    assert (alert["condition"], alert["count"]) == ("cleared", 0)
    assert plant.actions(alert) == ["raised", "withdrawn", "cleared"]
    assert all(row["valid"] for row in plant.ask("newest_periods"))


def test_the_next_hour_that_comes_clears_the_alert_and_the_count_stands(plant: Plant) -> None:
    whole_hour(plant, MORNING)
    plant.judge(soon(MORNING))
    plant.touch(MORNING + HOUR, MORNING + 3 * HOUR, cause="sweep")
    plant.judge(MORNING + 3 * HOUR + GRACE)
    whole_hour(plant, MORNING + 3 * HOUR)
    plant.judge(soon(MORNING + 3 * HOUR))
    (alert,) = plant.alerts("data_missing")
    assert (alert["condition"], alert["count"]) == ("cleared", 2)


def test_in_a_partial_hour_a_factor_with_a_limit_is_missing_on_its_own(plant: Plant) -> None:
    whole_hour(plant, MORNING)
    plant.judge(soon(MORNING))
    plant.send(SO2, MORNING + HOUR, "100", folded="100")
    plant.touch(MORNING + HOUR, MORNING + 2 * HOUR, cause="sweep")
    plant.judge(MORNING + 2 * HOUR + GRACE)
    assert [(alert["factor"], alert["count"]) for alert in plant.alerts("data_missing")] == [(NOX, 1)]


def test_old_gaps_are_missing_and_call_nobody(plant: Plant) -> None:
    whole_hour(plant, MORNING)
    whole_hour(plant, MORNING + 5 * HOUR)
    plant.judge(MORNING + 10 * DAY)
    assert plant.alerts("data_missing") == []
    statuses = [
        row["status"] for row in plant.ask("newest_periods") if row["factor"] == SO2 and row["span"] == "hour"
    ]
    # The day began at 08:00 with the first data: 16 hours, two of them came.
    assert sorted(statuses) == ["missing"] * 14 + ["normal"] * 2


def test_a_day_of_which_nothing_came_is_found_and_settled(plant: Plant) -> None:
    first, third = day_start(MORNING), day_start(MORNING) + 2 * DAY
    whole_hour(plant, first)
    whole_hour(plant, third)
    plant.judge(third + 3 * DAY)
    with plant.connection.transaction():
        # The day in between and the one after the last data have ended; the present one has not.
        assert find_unsettled_days(plant.connection, plant.registry, plant.settings, third + 2 * DAY) == 1
    plant.judge(third + 3 * DAY)
    days = {
        row["start"]: row["status"]
        for row in plant.ask("newest_periods")
        if row["span"] == "day" and row["factor"] == SO2
    }
    assert days[first + DAY] == "missing"
    assert find_unsettled_days(plant.connection, plant.registry, plant.settings, third + 2 * DAY) == 0


def test_a_sweep_catches_up_after_a_downtime_and_never_twice(plant: Plant) -> None:
    assert sweep(plant, MORNING + GRACE) == 8
    assert sweep(plant, MORNING + GRACE) == 0
    assert sweep(plant, MORNING + 30 * HOUR + GRACE) == 30


def test_minutes_without_an_hour_frame_are_judged_when_the_hour_is_settled(plant: Plant) -> None:
    for minute in range(50):
        plant.send(SO2, MORNING + timedelta(minutes=minute), "210", kind="minute", touch=False)
        plant.send(O2, MORNING + timedelta(minutes=minute), "10", kind="minute", touch=False)
    plant.touch(MORNING, MORNING + HOUR)
    plant.judge(soon(MORNING))
    assert plant.alerts() == []
    plant.touch(MORNING, MORNING + HOUR, cause="sweep")
    plant.judge(MORNING + HOUR + GRACE)
    (alert,) = plant.alerts("exceedance_hour")
    assert alert["numbers"]["compared"] == "210"


def test_absent_hours_of_a_day_that_is_still_coming_in_are_not_called_missing_at_once(plant: Plant) -> None:
    patient = plant.settings.model_copy(update={"absent_quiet_seconds": 3600})
    plant.worker = Worker(patient, plant.registry)
    whole_hour(plant, MORNING)
    whole_hour(plant, MORNING + 4 * HOUR)
    later = MORNING + 3 * DAY
    plant.judge(later)
    assert {row["result"] for row in plant.ask("newest_verdicts") if row["span"] == "hour"} == {
        "compliant",
        "no_limit",
    }
    # Data that come meanwhile end the waiting, and the day is judged anew.
    whole_hour(plant, MORNING + 2 * HOUR)
    plant.worker = Worker(plant.settings, plant.registry)
    plant.judge(later)
    missing = {row["start"] for row in plant.ask("newest_verdicts") if row["result"] == "missing"}
    assert {MORNING + HOUR, MORNING + 3 * HOUR} <= missing
    assert MORNING + 2 * HOUR not in missing

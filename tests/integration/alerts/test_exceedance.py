"""From a touched hour to an alert that opens, counts, withdraws and clears."""

from __future__ import annotations

from datetime import timedelta

from store.clock import DAY, HOUR, day_start
from tests.integration.alerts.plant import COD, FLOW, MORNING, O2, SITES, SO2, Plant, soon


def test_an_exceeded_hour_becomes_an_alert_with_limit_and_clause(plant: Plant) -> None:
    plant.so2(MORNING, "211.07")
    plant.judge(soon(MORNING))
    (alert,) = plant.alerts()
    assert (alert["code"], alert["factor"], alert["condition"]) == ("exceedance_hour", SO2, "active")
    assert alert["number"] == "YJ-20260506-0001"
    assert alert["clause"] == "GB 4915-2013 表1"
    assert alert["numbers"]["compared"] == "211.07"
    assert alert["numbers"]["bound"] == "200"
    assert alert["numbers"]["multiple"] == "0.05535"
    assert alert["numbers"]["unit"] == "mg/m³"
    assert (alert["severity"], alert["late"], alert["count"]) == ("warning", False, 1)
    assert plant.actions(alert) == ["raised"]


def test_twice_the_limit_is_serious(plant: Plant) -> None:
    plant.so2(MORNING, "399.9")
    plant.judge(soon(MORNING))
    assert plant.alerts()[0]["severity"] == "warning"
    plant.so2(MORNING + HOUR, "400")
    plant.judge(soon(MORNING + HOUR))
    assert plant.alerts()[0]["severity"] == "serious"


def test_one_episode_counts_its_hours_and_shows_the_worst(plant: Plant) -> None:
    for number, value in enumerate(["210", "260", "220"]):
        plant.so2(MORNING + number * HOUR, value)
        plant.judge(soon(MORNING + number * HOUR))
    (alert,) = plant.alerts()
    assert alert["count"] == 3
    assert alert["numbers"]["compared"] == "260"
    assert alert["numbers"]["last"]["compared"] == "220"
    assert (alert["first_seen"], alert["last_seen"]) == (MORNING, MORNING + 2 * HOUR)
    assert plant.actions(alert) == ["raised", "counted", "counted"]


def test_a_later_compliant_hour_clears_and_the_next_exceedance_is_a_new_episode(plant: Plant) -> None:
    for number, value in enumerate(["210", "190", "220"]):
        plant.so2(MORNING + number * HOUR, value)
        plant.judge(soon(MORNING + number * HOUR))
    first, second = plant.alerts()
    assert (first["condition"], second["condition"]) == ("cleared", "active")
    assert plant.actions(first) == ["raised", "cleared"]
    assert second["number"] == "YJ-20260506-0002"


def test_an_invalid_hour_clears_nothing(plant: Plant) -> None:
    plant.so2(MORNING, "210")
    plant.so2(MORNING + HOUR, "10", status="maintenance")
    plant.judge(soon(MORNING + HOUR))
    (alert,) = plant.alerts("exceedance_hour")
    assert alert["condition"] == "active"


def test_an_earlier_compliant_hour_that_comes_late_clears_nothing(plant: Plant) -> None:
    plant.so2(MORNING + HOUR, "210")
    plant.judge(soon(MORNING + HOUR))
    plant.so2(MORNING, "10")
    plant.judge(soon(MORNING + HOUR))
    assert plant.alerts()[0]["condition"] == "active"


def test_a_corrected_value_withdraws_the_occurrence_and_keeps_every_revision(plant: Plant) -> None:
    plant.so2(MORNING, "210")
    plant.judge(soon(MORNING))
    plant.so2(MORNING, "150")
    plant.judge(soon(MORNING))
    (alert,) = plant.alerts()
    assert (alert["condition"], alert["count"]) == ("cleared", 0)
    assert plant.actions(alert) == ["raised", "withdrawn", "cleared"]
    assert plant.ask("occurrences", alert_id=alert["id"])[0]["withdrawn_at"] is not None
    revisions = [(row["revision"], row["reported_measured"]) for row in plant.ask("revisions")]
    assert revisions == [(1, 210), (2, 150)]


def test_a_withdrawn_hour_among_others_only_lowers_the_count(plant: Plant) -> None:
    for number, value in enumerate(["210", "260"]):
        plant.so2(MORNING + number * HOUR, value)
    plant.judge(soon(MORNING + HOUR))
    plant.so2(MORNING + HOUR, "150", status="fault")
    plant.judge(soon(MORNING + HOUR))
    (alert,) = plant.alerts("exceedance_hour")
    assert (alert["condition"], alert["count"], alert["numbers"]["compared"]) == ("active", 1, "210")


def test_judging_again_without_news_writes_nothing(plant: Plant) -> None:
    plant.so2(MORNING, "210.50")
    plant.send(O2, MORNING, "10.0")
    plant.judge(soon(MORNING))
    before = (plant.ask("revisions"), plant.alerts(), plant.actions(plant.alerts()[0]))
    plant.touch(MORNING, MORNING + HOUR)
    plant.touch(MORNING, MORNING + HOUR, cause="sweep")
    plant.judge(soon(MORNING))
    assert (plant.ask("revisions"), plant.alerts(), plant.actions(plant.alerts()[0])) == before


def test_a_lowered_limit_judges_the_past_again(plant: Plant) -> None:
    plant.so2(MORNING, "150")
    plant.judge(soon(MORNING))
    assert plant.alerts() == []
    plant.apply(SITES.replace('max: "200"', 'max: "100"'))
    plant.worker.registry = plant.registry
    plant.judge(soon(MORNING))
    (alert,) = plant.alerts()
    assert alert["numbers"]["bound"] == "100"


def test_old_data_open_one_late_alert_however_many_hours_they_exceed(plant: Plant) -> None:
    long_after = MORNING + 30 * DAY
    for number in range(0, 72, 2):
        plant.so2(MORNING + number * HOUR, "210")
        plant.so2(MORNING + (number + 1) * HOUR, "100")
        plant.judge(long_after, settle=False)
    (alert,) = plant.alerts()
    assert (alert["late"], alert["count"], alert["condition"]) == (True, 36, "active")


def test_a_compliant_hour_of_the_present_clears_the_late_alert_too(plant: Plant) -> None:
    present = MORNING + 30 * DAY
    plant.so2(MORNING, "210")
    plant.judge(soon(present), settle=False)
    plant.so2(present, "100")
    plant.judge(soon(present), settle=False)
    (alert,) = plant.alerts()
    assert (alert["late"], alert["condition"]) == (True, "cleared")


def test_an_hour_that_has_not_ended_is_judged_only_when_its_frame_is_there(plant: Plant) -> None:
    plant.send(SO2, MORNING, "300", kind="realtime")
    plant.judge(MORNING + timedelta(minutes=30))
    assert plant.ask("revisions") == []
    plant.so2(MORNING, "210")
    plant.judge(MORNING + timedelta(minutes=30))
    assert len(plant.alerts("exceedance_hour")) == 1


def test_a_water_day_becomes_an_alert_of_the_day(plant: Plant) -> None:
    day = day_start(MORNING)
    for number in range(24):
        at = day + number * HOUR
        plant.send(COD, at, "51", outlet="test-water")
        plant.send(FLOW, at, "10", total="36", outlet="test-water")
    plant.judge(day + DAY + timedelta(minutes=59))
    assert plant.alerts("exceedance_day") == []
    plant.judge(day + DAY + timedelta(minutes=61))
    (alert,) = plant.alerts("exceedance_day")
    assert (alert["code"], alert["first_seen"], alert["late"]) == ("exceedance_day", day, False)
    assert alert["clause"] == "GB 18918-2002 表1 一级A"
    assert plant.number("days_due") == 0

"""What is said later about an hour - a mark, a check, an exemption - judges it again; what was there before stays on record."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from store.checkfiling import NewChainCheck, NewCheck, file_chain_check, file_check
from store.clock import DAY, HOUR
from store.markfiling import file_mark, withdraw_mark
from store.markrules import NewMark
from store.marks import Mark
from tests.integration.alerts.plant import COD, FLOW, MORNING, O2, SITES, SO2, Plant

EVENING = MORNING + 10 * HOUR
NOON_AFTER = MORNING.replace(hour=12) + DAY


def receive(plant: Plant, *values: str, start: datetime = MORNING) -> None:
    """Hours of sulphur dioxide, folded at the reference oxygen, that came right after their end."""
    for place, value in enumerate(values):
        hour = start + place * HOUR
        plant.send(SO2, hour, value, folded=value, received_at=hour + HOUR)
    plant.judge(start + len(values) * HOUR + timedelta(minutes=5), settle=False)


def mark(
    plant: Plant,
    begin: datetime,
    end: datetime,
    *,
    label: str = "fault",
    category: str = "device",
    factor: str | None = None,
    at: datetime = EVENING,
    outlet: str = "test-kiln",
) -> Mark:
    (filed,) = file_mark(
        plant.connection,
        plant.registry.outlet(outlet),
        "cement",
        NewMark(category, label, factor, begin, end, "探头堵塞"),
        actor="company",
        origin="test",
        at=at,
    )
    return filed


def results(plant: Plant, factor: str = SO2) -> list[str]:
    """The newest verdicts of the hours in order."""
    return [
        row["result"]
        for row in plant.ask("newest_verdicts")
        if row["factor"] == factor and row["span"] == "hour"
    ]


def revisions(plant: Plant, factor: str = SO2) -> list[int]:
    """The newest revision of each hour in order."""
    return [
        row["revision"]
        for row in plant.ask("newest_periods")
        if row["factor"] == factor and row["span"] == "hour"
    ]


def test_a_mark_filed_later_takes_its_hours_out_and_withdrawn_brings_them_back(plant: Plant) -> None:
    receive(plant, "210", "220", "230")
    assert results(plant) == ["exceeded"] * 3
    filed = mark(plant, MORNING + HOUR, MORNING + 2 * HOUR)
    plant.judge(EVENING, settle=False)
    assert results(plant) == ["exceeded", "invalid", "exceeded"]
    assert revisions(plant) == [1, 2, 1], "only the marked hour is written again"
    withdraw_mark(
        plant.connection, filed.id, actor="company", origin="test", reason="误标记，撤回", at=EVENING
    )
    plant.judge(EVENING, settle=False)
    assert results(plant) == ["exceeded"] * 3
    assert revisions(plant) == [1, 3, 1], "every judgement that was made stays on record"


def test_a_marked_hour_leaves_the_alert_and_comes_back_when_the_mark_is_withdrawn(plant: Plant) -> None:
    receive(plant, "210", "390")
    (alert,) = plant.alerts("exceedance_hour")
    assert (alert["count"], alert["numbers"]["compared"]) == (2, "390")
    soon = MORNING + 2 * HOUR + timedelta(minutes=20)
    filed = mark(plant, MORNING + HOUR, MORNING + 2 * HOUR, at=soon)
    plant.judge(soon, settle=False)
    (alert,) = plant.alerts("exceedance_hour")
    assert (alert["count"], alert["numbers"]["compared"]) == (1, "210")
    withdraw_mark(plant.connection, filed.id, actor="company", origin="test", reason="误标记", at=soon)
    plant.judge(soon, settle=False)
    (alert,) = plant.alerts("exceedance_hour")
    assert (alert["count"], alert["numbers"]["compared"]) == (2, "390")


DEADLINES = [
    (NOON_AFTER, "invalid", "at 12:00 of the next day it is in time"),
    (NOON_AFTER + timedelta(seconds=1), "exceeded", "a second later it is a statement for people"),
]


@pytest.mark.parametrize(("at", "result", "remark"), DEADLINES, ids=[row[2] for row in DEADLINES])
def test_a_late_mark_changes_nothing(plant: Plant, at: datetime, result: str, remark: str) -> None:
    receive(plant, "210")
    filed = mark(plant, MORNING, MORNING + HOUR, at=at)
    plant.judge(at, settle=False)
    assert results(plant) == [result], remark
    assert revisions(plant) == [2 if result == "invalid" else 1], "not even a revision"
    assert filed.late is (result == "exceeded")


def test_a_mark_of_a_quarter_of_an_hour_has_the_value_made_from_the_other_minutes(plant: Plant) -> None:
    for number in range(60):
        at = MORNING + timedelta(minutes=number)
        plant.send(SO2, at, "500" if number < 15 else "180", kind="minute", touch=False, received_at=at)
        plant.send(O2, at, "10", kind="minute", touch=False, received_at=at)
    plant.send(O2, MORNING, "10", received_at=MORNING + HOUR)
    receive(plant, "260")
    assert results(plant) == ["exceeded"]
    mark(plant, MORNING, MORNING + timedelta(minutes=15), factor=SO2)
    plant.judge(EVENING, settle=False)
    assert results(plant) == ["compliant"]
    (period,) = (row for row in plant.ask("newest_periods") if row["factor"] == SO2)
    assert (period["after_marking_measured"], period["after_marking_folded"]) == (180, 180)
    assert "taken_minutes_left_out" in period["reasons"]


def test_a_mark_that_came_before_its_data_is_heeded_when_they_come(plant: Plant) -> None:
    mark(plant, MORNING, MORNING + HOUR)
    receive(plant, "210")
    assert results(plant) == ["invalid"]
    assert plant.alerts("exceedance_hour") == []


EXEMPT = SITES.replace(
    "        factors: [a21026, a21002, a19001]\n",
    "        factors: [a21026, a21002, a19001]\n"
    '        exemptions: [{label: starting, factors: [a21026], hours_per_year: "2", source: 示例许可证, from: "2026-01-01"}]\n',
)


def test_an_exemption_that_is_registered_later_exempts_and_ends_again(plant: Plant) -> None:
    receive(plant, "210", "220")
    mark(plant, MORNING, MORNING + HOUR, label="starting", category="condition")
    plant.judge(EVENING, settle=False)
    assert results(plant) == ["exceeded", "exceeded"], "none is the default"
    for sites, expected in ((EXEMPT, ["exempt", "exceeded"]), (SITES, ["exempt", "exceeded"])):
        plant.apply(sites)
        plant.worker.registry = plant.registry
        plant.judge(EVENING, settle=False)
        assert results(plant) == expected, "it ends when it is taken away, not before"
    kept = [row for row in plant.ask("newest_periods") if row["factor"] == SO2]
    assert [row["after_marking_measured"] for row in kept] == [210, 220], "the value is kept"


def test_a_mark_filed_later_for_an_earlier_hour_uses_up_the_quota_of_the_later_ones(plant: Plant) -> None:
    plant.apply(EXEMPT)
    plant.worker.registry = plant.registry
    receive(plant, "210", "220", "230")
    for place in (2, 1, 0):
        hour = MORNING + place * HOUR
        mark(plant, hour, hour + HOUR, label="starting", category="condition")
        plant.judge(EVENING, settle=False)
    assert results(plant) == ["exempt", "exempt", "exceeded"], (
        "two hours a year, counted in the order of time"
    )


def test_the_flag_of_a_starting_source_opens_no_exemption_and_a_filed_mark_does(plant: Plant) -> None:
    plant.apply(EXEMPT)
    plant.worker.registry = plant.registry
    plant.send(SO2, MORNING, "300", folded="300", status="starting", received_at=MORNING + HOUR)
    plant.judge(MORNING + 2 * HOUR, settle=False)
    assert results(plant) == ["exceeded"]
    mark(plant, MORNING, MORNING + HOUR, label="starting", category="condition", at=MORNING + 3 * HOUR)
    plant.judge(MORNING + 4 * HOUR, settle=False)
    assert results(plant) == ["exempt"]


def check(plant: Plant, at: datetime, *, passed: bool) -> None:
    new = NewCheck(COD, "standard", at, passed)
    outlet = plant.registry.outlet("test-water")
    file_check(plant.connection, outlet, new, actor="operator", origin="test", at=MORNING + 2 * DAY)
    plant.judge(MORNING + 2 * DAY, settle=False)


def valid_hours(plant: Plant) -> list[int]:
    """The hours after the morning in which COD is valid."""
    return [
        int((row["start"] - MORNING) / HOUR)
        for row in plant.ask("newest_periods")
        if row["factor"] == COD and row["span"] == "hour" and row["valid"]
    ]


def test_a_failed_check_takes_out_what_lies_between_the_passed_ones(plant: Plant) -> None:
    for place in range(8):
        hour = MORNING + place * HOUR
        plant.send(COD, hour, "40", outlet="test-water", received_at=hour + HOUR)
        plant.send(FLOW, hour, "10", outlet="test-water", received_at=hour + HOUR)
    plant.judge(MORNING + 9 * HOUR, settle=False)
    assert valid_hours(plant) == [0, 1, 2, 3, 4, 5, 6, 7]
    check(plant, MORNING + 2 * HOUR, passed=True)
    check(plant, MORNING + 4 * HOUR, passed=False)
    assert valid_hours(plant) == [0, 1], "back to the passed one, and on for want of another"
    check(plant, MORNING + 6 * HOUR, passed=True)
    assert valid_hours(plant) == [0, 1, 6, 7], "until the next one passed"


def test_a_comparison_along_the_chain_takes_out_the_hour_it_speaks_of(plant: Plant) -> None:
    for place in range(2):
        hour = MORNING + place * HOUR
        plant.send(COD, hour, "40", outlet="test-water", received_at=hour + HOUR)
    plant.judge(MORNING + 3 * HOUR, settle=False)
    new = NewChainCheck(COD, MORNING, Decimal("44"))
    outlet = plant.registry.outlet("test-water")
    file_chain_check(plant.connection, outlet, new, actor="officer", origin="test", at=EVENING)
    plant.judge(EVENING, settle=False)
    assert valid_hours(plant) == [1]

"""Marks and checks against the database: what devices said is taken up once, what people filed is judged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from alerts.automatic import keep_automatic
from alerts.devicestates import take_up_device_records
from alerts.windows import hours_between
from store.checkreads import checks_over
from store.checks import Check
from store.clock import HOUR, hour_start
from store.errors import Refused
from store.markfiling import file_mark, withdraw_mark
from store.markreads import marks_over
from store.markrules import NewMark
from store.marks import Mark
from tests.integration.alerts.plant import COD, FLOW, MORNING, NOX, SO2, Plant, soon

MINUTE = timedelta(minutes=1)


def marks(plant: Plant, outlet: str = "test-kiln") -> list[Mark]:
    key = plant.key(outlet)
    return list(marks_over(plant.connection, key, MORNING - timedelta(days=30), MORNING + timedelta(days=30)))


def standing(plant: Plant, outlet: str = "test-kiln") -> list[tuple[str, str | None, int, int]]:
    """Label, factor, first and last minute after eight of the marks that take effect."""
    return [
        (
            mark.label,
            mark.factor,
            int((mark.from_time - MORNING).total_seconds() // 60),
            int((mark.to_time - MORNING).total_seconds() // 60),
        )
        for mark in marks(plant, outlet)
        if mark.effective
    ]


def keep(plant: Plant, start: datetime, end: datetime, outlet: str = "test-kiln") -> int:
    registered = plant.registry.outlet(outlet)
    return keep_automatic(plant.connection, registered, hours_between(start, end), soon(end))


def send_minutes(plant: Plant, factor: str, status: str, *minutes: int) -> None:
    for number in minutes:
        plant.send(factor, MORNING + number * MINUTE, "10", kind="minute", status=status, touch=False)


def record(
    plant: Plant,
    cn: str,
    at: datetime,
    *pairs: tuple[str, str],
    outlet: str = "test-water",
    received_at: datetime | None = None,
) -> None:
    plant.run(
        "add_device_record",
        received_at=received_at or at + timedelta(seconds=2),
        outlet_key=plant.key(outlet),
        cn=cn,
        data_time=at,
        body=Jsonb({"cp": [[list(pair) for pair in pairs]]}),
    )


def take_up(plant: Plant, at: datetime) -> int:
    return take_up_device_records(plant.connection, plant.registry, at)


def touched(plant: Plant) -> list[dict[str, Any]]:
    return plant.ask("touched_rows")


def test_flagged_minutes_become_marks_once(plant: Plant) -> None:
    send_minutes(plant, SO2, "calibration", 3, 4, 5)
    send_minutes(plant, SO2, "normal", *range(6, 60))
    send_minutes(plant, NOX, "normal", *range(60))
    assert keep(plant, MORNING, MORNING + HOUR) == 1
    assert standing(plant) == [("calibration", SO2, 3, 6)]
    assert keep(plant, MORNING, MORNING + HOUR) == 0
    (mark,) = marks(plant)
    assert (mark.channel, mark.filed_by, mark.category, mark.late) == ("automatic", "device", "device", False)


def test_a_flag_that_a_later_revision_takes_back_takes_its_mark_back(plant: Plant) -> None:
    send_minutes(plant, SO2, "fault", 3, 4)
    keep(plant, MORNING, MORNING + HOUR)
    send_minutes(plant, SO2, "normal", 3, 4)
    assert keep(plant, MORNING, MORNING + HOUR) == 1
    assert standing(plant) == []
    send_minutes(plant, SO2, "fault", 3, 4)
    keep(plant, MORNING, MORNING + HOUR)
    assert standing(plant) == [("fault", SO2, 3, 5)]
    assert len(marks(plant)) == 2, "what was said before stays on record"


def test_a_stop_that_every_factor_tells_is_one_mark_of_the_outlet(plant: Plant) -> None:
    for factor in (SO2, NOX):
        plant.send(factor, MORNING, "0", status="stopped", touch=False)
    keep(plant, MORNING, MORNING + HOUR)
    assert standing(plant) == [("stopped", None, 0, 60)]


def test_a_standard_check_of_the_device_becomes_a_check_once_and_touches_what_it_vouches_for(
    plant: Plant,
) -> None:
    first, second = MORNING, MORNING + 24 * HOUR
    for at, result in ((first, "1"), (second, "0")):
        record(
            plant,
            "2062",
            at,
            ("DataTime", "x"),
            (f"{COD}-SampleRd", "61"),
            (f"{COD}-StandardValue", "50"),
            (f"{COD}-ResultType", result),
        )
    assert take_up(plant, second + HOUR) == 2
    assert take_up(plant, second + 2 * HOUR) == 0
    checks = checks_over(plant.connection, plant.key("test-water"), MORNING, second + HOUR)
    assert [shown(check) for check in checks] == [
        (COD, "standard", first, True, "device"),
        (COD, "standard", second, False, "device"),
    ]
    until = hour_start(second + HOUR) + HOUR
    assert touched(plant)[-1] == {"from_time": first, "to_time": until, "cause": "check"}, "up to the present"


def shown(check: Check) -> tuple[object, ...]:
    return check.factor, check.kind, check.checked_at, check.passed, check.source


def test_a_check_committed_after_the_run_that_should_have_seen_it_is_taken_up_by_a_later_one(
    plant: Plant,
) -> None:
    assert take_up(plant, MORNING + 30 * MINUTE) == 0
    record(plant, "2062", MORNING, (f"{COD}-ResultType", "1"))
    assert take_up(plant, MORNING + 31 * MINUTE) == 1


def test_the_state_of_an_instrument_is_marked_as_it_lasts_and_closed_when_it_ends(plant: Plant) -> None:
    record(plant, "3020", MORNING + 10 * MINUTE, ("PolId", COD), ("i12001-Info", "1"))
    take_up(plant, MORNING + 50 * MINUTE)
    assert standing(plant, "test-water") == [], "the hour is not over"
    take_up(plant, MORNING + 61 * MINUTE)
    assert standing(plant, "test-water") == [("maintenance", COD, 10, 60)]
    assert {"from_time": MORNING, "to_time": MORNING + HOUR, "cause": "mark"} in touched(plant)
    record(plant, "3020", MORNING + 100 * MINUTE, ("PolId", COD), ("i12001-Info", "0"))
    take_up(plant, MORNING + 102 * MINUTE)
    assert standing(plant, "test-water") == [("maintenance", COD, 10, 60), ("maintenance", COD, 60, 100)]
    assert take_up(plant, MORNING + 103 * MINUTE) == 0


def test_a_word_that_comes_late_corrects_the_marks_made_without_it(plant: Plant) -> None:
    record(plant, "3020", MORNING, ("PolId", COD), ("i12001-Info", "2"))
    take_up(plant, MORNING + 121 * MINUTE)
    assert standing(plant, "test-water") == [("fault", COD, 0, 60), ("fault", COD, 60, 120)]
    late = MORNING + 130 * MINUTE
    record(plant, "3020", MORNING + 30 * MINUTE, ("PolId", COD), ("i12001-Info", "0"), received_at=late)
    take_up(plant, MORNING + 131 * MINUTE)
    assert standing(plant, "test-water") == [("fault", COD, 0, 30)]


def test_facilities_that_run_leave_no_mark_and_those_that_are_off_one_of_the_outlet(plant: Plant) -> None:
    for number in range(0, 120, 10):
        facility = "0" if 30 <= number < 90 else "1"
        record(
            plant,
            "2021",
            MORNING + number * MINUTE,
            ("SB1-RS", facility),
            ("SB2-RS", facility),
            outlet="test-kiln",
        )
    take_up(plant, MORNING + 2 * HOUR)
    assert standing(plant) == [("facility_off", None, 30, 60), ("facility_off", None, 60, 90)]
    assert {mark.category for mark in marks(plant)} == {"condition"}


def test_data_that_came_late_can_be_marked_until_noon_of_the_day_after(plant: Plant) -> None:
    at = MORNING + timedelta(days=3, hours=2)
    new = NewMark("device", "fault", SO2, MORNING, MORNING + HOUR, "断电")

    def file(start: datetime) -> Mark:
        outlet = plant.registry.outlet("test-kiln")
        moved = NewMark("device", "fault", SO2, start, start + HOUR, new.reason)
        filed = file_mark(plant.connection, outlet, "cement", moved, actor="a", origin="cli", at=at)
        return filed[0]

    plant.send(SO2, MORNING, "10", received_at=MORNING + HOUR + 5 * MINUTE)
    plant.send(SO2, MORNING + HOUR, "10", received_at=at - timedelta(days=1))
    in_time, late = file(MORNING + HOUR), file(MORNING)
    noon = MORNING.replace(hour=12)
    assert (late.late, late.deadline) == (True, noon + timedelta(days=1))
    assert (in_time.late, in_time.deadline) == (False, noon + timedelta(days=3))


@pytest.mark.parametrize("label", ["stopped", "starting"])
def test_a_filed_condition_touches_the_later_hours_of_its_quota_where_an_exemption_is_on_record(
    plant: Plant, label: str
) -> None:
    plant.run("add_exemption", outlet_key=plant.key("test-kiln"), label="starting", factors=[SO2])
    outlet = plant.registry.outlet("test-kiln")
    at = MORNING + 5 * HOUR

    def file(start: datetime) -> None:
        new = NewMark("condition", label, None, start, start + HOUR, "点火")
        file_mark(plant.connection, outlet, "cement", new, actor="a", origin="cli", at=at)

    file(MORNING + 2 * HOUR)
    plant.run("forget_touched")
    file(MORNING)
    hours = {row["from_time"] for row in touched(plant)}
    assert hours == {MORNING} | ({MORNING + 2 * HOUR} if label == "starting" else set())


def test_a_refused_mark_leaves_nothing_behind(plant: Plant) -> None:
    outlet = plant.registry.outlet("test-kiln")
    new = NewMark("device", "fault", "w01018", MORNING, MORNING + HOUR, "断电")
    with pytest.raises(Refused):
        file_mark(plant.connection, outlet, "cement", new, actor="a", origin="cli", at=MORNING + HOUR)
    assert (marks(plant), touched(plant)) == ([], [])


def newest(plant: Plant, factor: str, start: datetime) -> dict[str, Any]:
    return next(
        row
        for row in plant.ask("newest_periods")
        if (row["factor"], row["start"], row["span"]) == (factor, start, "hour")
    )


def test_a_filed_device_mark_takes_its_hour_out_and_withdrawing_it_brings_it_back(plant: Plant) -> None:
    plant.so2(MORNING, "250")
    at = soon(MORNING)
    plant.judge(at, settle=False)
    assert newest(plant, SO2, MORNING)["valid"]
    outlet = plant.registry.outlet("test-kiln")
    new = NewMark("device", "fault", SO2, MORNING, MORNING + 30 * MINUTE, "断电")
    filing = {"actor": "a", "origin": "cli", "at": at}
    (mark,) = file_mark(plant.connection, outlet, "cement", new, **filing)  # type: ignore[arg-type]
    plant.judge(at, settle=False)
    judged = newest(plant, SO2, MORNING)
    assert (judged["valid"], judged["after_marking_measured"]) == (False, None)
    withdraw_mark(plant.connection, mark.id, actor="a", origin="cli", reason="填错", at=at)
    plant.judge(at, settle=False)
    assert newest(plant, SO2, MORNING)["valid"]


def test_a_late_mark_changes_no_value(plant: Plant) -> None:
    plant.send(SO2, MORNING, "250", folded="250", received_at=soon(MORNING))
    plant.judge(soon(MORNING), settle=False)
    before = newest(plant, SO2, MORNING)
    outlet = plant.registry.outlet("test-kiln")
    at = MORNING + timedelta(days=2)
    new = NewMark("device", "fault", SO2, MORNING, MORNING + HOUR, "断电")
    (mark,) = file_mark(plant.connection, outlet, "cement", new, actor="a", origin="cli", at=at)
    assert mark.late
    plant.judge(at, settle=False)
    assert newest(plant, SO2, MORNING) == before


def test_flags_are_marked_while_their_hour_is_judged(plant: Plant) -> None:
    plant.so2(MORNING, "90", status="maintenance")
    plant.judge(soon(MORNING), settle=False)
    assert standing(plant) == [("maintenance", SO2, 0, 60)]
    assert not newest(plant, SO2, MORNING)["valid"]


def test_a_failed_check_of_the_device_takes_the_hours_out_back_to_the_last_passed_one(plant: Plant) -> None:
    for number in range(6):
        plant.send(COD, MORNING + number * HOUR, "30", outlet="test-water")
        plant.send(FLOW, MORNING + number * HOUR, "100", outlet="test-water", total="100")
    at = MORNING + 7 * HOUR
    plant.judge(at, settle=False)
    record(plant, "2062", MORNING + 2 * HOUR, (f"{COD}-ResultType", "1"))
    record(plant, "2062", MORNING + 4 * HOUR, (f"{COD}-ResultType", "0"))
    take_up(plant, at)
    plant.judge(at, settle=False)
    valid = [newest(plant, COD, MORNING + number * HOUR)["valid"] for number in range(6)]
    assert valid == [True, True, False, False, False, False]
    record(plant, "2062", MORNING + 5 * HOUR, (f"{COD}-ResultType", "1"), received_at=at)
    take_up(plant, at)
    plant.judge(at, settle=False)
    assert newest(plant, COD, MORNING + 5 * HOUR)["valid"]
    assert not newest(plant, COD, MORNING + 4 * HOUR)["valid"]

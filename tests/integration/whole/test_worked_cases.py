"""Cases worked out by hand from the standards, through the database: readings, marks and checks in, verdicts out.

Every row says what comes in, what must come out, and why; the clauses are those of regulation.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from store.clock import BEIJING, DAY, HOUR
from store.database import connect
from tests.integration.whole.worked import (
    COD,
    EIGHT,
    NH3,
    NOX,
    O2,
    PH,
    PM,
    SO2,
    TEMPERATURE,
    THAT_DAY,
    TP,
    Worked,
)


@pytest.fixture(scope="module")
def world(module_database: str) -> Iterator[Worked]:
    with connect(module_database, name="test", autocommit=True) as connection:
        yield Worked(module_database, connection).build()


@pytest.fixture
def worked(world: Worked) -> Iterator[Worked]:
    """The units without any data; what a test does is rolled back."""
    with world.connection.transaction(force_rollback=True):
        yield world


FOLDING = [
    # outlet, factor, measured, oxygen, folded, result, remark
    ("kiln", SO2, "100", "10", "100", "compliant", "at the reference oxygen nothing changes: 100 x 11/11"),
    ("kiln", SO2, "100", "15", "183.33", "compliant", "100 x 11/6"),
    ("kiln", SO2, "150", "15", "275", "exceeded", "150 x 11/6"),
    ("kiln", SO2, "260", "8", "220", "exceeded", "below the reference the value sinks: 260 x 11/13"),
    ("kiln", SO2, "230", "8", "194.62", "compliant", "and is not clamped: 230 x 11/13"),
    ("kiln", SO2, "200", "10", "200", "compliant", "equal to the limit is compliant"),
    ("kiln", SO2, "200.0001", "10", "200.0001", "exceeded", "the unrounded value decides"),
    ("kiln", SO2, "10", "21", None, "undetermined", "oxygen of 21 % cannot be folded with"),
    ("kiln", SO2, "10", None, None, "undetermined", "nor can absent oxygen"),
    ("kiln", SO2, "30", "19.5", "220", "exceeded", "above 19 % it is computed and flagged: 30 x 11/1.5"),
    ("boiler", SO2, "28", "9", "35", "compliant", "28 x 15/12 is the limit itself"),
    ("boiler", SO2, "28.1", "9", "35.125", "exceeded", "28.1 x 15/12"),
    ("head", PM, "29", "20", None, "compliant", "the kiln head is not folded, whatever its oxygen"),
    ("head", PM, "30.5", "20", None, "exceeded", "its measured value counts"),
]


@pytest.mark.parametrize(
    ("outlet", "factor", "measured", "oxygen", "folded", "result", "remark"),
    FOLDING,
    ids=[row[6] for row in FOLDING],
)
def test_folding(
    worked: Worked,
    outlet: str,
    factor: str,
    measured: str,
    oxygen: str | None,
    folded: str | None,
    result: str,
    remark: str,
) -> None:
    worked.hour(outlet, EIGHT, {factor: measured} | ({} if oxygen is None else {O2: oxygen}))
    got = worked.got(outlet, factor, EIGHT)
    assert got.results == (result,), remark
    if folded is None:
        assert got.folded is None, remark
    else:
        assert got.folded is not None, remark
        assert abs(got.folded - Decimal(folded)) < Decimal("0.01"), remark


def test_the_multiple_is_the_excess_over_the_limit(worked: Worked) -> None:
    worked.hour("kiln", EIGHT, {SO2: "150", O2: "15"})
    assert worked.got("kiln", SO2, EIGHT).multiple == Decimal("0.375")


FLAGS = [
    # runs of minutes, valid, status, mean or None, result, remark
    (((60, "20", "normal"),), True, "normal", "20", "compliant", "a plain hour"),
    (((45, "20", "normal"), (15, "99", "calibration")), True, "normal", "20", "compliant", "15 minutes are not more than 15"),
    (((44, "20", "normal"), (16, "99", "calibration")), False, "calibration", None, "invalid", "16 minutes of calibration"),
    (((40, "20", "normal"), (12, "9", "calibration"), (8, "9", "maintenance")), False, "calibration", None, "invalid",
     "mixed: no state reaches its time, but 40 < 45; the largest share names the hour"),
    (((46, "40", "normal"),), True, "normal", "40", "exceeded", "14 minutes never came, 46 are enough"),
    (((44, "40", "normal"),), False, "normal", None, "invalid", "44 are not"),
    (((60, "9", "stopped"),), False, "stopped", None, "invalid", "the source stood still"),
    (((60, "40", "starting"),), True, "starting", "40", "exceeded", "no start-up exemption in GB 4915 6.2: the data remain"),
    (((15, "10", "normal"), (45, "20", "stopping")), True, "stopping", "17.5", "compliant", "45 minutes of stopping"),
    (((16, "10", "normal"), (44, "10", "stopping")), True, "normal", "10", "compliant", "44 do not"),
    (((60, "99", "over_range"),), False, "over_range", None, "invalid", "over range is no measurement, never compliant"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("runs", "valid", "status", "mean", "result", "remark"), FLAGS, ids=[row[5] for row in FLAGS]
)
def test_flags_of_minutes_decide_the_hour(
    worked: Worked,
    runs: tuple[tuple[int, str, str], ...],
    valid: bool,
    status: str,
    mean: str | None,
    result: str,
    remark: str,
) -> None:
    worked.minutes("head", EIGHT, PM, *runs)
    got = worked.got("head", PM, EIGHT)
    assert (got.valid, got.status, got.results) == (valid, status, (result,)), remark
    assert got.measured == (None if mean is None else Decimal(mean)), remark


NEXT_NOON = THAT_DAY + DAY + 12 * HOUR

DEVICE_MARKS = [
    # first minute, last minute (exclusive), factor, filed at, valid, measured, remark
    (0, 16, PM, EIGHT + 2 * HOUR, False, None, "16 minutes of fault are more than 15"),
    (0, 15, PM, EIGHT + 2 * HOUR, True, "30", "15 minutes are taken out, the mean of the other 45 stands"),
    (0, 60, PM, NEXT_NOON, False, None, "filed at 12:00 of the next day is in time"),
    (
        0,
        60,
        PM,
        NEXT_NOON + timedelta(seconds=1),
        True,
        "25",
        "a second later it is a statement and changes nothing",
    ),
    (0, 60, O2, EIGHT + 2 * HOUR, True, "25", "a mark for another factor"),
    (-60, 0, PM, EIGHT + 2 * HOUR, True, "25", "a mark for the hour before"),
    (0, 60, None, EIGHT + 2 * HOUR, False, None, "a mark for every factor"),
]


@pytest.mark.parametrize(
    ("first", "last", "factor", "filed_at", "valid", "measured", "remark"),
    DEVICE_MARKS,
    ids=[row[6] for row in DEVICE_MARKS],
)
def test_device_marks_take_minutes_out(
    worked: Worked,
    first: int,
    last: int,
    factor: str | None,
    filed_at: datetime,
    valid: bool,
    measured: str | None,
    remark: str,
) -> None:
    worked.minutes("head", EIGHT, PM, (15, "10", "normal"), (45, "30", "normal"))
    worked.mark(
        "head", "fault", factor, EIGHT + timedelta(minutes=first), EIGHT + timedelta(minutes=last), filed_at
    )
    got = worked.got("head", PM, EIGHT)
    assert (got.valid, got.measured) == (valid, None if measured is None else Decimal(measured)), remark


EXEMPTIONS = [
    # outlet, label, first minute, minutes, hour looked at, value, result, reason, remark
    ("kiln", "starting", 0, 60, 0, "500", "exceeded", "condition_mark_without_exemption", "no exemption is the default"),
    ("exempt", "starting", 0, 60, 0, "500", "exempt", None, "the source document grants it"),
    ("exempt", "starting", 0, 45, 0, "500", "exempt", None, "45 minutes cover the hour"),
    ("exempt", "starting", 0, 44, 0, "500", "exceeded", None, "44 do not"),
    ("exempt", "starting", 0, 240, 1, "500", "exempt", None, "second hour of an event of four"),
    ("exempt", "starting", 0, 240, 2, "500", "exceeded", "exemption_event_used_up", "the third is beyond two hours an event"),
    ("exempt", "starting", 0, 60, 0, "800", "exempt", None, "at the ceiling"),
    ("exempt", "starting", 0, 60, 0, "800.1", "exceeded", "above_exemption_ceiling", "above the ceiling"),
    ("exempt", "starting", 0, 60, 0, "400", "compliant", None, "a compliant hour needs no exemption"),
    ("exempt", "stopping", 0, 60, 0, "500", "exceeded", "condition_mark_without_exemption", "another label"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("outlet", "label", "first", "length", "number", "value", "result", "reason", "remark"),
    EXEMPTIONS,
    ids=[row[8] for row in EXEMPTIONS],
)
def test_exemptions(
    worked: Worked,
    outlet: str,
    label: str,
    first: int,
    length: int,
    number: int,
    value: str,
    result: str,
    reason: str | None,
    remark: str,
) -> None:
    for place in range(4):
        worked.hour(outlet, EIGHT + place * HOUR, {NOX: value, O2: "10"})
    begin = EIGHT + timedelta(minutes=first)
    worked.mark(outlet, label, None, begin, begin + timedelta(minutes=length), EIGHT + 5 * HOUR)
    got = worked.got(outlet, NOX, EIGHT + number * HOUR)
    assert got.results == (result,), remark
    assert got.folded == Decimal(value), "a working-condition mark leaves the data"
    assert (got.exempted is None) is (result == "exempt"), remark
    assert reason is None or reason in got.verdict_reasons, remark


def test_the_yearly_quota_counts_the_marked_hours_of_the_calendar_year(worked: Worked) -> None:
    for day in range(3):
        begin = EIGHT + day * DAY
        for place in range(2):
            worked.hour("exempt", begin + place * HOUR, {NOX: "500", O2: "10"})
        worked.mark("exempt", "starting", None, begin, begin + 2 * HOUR, begin + 3 * HOUR)
    results = [
        worked.got("exempt", NOX, EIGHT + day * DAY + place * HOUR).results
        for day in range(3)
        for place in range(2)
    ]
    assert results == [("exempt",)] * 5 + [("exceeded",)], "five hours a year, the sixth is not exempt"


def test_an_exemption_ends_with_its_own_dates(worked: Worked) -> None:
    july = datetime(2026, 7, 1, 0, tzinfo=BEIJING)
    for start in (july - HOUR, july):
        worked.hour("exempt", start, {NOX: "500", O2: "10"})
        worked.mark("exempt", "starting", None, start, start + HOUR, july + 2 * HOUR)
    assert worked.got("exempt", NOX, july - HOUR).results == ("exempt",)
    assert worked.got("exempt", NOX, july).results == ("exceeded",)


def every(value: str, count: int = 24) -> dict[int, str]:
    return dict.fromkeys(range(count), value)


WATER_DAYS = [
    # values by hour, m3 by hour (None = 100 every hour), valid, mean, result, remark
    ({**every("40", 12), **dict.fromkeys(range(12, 24), "60")}, {**every("10", 12), **dict.fromkeys(range(12, 24), "30")},
     True, "55", "exceeded", "(40 x 120 + 60 x 360) / 480"),
    (every("50"), None, True, "50", "compliant", "equal to the limit"),
    (every("50.0001"), None, True, "50.0001", "exceeded", "the unrounded mean decides"),
    (every("40", 18), None, True, "40", "compliant", "18 of 24 are three quarters"),
    (every("40", 17), None, False, None, "invalid", "17 are not"),
    (every("60", 8), {**every("5", 10), **dict.fromkeys(range(10, 24), "0")}, True, "60", "exceeded", "8 of 10 discharge hours"),
    (every("60", 7), {**every("5", 10), **dict.fromkeys(range(10, 24), "0")}, False, None, "invalid", "7 of 10 are not"),
    (every("60"), dict.fromkeys(range(24), "0"), False, None, "invalid", "no flow at all"),
    ({**every("30", 20), 23: "80"}, None, True, "32.0833", "compliant", "value 19 stands for 4 hours: (30 x 23 + 80) / 24"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "volumes", "valid", "mean", "result", "remark"), WATER_DAYS, ids=[row[5] for row in WATER_DAYS]
)
def test_days_of_water(
    worked: Worked,
    values: Mapping[int, str],
    volumes: Mapping[int, str] | None,
    valid: bool,
    mean: str | None,
    result: str,
    remark: str,
) -> None:
    worked.water_day("old", COD, values, volumes)
    got = worked.got("old", COD, THAT_DAY, "day")
    assert (got.valid, got.results) == (valid, (result,)), remark
    if mean is not None:
        assert got.measured is not None
        assert abs(got.measured - Decimal(mean)) < Decimal("0.0001"), remark


def test_a_rounded_comparison_rounds_half_to_even_before_it_compares(worked: Worked) -> None:
    for value, result in (("50.5", "compliant"), ("50.51", "exceeded")):
        worked.water_day("rounded", COD, every(value))
        assert worked.got("rounded", COD, THAT_DAY, "day").results == (result,), value


TEMPERATURES = [
    ("12", "7", ["compliant"], "at 12 degrees the limit in the bracket, 8, holds"),
    ("12.1", "7", ["exceeded"], "above 12 degrees the limit is 5"),
    ("12", "8.1", ["exceeded"], "above 8 is above 8"),
    (None, "7", ["undetermined", "undetermined"], "without a temperature nobody knows which"),
]


@pytest.mark.parametrize(
    ("degrees", "value", "results", "remark"), TEMPERATURES, ids=[row[3] for row in TEMPERATURES]
)
def test_the_limit_of_ammonia_nitrogen_follows_the_water_temperature(
    worked: Worked, degrees: str | None, value: str, results: list[str], remark: str
) -> None:
    worked.water_day("old", NH3, every(value))
    if degrees is not None:
        for number in range(24):
            worked.put("old", TEMPERATURE, THAT_DAY + number * HOUR, degrees)
    assert sorted(worked.got("old", NH3, THAT_DAY, "day").results) == results, remark


BUILT = [
    ("old", "0.8", ["compliant"], "built by the end of 2005: 1 mg/L"),
    ("new", "0.8", ["exceeded"], "built from 2006: 0.5 mg/L"),
    ("unknown", "0.8", ["undetermined", "undetermined"], "nobody knows when it was built"),
]


@pytest.mark.parametrize(("outlet", "value", "results", "remark"), BUILT, ids=[row[3] for row in BUILT])
def test_the_limit_of_phosphorus_follows_the_construction_date(
    worked: Worked, outlet: str, value: str, results: list[str], remark: str
) -> None:
    worked.water_day(outlet, TP, every(value))
    assert sorted(worked.got(outlet, TP, THAT_DAY, "day").results) == results, remark


def test_ph_is_compliant_on_the_closed_range_and_exceeded_outside(worked: Worked) -> None:
    worked.water_day("old", PH, {**every("7"), 3: "6", 4: "9"})
    assert worked.got("old", PH, THAT_DAY, "day").results == ("compliant",)
    worked.water_day("old", PH, {5: "5.99"})
    assert worked.got("old", PH, THAT_DAY, "day").results == ("exceeded",)


CHECKS = [
    # hour of the day looked at, valid, remark
    (3, True, "before the last passed check"),
    (6, False, "after the last passed check, before the failed one"),
    (12, False, "after the failed check"),
    (17, False, "until the next one passes"),
    (18, True, "from the passed check on"),
]


@pytest.mark.parametrize(("number", "valid", "remark"), CHECKS, ids=[row[2] for row in CHECKS])
def test_a_failed_check_invalidates_back_to_the_last_passed_and_on_to_the_next(
    worked: Worked, number: int, valid: bool, remark: str
) -> None:
    worked.water_day("old", COD, every("40"))
    for hour, passed in ((5, True), (10, False), (18, True)):
        worked.check("old", COD, THAT_DAY + hour * HOUR, passed)
    got = worked.got("old", COD, THAT_DAY + number * HOUR)
    assert got.valid is valid, remark
    assert ("quality_check_failed" in got.reasons) is not valid, remark


def test_low_values_confirmed_by_a_passed_check_enter_the_day_corrected(worked: Worked) -> None:
    worked.water_day("old", COD, {**every("40", 12), **dict.fromkeys(range(12, 24), "0")})
    worked.check("old", COD, THAT_DAY - 2 * HOUR, True)
    got = worked.got("old", COD, THAT_DAY, "day")
    assert (got.valid, got.measured) == (True, Decimal(21)), "(40 x 12 + 2 x 12) / 24"


def test_low_values_that_nobody_confirmed_are_undetermined(worked: Worked) -> None:
    worked.water_day("old", COD, {**every("40", 12), **dict.fromkeys(range(12, 24), "-0.5")})
    got = worked.got("old", COD, THAT_DAY + 13 * HOUR)
    assert (got.valid, "low_value_unconfirmed" in got.reasons) == (False, True)
    assert worked.got("old", COD, THAT_DAY, "day").results == ("undetermined",)


@pytest.mark.parametrize(
    ("instrument", "valid", "remark"),
    [("40.4", True, "40 is 0.99 % below 40.4"), ("40.5", False, "1.23 %"), ("39.5", False, "1.27 % above")],
)
def test_a_chain_that_differs_by_more_than_one_per_cent_is_invalid(
    worked: Worked, instrument: str, valid: bool, remark: str
) -> None:
    worked.water_day("old", COD, every("40"))
    worked.chain("old", COD, EIGHT, instrument)
    assert worked.got("old", COD, EIGHT).valid is valid, remark


GAS_DAYS = [
    # outlet, running valid hours, stopped hours, invalid hours, valid, remark
    ("boiler", 20, 0, 4, True, "20 valid hours"),
    ("boiler", 19, 0, 5, False, "19"),
    ("older", 12, 8, 4, True, "75 % of 16 running hours are 12"),
    ("older", 11, 8, 5, False, "11 of 16 are less"),
]


@pytest.mark.parametrize(
    ("outlet", "good", "stopped", "bad", "valid", "remark"), GAS_DAYS, ids=[row[5] for row in GAS_DAYS]
)
def test_days_of_gas(
    worked: Worked, outlet: str, good: int, stopped: int, bad: int, valid: bool, remark: str
) -> None:
    states = ["normal"] * good + ["stopped"] * stopped + ["fault"] * bad
    for number, status in enumerate(states):
        worked.hour(outlet, THAT_DAY + number * HOUR, {SO2: "20", O2: "6"}, status)
    assert worked.got(outlet, SO2, THAT_DAY, "day").valid is valid, remark

"""Device marks take the marked minutes out (regulation.md B.1, C.1, C.4 step 2)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from alerts.judgement.values import FactorHour, Sample
from store.marks import Mark
from tests.unit.alerts.build import (
    COD,
    FLOW,
    O2,
    SO2,
    judge,
    limit,
    mark,
    minutes,
    reading,
    said,
    subject,
)

STACK = subject(limit(SO2, maximum="200"))
HOUR = minutes((60, "100", "normal"))
HALVES = minutes((15, "260", "normal"), (45, "180", "normal"))
"""Mean of the hour 200, of the last 45 minutes 180."""

TABLE = [
    # frame, minutes, marks, result, valid, status, value after marking, reasons, remark
    ("200", HALVES, (mark(0, 15),), "compliant", True, "normal", "180", {"taken_minutes_left_out"},
     "15 minutes taken out: the other 45 make the value"),
    ("200", HALVES, (mark(0, 16),), "invalid", False, "fault", None, {"device_mark"}, "16 are more than 15"),
    ("200", HALVES, (mark(0, 8), mark(8, 16, "maintenance", key=2)), "invalid", False, "fault", None, {"device_mark"},
     "8 + 8 of two labels: 44 valid minutes are not 45"),
    ("200", HALVES, (mark(0, 10), mark(5, 15, "calibration", key=2)), "compliant", True, "normal", "180",
     {"taken_minutes_left_out"}, "marks that overlap count once: 15 minutes"),
    ("200", (), (mark(0, 15),), "compliant", True, "normal", "200", {"taken_minutes_in_value"},
     "no minutes came: the value stays and says so"),
    ("200", (), (mark(0, 16),), "invalid", False, "fault", None, {"device_mark"}, "16 minutes need no minutes to prove them"),
    ("999", HOUR, (mark(-60, 60),), "invalid", False, "fault", None, {"device_mark"}, "marked as a whole: never exceeded"),
    ("1", HOUR, (mark(-60, 120, "maintenance"),), "invalid", False, "maintenance", None, {"device_mark"}, "never compliant"),
    ("250", HOUR, (mark(60, 120), mark(-60, 0, key=2)), "exceeded", True, "normal", "250", set(),
     "the hours beside it: the end of a mark is exclusive"),
    ("250", HOUR, (mark(0, 60, factor=O2),), "exceeded", True, "normal", "250", set(), "another factor's"),
    ("250", HOUR, (mark(0, 60, factor=SO2),), "invalid", False, "fault", None, {"device_mark"}, "this factor's"),
    ("250", HOUR, (mark(0, 60, late=True),), "exceeded", True, "normal", "250", set(), "late: a statement only (C.3)"),
    ("250", HOUR, (mark(0, 60, withdrawn=True),), "exceeded", True, "normal", "250", set(), "withdrawn"),
    ("250", HOUR, (mark(0, 60, "stopped", category="condition"),), "exceeded", True, "normal", "250",
     {"condition_mark_without_exemption"}, "a working condition leaves the data"),
    ("250", minutes((10, "9", "calibration"), (50, "250", "normal")), (mark(0, 10, "calibration"),), "exceeded", True, "normal",
     "250", set(), "the device had left these minutes out itself: its value stays"),
    ("250", minutes((10, "9", "calibration"), (50, "250", "normal")), (mark(10, 16),), "invalid", False, "calibration", None,
     {"too_few_valid_minutes", "device_mark", "flag_calibration"}, "10 flagged + 6 marked leave 44"),
    ("250", minutes((10, "9", "calibration"), (50, "250", "normal")), (mark(5, 15),), "exceeded", True, "normal", "250",
     {"taken_minutes_left_out"}, "flag and mark overlap: 15 minutes, 45 are left"),
    (None, HALVES, (mark(0, 15),), "compliant", True, "normal", "180", {"hour_frame_missing"}, "no hour frame: 45 are enough"),
    (None, HALVES, (mark(0, 16),), "invalid", False, "fault", None, {"device_mark"}, "44 are not"),
    (None, (), (mark(0, 60),), "missing", False, "missing", None, {"data_missing"}, "step 1 before step 2: nothing came"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "came", "marks", "result", "valid", "status", "left", "reasons", "remark"),
    TABLE,
    ids=[row[8] for row in TABLE],
)
def test_marked_minutes_leave_the_hour(
    frame: str | None,
    came: tuple[Sample, ...],
    marks: tuple[Mark, ...],
    result: str,
    valid: bool,
    status: str,
    left: str | None,
    reasons: set[str],
    remark: str,
) -> None:
    received = (
        {} if frame is None and not came else {SO2: FactorHour(reading(frame) if frame else None, came)}
    )
    period = judge(STACK, received, SO2, statements=said(*marks))
    (verdict,) = period.verdicts
    assert (verdict.result, period.valid, period.status) == (result, valid, status), remark
    assert period.after_marking.measured == (None if left is None else Decimal(left)), remark
    assert period.after_exemption == period.after_marking, remark
    assert reasons <= set(verdict.reasons), remark
    if frame is not None:
        assert period.reported.measured == Decimal(frame), "nothing is deleted"


def test_an_over_range_flag_stays_suspected_beside_a_mark() -> None:
    received = {SO2: FactorHour(reading("999", status="over_range"))}
    period = judge(STACK, received, SO2, statements=said(mark(0, 60)))
    assert (period.status, period.verdicts[0].result) == ("fault", "invalid")
    assert {"device_mark", "over_range_suspected_exceedance"} <= set(period.reasons)


def test_a_filed_mark_outranks_an_automatic_one_and_both_are_shown() -> None:
    marks = (
        mark(0, 60, "standard_check", channel="automatic", key=7),
        mark(0, 60, "maintenance", channel="manual", key=8),
    )
    period = judge(STACK, {SO2: FactorHour(reading("250"))}, SO2, statements=said(*marks))
    assert period.status == "maintenance"
    assert period.inputs["marks"] == [
        {"id": 7, "category": "device", "label": "standard_check", "minutes": 60},
        {"id": 8, "category": "device", "label": "maintenance", "minutes": 60},
    ]
    assert period.inputs["standard_check"] is True, "a standard check stays visible"


def test_a_reading_of_ten_minutes_that_is_partly_marked_is_not_used_but_its_unmarked_time_counts() -> None:
    of = subject(limit(SO2, maximum="200"), minute=600)
    came = minutes((1, "900", "normal"), (5, "100", "normal"), every=10)
    period = judge(of, {SO2: FactorHour(reading("233"), came)}, SO2, statements=said(mark(5, 9)))
    assert (period.after_marking.measured, period.count) == (Decimal(100), 56)


FOLDED = subject(limit(SO2, maximum="200"), reference="10")
STEADY = minutes((60, "190", "normal"))
OXYGEN = [
    # oxygen minutes, mark, result, folded value, remark
    (minutes((60, "10", "normal")), (), "exceeded", "250", "no mark: what the device folded counts"),
    (minutes((60, "10", "normal")), (mark(0, 16, factor=O2),), "undetermined", None, "oxygen out for 16 minutes: unusable"),
    (minutes((15, "20", "normal"), (45, "10", "normal")), (mark(0, 15, factor=O2),), "compliant", "190",
     "oxygen out for 15: folded again with the other 45, 190 x 11/11"),
    (minutes((15, "20", "normal"), (45, "10", "normal")), (mark(0, 15, factor=SO2),), "exceeded", None,
     "the pollutant out for 15: its 45 minutes with the hour's oxygen of 12.5, 190 x 11/8.5"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("oxygen", "marks", "result", "folded", "remark"), OXYGEN, ids=[row[4] for row in OXYGEN]
)
def test_marks_of_oxygen_reach_the_folded_value(
    oxygen: tuple[Sample, ...], marks: tuple[Mark, ...], result: str, folded: str | None, remark: str
) -> None:
    mean = "12.5" if oxygen[0].value == 20 else "10"
    received = {
        SO2: FactorHour(reading("190", folded="250"), STEADY),
        O2: FactorHour(reading(mean), oxygen),
    }
    period = judge(FOLDED, received, SO2, statements=said(*marks))
    assert period.verdicts[0].result == result, remark
    if folded is not None:
        assert period.after_marking.folded == Decimal(folded), remark


WATER = subject(limit(COD, maximum="400"), medium="water", factors=(COD, FLOW))
WATER_TABLE = [
    # value, flag, mark, valid, status, reasons, remark
    ("40", "normal", mark(59, 60, "calibration"), False, "calibration", {"device_mark"},
     "one minute is enough: one composite analysis an hour"),
    ("40", "normal", mark(60, 61), True, "normal", set(), "the next hour's"),
    ("40", "normal", mark(0, 60, factor=FLOW), True, "normal", set(), "another factor's"),
    ("40", "maintenance", mark(0, 60), False, "fault", {"device_mark", "flag_maintenance"}, "flag and mark are both told"),
    ("40", "normal", mark(0, 60, "inflow_abnormal", category="condition"), True, "normal", set(), "a condition leaves the data"),
    ("900", "normal", mark(0, 60), False, "fault", {"device_mark"}, "never exceeded"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "flag", "filed", "valid", "status", "reasons", "remark"),
    WATER_TABLE,
    ids=[row[6] for row in WATER_TABLE],
)
def test_any_marked_minute_takes_an_hour_of_water_out(
    value: str, flag: str, filed: Mark, valid: bool, status: str, reasons: set[str], remark: str
) -> None:
    received = {COD: FactorHour(reading(value, status=flag))}
    period = judge(WATER, received, COD, statements=said(filed))
    assert (period.valid, period.status) == (valid, status), remark
    assert reasons <= set(period.reasons), remark
    assert period.verdicts[0].result == ("compliant" if valid else "invalid"), remark


def test_a_marked_flow_is_not_known_and_not_zero() -> None:
    received = {COD: FactorHour(reading("40")), FLOW: FactorHour(reading("0", total="0"))}
    assert judge(WATER, received, COD).reasons == ("flow_zero",)
    marked = said(mark(0, 60, factor=FLOW))
    assert judge(WATER, received, COD, statements=marked).valid
    assert "volume" not in judge(WATER, received, FLOW, statements=marked).inputs


CONDITIONS = [
    # minutes, frame status, status of the hour, result, remark
    (minutes((60, "250", "starting")), "starting", "starting", "exceeded", "start-up leaves the data (C.1)"),
    (minutes((45, "250", "banked"), (15, "250", "normal")), "normal", "banked", "exceeded", "45 minutes name the hour"),
    (minutes((44, "250", "stopping"), (16, "250", "normal")), "normal", "normal", "exceeded", "44 do not, and all count"),
    (minutes((46, "250", "starting"), (14, "9", "fault")), "normal", "starting", "exceeded", "46 valid minutes and 14 of fault"),
    (minutes((44, "250", "starting"), (16, "9", "fault")), "normal", "fault", "invalid", "16 of fault are more than 15"),
    (minutes((60, "250", "stopped")), "stopped", "stopped", "invalid", "a stopped source is no discharge"),
    ((), "stopping", "stopping", "exceeded", "an hour frame alone"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("came", "flag", "status", "result", "remark"), CONDITIONS, ids=[row[4] for row in CONDITIONS]
)
def test_flags_of_a_running_source_leave_the_data(
    came: tuple[Sample, ...], flag: str, status: str, result: str, remark: str
) -> None:
    period = judge(STACK, {SO2: FactorHour(reading("250", status=flag), came)}, SO2)
    assert (period.status, period.verdicts[0].result) == (status, result), remark

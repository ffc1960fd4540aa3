"""The mark of an hour from its minutes (regulation.md B.1)."""

from __future__ import annotations

import pytest

from alerts.judgement.marks import hour_status, reasons_of

CASES = [
    # minutes by status, mark of the hour, remark
    ({"normal": 60}, "normal", "a full hour"),
    ({"normal": 45}, "normal", "exactly the 45 minutes of HJ 76"),
    ({"normal": 45, "calibration": 15}, "normal", "15 minutes of calibration are not more than 15"),
    ({"normal": 44, "calibration": 16}, "calibration", "16 minutes are"),
    (
        {"normal": 40, "calibration": 10, "maintenance": 10},
        "calibration",
        "mixed: largest share, name breaks the tie",
    ),
    ({"normal": 40, "calibration": 9, "maintenance": 11}, "maintenance", "mixed: largest share"),
    ({"normal": 15, "stopped": 45}, "stopped", "45 minutes of stop"),
    ({"normal": 16, "stopped": 44}, "stopped", "44 are no lasting state but the largest share"),
    ({"stopped": 44, "fault": 16}, "fault", "a fault of more than 15 minutes goes before a stop below 45"),
    ({"stopped": 45, "fault": 15}, "stopped", "a lasting state goes first"),
    ({"calibration": 20, "fault": 25, "normal": 15}, "fault", "the longer of two interruptions"),
    ({"starting": 50, "normal": 10}, "starting", "start-up"),
    ({"banked": 60}, "banked", "banked fire"),
    ({"normal": 30, "over_range": 30}, "over_range", "over range as the largest share"),
    ({"normal": 30}, "normal", "minutes that did not come have no mark"),
    ({}, "normal", "no minutes at all"),
]


@pytest.mark.parametrize(("by_minutes", "expected", "remark"), CASES, ids=[case[2] for case in CASES])
def test_the_hour_takes_the_mark_that_the_standard_gives(
    by_minutes: dict[str, int], expected: str, remark: str
) -> None:
    assert hour_status({status: 60 * count for status, count in by_minutes.items()}) == expected, remark


def test_a_value_over_the_range_is_invalid_and_still_suspected() -> None:
    assert reasons_of("over_range") == ("flag_over_range", "over_range_suspected_exceedance")


def test_a_missing_mark_is_not_a_normal_one() -> None:
    assert reasons_of("unknown") == ("flag_missing",)
    assert reasons_of("normal") == ()

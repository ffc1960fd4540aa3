"""Automatic marks from flags: which minutes, which label, of which factor (regulation.md B.1, C.1)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.flagmarks import Came, Flagged, Segment, marks_of, segments
from store.clock import BEIJING, HOUR, hour_start

HOUR_START = datetime(2026, 5, 6, 8, tzinfo=BEIJING)
SO2, NOX = "a21026", "a21002"


def minute(number: int) -> datetime:
    return HOUR_START + timedelta(minutes=number)


def flagged(status: str, *minutes: int, factor: str = SO2, kind: str = "minute") -> list[Flagged]:
    return [Flagged(factor, kind, minute(number), status) for number in minutes]


def came(*places: tuple[str, str], realtime: int = 0) -> Came:
    """These factors and kinds came in the hour; of realtime readings so many a minute."""
    counts = {(factor, minute(n)): realtime for factor, _ in places for n in range(60)} if realtime else {}
    return Came({HOUR_START: frozenset(places)}, counts)


def shown(found: list[Segment]) -> list[tuple[int, int, str, str | None]]:
    return [
        (
            int((segment.from_time - HOUR_START).total_seconds() // 60),
            int((segment.to_time - HOUR_START).total_seconds() // 60),
            segment.status,
            segment.factor,
        )
        for segment in found
    ]


MINUTES = (SO2, "minute")
FRAME = (SO2, "hour")

# (flags, what came, gas, seconds between minutes, segments, remark)
CASES = [
    (flagged("calibration", 3, 4, 5), came(MINUTES), True, 60, [(3, 6, "calibration", SO2)], "minutes in a row"),
    (
        flagged("calibration", 3, 5),
        came(MINUTES),
        True,
        60,
        [(3, 4, "calibration", SO2), (5, 6, "calibration", SO2)],
        "a good minute between them parts them",
    ),
    (
        flagged("calibration", 3) + flagged("maintenance", 4),
        came(MINUTES),
        True,
        60,
        [(3, 4, "calibration", SO2), (4, 5, "maintenance", SO2)],
        "another flag is another mark",
    ),
    (flagged("fault", 50), came(MINUTES), True, 600, [(50, 60, "fault", SO2)], "ten-minute readings"),
    (flagged("fault", 55), came(MINUTES), True, 600, [(55, 60, "fault", SO2)], "never beyond the hour"),
    (flagged("fault", 0, kind="hour"), came(FRAME), True, 60, [(0, 60, "fault", SO2)], "gas without minutes: the frame"),
    (flagged("fault", 0, kind="hour"), came(FRAME, MINUTES), True, 60, [], "gas with good minutes: they decide"),
    (flagged("fault", 4), came(FRAME, MINUTES), False, 60, [], "water with a good frame: one analysis an hour"),
    (flagged("fault", 0, kind="hour"), came(FRAME, MINUTES), False, 60, [(0, 60, "fault", SO2)], "water: the frame"),
    (flagged("fault", 4), came(MINUTES), False, 60, [(4, 5, "fault", SO2)], "water without a frame: the minutes"),
    (
        flagged("stopped", 1, 2) + flagged("stopped", 1, 2, factor=NOX),
        came(MINUTES, (NOX, "minute")),
        True,
        60,
        [(1, 3, "stopped", None)],
        "what all factors say is said of the outlet",
    ),
    (
        flagged("stopped", 1, 2) + flagged("stopped", 1, factor=NOX),
        came(MINUTES, (NOX, "minute")),
        True,
        60,
        [(1, 2, "stopped", NOX), (1, 3, "stopped", SO2)],
        "what they say differently is said of each",
    ),
    (
        flagged("fault", 7, kind="realtime"),
        came((SO2, "realtime"), realtime=2),
        True,
        60,
        [(7, 8, "fault", SO2)],
        "one of two realtime readings makes the minute",
    ),
    (flagged("fault", 7, kind="realtime"), came((SO2, "realtime"), realtime=3), True, 60, [], "one of three does not"),
    (flagged("over_range", 1) + flagged("no_data", 2), came(MINUTES), True, 60, [], "lost or extreme data are no mark"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "known", "gas", "cadence", "expected", "remark"), CASES, ids=[case[-1] for case in CASES]
)
def test_flags_become_segments(
    flags: list[Flagged],
    known: Came,
    gas: bool,
    cadence: int,
    expected: list[tuple[int, int, str, str | None]],
    remark: str,
) -> None:
    assert shown(segments(flags, known, gas=gas, minute_seconds=cadence)) == expected, remark


LABELS = [
    ("calibration", "device", "calibration"),
    ("maintenance", "device", "maintenance"),
    ("fault", "device", "fault"),
    ("power_failure", "device", "fault"),
    ("stopped", "condition", "stopped"),
    ("starting", "condition", "starting"),
    ("stopping", "condition", "stopping"),
    ("banked", "condition", "banked"),
]


@pytest.mark.parametrize(("status", "category", "label"), LABELS)
def test_a_state_of_the_monitor_is_a_device_mark_and_one_of_the_source_a_condition_mark(
    status: str, category: str, label: str
) -> None:
    (mark,) = marks_of([Segment(minute(0), minute(5), status, SO2)])
    assert (mark.category, mark.label, mark.factor) == (category, label, SO2)
    assert mark.reason.startswith("数据标记：")


@given(
    st.dictionaries(
        st.integers(0, 179), st.sampled_from(["calibration", "stopped", "starting"]), max_size=180
    )
)
def test_segments_cover_every_flagged_minute_once_and_nothing_else(by_minute: dict[int, str]) -> None:
    flags = [Flagged(SO2, "minute", minute(number), status) for number, status in by_minute.items()]
    known = Came({HOUR_START + number * HOUR: frozenset({MINUTES}) for number in range(3)})
    covered: dict[int, str] = {}
    for segment in segments(flags, known, gas=True, minute_seconds=60):
        assert hour_start(segment.from_time) == hour_start(segment.to_time - timedelta(minutes=1))
        start, end, status, _ = shown([segment])[0]
        for number in range(start, end):
            assert number not in covered
            covered[number] = status
    assert covered == by_minute

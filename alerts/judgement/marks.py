"""From the marks of minutes to the mark of an hour (regulation.md B.1), and the reasons that marks give."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.judgement.statements import OUT_OF_CONTROL, STANDARD_CHECK
from alerts.judgement.values import NORMAL, OVER_RANGE, UNKNOWN

HOUR_SECONDS = 3600

VALID_SECONDS = 45 * 60
"""HJ 76 App. B: an hour needs at least 45 minutes of valid minute data."""

ABNORMAL_SECONDS = 15 * 60
"""regulation.md B.1: calibration, maintenance or fault of more than 15 minutes gives the hour its mark."""

CONDITIONS = ("starting", "stopping", "banked")
"""States of the source in which it runs: the data remain and are judged (regulation.md C.1)."""

LASTING = ("stopped", *CONDITIONS)
"""States of the source: they mark the hour when they last 45 minutes."""

INTERRUPTING = ("calibration", "maintenance", "fault", STANDARD_CHECK, OUT_OF_CONTROL)
"""States of the monitor, by flag or by device mark: they mark the hour when they last more than 15 minutes."""

MEASURED = frozenset({NORMAL, *CONDITIONS})
"""Marks under which a value is a measurement that counts."""


def reasons_of(status: str) -> tuple[str, ...]:
    """Why a mark takes a value out; a value over the range is no measurement but stays suspected (hj212.md §10)."""
    if status in MEASURED:
        return ()
    if status == UNKNOWN:
        return ("flag_missing",)
    if status == OVER_RANGE:
        return ("flag_over_range", "over_range_suspected_exceedance")
    return (f"flag_{status}",)


def measured_seconds(seconds: Mapping[str, int]) -> int:
    """How long the marks let the values count."""
    return sum(length for status, length in seconds.items() if status in MEASURED)


def hour_status(seconds: Mapping[str, int]) -> str:
    """The mark of an hour from the seconds that each status covered.

    The states of the source come first (45 min), then those of the monitor (> 15 min), then normal (45 min of values that
    count), else the largest share that is not normal; without any such share the minutes are simply too few and the mark stays
    normal.
    """
    for status in LASTING:
        if seconds.get(status, 0) >= VALID_SECONDS:
            return status
    longest = max(INTERRUPTING, key=lambda status: seconds.get(status, 0))
    if seconds.get(longest, 0) > ABNORMAL_SECONDS:
        return longest
    if measured_seconds(seconds) >= VALID_SECONDS:
        return NORMAL
    return largest_share(seconds)


def largest_share(seconds: Mapping[str, int]) -> str:
    """The status that covers most of the time that is not normal; equal shares go by name, so that the answer is stable."""
    others = {status: length for status, length in seconds.items() if status != NORMAL and length > 0}
    return max(sorted(others), key=lambda status: others[status]) if others else NORMAL

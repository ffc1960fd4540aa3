"""Times in ISO 8601: read as this Python reads them, whatever the spelling."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.isotime import moment_of

DIGITS = st.text("0123456789", min_size=2, max_size=2)
DAY = st.one_of(
    st.dates().map(lambda day: day.isoformat()),
    st.dates().map(lambda day: day.strftime("%Y%m%d").zfill(8)),
    st.builds("{}-W{}-{}".format, st.integers(1000, 9998), DIGITS, st.integers(0, 9)),
    st.builds("{}W{}".format, st.integers(1000, 9998), DIGITS),
)
CLOCK = st.one_of(
    st.times().map(lambda clock: clock.isoformat()),
    st.builds("{}{}{}".format, DIGITS, DIGITS, DIGITS),
    st.builds("{}:{}".format, DIGITS, DIGITS),
    st.builds("{}:{}:{},{}".format, DIGITS, DIGITS, DIGITS, st.integers(0, 10**8)),
    DIGITS,
)
ZONE = st.one_of(st.sampled_from(["", "Z", "+08:00", "-0330", "+00:00", "+24:00", "z", "+8"]))


def read(text: str, way: object) -> object:
    """What a way of reading gives: the moment, or that there is none."""
    try:
        return way(text)  # type: ignore[operator]
    except ValueError:
        return None


@given(st.builds("{}{}{}{}".format, DAY, st.sampled_from(["T", " ", "t"]), CLOCK, ZONE))
@example("2026-01-01")
@example("2026-01-01T")
@example("2026-01-01T0800:00")
@example("2026-0101T08:00")
@example("2026-W01T08:00")
@example("２０２６-01-01T08:00")
def test_a_text_gives_the_moment_that_the_newest_python_reads(text: str) -> None:
    assert read(text, moment_of) == read(text, datetime.fromisoformat)


@pytest.mark.parametrize("text", ["", "now", "2026-13-01", "2026-01-01T24:00", "20260101T080000Z "])
def test_what_names_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        moment_of(text)

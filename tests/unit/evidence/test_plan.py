"""What is asked for becomes whole Beijing days and a name that depends on nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.evidence.plan import LONGEST, identifier_of, whole_days
from store.clock import BEIJING, DAY
from store.errors import DecodeError
from store.evidence import Place

NOON = datetime(2026, 5, 6, 12, tzinfo=BEIJING)
MIDNIGHT = datetime(2026, 5, 6, tzinfo=BEIJING)
SECOND = timedelta(seconds=1)

DAYS: list[tuple[str, datetime, datetime, int]] = [
    # remark, from, to, number of days
    ("a second of a day", NOON, NOON + SECOND, 1),
    ("exactly a day", MIDNIGHT, MIDNIGHT + DAY, 1),
    ("a second into the next", MIDNIGHT, MIDNIGHT + DAY + SECOND, 2),
    ("over midnight", MIDNIGHT - SECOND, MIDNIGHT + SECOND, 2),
    ("a leap year", MIDNIGHT, MIDNIGHT + LONGEST, 366),
]


@pytest.mark.parametrize(
    ("start", "end", "days"), [case[1:] for case in DAYS], ids=[case[0] for case in DAYS]
)
def test_the_days_that_are_touched_are_taken_whole(start: datetime, end: datetime, days: int) -> None:
    first, last = whole_days(start, end)
    assert (last - first) == days * DAY
    assert first <= start < end <= last


@given(
    st.integers(0, 10 * 366 * 86_400).map(
        lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + seconds * SECOND
    ),
    st.timedeltas(SECOND, timedelta(days=364)),
)
def test_whole_days_begin_and_end_at_midnight_in_beijing(start: datetime, length: timedelta) -> None:
    first, last = whole_days(start, start + length)
    for moment in (first, last):
        assert moment.astimezone(BEIJING).strftime("%H:%M:%S.%f") == "00:00:00.000000"
    assert whole_days(first, last) == (first, last)


WRONG: list[tuple[str, datetime, str]] = [
    ("the end is the beginning", MIDNIGHT, "span_reversed"),
    ("the end comes before", MIDNIGHT - SECOND, "span_reversed"),
    ("a second more than a leap year", MIDNIGHT + LONGEST + SECOND, "span_too_long"),
]


@pytest.mark.parametrize(("end", "code"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_time_that_no_package_covers_is_refused(end: datetime, code: str) -> None:
    with pytest.raises(DecodeError, match=code):
        whole_days(MIDNIGHT, end)


def test_the_name_says_subject_days_and_checkpoint() -> None:
    place = Place("outlet", "kiln", None, 1, (1,), NOON, NOON + DAY, MIDNIGHT, MIDNIGHT + 2 * DAY)
    assert identifier_of(place, 99) == "outlet-kiln-20260506-20260507-99"

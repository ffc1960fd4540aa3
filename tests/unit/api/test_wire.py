"""Decimals, moments and cursors on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.wire import (
    cursor_of,
    decimal_text,
    number_part,
    page,
    parse_moment,
    read_cursor,
    text_part,
    window,
)
from store.clock import BEIJING
from store.errors import DecodeError


@given(some.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_is_written_in_normal_notation_with_every_digit(value: Decimal) -> None:
    text = decimal_text(value)
    assert text is not None
    assert set(text) <= set("-0123456789.")
    assert Decimal(text) == value
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    assert len(text.partition(".")[2]) == max(0, -exponent)


DECIMALS = [
    ("1E+2", "100", "never an exponent"),
    ("1E-7", "0.0000001", "nor a small one"),
    ("12.300", "12.300", "trailing zeros are digits"),
    ("0.00", "0.00", "also of zero"),
    ("-0.5", "-0.5", "negative"),
]


@pytest.mark.parametrize(("given_text", "shown", "remark"), DECIMALS)
def test_a_decimal_looks_as_it_was_sent(given_text: str, shown: str, remark: str) -> None:
    assert decimal_text(Decimal(given_text)) == shown, remark


def test_no_decimal_is_no_text() -> None:
    assert decimal_text(None) is None


MOMENTS = [
    ("2026-01-01T00:00:00+08:00", "2026-01-01T00:00:00+08:00", "as it is"),
    ("2025-12-31T16:00:00Z", "2026-01-01T00:00:00+08:00", "UTC"),
    ("2026-01-01T00:00+08:00", "2026-01-01T00:00:00+08:00", "no seconds"),
    ("2026-01-01T00:00:00.250+08:00", "2026-01-01T00:00:00.250000+08:00", "parts of a second"),
    ("2026-01-01T00:00:00 08:00", "2026-01-01T00:00:00+08:00", "a plus sign that was not escaped"),
]


@pytest.mark.parametrize(("text", "meant", "remark"), MOMENTS)
def test_a_moment_with_offset_is_read(text: str, meant: str, remark: str) -> None:
    moment = parse_moment(text)
    assert moment.isoformat() == meant, remark


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "1767225600",
        "2026-13-01T00:00:00Z",
        "٢٠٢٦-01-01T00:00:00Z",
    ],
)
def test_a_moment_without_offset_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        parse_moment(text)


@given(some.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_moment(text: str) -> None:
    try:
        assert parse_moment(text).utcoffset() == timedelta(hours=8)
    except ValueError as error:
        assert "time" in str(error)


@given(
    some.integers(0, 4_000_000_000),
    some.text(alphabet="abc0189", max_size=9),
    some.integers(0, 2**62),
)
def test_a_cursor_leads_back_to_its_place(seconds: int, factor: str, key: int) -> None:
    place = [datetime.fromtimestamp(seconds, BEIJING), factor, key]
    text = cursor_of("readings", *place)
    assert read_cursor(text, "readings", parse_moment, text_part, number_part) == place


@given(some.text(max_size=60))
def test_no_text_breaks_the_reading_of_a_cursor(text: str) -> None:
    with pytest.raises(DecodeError, match="cursor_malformed"):
        read_cursor(text, "readings", parse_moment, text_part, number_part)


WRONG_PLACES = [
    ("alerts", (datetime(2026, 1, 1, tzinfo=BEIJING), "a", 1), "of another list"),
    ("readings", (datetime(2026, 1, 1, tzinfo=BEIJING), "a"), "too short"),
    ("readings", (datetime(2026, 1, 1, tzinfo=BEIJING), "a\0", 1), "a NUL"),
    ("readings", (datetime(2026, 1, 1, tzinfo=BEIJING), "a", -1), "a negative key"),
    ("readings", (datetime(2026, 1, 1, tzinfo=BEIJING), 1, "a"), "mixed up"),
    ("readings", ("yesterday", "a", 1), "no time"),
]


@pytest.mark.parametrize(("kind", "place", "remark"), WRONG_PLACES)
def test_a_cursor_that_was_not_handed_out_is_refused(
    kind: str, place: tuple[str | int | datetime, ...], remark: str
) -> None:
    with pytest.raises(DecodeError):
        read_cursor(cursor_of(kind, *place), "readings", parse_moment, text_part, number_part)


NOW = datetime(2026, 3, 1, 12, tzinfo=BEIJING)
DAY = timedelta(days=1)
WINDOWS = [
    (None, None, NOW - DAY, NOW, "the usual time until now"),
    (NOW - 3 * DAY, None, NOW - 3 * DAY, NOW + DAY, "from then on, a day ahead because clocks differ"),
    (NOW - 30 * DAY, None, NOW - 30 * DAY, NOW - 20 * DAY, "no more than the longest"),
    (None, NOW - 3 * DAY, NOW - 4 * DAY, NOW - 3 * DAY, "the usual time until then"),
    (NOW.astimezone(UTC) - DAY, NOW, NOW - DAY, NOW, "another zone, the same moment"),
]


@pytest.mark.parametrize(("start", "end", "first", "last", "remark"), WINDOWS)
def test_a_time_that_is_left_out_is_filled_in(
    start: datetime | None, end: datetime | None, first: datetime, last: datetime, remark: str
) -> None:
    assert window(start, end, now=NOW, usual=DAY, longest=10 * DAY) == (first, last), remark


def test_a_full_page_tells_where_to_go_on_and_the_last_one_does_not() -> None:
    assert page([1, 2, 3], 2) == ([1, 2], 2)
    assert page([1, 2], 2) == ([1, 2], None)
    assert page([], 2) == ([], None)

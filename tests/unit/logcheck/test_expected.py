"""What must be stored, digit by digit as the database gives it back; and how a row is named that is not so."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.logcheck.believed import Believed
from api.logcheck.expected import Content, Derived, ReadingKey, number, read_json
from api.logcheck.matching import StoredReading, StoredRows, match
from store.clock import BEIJING
from store.model import Registry

AT = datetime(2026, 3, 1, 8, tzinfo=BEIJING)
KEY = ReadingKey(1, "hour", "a21026", AT)
SAID = Content("12.50", None, None, None, "11.0", None, None, "N", "normal", None)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("12.50", "12.50"),  # trailing zeros are digits
        ("007.50", "7.50"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+5", "5"),
        ("-0.0", "0.0"),  # PostgreSQL knows no minus zero
        ("-0.5", "-0.5"),
        ("1e3", "1000"),
        ("1.50E-3", "0.00150"),
        ("", None),
        (None, None),
    ],
)
def test_a_number_reads_as_postgresql_writes_it(sent: str | None, stored: str | None) -> None:
    assert number(sent) == stored


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', True),
        ('{"a": 1}', '{"a": "1"}', False),  # a text is no number
        ('{"a": 1.10}', '{"a": 1.1}', False),  # digits count
        ('{"a": 1e2}', '{"a": 100}', True),
        ('{"a": [1, 2]}', '{"a": [2, 1]}', False),
    ],
)
def test_json_is_compared_by_what_it_says(one: str, other: str, same: bool) -> None:
    assert (read_json(one) == read_json(other)) == same


def stored(
    key: ReadingKey = KEY, content: Content = SAID, revision: int = 1, at: datetime = AT
) -> StoredReading:
    return StoredReading(key, revision, content, at)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (stored(), []),
        (stored(content=SAID._replace(value="12.51")), [("reading_differs", "value")]),
        (stored(content=SAID._replace(status="fault", flag="D")), [("reading_differs", "flag"), ("reading_differs", "status")]),
        (stored(key=KEY._replace(factor="a21002")), [("reading_differs", "factor")]),
        (stored(at=AT + timedelta(microseconds=1)), [("reading_differs", "received_at")]),
        (stored(ReadingKey(2, "day", "x", AT), Content(*"123456789", None)), [("reading_underivable", "message_id")]),
    ],
)  # fmt: skip
def test_a_reading_that_is_not_as_sent_is_named_by_its_column(
    row: StoredReading, named: list[tuple[str, str]]
) -> None:
    matched = match(7, AT, StoredRows([row], (), ()), Derived([(KEY, SAID)], [], []))
    assert [(found.code, found.column) for found in matched.differences] == named


def test_a_value_that_was_not_stored_is_a_repetition_until_the_database_says_otherwise() -> None:
    matched = match(7, AT, StoredRows((), (), ()), Derived([(KEY, SAID), (KEY, SAID)], [], []))
    assert matched.differences == []
    assert {(item.message_id, item.key) for item in matched.repetitions} == {(7, KEY)}


@given(
    changes=st.lists(st.integers(0, 1000), min_size=1, max_size=6, unique=True).map(sorted),
    at=st.integers(-10, 1010),
    last=st.none() | st.integers(0, 5),
)
def test_every_later_state_is_tried_once_and_the_likeliest_first(
    changes: list[int], at: int, last: int | None
) -> None:
    moments = [AT + timedelta(seconds=change) for change in changes]
    believed = Believed(moments, [Registry((), (), None)] * len(moments))
    known = None if last is None else min(last, len(moments) - 1)
    tried = list(believed.possible(AT + timedelta(seconds=at), known))
    usual = believed.at(AT + timedelta(seconds=at))
    assert len(tried) == len(set(tried))
    assert set(tried) >= set(range(max(usual, 0), len(moments)))
    assert tried[0] == max(usual, known or 0)

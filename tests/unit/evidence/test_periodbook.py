"""The report tells of the newest revision of each period, and of results that changed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from api.evidence.periodbook import PeriodBook

START = "2026-05-06T00:00:00+00:00"


def leaf(revision: int, *results: str, status: str = "normal") -> bytes:
    """A period value with a verdict of each result."""
    verdicts = [
        {
            "limit_key": number,
            "result": result,
            "bound": "200",
            "bound_side": "max",
            "compared": "211.070",
            "multiple": "0.05535",
            "reasons": ["above_maximum"],
        }
        for number, result in enumerate(results, 1)
    ]
    columns = dict.fromkeys(
        f"{column}_{which}" for column in ("reported", "recomputed") for which in ("measured", "folded")
    )
    document: dict[str, Any] = {
        **columns,
        "reported_measured": "190.10",
        "factor": "a21026",
        "span": "hour",
        "start": START,
        "revision": revision,
        "status": status,
        "computed_at": START,
        "verdicts": verdicts,
    }
    return json.dumps(document).encode()


def newest(book: PeriodBook) -> Any:
    """The only value."""
    (series,) = book.newest.values()
    (value,) = series.values()
    return value


def test_the_newest_revision_stands_and_the_change_of_its_result_is_told() -> None:
    book = PeriodBook()
    for revision, result in enumerate(("missing", "exceeded", "exceeded", "compliant"), 1):
        book.take(1, leaf(revision, result))
    assert (newest(book).revision, newest(book).result) == (4, "compliant")
    assert [(change.was, change.value.result) for change in book.changes[1]] == [
        ("missing", "exceeded"),
        ("exceeded", "compliant"),
    ]
    assert (book.periods, book.revisions) == (1, 4)


def test_the_gravest_of_several_verdicts_is_the_result_and_its_numbers_decide() -> None:
    book = PeriodBook()
    book.take(1, leaf(1, "compliant", "exempt", "exceeded", "undetermined"))
    value = newest(book)
    assert (value.result, value.deciding.limit) == ("exceeded", 3)
    assert value.deciding.compared == Decimal("211.070")
    assert value.reported == (Decimal("190.10"), None)


def test_a_period_that_is_not_judged_is_missing_or_without_limit() -> None:
    for status, result in (("missing", "missing"), ("normal", "no_limit")):
        book = PeriodBook()
        book.take(1, leaf(1, status=status))
        assert newest(book).result == result
        assert newest(book).deciding is None

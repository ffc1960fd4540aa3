"""Which hours need a mark, and how they are put together."""

from __future__ import annotations

from typing import Any

import pytest

from api.console.markpages.stretches import kind_of, stretches
from store.marks import Mark
from tests.unit.console.markpages.samples import OUTLET, at, hour, mark

FACTORS = {OUTLET: ("a21026", "a34013")}


@pytest.mark.parametrize(
    ("row", "kind", "remark"),
    [
        (hour(1), None, "a compliant hour needs nothing"),
        (hour(1, "exceeded"), "exceeded", "an exceeded hour is valid and needs an answer"),
        (hour(1, "exempt"), None, "an exempt hour has been answered"),
        (hour(1, "invalid", status="calibration"), "invalid", "the monitor was calibrated"),
        (hour(1, "undetermined", status="unknown"), "invalid", "what cannot be judged does not count either"),
        (hour(1, "missing", status="missing"), "missing", "nothing came"),
        (hour(1, None, status="missing", valid=False), "missing", "nothing came of a factor without a limit"),
        (hour(1, None, valid=True), None, "a factor without a limit is valid or not"),
        (hour(1, None, status="fault", valid=False), "invalid", "a factor without a limit that failed"),
    ],
)
def test_why_an_hour_needs_a_mark(row: dict[str, Any], kind: str | None, remark: str) -> None:
    assert kind_of(row) == kind, remark


def told(rows: list[dict[str, Any]], marks: list[Mark]) -> list[tuple[str, tuple[str, ...], int, int]]:
    """Kind, factors, first hour and length of each stretch."""
    return [(one.kind, one.factors, one.start.hour, one.hours) for one in stretches(rows, marks, FACTORS)]


def test_hours_in_a_row_are_one_stretch_and_a_break_makes_two() -> None:
    rows = [hour(1, "exceeded"), hour(2, "exceeded"), hour(3), hour(4, "exceeded")]
    assert told(rows, []) == [("exceeded", ("a21026",), 1, 2), ("exceeded", ("a21026",), 4, 1)]


def test_factors_that_say_the_same_of_the_same_hours_are_one_stretch() -> None:
    rows = [
        hour(start, "invalid", factor=factor, status="fault")
        for factor in ("a34013", "a21026")
        for start in (1, 2)
    ]
    assert told(rows, []) == [("invalid", ("a21026", "a34013"), 1, 2)]


def test_a_stretch_keeps_the_largest_multiple_of_its_hours() -> None:
    (one,) = stretches(
        [hour(1, "exceeded", multiple="0.1"), hour(2, "exceeded", multiple="0.4")], [], FACTORS
    )
    assert str(one.multiple) == "0.4"


@pytest.mark.parametrize(
    ("given", "left", "remark"),
    [
        ({}, [], "a filed mark in time answers the hour"),
        ({"factor": "a21026"}, [], "also one of this factor alone"),
        ({"factor": "a34013"}, ["invalid"], "one of another factor does not"),
        ({"late": True}, ["invalid"], "a late one is a statement only"),
        ({"withdrawn_at": at(9)}, ["invalid"], "a withdrawn one says nothing"),
        ({"from_time": at(2), "to_time": at(3)}, ["invalid"], "one beside the hour says nothing of it"),
        ({"channel": "automatic", "filed_by": "device"}, ["automatic"], "the device said so itself"),
    ],
)
def test_what_a_mark_leaves_to_be_marked(given: dict[str, Any], left: list[str], remark: str) -> None:
    rows = [hour(1, "invalid", status="fault")]
    found = stretches(
        rows, [mark(given.pop("from_time", at(1)), given.pop("to_time", at(2)), **given)], FACTORS
    )
    assert [one.kind for one in found] == left, remark


def test_an_automatic_mark_does_not_answer_an_exceeded_hour() -> None:
    marks = [mark(at(1), at(2), channel="automatic", category="condition", label="starting")]
    (one,) = stretches([hour(1, "exceeded")], marks, FACTORS)
    assert (one.kind, one.labels) == ("exceeded", (("condition", "starting"),))


def test_a_late_statement_is_remembered() -> None:
    (one,) = stretches([hour(1, "exceeded")], [mark(at(1), at(2), late=True)], FACTORS)
    assert one.late_said


def test_marks_of_another_outlet_answer_nothing() -> None:
    assert told([hour(1, "exceeded")], [mark(at(1), at(2), outlet_key=8)]) == [
        ("exceeded", ("a21026",), 1, 1)
    ]


@pytest.mark.parametrize(
    ("row", "usual", "remark"),
    [
        (hour(1, "invalid", status="calibration"), ("device", "calibration"), "the flag says what it was"),
        (hour(1, "missing", status="missing"), ("device", "fault"), "what did not come is mostly a fault"),
        (hour(1, "exceeded"), None, "nobody but the company can say why"),
        (hour(1, "invalid", status="normal"), None, "too few minutes have many causes"),
    ],
)
def test_what_the_form_begins_with(row: dict[str, Any], usual: tuple[str, str] | None, remark: str) -> None:
    (one,) = stretches([row], [], FACTORS)
    assert one.usual == usual, remark

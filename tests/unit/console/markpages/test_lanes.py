"""Geometry of the lanes, and what stands on them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.console.markpages.lanes import (
    COVERED,
    LABEL,
    LATE_ONLY,
    PLOT,
    ROW,
    UNCOVERED,
    Said,
    automatic,
    cover_of,
    draw,
    results,
    running,
    said_by,
    ticks,
    x_of,
)
from store.clock import HOUR
from tests.unit.console.markpages.samples import DAY, at, check, hour, mark

END = DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("moment", "x", "remark"),
    [
        (at(0), LABEL, "the day begins behind the names"),
        (at(12), LABEL + PLOT / 2, "noon is the middle"),
        (END, LABEL + PLOT, "the end is the edge"),
        (at(-3), LABEL, "what began before is cut"),
        (at(30), LABEL + PLOT, "what ends after is cut"),
    ],
)
def test_where_a_moment_lies(moment: object, x: float, remark: str) -> None:
    assert x_of(moment, DAY, END) == x, remark  # type: ignore[arg-type]


def test_alike_hours_are_one_piece_and_a_gap_between_them_stays_open() -> None:
    rows = [hour(1), hour(2), hour(4), hour(5, "exceeded")]
    assert [(one.start.hour, one.end.hour, one.kind) for one in results(rows, [])] == [
        (1, 3, "compliant"),
        (4, 5, "compliant"),
        (5, 6, "exceeded"),
    ]


def test_exceeded_hours_under_a_mark_are_told_from_those_without() -> None:
    rows = [hour(1, "exceeded"), hour(2, "exceeded"), hour(3, "exceeded")]
    marks = [mark(at(1), at(2)), mark(at(3), at(4), late=True)]
    assert [one.cover for one in results(rows, marks)] == [COVERED, UNCOVERED, LATE_ONLY]


def test_a_mark_that_only_touches_the_hour_covers_it_and_an_automatic_one_does_not() -> None:
    assert cover_of([mark(at(1, 50), at(2))], "a21026", at(1)) == COVERED
    assert cover_of([mark(at(2), at(3))], "a21026", at(1)) == UNCOVERED
    assert cover_of([mark(at(1), at(2), channel="automatic")], "a21026", at(1)) == UNCOVERED


def test_withdrawn_marks_stand_on_no_lane() -> None:
    marks = [mark(at(1), at(2)), mark(at(3), at(4), withdrawn_at=at(9)), mark(at(5), at(6), late=True)]
    assert [one.kind for one in said_by(marks, "device")] == ["device", "late"]
    assert said_by(marks, "condition") == []


def test_automatic_marks_of_several_factors_are_one_stretch() -> None:
    marks = [
        mark(at(1), at(2), channel="automatic", label="calibration", factor="a21026"),
        mark(at(1), at(2), channel="automatic", label="calibration", factor="a34013"),
        mark(at(2), at(3), channel="automatic", label="calibration", factor="a34013"),
        mark(at(2), at(3), channel="automatic", label="fault"),
    ]
    found = [(one.about, one.start.hour, one.end.hour) for one in automatic(marks)]
    assert found == [("device:calibration", 1, 3), ("device:fault", 2, 3)]


def test_the_source_runs_unless_most_factors_say_otherwise() -> None:
    rows = [
        hour(1, status="stopped"),
        hour(1, status="stopped", factor="a34013"),
        hour(2, status="stopped"),
        hour(2, factor="a34013"),
        hour(2, factor="a19001"),
        hour(3, "missing", status="missing"),
    ]
    assert [one.kind for one in running(rows)] == ["stopped", "running", "unknown"]


def test_marks_that_overlap_stand_below_one_another_and_the_lane_grows() -> None:
    said = [Said(at(1), at(3), "device"), Said(at(2), at(4), "device"), Said(at(3), at(5), "device")]
    chart = draw(DAY, END, [("device", "device", said, ()), ("checks", "checks", (), [check(at(2))])], at(6))
    first, second = chart.lanes
    assert [piece.y - first.y for piece in first.pieces] == [0, ROW, 0]
    assert first.height == 2 * ROW
    assert second.y > first.y + first.height
    assert second.points[0].x == x_of(at(2), DAY, END)
    assert chart.now_x == x_of(at(6), DAY, END)


def test_the_present_is_drawn_only_within_the_time() -> None:
    assert draw(DAY, END, [], END + HOUR).now_x is None


@given(
    some.lists(
        some.tuples(some.integers(-200, 1700), some.integers(1, 900)).map(
            lambda span: Said(at(0, span[0]), at(0, span[0] + span[1]), "device")
        ),
        max_size=25,
    )
)
def test_no_two_pieces_of_a_lane_overlap_and_none_leaves_the_drawing(said: list[Said]) -> None:
    ordered = sorted(said, key=lambda one: one.start)
    chart = draw(DAY, END, [("device", "device", ordered, ())], at(6))
    (lane,) = chart.lanes
    for piece in lane.pieces:
        assert LABEL <= piece.x <= LABEL + PLOT
        assert piece.x + piece.width <= LABEL + PLOT + 0.2
        assert lane.y <= piece.y <= lane.y + lane.height - ROW
        for other in lane.pieces:
            if other is not piece and other.y == piece.y:
                assert other.said.end <= piece.said.start or piece.said.end <= other.said.start
    assert chart.height >= lane.y + lane.height


@pytest.mark.parametrize(
    ("days", "count", "remark"),
    [(1, 13, "every two hours"), (3, 13, "every six"), (7, 15, "every twelve")],
)
def test_the_axis_is_as_fine_as_the_time_is_short(days: int, count: int, remark: str) -> None:
    found = ticks(DAY, DAY + timedelta(days=days))
    assert len(found) == count, remark
    assert sum(tick.major for tick in found) == days + 1

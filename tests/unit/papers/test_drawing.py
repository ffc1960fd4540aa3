"""Charts: scales, patterns, and what is drawn of every result."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.papers.axis import panels, side_scale, time_ticks
from api.papers.chart import PLOT, RIGHT, TOP, Band, Bound, Chart, Lanes, Point
from api.papers.glyphs import printable
from api.papers.legend import legend
from api.papers.report.charts import SIGNS
from api.papers.svg import Box, Drawing, width_of
from api.papers.tones import BOUND, EXEMPT, VALUE, WIDTH
from store.clock import BEIJING, DAY, HOUR

START = datetime(2026, 10, 1, tzinfo=BEIJING)
LANES = Lanes("判定", "设备标记", "工况标记")
RESULTS = ("compliant", "exceeded", "exempt", "invalid", "missing", "undetermined", "no_limit")


def chart(points: list[Point], bounds: list[Bound] | None = None, bands: list[Band] | None = None) -> Chart:
    """A chart of one day."""
    limit = Bound(200.0, START, START + DAY, "限值 200（GB 4915-2013 表1）")
    return Chart(
        START, START + DAY, HOUR, points, bounds if bounds is not None else [limit], bands or [], LANES
    )


def hours(*values: float | None, result: str = "compliant") -> list[Point]:
    """Points of one result, an hour apart."""
    return [
        Point(START + number * HOUR, value, value, result if value is not None else "missing")
        for number, value in enumerate(values)
    ]


finite = st.floats(-1e9, 1e9, allow_nan=False)


@given(finite, finite)
def test_a_scale_holds_both_ends_with_a_few_round_numbers(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    scale = side_scale(low, high)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert scale.low <= low + slack and high <= scale.high + slack
    assert scale.low < scale.high
    assert 2 <= len(scale.ticks) <= 8
    assert len({tick.label for tick in scale.ticks}) == len(scale.ticks), "no two marks read the same"


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.0, 100.0, ["0", "20", "40", "60", "80", "100"]),
        (0.0, 0.47, ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
        (0.0, 11.0, ["0.0", "2.5", "5.0", "7.5", "10.0", "12.5"]),
        (6.0, 9.0, ["6", "7", "8", "9"]),
    ],
)
def test_the_numbers_up_the_side_are_round(low: float, high: float, labels: list[str]) -> None:
    assert [tick.label for tick in side_scale(low, high).ticks] == labels


@pytest.mark.parametrize("days", [1, 2, 3, 5, 7, 10, 16, 30, 31, 92, 366])
def test_the_marks_along_the_bottom_are_beijing_days_and_never_crowd(days: int) -> None:
    ticks = time_ticks(START, START + days * DAY)
    labels = [label for _, label in ticks if label]
    assert labels[0] == "10-01"
    assert 1 <= len(labels) <= 18
    assert all(before < after for (before, _), (after, _) in pairwise(ticks))


@given(st.integers(1, 800), st.integers(1, 60))
def test_panels_cover_the_period_once_and_none_is_too_long(days: int, most: int) -> None:
    end = START + days * DAY
    found = panels(START, end, most * DAY)
    assert found[0][0] == START and found[-1][1] == end
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(timedelta(0) < last - first <= most * DAY for first, last in found)


@given(st.floats(0, 170), st.floats(0, 40), st.floats(0.05, 60), st.floats(0.5, 30))
def test_hatching_stays_in_its_box(left: float, top: float, width: float, height: float) -> None:
    drawing = Drawing(300, 100)
    drawing.hatch([Box(left, top, left + width, top + height)], stroke="#000000")
    drawing.upright([Box(left, top, left + width, top + height)], stroke="#000000")
    for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", drawing.facts()["svg"]):
        assert left - 0.01 <= float(x) <= left + width + 0.01
        assert top - 0.01 <= float(y) <= top + height + 0.01


def test_a_drawing_is_xml_of_numbers_alone() -> None:
    drawn = chart(hours(120, 130, None, 140), bands=[Band("device", START, START + HOUR)]).draw()
    root = ElementTree.fromstring(drawn["svg"])
    assert {element.tag.rpartition("}")[2] for element in root} <= {"rect", "path", "circle"}
    assert "NaN" not in drawn["svg"] and "inf" not in drawn["svg"]


@pytest.mark.parametrize("result", RESULTS)
def test_every_result_has_a_sign_of_its_own(result: str) -> None:
    signs = set()
    for one in RESULTS:
        value = None if one == "missing" else 150.0
        judged = value if one in ("compliant", "exceeded", "exempt") else None
        points = [Point(START + number * HOUR, value, judged, one) for number in range(24)]
        lane = chart(points).draw()["svg"]
        signs.add((one, lane))
    assert len({lane for _, lane in signs}) == len(RESULTS)
    assert any(one == result for one, _ in signs)


def test_an_invalid_hour_is_hatched_and_leaves_a_gap_in_the_line() -> None:
    points = hours(100, 110, 120, 130)
    points[2] = Point(points[2].start, 120.0, None, "invalid")
    with_gap, without = chart(points).draw()["svg"], chart(hours(100, 110, 120, 130)).draw()["svg"]
    assert _lines(with_gap, VALUE) == 2
    assert _lines(without, VALUE) == 1
    assert 'stroke="#8C8C8C" stroke-width="0.1"' in with_gap
    assert "circle" in with_gap, "what was reported is shown beside the line"


def _lines(svg: str, colour: str) -> int:
    return sum(
        path.count("M")
        for path, stroke in re.findall(r'<path d="([^"]*)" fill="none" stroke="([^"]*)"', svg)
        if stroke == colour
    )


def test_an_exceedance_is_labelled_at_its_highest_hour() -> None:
    points = [
        Point(
            START + number * HOUR,
            value,
            value,
            "exceeded" if value > 200 else "compliant",
            max(value / 200 - 1, 0.0),
            f"{value}",
        )
        for number, value in enumerate([100.0, 210.0, 260.0, 220.0, 100.0, 205.0])
    ]
    words = [word["text"] for word in chart(points).draw()["words"]]
    assert "260.0" in words and "205.0" in words
    assert "210.0" not in words and "220.0" not in words


def test_an_exempt_hour_is_marked_apart_from_an_exceeded_one() -> None:
    svg = chart([Point(START, 250.0, 250.0, "exempt", 0.25)]).draw()["svg"]
    assert f'fill="{EXEMPT}"' in svg
    assert f'Z" fill="{BOUND}"' not in svg


def test_words_do_not_lie_on_one_another() -> None:
    points = [
        Point(
            START + number * HOUR,
            210.0 + number,
            210.0 + number,
            "exceeded" if number % 2 else "compliant",
            number / 10,
            "超标 1.06 倍",
        )
        for number in range(24)
    ]
    drawn = chart(points).draw()
    boxes = [
        Box(word["x"], word["y"] - 1.2, word["x"] + width_of(word["text"], word["size"]), word["y"] + 1.2)
        for word in drawn["words"]
        if word["text"] == "超标 1.06 倍"
    ]
    assert boxes
    assert not any(one.overlaps(other) for number, one in enumerate(boxes) for other in boxes[number + 1 :])


@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.floats(-1e6, 1e6)), st.sampled_from(RESULTS)),
        min_size=1,
        max_size=24,
    )
)
def test_no_series_is_too_strange_and_nothing_leaves_the_paper(found: list[tuple[float | None, str]]) -> None:
    points = [
        Point(START + number * HOUR, value, value, result, 0.1, "1.0（0.1 倍）")
        for number, (value, result) in enumerate(found)
    ]
    drawn = chart(points).draw()
    numbers = [
        float(n) for path in re.findall(r'd="([^"]*)"', drawn["svg"]) for n in re.findall(r"-?[\d.]+", path)
    ]
    assert all(-2 <= number <= WIDTH for number in numbers)
    assert all(-2 <= word["x"] <= WIDTH and -2 <= word["y"] <= drawn["height"] for word in drawn["words"])


def test_a_value_beyond_what_is_judged_stays_at_the_edge() -> None:
    points = [*hours(100, 110), Point(START + 2 * HOUR, 99999.0, None, "invalid")]
    ((x, y),) = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', chart(points).draw()["svg"])[-1:]
    assert float(y) == TOP and float(x) < RIGHT
    assert PLOT > 0


def test_the_range_of_ph_is_not_drawn_from_zero() -> None:
    bounds = [Bound(6.0, START, START + DAY, "6", lower=True), Bound(9.0, START, START + DAY, "9")]
    words = [word["text"] for word in chart(hours(7.1, 7.4, 7.2), bounds).draw()["words"]]
    assert "0" not in words


def test_the_legend_shows_every_sign_within_the_paper() -> None:
    drawn = legend({sign: f"sign {sign}" for sign in SIGNS})
    assert [word["text"] for word in drawn["words"]] == [f"sign {sign}" for sign in SIGNS]
    assert all(word["x"] + width_of(word["text"], word["size"]) <= WIDTH for word in drawn["words"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("二氧化硫 SO2 ≤ 200 mg/m³", "二氧化硫 SO2 ≤ 200 mg/m³"),
        ("a\tb\nc", "a b\nc"),
        ("\u202eabc", "〔U+202E〕abc"),
        ("\u0000", "〔U+0000〕"),
        ("😀", "〔U+1F600〕"),
        ("\ud800", "〔U+D800〕"),
        ("a\u00a0b", "a b"),
        ("", ""),
    ],
)
def test_what_no_font_shows_or_nobody_sees_is_printed_by_its_number(text: str, shown: str) -> None:
    assert printable(text) == shown

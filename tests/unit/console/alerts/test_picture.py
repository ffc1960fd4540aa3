"""The small picture around an episode."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.console.alerts.picture import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, picture_of, window_of
from store.clock import HOUR
from tests.unit.console.samples import NOW

START = NOW.replace(minute=0, second=0)


def panel(*values: float | None, limit: float | None = 200) -> dict[str, object]:
    milliseconds = [int((START + place * HOUR).timestamp() * 1000) for place in range(len(values))]
    points = [
        [at, value, value is not None and limit is not None and value > limit]
        for at, value in zip(milliseconds, values, strict=True)
    ]
    lines = (
        []
        if limit is None
        else [{"from": milliseconds[0], "to": milliseconds[-1], "value": limit, "label": "≤ 200"}]
    )
    return {"points": points, "limits": lines, "invalid": [], "unit": "mg/m³"}


WINDOW = (START, START + 5 * HOUR)
EPISODE = (START + HOUR, START + 2 * HOUR)


def test_values_limit_and_exceeded_points_stand_where_they_belong() -> None:
    picture = picture_of(panel(100, 250, 100), WINDOW, EPISODE, HOUR)
    assert picture is not None
    ((_, over),) = picture.exceeded
    (limit,) = picture.limits
    assert TOP < over < limit.y < HEIGHT - BOTTOM
    assert picture.episode.x == pytest.approx(LEFT + (WIDTH - LEFT - RIGHT) / 5, abs=0.1)


def test_a_missing_period_breaks_the_line() -> None:
    picture = picture_of(panel(1, 2, None, 3, 4), WINDOW, EPISODE, HOUR)
    assert picture is not None
    assert [line.count(",") for line in picture.lines] == [2, 2]


def test_without_a_value_there_is_no_picture() -> None:
    assert picture_of(panel(None, None), WINDOW, EPISODE, HOUR) is None


@pytest.mark.parametrize("values", [(0.0, 0.0), (5.0, 5.0), (-1.4, 0.2), (1e6, 3.0), (0.0004, 0.0002)])
def test_whatever_the_values_the_axis_has_some_labels_and_everything_is_inside(
    values: tuple[float, ...],
) -> None:
    picture = picture_of(panel(*values, limit=None), WINDOW, EPISODE, HOUR)
    assert picture is not None
    assert 2 <= len(picture.ys) <= 7
    for line in picture.lines:
        for point in line.split():
            x, y = (float(part) for part in point.split(","))
            assert LEFT <= x <= WIDTH - RIGHT
            assert TOP <= y <= HEIGHT - BOTTOM


def test_a_long_episode_is_shown_by_its_end_and_nothing_after_now() -> None:
    start, end = window_of(NOW - timedelta(days=90), NOW, "hour", NOW)
    assert end <= NOW + HOUR
    assert end - start == timedelta(days=21)

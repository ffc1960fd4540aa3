"""What a long series must never lose."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.console.outlet.thinning import kept

VALUES = st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False))
SERIES = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=300)


@given(series=SERIES, buckets=st.integers(1, 40), data=st.data())
def test_extremes_and_named_points_survive_whatever_the_series(
    series: list[tuple[float | None, float | None]], buckets: int, data: st.DataObject
) -> None:
    times = [place * 60_000 for place in range(len(series))]
    lines = [[pair[number] for pair in series] for number in range(2)]
    named = data.draw(st.sets(st.integers(0, len(series) - 1), max_size=10))
    chosen = kept(times, lines, named, (0, len(series) * 60_000), buckets)
    assert chosen == sorted(set(chosen))
    assert named | {0, len(series) - 1} <= set(chosen)
    length = len(series) * 60_000
    for values in lines:
        for bucket in range(buckets):
            inside = [
                (place, value)
                for place, value in enumerate(values)
                if value is not None and times[place] * buckets // length == bucket
            ]
            if inside:
                left = [value for place, value in inside if place in chosen]
                whole = [value for _, value in inside]
                assert (min(left), max(left)) == (min(whole), max(whole))


@given(series=SERIES)
def test_a_hole_stays_as_long_as_it_was(series: list[tuple[float | None, float | None]]) -> None:
    times = [place * 60_000 for place in range(len(series))]
    values = [pair[0] for pair in series]
    chosen = kept(times, [values], (), (0, len(series) * 60_000), 3)
    for place in range(1, len(values)):
        if (values[place] is None) != (values[place - 1] is None):
            assert {place - 1, place} <= set(chosen)


def test_a_series_that_is_much_longer_than_the_screen_becomes_short() -> None:
    times = [place * 60_000 for place in range(43_200)]
    values = [float(place % 97) for place in range(43_200)]
    assert len(kept(times, [values], (), (0, 43_200 * 60_000), 800)) <= 1602


def test_nothing_is_kept_of_nothing() -> None:
    assert kept([], [[]], (), (0, 1), 10) == []

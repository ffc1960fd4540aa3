"""Where the rows of a dropped chunk stand in the log."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.log.spans import Spans, joined, numbers, spans_of
from store.log.stretches import leaves_of
from store.log.verifying.gaps import Numbers

SETS = st.sets(st.integers(1, 60), min_size=1)


@given(
    order=st.permutations(range(1, 41)), cuts=st.sets(st.integers(1, 39)), wanted=st.sets(st.integers(1, 40))
)
def test_the_leaves_of_some_numbers_are_those_that_the_runs_give(
    order: list[int], cuts: set[int], wanted: set[int]
) -> None:
    runs: list[tuple[int, Spans]] = []
    leaf_of: dict[int, int] = {}
    edges = [0, *sorted(cuts), len(order)]
    for low, high in pairwise(edges):
        run = sorted(order[low:high])
        runs.append((low, spans_of(run)))
        leaf_of |= {number: low + place for place, number in enumerate(run)}
    assert set(numbers(leaves_of(runs, spans_of(wanted)))) == {leaf_of[number] for number in wanted}


def test_a_number_without_a_leaf_is_refused() -> None:
    with pytest.raises(ValueError, match="leaf"):
        leaves_of([(0, [(1, 5)])], [(4, 6)])


@given(SETS, st.integers(0, 61))
def test_a_set_knows_what_it_holds(held: set[int], asked: int) -> None:
    assert (asked in Numbers(joined((number, number + 1) for number in held))) == (asked in held)

"""The random sample: anybody who has the seed and the candidates draws the same units."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.tasks.sample import draw, rank, size

SEEDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
UNITS = st.lists(st.from_regex(r"[a-z0-9][a-z0-9-]{1,20}", fullmatch=True), max_size=30)


def test_the_draw_is_the_one_that_sha256sum_gives() -> None:
    units = ("plant-one", "plant-two", "plant-three", "plant-four", "plant-five")
    # printf '%s' "beacon-2026-10-01|plant-three" | sha256sum, and so on: 2d4a three, 4c0f four, a616 one, e170 two, ff6f five
    assert draw("beacon-2026-10-01", units, 3) == ("plant-three", "plant-four", "plant-one")


def test_a_rank_can_be_checked_with_a_tool_of_any_machine() -> None:
    told = subprocess.run(
        ["sha256sum"], input="种子|plant-one".encode(), capture_output=True, check=True
    ).stdout.decode()
    assert told.split()[0] == rank("种子", "plant-one")


@settings(deadline=None)
@given(SEEDS, UNITS, st.integers(0, 40), st.randoms())
def test_the_draw_depends_on_seed_and_candidates_alone(
    seed: str, units: list[str], count: int, random: object
) -> None:
    shuffled = [*units, *units]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    drawn = draw(seed, units, count)
    assert drawn == draw(seed, shuffled, count)
    assert len(drawn) == min(count, len(set(units)))
    assert set(drawn) <= set(units)


@settings(deadline=None)
@given(SEEDS, UNITS, st.integers(1, 40))
def test_a_unit_that_was_not_drawn_changes_nothing_by_leaving_the_list(
    seed: str, units: list[str], count: int
) -> None:
    drawn = draw(seed, units, count)
    for absent in set(units) - set(drawn):
        assert draw(seed, [unit for unit in units if unit != absent], count) == drawn


def test_another_seed_draws_other_units() -> None:
    units = [f"plant-{number}" for number in range(50)]
    assert len({draw(f"seed-{number}", units, 5) for number in range(20)}) == 20


@pytest.mark.parametrize(
    ("candidates", "percent", "count", "remark"),
    [
        (0, 10, 0, "nobody is listed"),
        (3, 10, 1, "a short list has one too"),
        (10, 10, 1, "exactly a tenth"),
        (11, 10, 2, "rounded up"),
        (5, 100, 5, "everybody"),
        (5, 0, 0, "no sample wanted"),
    ],
)
def test_a_sample_is_a_share_of_the_list_rounded_up(
    candidates: int, percent: int, count: int, remark: str
) -> None:
    assert size(candidates, percent) == count, remark


@pytest.mark.parametrize(("seed", "count"), [("", 1), ("seed", -1)])
def test_a_draw_without_a_seed_or_of_less_than_none_is_refused(seed: str, count: int) -> None:
    with pytest.raises(ValueError, match=r"a (sample|draw)"):
        draw(seed, ["plant-one"], count)

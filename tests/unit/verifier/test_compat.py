"""The stand-ins for what older Pythons lack do what the real ones do."""

from __future__ import annotations

import bisect
import enum
import itertools
import re
from dataclasses import FrozenInstanceError, dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.verifier import compat

NUMBERS = st.lists(st.integers(-9, 9), max_size=8)


@given(NUMBERS)
def test_pairs_are_those_of_itertools(numbers: list[int]) -> None:
    assert list(compat.pairwise(numbers)) == list(itertools.pairwise(numbers))


@given(NUMBERS, st.integers(-10, 10), st.booleans())
def test_bisecting_is_that_of_the_library(numbers: list[int], wanted: int, with_key: bool) -> None:
    ordered = sorted(numbers)
    if with_key:
        pairs = [(number, "x") for number in ordered]
        found = compat.bisect_right(pairs, wanted, key=lambda pair: pair[0])
        assert found == bisect.bisect_right(pairs, wanted, key=lambda pair: pair[0])
    else:
        assert compat.bisect_right(ordered, wanted) == bisect.bisect_right(ordered, wanted)


@given(NUMBERS, NUMBERS)
def test_zipping_strictly_refuses_unequal_lengths(one: list[int], other: list[int]) -> None:
    assert list(compat.strict_zip(one, other)) == list(zip(one, other, strict=False))
    if len(one) == len(other):
        assert list(compat.strict_zip(one, other, strict=True)) == list(zip(one, other, strict=True))
    else:
        with pytest.raises(ValueError):
            list(compat.strict_zip(one, other, strict=True))


def test_a_text_enumeration_is_its_text() -> None:
    class Old(compat.StrEnum):
        ONE = "first"
        TWO = enum.auto()

    class New(enum.StrEnum):
        ONE = "first"
        TWO = enum.auto()

    for old, new in zip(Old, New, strict=True):
        assert (str(old), f"{old}", f"{old:>9}", old == new.value) == (str(new), f"{new}", f"{new:>9}", True)
        assert {old: 1}[new.value] == 1


def test_a_dataclass_is_made_without_slots() -> None:
    @compat.plain_dataclass(frozen=True, slots=True)
    class Old:
        number: int
        text: str = "x"

    @dataclass(frozen=True, slots=True)
    class New:
        number: int
        text: str = "x"

    assert (Old(1).number, Old(1).text, Old(1) == Old(1)) == (New(1).number, New(1).text, New(1) == New(1))
    with pytest.raises(FrozenInstanceError):
        Old(1).number = 2
    with pytest.raises(TypeError):
        compat.plain_dataclass(kw_only=True)


@given(st.text("0123456789.,+-", max_size=40))
def test_numbers_match_the_same_with_plain_quantifiers(text: str) -> None:
    from ingest.hj212.typed import _PLAIN_NUMBERS

    plain = re.compile(compat.plain_repeats(_PLAIN_NUMBERS.pattern))
    assert plain.pattern != _PLAIN_NUMBERS.pattern
    assert (plain.fullmatch(text) is None) == (_PLAIN_NUMBERS.fullmatch(text) is None)


def test_on_this_python_nothing_is_put_in_the_place_of_anything() -> None:
    before = (zip, bisect.bisect_right, re.compile, enum.StrEnum, itertools.pairwise)
    compat.provide()
    assert (zip, bisect.bisect_right, re.compile, enum.StrEnum, itertools.pairwise) == before

"""The right edge grows in any pieces to the same tiles and the root of the RFC; sets of ids are what they were made of."""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.log.merkle import leaf_hash, node_hash, peaks
from store.log.spans import count, joined, missing, multirange, numbers, slices, spans_of, split
from store.log.tiles import HASH, WIDTH, Edge, edge_places, part_root, place_of
from tests.unit.log import rfc9162

LEAVES = [number.to_bytes(4, "big") for number in range(1500)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


@given(st.lists(st.integers(0, 400), max_size=6))
def test_the_edge_grows_in_any_pieces_to_the_tree_of_the_rfc(pieces: list[int]) -> None:
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for piece in pieces:
        piece = min(piece, len(LEAVES) - size)
        # Each piece begins with what the tiles say, as every step of sealing does.
        edge = Edge(size, {place: tiles[place] for place in edge_places(size)})
        edge.append(b"".join(HASHES[size : size + piece]))
        for place, hashes in edge.written.items():
            assert hashes.startswith(tiles.get(place, b""))
        tiles |= edge.written
        size += piece
        assert edge.size == size
        if size:
            assert edge.root() == rfc9162.mth(LEAVES[:size])
    for level, index in [(0, index) for index in range((size + WIDTH - 1) // WIDTH)]:
        assert tiles[level, index] == b"".join(HASHES[index * WIDTH : min(size, (index + 1) * WIDTH)])
    for level, index in peaks(size):
        place, first, number = place_of(level, index)
        naive = rfc9162.mth(LEAVES[index << level : (index + 1) << level])
        assert part_root(tiles[place], first, number) == naive


def test_a_tile_of_a_level_above_holds_the_roots_of_full_tiles_below() -> None:
    hashes = [sha256(number.to_bytes(4, "big")).digest() for number in range(WIDTH)]
    whole = b"".join(hashes)
    edge = Edge(255 * WIDTH, {(1, 0): b"\x00" * 255 * HASH})
    edge.append(whole)
    level = hashes
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    assert edge.written[0, 255] == whole
    assert edge.written[1, 0] == b"\x00" * 255 * HASH + level[0]
    assert len(edge.written[2, 0]) == HASH
    assert edge_places(edge.size) == {(2, 0): 1}


WRONG_EDGES = [
    (5, {}, "the unfinished tile is missing"),
    (5, {(0, 0): b"\x00" * 4 * HASH}, "it is too short"),
    (5, {(0, 0): b"\x00" * 6 * HASH}, "it is too long"),
    (256, {(0, 1): b"\x00" * HASH}, "there is one too many"),
]


@pytest.mark.parametrize(("size", "tiles", "_remark"), WRONG_EDGES)
def test_an_edge_that_is_not_that_of_its_size_is_refused(
    size: int, tiles: dict[tuple[int, int], bytes], _remark: str
) -> None:
    with pytest.raises(ValueError, match="ends with tiles"):
        Edge(size, tiles)


def test_a_part_that_the_tile_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after 3 hashes"):
        part_root(b"\x00" * 3 * HASH, 2, 2)


IDS = st.sets(st.integers(1, 60))


@given(IDS, st.integers(1, 10))
def test_a_set_of_ids_is_the_same_in_every_form(ids: set[int], most: int) -> None:
    spans = spans_of(ids)
    assert list(numbers(spans)) == sorted(ids)
    assert count(spans) == len(ids)
    assert all(high < low for (_, high), (low, _) in pairwise(spans))
    assert spans_of(multirange(spans)) == spans
    pieces = list(slices(spans, most))
    assert joined(span for piece in pieces for span in piece) == spans
    assert all(1 <= count(piece) <= most for piece in pieces)


@given(IDS, st.integers(0, 70))
def test_the_first_so_many_and_the_rest_are_the_whole(ids: set[int], first: int) -> None:
    begin, rest = split(spans_of(ids), first)
    assert list(numbers(begin)) == sorted(ids)[:first]
    assert list(numbers(rest)) == sorted(ids)[first:]


@given(IDS, IDS)
def test_what_was_not_found_is_named(ids: set[int], found: set[int]) -> None:
    assert missing(spans_of(ids), sorted(found), 5) == sorted(ids - found)[:5]


def test_a_range_is_one_span_however_long() -> None:
    assert spans_of(range(5, 10**15)) == [(5, 10**15)]
    assert spans_of(range(5, 5)) == []
    assert spans_of(range(1, 8, 3)) == [(1, 2), (4, 5), (7, 8)]

"""The tree is that of RFC 9162: published vectors, an independent reading of the RFC, and what must never verify."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.log import merkle
from tests.unit.log import rfc9162

# The inputs and answers of the certificate-transparency reference implementation (RFC 6962 and 9162 give the same trees).
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def made(number: int) -> list[bytes]:
    """Leaves that all differ."""
    return [number.to_bytes(4, "big") for number in range(number)]


def nodes_of(leaves: list[bytes]) -> merkle.Nodes:
    """The perfect subtrees over these leaves, by the naive definition."""
    return lambda level, index: rfc9162.mth(leaves[index << level : (index + 1) << level])


def flipped(value: bytes, bit: int) -> bytes:
    """The same with one bit turned."""
    changed = bytearray(value)
    changed[bit // 8 % len(value)] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_published_ones(size: int) -> None:
    assert merkle.tree_root(size, nodes_of(INPUTS)).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_the_inclusion_proofs_are_the_published_ones(index: int, size: int, proof: list[str]) -> None:
    found = merkle.inclusion_proof(index, size, nodes_of(INPUTS))
    assert [step.hex() for step in found] == proof
    leaf = merkle.leaf_hash(INPUTS[index])
    assert merkle.verify_inclusion(leaf, index, size, found, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("first", "second", "proof"), CONSISTENCY)
def test_the_consistency_proofs_are_the_published_ones(first: int, second: int, proof: list[str]) -> None:
    found = merkle.consistency_proof(first, second, nodes_of(INPUTS))
    assert [step.hex() for step in found] == proof
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert merkle.verify_consistency(first, second, found, *roots)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_has_the_path_of_the_rfc_and_it_verifies_nowhere_else(size: int) -> None:
    leaves = made(size)
    nodes, root = nodes_of(leaves), rfc9162.mth(leaves)
    assert merkle.tree_root(size, nodes) == root
    for index in range(size):
        proof = merkle.inclusion_proof(index, size, nodes)
        assert proof == rfc9162.path(index, leaves)
        leaf = merkle.leaf_hash(leaves[index])
        for place in range(-1, size + 2):
            assert merkle.verify_inclusion(leaf, place, size, proof, root) == (place == index)
        assert not merkle.verify_inclusion(leaf, index, size, [*proof, root], root)
        assert not merkle.verify_inclusion(leaf, index, size, proof[:-1], root) or not proof


@pytest.mark.parametrize("second", range(1, 34))
def test_every_pair_of_sizes_has_the_proof_of_the_rfc_and_it_verifies(second: int) -> None:
    leaves = made(second)
    nodes, second_root = nodes_of(leaves), rfc9162.mth(leaves)
    for first in range(1, second + 1):
        first_root = rfc9162.mth(leaves[:first])
        proof = merkle.consistency_proof(first, second, nodes)
        assert proof == rfc9162.proof(first, leaves)
        assert merkle.verify_consistency(first, second, proof, first_root, second_root)
        assert not merkle.verify_consistency(first, second, [*proof, first_root], first_root, second_root)
        if first < second:
            assert not merkle.verify_consistency(first, second, proof, second_root, first_root)
            assert not merkle.verify_consistency(second, first, proof, first_root, second_root)
            assert not merkle.verify_consistency(first, second, proof[:-1], first_root, second_root)


def test_the_empty_tree_begins_every_tree() -> None:
    root = rfc9162.mth(made(5))
    assert merkle.consistency_proof(0, 5, nodes_of(made(5))) == []
    assert merkle.verify_consistency(0, 5, [], merkle.EMPTY_ROOT, root)
    assert not merkle.verify_consistency(0, 5, [root], merkle.EMPTY_ROOT, root)
    assert not merkle.verify_consistency(0, 5, [], root, root)


@given(st.data())
def test_a_flipped_bit_never_verifies_inclusion(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 80))
    index, bit = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 255))
    leaves = made(size)
    root, leaf = rfc9162.mth(leaves), merkle.leaf_hash(leaves[index])
    proof = rfc9162.path(index, leaves)
    step = data.draw(st.integers(0, len(proof) - 1))
    changed = [flipped(value, bit) if place == step else value for place, value in enumerate(proof)]
    assert merkle.verify_inclusion(leaf, index, size, proof, root)
    assert not merkle.verify_inclusion(leaf, index, size, changed, root)
    assert not merkle.verify_inclusion(flipped(leaf, bit), index, size, proof, root)
    assert not merkle.verify_inclusion(leaf, index, size, proof, flipped(root, bit))


@given(st.data())
def test_a_flipped_bit_never_verifies_consistency(data: st.DataObject) -> None:
    second = data.draw(st.integers(2, 80))
    first, bit = data.draw(st.integers(1, second - 1)), data.draw(st.integers(0, 255))
    leaves = made(second)
    roots = rfc9162.mth(leaves[:first]), rfc9162.mth(leaves)
    proof = rfc9162.proof(first, leaves)
    step = data.draw(st.integers(0, len(proof) - 1))
    changed = [flipped(value, bit) if place == step else value for place, value in enumerate(proof)]
    assert merkle.verify_consistency(first, second, proof, *roots)
    assert not merkle.verify_consistency(first, second, changed, *roots)
    assert not merkle.verify_consistency(first, second, proof, flipped(roots[0], bit), roots[1])
    assert not merkle.verify_consistency(first, second, proof, roots[0], flipped(roots[1], bit))


@given(st.data())
def test_leaves_and_the_nodes_they_need_give_the_root(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    chosen = data.draw(st.sets(st.integers(0, size - 1)))
    leaves = made(size)
    nodes, hashes = nodes_of(leaves), {index: merkle.leaf_hash(leaves[index]) for index in chosen}
    needed = {place: nodes(*place) for place in merkle.needed_nodes(chosen, size)}
    assert list(needed) == sorted(needed)
    assert merkle.root_of(hashes, needed, size) == rfc9162.mth(leaves)
    for place in needed:
        with pytest.raises(ValueError, match="missing"):
            merkle.root_of(hashes, {at: value for at, value in needed.items() if at != place}, size)


@pytest.mark.parametrize("size", range(1, 9))
def test_no_smaller_set_of_nodes_would_do(size: int) -> None:
    everything = [(level, index) for level in range(4) for index in range(size >> level)]
    for chosen in (set(), {0}, {size - 1}, set(range(0, size, 2)), set(range(size))):
        least = next(
            number
            for number in range(len(everything) + 1)
            if any(_covers(set(choice), chosen, size) for choice in combinations(everything, number))
        )
        assert len(merkle.needed_nodes(chosen, size)) == least


def _covers(nodes: set[tuple[int, int]], leaves: set[int], size: int) -> bool:
    under = [index for level, start in nodes for index in range(start << level, (start + 1) << level)]
    return sorted([*under, *leaves]) == list(range(size))


SUPERFLUOUS = [
    ({(0, 1): "1"}, "given twice"),  # a node in the place of a leaf that is given
    ({(1, 0): "1"}, "lies over"),  # its parent would go unproved
    ({(3, 0): "1"}, "outside"),  # larger than the tree
    ({(0, 5): "1"}, "outside"),
    ({(-1, 0): "1"}, "outside"),
]


@pytest.mark.parametrize(("more", "why"), SUPERFLUOUS)
def test_a_node_that_would_go_unproved_is_refused(more: dict[tuple[int, int], str], why: str) -> None:
    leaves = made(5)
    hashes = {index: merkle.leaf_hash(leaves[index]) for index in (0, 1, 2)}
    needed = {place: nodes_of(leaves)(*place) for place in merkle.needed_nodes(hashes, 5)}
    with pytest.raises(ValueError, match=why):
        merkle.root_of(hashes, {**needed, **{place: value.encode() * 32 for place, value in more.items()}}, 5)


def test_what_the_tree_does_not_have_is_refused() -> None:
    nodes = nodes_of(made(3))
    for call in (
        lambda: merkle.inclusion_proof(3, 3, nodes),
        lambda: merkle.inclusion_proof(-1, 3, nodes),
        lambda: merkle.consistency_proof(4, 3, nodes),
        lambda: merkle.needed_nodes([3], 3),
        lambda: merkle.needed_nodes([-1, 1], 3),
        lambda: merkle.root_of({3: b"1" * 32}, {}, 3),
    ):
        with pytest.raises(ValueError, match=r"leaf|begin"):
            call()
    assert merkle.root_of({}, {}, 0) == merkle.tree_root(0, nodes) == merkle.EMPTY_ROOT

"""The Merkle tree of RFC 9162: roots, inclusion proofs, consistency proofs, and the least that leaves need to give the root.

A tree is asked for by a function ``nodes(level, index)``: the hash of the perfect subtree of ``2**level`` leaves that begins at
leaf ``index * 2**level``. Level 0 are the leaf hashes. Nothing here knows where they are kept. Standard library only; the
verifier in an evidence package uses these functions as they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

Nodes = Callable[[int, int], bytes]

EMPTY_ROOT: bytes = sha256(b"").digest()
"""Root of the tree without leaves (RFC 9162 2.1.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf: SHA-256 over 0x00 and its bytes (RFC 9162 2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256 over 0x01 and its two children."""
    return sha256(b"\x01" + left + right).digest()


def peaks(size: int) -> list[tuple[int, int]]:
    """The perfect subtrees that a tree of ``size`` leaves consists of, left to right, as (level, index)."""
    return _peaks_from(0, size)


def tree_root(size: int, nodes: Nodes) -> bytes:
    """Root of the tree of the first ``size`` leaves."""
    return EMPTY_ROOT if size == 0 else _root_between(0, size, nodes)


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The audit path of a leaf (RFC 9162 2.1.3.1). Raises ValueError for a leaf that the tree does not have."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    start = 0
    while size > 1:
        left = _split(size)
        if index - start < left:
            path.append(_root_between(start + left, size - left, nodes))
            size = left
        else:
            path.append(_root_between(start, left, nodes))
            start += left
            size -= left
    path.reverse()
    return path


def consistency_proof(first: int, second: int, nodes: Nodes) -> list[bytes]:
    """Proof that the tree of ``second`` leaves begins with that of ``first`` (RFC 9162 2.1.4.1); empty for equal sizes and for 0.

    Raises ValueError when ``first`` is the larger one.
    """
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {second} leaves cannot begin with one of {first}")
    if first in (0, second):
        return []
    proof: list[bytes] = []
    start, size, whole = 0, second, True
    while first - start < size:
        left = _split(size)
        if first - start <= left:
            proof.append(_root_between(start + left, size - left, nodes))
            size = left
        else:
            proof.append(_root_between(start, left, nodes))
            start += left
            size -= left
            whole = False
    if not whole:
        # The first tree ends with a subtree whose root the verifier does not have.
        proof.append(_root_between(start, size, nodes))
    proof.reverse()
    return proof


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``leaf``, a leaf hash, is leaf ``index`` of the tree with this size and root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and found == root


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Whether the tree of ``second`` leaves begins with that of ``first`` (RFC 9162 2.1.4.2)."""
    if not 0 <= first <= second or not _hashes(first_root, second_root, *proof):
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    steps = list(proof)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            new = node_hash(new, step)
        node >>= 1
        last >>= 1
    return last == 0 and old == first_root and new == second_root


def needed_nodes(leaves: Iterable[int], size: int) -> list[tuple[int, int]]:
    """The least set of perfect subtrees that together with the hashes of these leaves gives the root, sorted by (level, index).

    Raises ValueError for a leaf that the tree does not have.
    """
    known = sorted(set(leaves))
    if known and not 0 <= known[0] <= known[-1] < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {known[0] if known[0] < 0 else known[-1]}")
    needed: list[tuple[int, int]] = []
    waiting = [(level, index, 0, len(known)) for level, index in peaks(size)]
    while waiting:
        level, index, low, high = waiting.pop()
        begin = index << level
        low = bisect_left(known, begin, low, high)
        high = bisect_left(known, begin + (1 << level), low, high)
        if low == high:
            needed.append((level, index))
        elif high - low < 1 << level:
            waiting.append((level - 1, 2 * index, low, high))
            waiting.append((level - 1, 2 * index + 1, low, high))
    needed.sort()
    return needed


def root_of(leaves: Mapping[int, bytes], nodes: Mapping[tuple[int, int], bytes], size: int) -> bytes:
    """The root that these leaf hashes give together with these nodes, which are those of ``needed_nodes``.

    Raises ValueError when a node is missing, when one lies over a leaf that is given (it would go unproved), or outside the tree.
    """
    levels: dict[int, dict[int, bytes]] = {0: dict(leaves)}
    for (level, index), value in nodes.items():
        if level < 0 or index < 0 or (index + 1) << level > size:
            raise ValueError(f"the node {index} of level {level} is outside a tree of {size} leaves")
        here = levels.setdefault(level, {})
        if index in here:
            raise ValueError(f"the node {index} of level {level} is given twice")
        here[index] = value
    if any(not 0 <= index < size for index in levels[0]):
        raise ValueError(f"a leaf is outside a tree of {size} leaves")
    tops = dict(peaks(size))
    found: dict[int, bytes] = {}
    for level in range(max([*levels, *tops]) + 1):
        here = levels.get(level, {})
        above = levels.setdefault(level + 1, {})
        if level in tops:
            if tops[level] not in here:
                raise ValueError(f"the node {tops[level]} of level {level} is missing")
            found[level] = here.pop(tops[level])
        for index, value in here.items():
            sibling = here.get(index ^ 1)
            if sibling is None:
                raise ValueError(f"the node {index ^ 1} of level {level} is missing")
            if not index & 1:
                if index >> 1 in above:
                    raise ValueError(f"the node {index >> 1} of level {level + 1} lies over what is given")
                above[index >> 1] = node_hash(value, sibling)
    root: bytes | None = None
    for level in sorted(found):
        root = found[level] if root is None else node_hash(found[level], root)
    return EMPTY_ROOT if root is None else root


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``, which is more than one."""
    return 1 << ((size - 1).bit_length() - 1)


def _peaks_from(start: int, size: int) -> list[tuple[int, int]]:
    found = []
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def _root_between(start: int, size: int, nodes: Nodes) -> bytes:
    """Root over the leaves from ``start`` on, which is a multiple of the largest perfect subtree in ``size``."""
    hashes = [nodes(level, index) for level, index in _peaks_from(start, size)]
    root = hashes.pop()
    while hashes:
        root = node_hash(hashes.pop(), root)
    return root


def _hashes(*values: bytes) -> bool:
    return all(len(value) == 32 for value in values)

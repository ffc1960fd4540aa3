"""Tiles of the tree: 256 hashes each, and how the right edge grows.

Level 0 holds the leaf hashes; each hash of tile level L + 1 is the root of a full tile of level L. A node of the tree whose level
is no multiple of eight lies between two tile levels and is computed from a part of one tile.
"""

from __future__ import annotations

from collections.abc import Mapping

from store.log.merkle import node_hash, peaks, tree_root

WIDTH = 256
HASH = 32
HEIGHT = 8
"""Levels of the tree in one level of tiles: 2**8 = 256."""

Place = tuple[int, int]
"""Tile level and index."""


def place_of(level: int, index: int) -> tuple[Place, int, int]:
    """Where a node of the tree is: the tile, and the first and number of the hashes in it that the node is the root of."""
    tile_level, above = divmod(level, HEIGHT)
    first = index << above
    return (tile_level, first // WIDTH), first % WIDTH, 1 << above


def part_root(hashes: bytes, first: int, number: int) -> bytes:
    """Root over ``number`` hashes of a tile, a power of two. Raises ValueError when the tile does not have them all."""
    if (first + number) * HASH > len(hashes):
        raise ValueError(f"the tile ends after {len(hashes) // HASH} hashes")
    level = [hashes[at * HASH : (at + 1) * HASH] for at in range(first, first + number)]
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def edge_places(size: int) -> dict[Place, int]:
    """The unfinished tiles of a tree, and how many hashes each has."""
    found: dict[Place, int] = {}
    level = 0
    while size >> (level * HEIGHT):
        entries = size >> (level * HEIGHT)
        if entries % WIDTH:
            found[level, entries // WIDTH] = entries % WIDTH
        level += 1
    return found


class Edge:
    """The right edge of a tree while leaves are appended; nothing else of the tree is needed for that, nor for its root.

    Attributes
    ----------
    size : leaves
    written : the tiles that are new or have grown, by place
    """

    def __init__(self, size: int, unfinished: Mapping[Place, bytes]) -> None:
        """``unfinished`` are the tiles of ``edge_places(size)``. Raises ValueError when one is not as long as it must be."""
        expected = edge_places(size)
        lengths = {place: len(hashes) // HASH for place, hashes in unfinished.items()}
        if lengths != expected:
            raise ValueError(
                f"a tree of {size} leaves ends with tiles of {expected} hashes, and these are {lengths}"
            )
        self.size = size
        self.written: dict[Place, bytes] = {}
        self._edge = {level: hashes for (level, _), hashes in unfinished.items()}

    def append(self, hashes: bytes) -> None:
        """Append leaf hashes, one after the other."""
        before, level = self.size, 0
        self.size += len(hashes) // HASH
        while hashes:
            entries = before >> (level * HEIGHT)
            index = entries // WIDTH
            hashes = self._edge.pop(level, b"") + hashes
            roots = []
            for begin in range(0, len(hashes), WIDTH * HASH):
                tile = hashes[begin : begin + WIDTH * HASH]
                self.written[level, index] = tile
                index += 1
                if len(tile) == WIDTH * HASH:
                    roots.append(part_root(tile, 0, WIDTH))
                else:
                    self._edge[level] = tile
            hashes = b"".join(roots)
            level += 1

    def root(self) -> bytes:
        """Root of the tree."""
        return tree_root(self.size, self._node)

    def _node(self, level: int, index: int) -> bytes:
        assert (level, index) in peaks(self.size)
        (tile_level, _), first, number = place_of(level, index)
        return part_root(self._edge[tile_level], first, number)

"""The tree as it is kept in the database: nodes, roots and proofs of any size that it has had."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import groupby

from store.database import Connection
from store.errors import LogError
from store.log import merkle
from store.log.tiles import Place, part_root, place_of
from store.queries import queries

TILES_KEPT = 256
"""Two megabytes; a proof needs one tile a level."""

TILES_AT_ONCE = 64


class Tree:
    """The tree of the first ``size`` leaves; tiles are read when they are needed and some are kept.

    Every method raises LogError ``log_tile_missing`` when the database does not have what the size promises.
    """

    def __init__(self, connection: Connection, size: int) -> None:
        self._connection = connection
        self.size = size
        self._tiles: OrderedDict[Place, bytes] = OrderedDict()

    def node(self, level: int, index: int) -> bytes:
        """Hash of the perfect subtree of ``2**level`` leaves. Raises ValueError when it is not within the tree."""
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise ValueError(f"a tree of {self.size} leaves has no node {index} of level {level}")
        place, first, number = place_of(level, index)
        if place not in self._tiles:
            self._fetch([place])
        self._tiles.move_to_end(place)
        return _part(place, self._tiles[place], first, number)

    def nodes(self, needed: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """Many nodes at once, in the order of their places; each tile is read once and none is kept."""
        ordered = sorted(needed, key=lambda node: (place_of(*node)[0], node))
        by_place = [
            (place, list(group)) for place, group in groupby(ordered, lambda node: place_of(*node)[0])
        ]
        found: dict[tuple[int, int], bytes] = {}
        for begin in range(0, len(by_place), TILES_AT_ONCE):
            batch = by_place[begin : begin + TILES_AT_ONCE]
            tiles = read_tiles(self._connection, [place for place, _ in batch])
            for place, group in batch:
                for node in group:
                    _, first, number = place_of(*node)
                    found[node] = _part(place, tiles.get(place, b""), first, number)
        return {node: found[node] for node in sorted(found)}

    def root(self) -> bytes:
        """Root of the tree."""
        return merkle.tree_root(self.size, self.node)

    def inclusion(self, leaf: int) -> list[bytes]:
        """Inclusion proof of a leaf. Raises ValueError for a leaf that the tree does not have."""
        return merkle.inclusion_proof(leaf, self.size, self.node)

    def consistency(self, first: int) -> list[bytes]:
        """Proof that this tree begins with that of ``first`` leaves. Raises ValueError when that is the larger one."""
        return merkle.consistency_proof(first, self.size, self.node)

    def _fetch(self, places: Sequence[Place]) -> None:
        self._tiles |= read_tiles(self._connection, places)
        for place in places:
            self._tiles.setdefault(place, b"")
        while len(self._tiles) > TILES_KEPT:
            self._tiles.popitem(last=False)


def read_tiles(connection: Connection, places: Sequence[Place]) -> dict[Place, bytes]:
    """The tiles at these places, those that exist."""
    arguments = {"levels": [level for level, _ in places], "indexes": [index for _, index in places]}
    found = connection.execute(queries("log")["tiles"], arguments)
    return {(level, index): hashes for level, index, hashes in found}


def _part(place: Place, hashes: bytes, first: int, number: int) -> bytes:
    try:
        return part_root(hashes, first, number)
    except ValueError as error:
        raise LogError(
            f"Tile {place[1]} of level {place[0]} is missing or cut: {error}. "
            "Run `outfall log verify` and restore the table log_tile from a backup.",
            code="log_tile_missing",
            level=place[0],
            index=place[1],
        ) from error

"""The tiles against the leaves: every hash of the tree computed again, in one pass.

A leaf hash that is not what its row gives says that the row or the tile was changed. The hash above the tile, or the head of the
log at the right edge, tells which: what agrees with it is unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from store.database import Connection
from store.log.merkle import tree_root
from store.log.tiles import HASH, WIDTH, Place, part_root, place_of
from store.log.verifying.report import Report
from store.log.verifying.runs import TABLES, Leaf
from store.queries import queries

EMPTY = b""


@dataclass(slots=True)
class Levels:
    """The upper levels as they must be, level 1 first: the roots of the full tiles below, one after the other."""

    levels: list[bytearray] = field(default_factory=list)

    def add(self, root: bytes, level: int = 1) -> None:
        """The root of the next full tile of the level below."""
        if len(self.levels) < level:
            self.levels.append(bytearray())
        hashes = self.levels[level - 1]
        hashes += root
        if len(hashes) % (WIDTH * HASH) == 0:
            self.add(part_root(bytes(hashes[-WIDTH * HASH :]), 0, WIDTH), level + 1)

    def tile(self, level: int, index: int) -> bytes:
        """A tile of an upper level."""
        return bytes(self.levels[level - 1][index * WIDTH * HASH : (index + 1) * WIDTH * HASH])

    def tiles(self) -> Iterator[tuple[Place, bytes]]:
        """Every tile of the upper levels."""
        for number, hashes in enumerate(self.levels, start=1):
            for index in range(-(-len(hashes) // (WIDTH * HASH))):
                yield (number, index), self.tile(number, index)


class Growing:
    """The tree while its leaves are gone through: knows the root of every size at the right time.

    ``roots`` are the sizes whose root is wanted, in order, each given to ``heard`` as the tree reaches it.
    """

    def __init__(
        self, connection: Connection, head: tuple[int, bytes] | None, report: Report, start: int = 0
    ) -> None:
        """``head`` is size and root of the newest checkpoint; the tree below ``start``, a whole tile, is taken as it stands."""
        self._report = report
        self._head = head
        self.size = start
        self.levels = Levels()
        self._leaf_tiles = _stored_tiles(connection, start // WIDTH)
        self._next: tuple[int, bytes] | None = next(self._leaf_tiles, None)
        upper = connection.execute(queries("logverify")["upper_tiles"]).fetchall()
        self._upper: dict[Place, bytes] = {(level, index): hashes for level, index, hashes in upper}
        self._last: bytes = EMPTY
        for index in range(start // WIDTH):
            self.levels.add(self._above(index).ljust(HASH, b"\0"))

    def _above(self, index: int) -> bytes:
        """The stored root of a full tile of leaf hashes; nothing where it is missing."""
        above = self._upper.get((1, index // WIDTH), EMPTY)
        return above[index % WIDTH * HASH : (index % WIDTH + 1) * HASH]

    def grow(self, leaves: list[Leaf]) -> None:
        """The next tile of leaves: 256, or what is left at the right edge."""
        index = self.size // WIDTH
        stored = self._stored(index)
        anew = b"".join(
            leaf.hash if leaf.hash is not None else stored[at * HASH : (at + 1) * HASH].ljust(HASH, b"\0")
            for at, leaf in enumerate(leaves)
        )
        self.size += len(leaves)
        right = self._right(index, stored, anew, leaves)
        self._last = right
        if len(leaves) == WIDTH:
            self.levels.add(part_root(right, 0, WIDTH))
        for leaf in leaves:
            if leaf.hash is None and not leaf.lawful:
                self._report.differ("leaf_row_gone", TABLES[leaf.kind], leaf.id)
            elif leaf.lawful:
                self._report.unverifiable["leaf_dropped"] += 1

    def _stored(self, index: int) -> bytes:
        """The stored tile of leaf hashes; tiles that stand where none can be are named."""
        while self._next is not None and self._next[0] < index:
            self._report.differ("tile_extra", "log_tile", f"0/{self._next[0]}")
            self._next = next(self._leaf_tiles, None)
        if self._next is None or self._next[0] != index:
            self._report.differ("tile_missing", "log_tile", f"0/{index}")
            return EMPTY
        hashes = self._next[1]
        self._next = next(self._leaf_tiles, None)
        self._report.checked["tile"] += 1
        return hashes

    def _right(self, index: int, stored: bytes, anew: bytes, leaves: list[Leaf]) -> bytes:
        """The tile as it must have been when it was sealed; what was changed since is named."""
        if stored == anew or not stored:
            return anew
        stored_holds = len(stored) == len(anew) and self._agrees(index, stored)
        anew_holds = self._agrees(index, anew)
        if not stored_holds:
            self._report.differ(
                "tile_differs", "log_tile", f"0/{index}", "hashes", *_first_difference(stored, anew)
            )
        if not anew_holds:
            for at, leaf in enumerate(leaves):
                kept = stored[at * HASH : (at + 1) * HASH]
                if leaf.hash is not None and leaf.hash != kept:
                    self._report.differ(
                        "leaf_differs", TABLES[leaf.kind], leaf.id, None, leaf.hash.hex(), kept.hex()
                    )
        return stored if stored_holds else anew

    def _agrees(self, index: int, hashes: bytes) -> bool:
        """Whether these leaf hashes are those that were sealed, by the stored hash above or by the head of the log."""
        if len(hashes) == WIDTH * HASH:
            kept = self._above(index)
            if kept:
                return kept == part_root(hashes, 0, WIDTH)
        if self._head is None or self._head[0] != index * WIDTH + len(hashes) // HASH:
            return False
        return self._root(self._head[0], hashes, index) == self._head[1]

    def root(self, size: int) -> bytes:
        """The root of a size within the tile that was added last."""
        return self._root(size, self._last, (self.size - 1) // WIDTH)

    def _root(self, size: int, last: bytes, index: int) -> bytes:
        def node(level: int, number: int) -> bytes:
            place, first, many = place_of(level, number)
            tile = last if place == (0, index) else self.levels.tile(*place)
            return part_root(tile, first, many)

        return tree_root(size, node)

    def finish(self) -> None:
        """Compare what lies above the leaf hashes, and name tiles that stand beyond the end."""
        while self._next is not None:
            self._report.differ("tile_extra", "log_tile", f"0/{self._next[0]}")
            self._next = next(self._leaf_tiles, None)
        expected: Mapping[Place, bytes] = dict(self.levels.tiles())
        for place, hashes in expected.items():
            stored = self._upper.get(place)
            self._report.checked["tile"] += 1
            if stored is None:
                self._report.differ("tile_missing", "log_tile", f"{place[0]}/{place[1]}")
            elif stored != hashes:
                self._report.differ(
                    "tile_differs",
                    "log_tile",
                    f"{place[0]}/{place[1]}",
                    "hashes",
                    *_first_difference(stored, hashes),
                )
        for place in sorted(self._upper.keys() - expected.keys()):
            self._report.differ("tile_extra", "log_tile", f"{place[0]}/{place[1]}")


def _stored_tiles(connection: Connection, first: int) -> Iterator[tuple[int, bytes]]:
    with connection.cursor(name="verify_tiles") as cursor:
        cursor.itersize = 100
        cursor.execute(queries("logverify")["leaf_tiles"], {"first": first})
        yield from cursor


def _first_difference(stored: bytes, expected: bytes) -> tuple[str, str]:
    """Where two tiles part: the number of the hash and both hashes."""
    for at in range(0, max(len(stored), len(expected)), HASH):
        if stored[at : at + HASH] != expected[at : at + HASH]:
            return (
                f"{at // HASH}: {stored[at : at + HASH].hex()}",
                f"{at // HASH}: {expected[at : at + HASH].hex()}",
            )
    return "", ""

"""A package while it is put together: where its files go, which leaves it holds, and what it has to tell of itself."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.evidence.container import EntryWriter, Spool
from store.database import Connection
from store.errors import StoreError
from store.evidence import Place
from store.log.checkpoint import Checkpoint
from store.log.leaves import read_leaves
from store.log.merkle import leaf_hash
from store.log.places import places_of

LINES_AT_ONCE = 500
IDS_AT_ONCE = 20_000
LEAVES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Head:
    """The checkpoint that the package is as of, with its signed note."""

    checkpoint: Checkpoint
    note: str


@dataclass(slots=True)
class Working:
    """What every part of the collecting works with.

    Attributes
    ----------
    connection : one repeatable-read transaction; everything is read from one state of the database
    files : what each file of the payload is, for package.json: kind and lines (None where lines mean nothing)
    leaves, hashes : the leaves of everything in the package, in the order it was written, and their hashes, 32 bytes each
    step : told the code of the step (``evidence.step.*``) and the share of it that is done, 0 to 1
    """

    connection: Connection
    place: Place
    head: Head
    spool: Spool
    step: Callable[[str, float], None]
    files: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    leaves: array[int] = field(default_factory=lambda: array("q"))
    hashes: bytearray = field(default_factory=bytearray)

    @property
    def size(self) -> int:
        """Leaves of the checkpoint."""
        return self.head.checkpoint.size

    def sealed(self, kind: str, ids: Iterable[int]) -> dict[int, int]:
        """Those of some messages, periods or records that the checkpoint covers, each with its leaf."""
        return sealed_by(self.connection, self.size, kind, ids)

    def add(self, path: str, kind: str, content: bytes, *, lines: bool = True) -> None:
        """A file of the payload at once. ``lines`` False: it is not made of lines."""
        entry = self.spool.add(path, content)
        self.files[path] = (kind, entry.lines if lines else None)

    @contextmanager
    def lines(self, path: str, kind: str, *, beside: bool = False) -> Iterator[Lines]:
        """A file of lines."""
        with self.spool.entry(path, beside=beside) as writer:
            made = Lines(writer)
            yield made
        self.files[path] = (kind, made.count)

    @contextmanager
    def proved(self, path: str, kind: str) -> Iterator[Proved]:
        """A file of leaves, a line each, with the file beside it that says which leaf each line is."""
        beside = f"data/log/leaves/{path.removeprefix('data/')}.txt"
        with (
            self.lines(path, kind, beside=True) as lines,
            self.lines(beside, "leaves", beside=True) as leaves,
        ):
            yield Proved(lines, leaves, self)

    def write_leaves(
        self,
        path: str,
        kind: str,
        leaves: Mapping[int, int],
        take: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """A file of the leaves of some records, by their numbers; ``take`` is given the bytes of each.

        Raises StoreError ``evidence_bytes_missing`` when rows of the log are no longer in the database.
        """
        with self.proved(path, kind) as lines:
            for part in portions(sorted(leaves), LEAVES_AT_ONCE):
                found = list(read_leaves(self.connection, kind, part))
                if len(found) != len(part):
                    raise bytes_missing(len(part) - len(found), path)
                lines.put([leaves[number] for number, _ in found], [data for _, data in found])
                for _, data in found:
                    take(data)


def sealed_by(connection: Connection, size: int, kind: str, ids: Iterable[int]) -> dict[int, int]:
    """Those of some messages, periods or records that a checkpoint covers, each with its leaf."""
    found: dict[int, int] = {}
    for part in portions(ids, IDS_AT_ONCE):
        places = places_of(connection, kind, part)
        found.update((number, leaf) for number, leaf in places.items() if leaf < size)
    return found


def bytes_missing(count: int, path: str) -> StoreError:
    """Rows that the log has are gone from the tables."""
    return StoreError(
        f"{count} rows for {path} are not in the database any more although the log has them: run `outfall log verify`.",
        code="evidence_bytes_missing",
        count=count,
        file=path,
    )


class Lines:
    """Takes lines without their ends."""

    def __init__(self, writer: EntryWriter) -> None:
        self._writer = writer
        self.count = 0

    def put(self, lines: Sequence[bytes]) -> None:
        """The next lines."""
        self.count += len(lines)
        for start in range(0, len(lines), LINES_AT_ONCE):
            self._writer.write(b"\n".join(lines[start : start + LINES_AT_ONCE]) + b"\n")


class Proved:
    """Takes leaves: the bytes go into one file, the place in the log and the hash into the other."""

    def __init__(self, lines: Lines, leaves: Lines, work: Working) -> None:
        self._lines = lines
        self._leaves = leaves
        self._work = work

    def put(self, leaves: Sequence[int], data: Sequence[bytes]) -> None:
        """The next leaves with their bytes."""
        digests = [leaf_hash(line) for line in data]
        self._lines.put(data)
        self._leaves.put(
            [f"{leaf} {digest.hex()}".encode() for leaf, digest in zip(leaves, digests, strict=True)]
        )
        self._work.leaves.extend(leaves)
        self._work.hashes += b"".join(digests)


def portions(ids: Iterable[int], most: int) -> Iterator[list[int]]:
    """The ids in lists of at most so many."""
    part: list[int] = []
    for number in ids:
        part.append(number)
        if len(part) == most:
            yield part
            part = []
    if part:
        yield part

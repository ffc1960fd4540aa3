"""The file of a package: a ZIP whose bytes follow from its content alone (APPNOTE 6.3.3; PKWARE).

Every entry has the same date, attributes and compression, the order is that of the names, and nothing of the machine gets in.
What is compressed goes into a spool first, because the entries that name the others come before them. The comment of the ZIP is a
signed note over every byte before it, so that a change of a byte, of the file's own structure too, or packing it anew is found.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, Self

from cryptography.hazmat.primitives import hashes

from store.errors import Refused

CONTAINER = "outfall/container/v1"
"""First line of the note in the comment."""

_LEVEL = 4  # half the time of level 6 for three hundredths more bytes
_DATE = 0x21  # 1980-01-01
_TIME = 0
_VERSION = 20  # deflate
_UNIX = 3
_MODE = 0o100644 << 16
_DEFLATED = 8
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2I")
_COMMENT_LENGTH = struct.Struct("<H")
_COPY_BYTES = 1 << 20
_UNDER_WAY = 8
_MOST_ENTRIES = 0xFFFF
_MOST_BYTES = 0xFFFFFFFF

Sign = Callable[[str], bytes]
"""Signs the text of a note and gives the whole note."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A compressed file in the spool at ``offset`` of ``file``. ``lines`` counts its line ends."""

    name: str
    crc: int
    size: int
    compressed: int
    offset: int
    sha256: str
    sm3: str
    lines: int
    file: BinaryIO


class EntryWriter:
    """Takes the bytes of one entry in any portions; another thread digests and compresses them in their order."""

    def __init__(self, into: BinaryIO, pool: ThreadPoolExecutor) -> None:
        self._into = into
        self._pool = pool
        self._under_way: deque[Future[None]] = deque()
        self._offset = into.tell()
        self._compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._sha256 = hashlib.sha256()
        self._sm3 = hashes.Hash(hashes.SM3())
        self._crc = self._size = self._compressed = 0
        self.lines = 0

    def write(self, data: bytes) -> None:
        """The next bytes. Raises what writing an earlier portion raised."""
        self.lines += data.count(b"\n")
        while len(self._under_way) >= _UNDER_WAY:
            self._under_way.popleft().result()
        self._under_way.append(self._pool.submit(self._take, data))

    def _take(self, data: bytes) -> None:
        self._sha256.update(data)
        self._sm3.update(data)
        self._crc = zlib.crc32(data, self._crc)
        self._size += len(data)
        self._put(self._compressor.compress(data))

    def _put(self, compressed: bytes) -> None:
        if compressed:
            self._into.write(compressed)
            self._compressed += len(compressed)

    def finish(self, name: str) -> Entry:
        """The end of the entry. Raises what writing raised."""
        while self._under_way:
            self._under_way.popleft().result()
        self._put(self._compressor.flush())
        return Entry(
            name,
            self._crc,
            self._size,
            self._compressed,
            self._offset,
            self._sha256.hexdigest(),
            self._sm3.finalize().hex(),
            self.lines,
            self._into,
        )


class Spool:
    """The entries of a package while it is built, in a temporary file; names are below the root folder. A context manager."""

    def __init__(self, file: BinaryIO, *, most_bytes: int) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="evidence-press")
        self._file = file
        self._most = min(most_bytes, _MOST_BYTES - (1 << 24))
        self._entries: dict[str, Entry] = {}
        self._busy = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    @contextmanager
    def entry(self, name: str, *, beside: bool = False) -> Iterator[EntryWriter]:
        """Write one entry. Those that are written ``beside`` each other wait in memory, compressed, until they are complete.

        Raises ValueError for a name that is not plain ASCII or is there already, and Refused ``evidence_too_large``.
        """
        if (
            not name
            or name in self._entries
            or not name.isascii()
            or not name.isprintable()
            or name.startswith("/")
        ):
            raise ValueError(f"no name for an entry: {name!r}")
        memory = io.BytesIO() if beside else None
        if self._busy:
            raise ValueError(f"another entry is being written: {name!r} must be written beside it")
        self._busy = memory is None
        writer = EntryWriter(self._file if memory is None else memory, self._pool)
        yield writer
        entry = writer.finish(name)
        if memory is not None:
            entry = replace(entry, offset=self._file.tell(), file=self._file)
            self._file.write(memory.getbuffer())
        self._busy = False
        self._entries[name] = entry
        self._check()

    def adopt(self, other: Spool) -> None:
        """Take the entries of another spool, whose file must stay open. Raises ValueError for a name that is there already."""
        if twice := self._entries.keys() & other._entries.keys():
            raise ValueError(f"entries that are there already: {', '.join(sorted(twice))}")
        self._entries.update(other._entries)
        self._check()

    def _check(self) -> None:
        compressed = sum(entry.compressed for entry in self._entries.values())
        if compressed > self._most or len(self._entries) >= _MOST_ENTRIES:
            raise Refused(
                f"The package grows beyond {self._most} bytes: ask for a shorter time, or raise OUTFALL_EVIDENCE_BYTES.",
                code="evidence_too_large",
                most=self._most,
            )

    def add(self, name: str, content: bytes) -> Entry:
        """Write one entry at once."""
        with self.entry(name) as writer:
            writer.write(content)
        return self._entries[name]

    def entries(self, prefix: str = "") -> list[Entry]:
        """The entries below a folder, by name."""
        return [self._entries[name] for name in sorted(self._entries) if name.startswith(prefix)]

    def content(self, entry: Entry) -> Iterator[bytes]:
        """The compressed bytes of an entry; what is written afterwards goes to the end as before."""
        end = entry.file.tell()
        entry.file.seek(entry.offset)
        left = entry.compressed
        while left:
            block = entry.file.read(min(left, _COPY_BYTES))
            if not block:
                raise OSError("the spool of the package was cut off")
            left -= len(block)
            yield block
        entry.file.seek(end)


@dataclass(frozen=True, slots=True)
class Packed:
    """A finished file: its size in bytes and its SHA-256."""

    size: int
    digest: bytes


def pack(spool: Spool, root: str, into: BinaryIO, sign: Sign) -> Packed:
    """Write the entries below the folder ``root`` as a ZIP in the order of their names, with the signed comment."""
    out = _Out(into)
    central: list[bytes] = []
    for entry in spool.entries():
        name = f"{root}/{entry.name}".encode("ascii")
        sizes = (entry.crc, entry.compressed, entry.size)
        shared = (_VERSION, 0, _DEFLATED, _TIME, _DATE, *sizes, len(name), 0)
        central.append(
            _CENTRAL.pack(b"PK\x01\x02", (_UNIX << 8) | _VERSION, *shared, 0, 0, 0, _MODE, out.position)
            + name
        )
        out.write(_LOCAL.pack(b"PK\x03\x04", *shared) + name)
        out.copy(spool.content(entry))
    start = out.position
    for record in central:
        out.write(record)
    count = len(central)
    out.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, out.position - start, start))
    comment = sign(f"{CONTAINER}\n{out.sha256.hexdigest()}\n")
    out.write(_COMMENT_LENGTH.pack(len(comment)) + comment)
    return Packed(out.position, out.sha256.digest())


class _Out:
    """Counts and digests what is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.position = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.position += len(data)
        self.sha256.update(data)

    def copy(self, blocks: Iterable[bytes]) -> None:
        for block in blocks:
            self.write(block)

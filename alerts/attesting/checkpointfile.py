"""The file outside the database that every checkpoint is appended to, and that nothing is ever taken from.

Whoever changes the database afterwards would have to change the file too, which may lie on another machine. Each entry is a
signed note and an empty line. A note that was cut off when it was written is finished: what stands there is its beginning.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from store.database import Connection
from store.errors import DecodeError, LogError
from store.log.checkpoint import parse_checkpoint
from store.log.keys import sync_folder
from store.log.notes import parse_note
from store.log.sealing import StoredCheckpoint
from store.queries import queries
from store.settings import Settings

AT_ONCE = 1000
"""Checkpoints between two times that the file is forced to the disk."""

TAIL_BYTES = 64 * 1024
"""More than two entries, with as many signatures as anybody makes."""

SIGNATURE = "— ".encode()


def checkpoint_file(settings: Settings) -> Path:
    """Where it lies."""
    return settings.checkpoint_file or settings.home / "log" / "checkpoints.txt"


def append_checkpoints(connection: Connection, path: Path, size: int) -> int:
    """Append the checkpoints that the file does not have; returns the size of the last one that it has.

    ``size`` is what is known to have been appended before: then a file that is gone is an error, an empty one begins anew.

    Raises LogError ``checkpoint_file_differs`` when the file does not end as the database says, and
    ``checkpoint_file_unwritable``.
    """
    try:
        if size and not path.exists():
            raise _differs(
                path, f"it is gone, and the checkpoint of {size} leaves was in it; an empty file begins anew"
            )
        with _opened(path) as descriptor:
            return _append(connection, path, descriptor)
    except OSError as error:
        raise LogError(
            f"The checkpoint file {path} cannot be written: {error.strerror}.",
            code="checkpoint_file_unwritable",
        ) from error


def _append(connection: Connection, path: Path, descriptor: int) -> int:
    last, begun = _end(path, descriptor)
    size = 0 if last is None else _known_size(connection, path, last)
    while found := _following(connection, size):
        content = b"".join(_entry(checkpoint) for checkpoint in found)
        if not content.startswith(begun):
            raise _differs(
                path, f"after the checkpoint of {size} leaves stands what the next one does not begin with"
            )
        _write(descriptor, content[len(begun) :])
        begun = b""
        size = found[-1].size
    if begun:
        raise _differs(path, f"after the checkpoint of {size} leaves, the last one, stands more")
    return size


def _end(path: Path, descriptor: int) -> tuple[str | None, bytes]:
    """The last whole note of the file, and what stands after it."""
    length = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, TAIL_BYTES, max(0, length - TAIL_BYTES))
    # Texts and signatures take turns, with an empty line after each.
    end = tail.rfind(b"\n\n")
    while end >= 0:
        before = tail.rfind(b"\n\n", 0, end)
        if tail.startswith(SIGNATURE, before + 2) and before >= 0:
            begin = tail.rfind(b"\n\n", 0, before)
            if begin < 0 and length > len(tail):
                break
            note = tail[begin + 2 if begin >= 0 else 0 : end + 1]
            return note.decode(errors="replace"), tail[end + 2 :]
        end = before
    if length > len(tail):
        raise _differs(path, "it does not end with checkpoints")
    return None, tail


def _known_size(connection: Connection, path: Path, note: str) -> int:
    """The size of the last note, which the database must have as it is."""
    try:
        size = parse_checkpoint(parse_note(note).text).size
    except DecodeError as error:
        raise _differs(path, f"its last checkpoint is malformed ({error.message})") from error
    row = connection.execute(queries("log")["checkpoint"], {"size": size}).fetchone()
    if row is None:
        raise _differs(path, f"it ends with a checkpoint of {size} leaves, which the database does not have")
    if StoredCheckpoint(*row).note != note:
        raise _differs(path, f"its checkpoint of {size} leaves is another one than the database has")
    return size


def _following(connection: Connection, size: int) -> Sequence[StoredCheckpoint]:
    found = connection.execute(queries("log")["checkpoints_after"], {"size": size, "most": AT_ONCE})
    return [StoredCheckpoint(*row) for row in found]


def _entry(checkpoint: StoredCheckpoint) -> bytes:
    return checkpoint.note.encode() + b"\n"


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
    os.fsync(descriptor)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The file for appending, made when it is not there, for one process at a time."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if new:
            sync_folder(path.parent)
        yield descriptor
    finally:
        os.close(descriptor)


def _differs(path: Path, why: str) -> LogError:
    return LogError(
        f"The checkpoint file {path} and the database do not agree: {why}. Nothing is appended; one of the two was changed "
        "or put back.",
        code="checkpoint_file_differs",
    )

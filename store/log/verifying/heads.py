"""Checkpoints: signed by a known key, of the tree as it is, each growing out of the one before, the same as outside."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from store.database import Connection
from store.errors import DecodeError
from store.log.checkpoint import Checkpoint, parse_checkpoint
from store.log.notes import VerifierKey, parse_note, verify_note
from store.log.spans import spans_of
from store.log.stretches import digest_of_leaves
from store.log.tiles import WIDTH
from store.log.verifying.gaps import Gaps
from store.log.verifying.report import Progress, Report, counted
from store.log.verifying.runs import check_coverage, leaves_anew
from store.log.verifying.tree import Growing
from store.queries import queries

SIGNATURE = "— "
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """A row of log_checkpoint."""

    size: int
    root: bytes
    note: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Outside:
    """What is known of the log besides the database.

    Attributes
    ----------
    trusted : keys of which one must have signed
    checkpoints : the append-only file, None where there is none
    length : its bytes before the snapshot was taken; what was appended since may be newer than the snapshot
    """

    trusted: Sequence[VerifierKey] = ()
    checkpoints: Path | None = None
    length: int = 0

    @classmethod
    def of(cls, trusted: Sequence[VerifierKey], checkpoints: Path) -> Outside:
        """As it is now: to be asked before the snapshot."""
        try:
            return cls(trusted, checkpoints, checkpoints.stat().st_size)
        except FileNotFoundError:
            return cls(trusted)


def check_log(
    connection: Connection,
    gaps: Gaps,
    outside: Outside,
    report: Report,
    progress: Progress,
    *,
    since: int = 0,
) -> None:
    """Make every leaf, tile and head anew and compare. The connection is in a snapshot (``logverify.begin``).

    Leaves below ``since`` are taken as they stand in the tiles; from the whole tile that holds it on everything is made anew.
    """
    sql = queries("logverify")
    newest = connection.execute(sql["newest_checkpoint"]).fetchone()
    total = int(connection.execute(sql["count_leaves"]).fetchall()[0][0])
    if (newest[0] if newest else 0) != total:
        report.differ("size_differs", "log_checkpoint", newest[0] if newest else 0, "size", total)
    start = min(since, total) // WIDTH * WIDTH
    keys = _keys(connection, outside.trusted, report)
    growing = Growing(connection, newest, report, start)
    advance = progress("leaves", total - start)
    heads = _heads(connection, start, keys, report)
    head = next(heads, None)
    leaves = counted(leaves_anew(connection, gaps, report, start), advance)
    while tile := list(islice(leaves, WIDTH)):
        growing.grow(tile)
        while head is not None and head.size <= growing.size:
            _check_root(head, growing, report)
            head = next(heads, None)
    while head is not None:
        report.differ("checkpoint_beyond", "log_checkpoint", head.size, "size", head.size, growing.size)
        head = next(heads, None)
    growing.finish()
    for first_leaf, kind, latest, sealed_at in connection.execute(sql["sealed_before"]):
        # A clock was turned, or the time of a record was.
        report.differ("sealed_before", "log_run", first_leaf, kind, sealed_at, latest)
    _check_drops(connection, report)
    check_coverage(connection, report)
    _check_file(connection, outside, report)


def _keys(connection: Connection, trusted: Iterable[VerifierKey], report: Report) -> list[VerifierKey]:
    keys = []
    for name, key_id, public_key, _, _ in connection.execute(queries("logverify")["keys"]):
        key = VerifierKey(name, public_key)
        keys.append(key)
        if key.key_id != key_id:
            report.differ("key_differs", "log_key", name, "key_id", key_id, key.key_id)
    extra = list(trusted)
    if extra and not any(key in keys for key in extra):
        report.differ("key_untrusted", "log_key", "*", None, ", ".join(key.vkey() for key in keys))
    return [*keys, *(key for key in extra if key not in keys)]


def _heads(connection: Connection, start: int, keys: Sequence[VerifierKey], report: Report) -> Iterator[Head]:
    """The heads beyond ``start``, oldest first, each held against its own note on the way."""
    before: Head | None = None
    names = {key.name for key in keys}
    with connection.cursor(name="verify_heads") as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(queries("logverify")["checkpoints"], {"start": start})
        for row in cursor:
            head = Head(*row)
            report.checked["checkpoint"] += 1
            told = _read(head, keys, report)
            if told is not None:
                _compare(head, told, names, report)
            if before is not None and head.sealed_at < before.sealed_at:
                report.differ(
                    "clock_back", "log_checkpoint", head.size, "sealed_at", head.sealed_at, before.sealed_at
                )
            before = head
            yield head


def _compare(head: Head, told: Checkpoint, names: Container[str], report: Report) -> None:
    for column, stored, wanted in (
        ("size", head.size, told.size),
        ("root", head.root.hex(), told.root.hex()),
        ("sealed_at", head.sealed_at, told.sealed_at),
    ):
        if stored != wanted:
            report.differ("checkpoint_differs", "log_checkpoint", head.size, column, stored, wanted)
    if told.origin not in names:
        report.differ("origin_differs", "log_checkpoint", head.size, "note", told.origin)


def _read(head: Head, keys: Sequence[VerifierKey], report: Report) -> Checkpoint | None:
    """What a note says; that a known key has signed it is checked on the way."""
    try:
        note = parse_note(head.note)
        told = parse_checkpoint(note.text)
    except DecodeError as error:
        report.differ("note_malformed", "log_checkpoint", head.size, "note", error.message)
        return None
    try:
        signed = bool(verify_note(note, keys))
    except DecodeError:
        signed = False  # it says to be of a key of ours, and is not
    if not signed:
        report.differ("signature_wrong", "log_checkpoint", head.size, "note")
    return told


def _check_root(head: Head, growing: Growing, report: Report) -> None:
    if head.size <= growing.size - WIDTH or head.size <= 0:
        report.differ("checkpoint_differs", "log_checkpoint", head.size, "size", head.size)
        return
    root = growing.root(head.size)
    if root != head.root:
        report.differ("root_differs", "log_checkpoint", head.size, "root", head.root, root)


def _check_drops(connection: Connection, report: Report) -> None:
    for number, leaves, digest in connection.execute(queries("logverify")["drop_digests"]).fetchall():
        try:
            found = digest_of_leaves(connection, spans_of(leaves))
        except ValueError:
            found = None  # without an end
        if found != digest:
            report.differ("drop_differs", "retention_drop", number, "leaf_digest", digest, found)


def _check_file(connection: Connection, outside: Outside, report: Report) -> None:
    """The file only grows: what stands there and not here was taken away, or an older database was put back."""
    if outside.checkpoints is None:
        report.unverifiable["no_checkpoint_file"] += 1
        return
    notes = _notes_of(outside.checkpoints, outside.length)
    while batch := {_size_of(note): note for note in islice(notes, AT_ONCE)}:
        sizes = [size for size in batch if size is not None]
        found: dict[int | None, str] = dict(
            connection.execute(queries("logverify")["notes"], {"sizes": sizes}).fetchall()
        )
        for size, note in batch.items():
            report.checked["checkpoint_outside"] += 1
            if found.get(size) != note:
                report.differ("checkpoint_lost", "log_checkpoint", size, "note", found.get(size), note)


def _notes_of(path: Path, length: int) -> Iterator[str]:
    """The notes of a file that they were appended to: each ends with its signatures. A last one that was cut off is left out."""
    lines: list[str] = []
    signed = False
    read = 0
    with path.open("rb") as file:
        for raw in file:
            read += len(raw)
            if read > length:
                break
            line = raw.decode("utf-8", "replace")
            signature = line.startswith(SIGNATURE)
            if signed and not signature:
                yield "".join(lines)
                lines, signed = [], False
            if line.strip() or lines:
                lines.append(line)
            signed = signed or (signature and line.endswith("\n"))
    if signed:
        yield "".join(lines)


def _size_of(note: str) -> int | None:
    lines = note.splitlines()
    size = lines[1] if len(lines) > 1 else ""
    return int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None

"""Checkpoints: signed by a known key, of the tree as it is, each growing out of the one before, the same as outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the clock of a checkpoint may be behind that of what it seals."""


SIGNATURE = "— "


@dataclass(frozen=True, slots=True)
class Head:
    """A row of log_checkpoint."""

    size: int
    root: bytes
    note: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Outside:
    """What is known of the log besides the database: keys of which one must have signed, and the append-only file."""

    trusted: Sequence[VerifierKey] = ()
    checkpoints: Path | None = None


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
    heads = [Head(*row) for row in connection.execute(sql["checkpoints"])]
    total = int(connection.execute(sql["count_leaves"]).fetchall()[0][0])
    _check_notes(heads, _keys(connection, outside.trusted, report), report)
    newest = (heads[-1].size, heads[-1].root) if heads else None
    if (newest[0] if newest else 0) != total:
        report.differ("size_differs", "log_checkpoint", newest[0] if newest else 0, "size", total)
    start = min(since, total) // WIDTH * WIDTH
    growing = Growing(connection, newest, report, start)
    advance = progress("leaves", total - start)
    waiting = (head for head in heads if head.size > start)
    head = next(waiting, None)
    leaves = counted(leaves_anew(connection, gaps, report, start), advance)
    while tile := list(islice(leaves, WIDTH)):
        growing.grow(tile)
        while head is not None and head.size <= growing.size:
            _check_root(head, growing, report)
            head = next(waiting, None)
    while head is not None:
        report.differ("checkpoint_beyond", "log_checkpoint", head.size, "size", head.size, growing.size)
        head = next(waiting, None)
    growing.finish()
    _check_times(connection, heads, report)
    _check_drops(connection, report)
    check_coverage(connection, report)
    if outside.checkpoints is not None:
        _check_file(outside.checkpoints, heads, report)


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


def _check_notes(heads: Sequence[Head], keys: Sequence[VerifierKey], report: Report) -> None:
    before: Head | None = None
    names = {key.name for key in keys}
    for head in heads:
        report.checked["checkpoint"] += 1
        told = _read(head, keys, report)
        if told is not None:
            for column, stored, wanted in (
                ("size", head.size, told.size),
                ("root", head.root.hex(), told.root.hex()),
                ("sealed_at", head.sealed_at, told.sealed_at),
            ):
                if stored != wanted:
                    report.differ("checkpoint_differs", "log_checkpoint", head.size, column, stored, wanted)
            if told.origin not in names:
                report.differ("origin_differs", "log_checkpoint", head.size, "note", told.origin)
        if before is not None and head.sealed_at < before.sealed_at:
            report.differ(
                "clock_back", "log_checkpoint", head.size, "sealed_at", head.sealed_at, before.sealed_at
            )
        before = head


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


def _check_times(connection: Connection, heads: Sequence[Head], report: Report) -> None:
    """A head that tells a time before the time of what it seals: a clock was turned, or the time of a record was."""
    following = iter(heads)
    head = next(following, None)
    for first_leaf, count, kind, latest in connection.execute(queries("logverify")["latest_by_run"]):
        while head is not None and head.size < first_leaf + count:
            head = next(following, None)
        if head is not None and latest - head.sealed_at > CLOCK_TOLERANCE:
            report.differ("sealed_before", "log_run", first_leaf, kind, head.sealed_at, latest)


def _check_drops(connection: Connection, report: Report) -> None:
    for number, leaves, digest in connection.execute(queries("logverify")["drop_digests"]).fetchall():
        try:
            found = digest_of_leaves(connection, spans_of(leaves))
        except ValueError:
            found = None  # without an end
        if found != digest:
            report.differ("drop_differs", "retention_drop", number, "leaf_digest", digest, found)


def _check_file(path: Path, heads: Sequence[Head], report: Report) -> None:
    """The file only grows: what stands there and not here was taken away, or an older database was put back."""
    try:
        kept = set(_notes_of(path))
    except FileNotFoundError:
        report.unverifiable["no_checkpoint_file"] += 1
        return
    notes = {head.note for head in heads}
    for note in sorted(kept - notes):
        report.differ("checkpoint_lost", "log_checkpoint", _size_of(note), "note", None, note)
    report.checked["checkpoint_outside"] += len(kept)


def _notes_of(path: Path) -> Iterator[str]:
    """The notes of a file that they were appended to: each ends with its signatures. A last one that was cut off is left out."""
    lines: list[str] = []
    signed = False
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            signature = line.startswith(SIGNATURE)
            if signed and not signature:
                yield "".join(lines)
                lines, signed = [], False
            if line.strip() or lines:
                lines.append(line)
            signed = signed or (signature and line.endswith("\n"))
    if signed:
        yield "".join(lines)


def _size_of(note: str) -> str:
    lines = note.splitlines()
    return lines[1] if len(lines) > 1 else "?"

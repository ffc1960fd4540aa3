"""The file of a package as a whole: the signed note in the comment of its ZIP stands over every byte before it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from api.verifier.keys import Keys
from api.verifier.outcome import Check, NotAPackage
from store.errors import DecodeError
from store.log.notes import parse_note

CONTAINER = "outfall/container/v1"
_TEXT = re.compile(re.escape(CONTAINER) + r"\n([0-9a-f]{64})\n", re.ASCII)
_END = b"PK\x05\x06"
_END_SIZE = 22
_COMMENT_MOST = 0xFFFF
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Container:
    """What the end of the file says.

    Attributes
    ----------
    digest : SHA-256 of everything before the two bytes that tell the length of the comment, in hex
    comment : the comment as it stands there
    declared : its length as the ZIP tells it
    """

    digest: str
    comment: bytes
    declared: int


def read_container(path: Path) -> Container:
    """Find the end of the ZIP. Raises NotAPackage ``file_empty``, ``not_a_zip``, ``zip_truncated`` or ``file_unreadable``."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            begin = file.read(4)
            file.seek(max(0, size - _COMMENT_MOST - _END_SIZE))
            end = file.read()
            if not size:
                raise NotAPackage("file_empty")
            found = end.rfind(_END)
            if found < 0 or len(end) - found < _END_SIZE:
                raise NotAPackage("zip_truncated" if begin == b"PK\x03\x04" else "not_a_zip")
            declared = int.from_bytes(end[found + 20 : found + 22], "little")
            covered = size - len(end) + found + 20
            digest = hashlib.sha256()
            file.seek(0)
            while covered and (block := file.read(min(_BLOCK, covered))):
                digest.update(block)
                covered -= len(block)
    except OSError as error:
        raise NotAPackage("file_not_read", why=error.strerror or type(error).__name__) from error
    return Container(digest.hexdigest(), end[found + _END_SIZE :], declared)


def check_container(container: Container | None, keys: Keys) -> Check:
    """Whether any byte of the file was changed since it was signed; None = the files lie in a folder."""
    check = Check("container")
    if container is None:
        check.doubt("container_unpacked")
        return check
    comment = container.comment
    if not comment:
        check.fail("container_unsigned")
        return check
    if len(comment) > container.declared:
        check.fail("container_extra_bytes", count=len(comment) - container.declared)
    elif len(comment) < container.declared:
        check.fail("container_cut_off", count=container.declared - len(comment))
    comment = comment[: container.declared]
    try:
        note = parse_note(comment.decode("utf-8"))
        told = _TEXT.fullmatch(note.text)
        if told is None or len(note.signatures) != 1:
            raise DecodeError("the comment says something else", code="note_malformed")
    except (DecodeError, UnicodeDecodeError):
        check.fail("container_unsigned")
        return check
    if told[1] != container.digest:
        check.fail("container_changed", told=told[1], found=container.digest)
    keys.verify(check, note, "container")
    return check

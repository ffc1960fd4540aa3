"""Signatures and heads: the signed note over the bag, the checkpoint of the log, and the checkpoints before it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.verifier.description import Description
from api.verifier.keys import Keys
from api.verifier.outcome import Check, Malformed
from api.verifier.plainjson import read_json
from api.verifier.sources import Source
from store.errors import DecodeError
from store.log.checkpoint import Checkpoint, parse_checkpoint
from store.log.merkle import verify_consistency
from store.log.notes import Note, VerifierKey, parse_note

EVIDENCE = "outfall/evidence/v1"
SIGNATURE_FILE = "signature.txt"
CHECKPOINT_FILE = "data/log/checkpoint.txt"
EARLIER_FILE = "data/log/earlier.json"
EARLIER_MOST = 1000
PROOF_MOST = 256
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Head:
    """A checkpoint and the very bytes of its note, which stamps stand over."""

    checkpoint: Checkpoint
    note: bytes


def read_note(source: Source, name: str) -> Note:
    """A signed note in a file. Raises Malformed ``note_malformed``."""
    try:
        return parse_note(source.text(name))
    except DecodeError:
        raise Malformed("note_malformed", file=name) from None


def check_signature(
    source: Source, description: Description | None, keys: Keys
) -> tuple[Check, VerifierKey | None]:
    """Whether the package is signed as it is: identifier and digests of both tag manifests; and by which key."""
    check = Check("signature")
    note = read_note(source, SIGNATURE_FILE)
    lines = note.text.split("\n")
    if len(lines) != 5 or lines[0] != EVIDENCE:
        check.fail("note_malformed", file=SIGNATURE_FILE)
        return check, None
    told = {"tagmanifest-sha256.txt": lines[2], "tagmanifest-sm3.txt": lines[3]}
    for name, digest in told.items():
        if hashlib.sha256(source.read(name)).hexdigest() != digest:
            check.fail("signature_of_other_content", file=name)
    named = {"bag-info.txt": _external_identifier(source)}
    if description is not None:
        named["data/package.json"] = description.identifier
    for name, identifier in named.items():
        if identifier != lines[1]:
            check.fail("identifier_differs", file=name, found=(identifier or "")[:200], signed=lines[1][:200])
    if len(note.signatures) != 1:
        check.fail("note_malformed", file=SIGNATURE_FILE)
    signer = keys.verify(check, note, SIGNATURE_FILE)
    check.say(identifier=lines[1][:200])
    return check, signer


def _external_identifier(source: Source) -> str | None:
    label = "External-Identifier: "
    for line in source.text("bag-info.txt").splitlines():
        if line.startswith(label):
            return line[len(label) :]
    return None


def check_checkpoint(source: Source, description: Description, keys: Keys) -> tuple[Check, Head | None]:
    """Whether the checkpoint is signed and the one that the package is as of."""
    check = Check("checkpoint")
    note = read_note(source, CHECKPOINT_FILE)
    keys.verify(check, note, CHECKPOINT_FILE)
    try:
        checkpoint = parse_checkpoint(note.text)
    except DecodeError:
        check.fail("checkpoint_malformed", file=CHECKPOINT_FILE)
        return check, None
    check.say(origin=checkpoint.origin, size=checkpoint.size, time=checkpoint.sealed_at)
    if (checkpoint.size, checkpoint.root.hex()) != (description.size, description.root):
        check.fail("checkpoint_not_as_of", told=description.size, found=checkpoint.size)
    if any(key.name != checkpoint.origin for key in keys.own):
        check.fail("origin_differs", origin=checkpoint.origin)
    return check, Head(checkpoint, note.encode().encode())


def check_earlier(source: Source, head: Head, keys: Keys) -> tuple[Check, list[Head]]:
    """Whether the earlier checkpoints are signed, and the log only grew from each of them to the package's."""
    check = Check("earlier")
    listed = read_json(source.read(EARLIER_FILE), file=EARLIER_FILE) if EARLIER_FILE in source else []
    if not isinstance(listed, list) or len(listed) > EARLIER_MOST:
        raise Malformed("json_malformed", file=EARLIER_FILE, why="a list of checkpoints is expected")
    heads = []
    for entry in listed:
        found = _earlier(check, entry, head.checkpoint, keys)
        if found is not None:
            heads.append(found)
    heads.sort(key=lambda each: each.checkpoint.size)
    for one, later in zip(heads, [*heads[1:], head]):  # noqa: B905 - Python 3.9
        if one.checkpoint.sealed_at > later.checkpoint.sealed_at:
            check.fail("earlier_clock", size=one.checkpoint.size, later=later.checkpoint.size)
    check.say(count=len(heads))
    if not listed:
        check.skip()
    return check, heads


def _earlier(check: Check, entry: Any, newest: Checkpoint, keys: Keys) -> Head | None:
    try:
        size, text, proof = entry["size"], entry["note"], _proof(entry["proof"])
        note = parse_note(text)
        checkpoint = parse_checkpoint(note.text)
    except (DecodeError, TypeError, KeyError, ValueError):
        check.fail("checkpoint_malformed", file=EARLIER_FILE)
        return None
    if keys.verify(check, note, f"{EARLIER_FILE} {checkpoint.size}") is None:
        return None
    if checkpoint.size != size or checkpoint.origin != newest.origin:
        check.fail("earlier_of_another_log", size=checkpoint.size, origin=checkpoint.origin)
        return None
    if not verify_consistency(size, newest.size, proof, checkpoint.root, newest.root):
        check.fail("earlier_inconsistent", size=size)
        return None
    return Head(checkpoint, text.encode())


def _proof(listed: Sequence[Any]) -> list[bytes]:
    if len(listed) > PROOF_MOST or not all(
        isinstance(each, str) and _HASH.fullmatch(each) for each in listed
    ):
        raise ValueError("no hashes")
    return [bytes.fromhex(each) for each in listed]

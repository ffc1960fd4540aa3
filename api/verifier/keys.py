"""The keys that a package is checked with: those that somebody trusts, and those that the package brings along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.verifier.outcome import Check, Malformed
from api.verifier.plainjson import read_json
from api.verifier.sources import Source
from store.errors import DecodeError
from store.log.notes import Note, VerifierKey, parse_vkey, verify_note

KEYS_FILE = "data/log/keys.json"
KEY_FILE_MOST = 1 << 16


class Keys:
    """``trusted`` is None when no key was given; ``own`` are those of the package.

    What signs the package as a whole must be trusted. It covers the package's list of keys, so it vouches for the older keys in
    there, with which earlier checkpoints were signed.
    """

    def __init__(self, trusted: Sequence[VerifierKey] | None, own: Sequence[VerifierKey]) -> None:
        self.trusted = trusted
        self.own = own

    def verify(self, check: Check, note: Note, what: str) -> VerifierKey | None:
        """The key that signed a note; says in the check what is wrong with its signature."""
        try:
            return verify_note(note, [*(self.trusted or ()), *self.own])[0]
        except DecodeError as error:
            told = ", ".join(f"{each.name}+{each.key_id.hex()}" for each in note.signatures)
            wrong = error.code == "note_signature_wrong"
            check.fail("signature_wrong" if wrong else "signature_unknown", what=what, key=told[:300])
        return None


def read_trusted(given: str) -> list[VerifierKey]:
    """The keys that ``--key`` names: a verifier key, or a file with one a line.

    Raises Malformed ``key_malformed``, ``key_not_read``.
    """
    try:
        return [parse_vkey(given.strip())]
    except DecodeError:
        path = Path(given)
    try:
        with path.open(encoding="utf-8") as file:
            lines = file.read(KEY_FILE_MOST).splitlines()
        found = [parse_vkey(line.strip()) for line in lines if line.strip() and not line.startswith("#")]
    except (OSError, ValueError) as error:
        raise Malformed("key_not_read", key=given[:200], why=type(error).__name__) from error
    except DecodeError as error:
        raise Malformed("key_malformed", key=given[:200]) from error
    if not found:
        raise Malformed("key_malformed", key=given[:200])
    return found


def read_own(source: Source) -> list[VerifierKey]:
    """The keys in ``data/log/keys.json``. Raises Malformed."""
    listed = read_json(source.read(KEYS_FILE), file=KEYS_FILE)
    if not isinstance(listed, list):
        raise Malformed("json_malformed", file=KEYS_FILE, why="a list is expected")
    return [_key(entry) for entry in listed]


def _key(entry: Any) -> VerifierKey:
    try:
        key = parse_vkey(entry["vkey"])
        told = (entry["name"], entry["key_id"])
    except (DecodeError, TypeError, KeyError):
        raise Malformed("json_malformed", file=KEYS_FILE, why="an entry is no key") from None
    if told != (key.name, key.key_id.hex()):
        raise Malformed("json_malformed", file=KEYS_FILE, why="name and key_id are not those of the key")
    return key


def check_key(keys: Keys, signer: VerifierKey | None) -> Check:
    """Whether the key that signed the package is one that is trusted."""
    check = Check("key")
    if signer is None:
        check.doubt("key_not_known") if keys.trusted is None else check.fail("key_not_known")
        return check
    check.say(name=signer.name, key_id=signer.key_id.hex())
    if keys.trusted is None:
        check.doubt("key_own", name=signer.name, key_id=signer.key_id.hex())
    elif signer not in keys.trusted:
        told = ", ".join(f"{key.name}+{key.key_id.hex()}" for key in keys.trusted)
        check.fail("key_wrong", name=signer.name, key_id=signer.key_id.hex(), trusted=told[:300])
    return check

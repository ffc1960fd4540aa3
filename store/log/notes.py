"""Signed notes of C2SP with Ed25519: a text, an empty line, and a line for each signature.

::

    outfall/5d0c2f...                      the text: whole lines
    128
    ...

    — outfall/5d0c2f... Az3grl...          em dash, name of the key, base64 of key id (4 bytes) and signature

A verifier key (vkey) is ``<name>+<key id in hex>+<base64 of the algorithm and the public key>``. Parsing is strict: what is
accepted encodes to the very same bytes again, so there are no two forms of one note. Standard library and ``cryptography`` only.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from store.errors import DecodeError

ED25519, COSIGNATURE = 1, 4
"""Algorithms of C2SP: a plain signature, and a witness's with its time (cosignature/v1)."""

SIGNATURES_MOST = 100
NOTE_BYTES_MOST = 1_000_000

_NAME = re.compile(r"[^\s+]+")
_VKEY = re.compile(r"(?P<name>[^\s+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]+={0,2})", re.ASCII)
_LINE = re.compile(r"— (?P<name>[^\s+]+) (?P<value>[A-Za-z0-9+/]+={0,2})")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Signature:
    """A signature line: ``value`` are the bytes after the key id; for a cosignature 8 bytes of time come first."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """As it stands in a note, with its newline."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A signed text. ``text`` is whole lines, each with its newline."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> str:
        """The note as it is kept and sent."""
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)


@dataclass(frozen=True)
class VerifierKey:
    """A public key that signs notes under a name. ``algorithm`` is ED25519 or COSIGNATURE."""

    name: str
    public_key: bytes
    algorithm: int = ED25519

    @property
    def key_id(self) -> bytes:
        """Four bytes that name the key in a signature line."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public_key).digest()[:4]

    def vkey(self) -> str:
        """The key as text."""
        encoded = base64.b64encode(bytes([self.algorithm]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def made(self, signature: Signature, text: str) -> bool:
        """Whether this key made the signature over this text."""
        value, message = signature.value, text.encode()
        if self.algorithm == COSIGNATURE:
            told, value = int.from_bytes(value[:8], "big"), value[8:]
            message = f"cosignature/v1\ntime {told}\n".encode() + message
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(value, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key that signs notes under a name."""

    name: str
    private_key: Ed25519PrivateKey = field(repr=False, compare=False)

    @property
    def key(self) -> VerifierKey:
        """Its public side."""
        raw = self.private_key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return VerifierKey(self.name, raw)


def sign_note(text: str, signers: Sequence[Signer]) -> Note:
    """Sign a text with every signer, in their order. Raises ValueError for a text that no note can hold."""
    if wrong := _text_wrong(text):
        raise ValueError(f"a note cannot hold this text: {wrong}")
    signatures = []
    for signer in signers:
        if not _NAME.fullmatch(signer.name):
            raise ValueError(f"a key cannot be named {signer.name!r}")
        key = signer.key
        signatures.append(Signature(key.name, key.key_id, signer.private_key.sign(text.encode())))
    return Note(text, tuple(signatures))


def parse_note(note: str) -> Note:
    """Take a note apart; signatures are not verified. Raises DecodeError ``note_malformed``."""
    if len(note) > NOTE_BYTES_MOST:
        raise _malformed("it is too long")
    # The signatures stand after the last empty line; the text may have empty lines of its own.
    text, separator, lines = note.rpartition("\n\n")
    if not separator:
        raise _malformed("no empty line stands before the signatures")
    text += "\n"
    if wrong := _text_wrong(text):
        raise _malformed(wrong)
    return Note(text, tuple(parse_signatures(lines)))


def parse_signatures(lines: str) -> list[Signature]:
    """Signature lines by themselves, as a witness answers. Raises DecodeError ``note_malformed``."""
    if not lines.endswith("\n"):
        raise _malformed("the last signature is cut off")
    found = lines[:-1].split("\n")
    if len(found) > SIGNATURES_MOST:
        raise _malformed(f"it has more than {SIGNATURES_MOST} signatures")
    return [_signature(line) for line in found]


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """The keys, out of those given, that signed the note; signatures of other keys are ignored.

    Raises DecodeError ``note_signature_wrong`` when a signature names one of the keys and is not by it, and ``note_unsigned``
    when none of the keys signed.
    """
    known = {(key.name, key.key_id): key for key in keys}
    signed = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None or key in signed:
            continue
        if not key.made(signature, note.text):
            raise DecodeError(
                f"The signature of {signature.name} is not by its key: the text or the signature was changed.",
                code="note_signature_wrong",
                name=signature.name,
                key_id=signature.key_id.hex(),
            )
        signed.append(key)
    if not signed:
        raise DecodeError("None of the known keys has signed the note.", code="note_unsigned")
    return signed


def parse_vkey(text: str) -> VerifierKey:
    """A verifier key from its text. Raises DecodeError ``key_malformed``."""
    match = _VKEY.fullmatch(text)
    encoded = _decoded(match["key"]) if match else None
    if match is None or encoded is None or len(encoded) != 33 or encoded[0] not in (ED25519, COSIGNATURE):
        raise DecodeError(
            "This is no verifier key: <name>+<8 hex digits>+<base64> is expected.", code="key_malformed"
        )
    key = VerifierKey(match["name"], encoded[1:], encoded[0])
    if key.key_id.hex() != match["id"]:
        raise DecodeError("The id in the verifier key is not that of its name and key.", code="key_malformed")
    return key


def _signature(line: str) -> Signature:
    match = _LINE.fullmatch(line)
    decoded = _decoded(match["value"]) if match else None
    if match is None or decoded is None or len(decoded) < 5:
        raise _malformed(f"this is no signature line: {line[:80]!r}")
    return Signature(match["name"], decoded[:4], decoded[4:])


def _decoded(encoded: str) -> bytes | None:
    """Base64 in its one canonical form; None for anything else."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == encoded else None


def _text_wrong(text: str) -> str | None:
    if not text.endswith("\n") or text == "\n":
        return "the text is not whole lines"
    if _CONTROLS.search(text):
        return "a control character stands in the text"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "the text is not UTF-8"
    return None


def _malformed(why: str) -> DecodeError:
    return DecodeError(f"This is no signed note: {why}.", code="note_malformed", why=why)

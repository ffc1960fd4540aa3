"""Signed notes are those of C2SP: the published example to the byte, and nothing that has a second form."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from store.errors import DecodeError
from store.log.notes import (
    COSIGNATURE,
    Note,
    Signature,
    Signer,
    VerifierKey,
    parse_note,
    parse_signatures,
    parse_vkey,
    sign_note,
    verify_note,
)

# The example in the documentation of golang.org/x/mod/sumdb/note, from which C2SP signed-note comes.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
NOTE = f"{TEXT}\n{LINE}"
PETER = Signer(
    "PeterNeumann", Ed25519PrivateKey.from_private_bytes(base64.b64decode(SKEY.split("+", 4)[4])[1:])
)
OTHER = Signer("outfall/0011223344556677", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def code_of(call: object, *arguments: object) -> str:
    with pytest.raises(DecodeError) as refused:
        call(*arguments)  # type: ignore[operator]
    return refused.value.code


def test_signing_the_published_text_gives_the_published_note() -> None:
    assert sign_note(TEXT, [PETER]).encode() == NOTE


def test_the_published_note_is_by_the_published_key() -> None:
    key = parse_vkey(VKEY)
    assert (key.name, key.key_id.hex(), key.vkey()) == ("PeterNeumann", "c74f20a3", VKEY)
    assert PETER.key == key
    note = parse_note(NOTE)
    assert note.text == TEXT
    assert verify_note(note, [key, OTHER.key]) == [key]


def test_a_note_may_carry_the_signatures_of_several_keys() -> None:
    note = parse_note(sign_note(TEXT, [OTHER, PETER]).encode())
    assert verify_note(note, [PETER.key, OTHER.key]) == [OTHER.key, PETER.key]
    assert verify_note(note, [PETER.key]) == [PETER.key]


def test_a_text_may_hold_empty_lines() -> None:
    note = sign_note("one\n\ntwo\n\n", [OTHER])
    assert parse_note(note.encode()) == note


def test_a_note_that_no_known_key_signed_proves_nothing() -> None:
    assert code_of(verify_note, parse_note(NOTE), [OTHER.key]) == "note_unsigned"
    assert code_of(verify_note, parse_note(NOTE), []) == "note_unsigned"
    # The same key under another name is another key.
    renamed = VerifierKey("Peter", PETER.key.public_key)
    assert code_of(verify_note, parse_note(NOTE), [renamed]) == "note_unsigned"


def test_a_wrong_signature_of_a_known_key_is_an_error_beside_a_good_one() -> None:
    good = sign_note(TEXT, [PETER])
    bad = Signature(OTHER.name, OTHER.key.key_id, bytes(64))
    assert (
        code_of(verify_note, Note(TEXT, (*good.signatures, bad)), [PETER.key, OTHER.key])
        == "note_signature_wrong"
    )


@given(st.integers(0, 8 * len(NOTE.encode()) - 1))
def test_a_flipped_bit_anywhere_in_a_note_is_found(bit: int) -> None:
    changed = bytearray(NOTE.encode())
    changed[bit // 8] ^= 1 << bit % 8
    try:
        note = parse_note(changed.decode())
        verify_note(note, [PETER.key])
    except (UnicodeDecodeError, DecodeError):
        return
    pytest.fail(f"accepted with bit {bit} turned")


MALFORMED = [
    ("", "nothing"),
    (TEXT, "no signatures"),
    (f"{TEXT}\n", "an empty list of signatures"),
    (NOTE[:-1], "cut off by one byte"),
    (NOTE.replace("— ", "- "), "a hyphen for the dash"),
    (NOTE.replace("—", " —"), "an indented signature"),
    (NOTE.replace("AM=\n", "AN=\n"), "base64 with bits that mean nothing"),
    (NOTE.replace("AM=\n", "AM\n"), "base64 without its padding"),
    (NOTE.replace("AM=\n", "AM= \n"), "a blank at the end of a line"),
    (NOTE.replace("\n", "\r\n"), "lines of another system"),
    (NOTE + "\n", "an empty line at the end"),
    (NOTE + "more\n", "something after the signatures"),
    (NOTE.replace("PeterNeumann", "Peter Neumann"), "a name with a blank"),
    (NOTE.replace("PeterNeumann", "Peter+Neumann"), "a name with a plus sign"),
    (f"\n\n{LINE}", "an empty text"),
    (f"a\tb\n\n{LINE}", "a tab in the text"),
    (f"a\0b\n\n{LINE}", "NUL in the text"),
    (f"a\ud800b\n\n{LINE}", "half a surrogate pair"),
    (TEXT + "\n" + LINE * 101, "too many signatures"),
    (f"{TEXT}\n— a AAAA\n", "a signature of no length"),
    ("a" * 1_000_001 + f"\n\n{LINE}", "too long"),
]


@pytest.mark.parametrize(("note", "_remark"), MALFORMED)
def test_a_malformed_note_is_refused(note: str, _remark: str) -> None:
    assert code_of(parse_note, note) == "note_malformed"


@given(st.text(max_size=200), st.integers(0, 2))
def test_what_is_accepted_encodes_to_the_same_text(text: str, signatures: int) -> None:
    given_note = f"{text}\n\n" + LINE * signatures
    try:
        note = parse_note(given_note)
    except DecodeError:
        return
    assert note.encode() == given_note


@pytest.mark.parametrize("text", ["", "\n", "no newline", "a\rb\n", "\x7f\n"])
def test_a_text_that_no_note_can_hold_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        sign_note(text, [OTHER])


WRONG_KEYS = [
    ("", "nothing"),
    (VKEY[1:], "a name that is not the one of the id"),
    (VKEY.replace("c74f20a3", "c74f20a4"), "another id"),
    (VKEY.replace("c74f20a3", "C74F20A3"), "an id in capitals"),
    (VKEY[:-4], "a shorter key"),
    (VKEY + "AAAA", "a longer key"),
    (VKEY.replace("+ARpc", "+ZRpc"), "an unknown algorithm"),
    (VKEY + "\n", "a newline"),
    (SKEY, "a private key"),
]


@pytest.mark.parametrize(("vkey", "_remark"), WRONG_KEYS)
def test_a_wrong_verifier_key_is_refused(vkey: str, _remark: str) -> None:
    assert code_of(parse_vkey, vkey) == "key_malformed"


def test_a_cosignature_covers_the_time_that_it_tells() -> None:
    key = VerifierKey("witness.example/w1", OTHER.key.public_key, COSIGNATURE)
    time = 1_764_155_000
    signed = OTHER.private_key.sign(f"cosignature/v1\ntime {time}\n{TEXT}".encode())
    line = Signature(key.name, key.key_id, time.to_bytes(8, "big") + signed).line()
    [signature] = parse_signatures(line)
    assert key.made(signature, TEXT)
    later = Signature(key.name, key.key_id, (time + 1).to_bytes(8, "big") + signed)
    assert not key.made(later, TEXT)
    assert not key.made(signature, TEXT + "more\n")
    assert parse_vkey(key.vkey()) == key


def test_a_signer_keeps_its_private_key_to_itself() -> None:
    assert "private" not in repr(OTHER)

"""The key that signs: made once, kept to itself, replaced in the open."""

from __future__ import annotations

import re
import shutil
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from store.errors import LogError, OutfallError, SettingsError
from store.log.keys import key_file, load_signer, next_key_file, public_keys, write_key
from store.log.notes import parse_note, verify_note
from store.log.rotation import rotate
from store.log.sealing import latest, seal
from tests.integration.log.world import World


def code_of(call: object) -> str:
    with pytest.raises(OutfallError) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


def turn(world: World, **given: bool) -> None:
    rotate(world.connection, world.settings, lambda: world.now, actor="operator", origin="cli", **given)


def test_the_first_sealing_makes_a_key_that_only_the_owner_reads(world: World) -> None:
    signer = world.signer
    path = world.settings.home / "log" / "signing-key.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert re.fullmatch(r"outfall/[0-9a-f]{16}", signer.name)
    assert world.signer == signer
    [known] = public_keys(world.connection)
    assert (known.key, known.retired_at) == (signer.key, None)
    assert [row["action"] for row in world.ask("audit")] == ["log:key:made"]
    world.seal_all()
    world.check()


def test_a_key_that_lies_there_already_is_taken_and_the_log_can_be_named(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "elsewhere" / "key.pem"
    key = Ed25519PrivateKey.generate()
    write_key(path, key)
    settings = world.settings.model_copy(
        update={"log_key_file": path, "log_origin": "huangzhong.example/log"}
    )
    signer = load_signer(settings, world.connection)
    assert signer.name == "huangzhong.example/log"
    assert signer.private_key.private_bytes_raw() == key.private_bytes_raw()
    # The name belongs to the log from then on.
    renamed = settings.model_copy(update={"log_origin": "other"})
    assert load_signer(renamed, world.connection) == signer


def test_a_signer_opens_a_connection_of_its_own_when_it_is_given_none(world: World) -> None:
    assert load_signer(world.settings) == world.signer


def test_another_key_than_the_known_one_is_refused_with_the_way_out(world: World) -> None:
    path = key_file(world.settings)
    signer = world.signer
    path.unlink()
    with pytest.raises(LogError, match="rotate-key --lost") as refused:
        load_signer(world.settings, world.connection)
    assert (refused.value.code, refused.value.facts["key_id"]) == ("log_key_unknown", signer.key.key_id.hex())
    assert not path.exists()
    write_key(path, Ed25519PrivateKey.generate())
    assert code_of(lambda: load_signer(world.settings, world.connection)) == "log_key_unknown"
    assert len(public_keys(world.connection)) == 1


WRONG_FILES = [
    (b"", 0o600, "log_key_malformed"),
    (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0o600, "log_key_malformed"),
    (None, 0o640, "log_key_open"),
    (None, 0o604, "log_key_open"),
]


@pytest.mark.parametrize(("content", "mode", "code"), WRONG_FILES)
def test_a_key_file_that_cannot_be_trusted_is_refused(
    world: World, content: bytes | None, mode: int, code: str
) -> None:
    path = key_file(world.settings)
    write_key(path, Ed25519PrivateKey.generate())
    if content is not None:
        path.write_bytes(content)
    path.chmod(mode)
    assert code_of(lambda: load_signer(world.settings, world.connection)) == code


def test_a_key_that_cannot_be_written_is_named_not_half_made(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    settings = world.settings.model_copy(update={"log_key_file": tmp_path / "file" / "key.pem"})
    with pytest.raises(SettingsError) as refused:
        load_signer(settings, world.connection)
    assert refused.value.code in ("log_key_unwritable", "log_key_malformed")
    assert public_keys(world.connection) == []


def test_a_new_key_comes_in_signed_by_the_old_one_and_as_a_record(world: World) -> None:
    world.messages(5)
    old = world.signer
    turn(world)
    new = world.signer
    assert new.key != old.key
    assert new.name == old.name
    keys = public_keys(world.connection)
    assert [known.key for known in keys] == [old.key, new.key]
    assert keys[0].retired_at == keys[1].since
    head = latest(world.connection)
    assert head is not None
    assert verify_note(parse_note(head.note), [old.key, new.key]) == [old.key, new.key]
    leaves = world.check()
    assert sum(b'"table":"log_key"' in leaf for leaf in leaves) == 3  # made, retired, made
    world.messages(1)
    world.seal_all()
    head = latest(world.connection)
    assert head is not None
    assert [signature.key_id for signature in parse_note(head.note).signatures] == [new.key.key_id]
    assert [(row["action"], row["actor"]) for row in world.ask("audit")] == [
        ("log:key:made", "system"),
        ("log:key:rotated", "operator"),
    ]


def test_a_process_that_still_has_the_old_key_cannot_seal_with_it(world: World) -> None:
    old = world.signer
    turn(world)
    world.messages(1)
    assert code_of(lambda: seal(world.connection, old, world.now)) == "log_key_unknown"


def test_a_rotation_that_was_cut_off_is_finished_or_as_if_it_had_not_begun(
    world: World, tmp_path: Path
) -> None:
    path = key_file(world.settings)
    old = world.signer
    kept = tmp_path / "kept.pem"
    shutil.copy(path, kept)
    # Cut off before its commit: a next key lies there, and nobody knows it.
    write_key(next_key_file(path), Ed25519PrivateKey.generate())
    assert world.signer == old
    turn(world)
    new = world.signer
    # Cut off between its commit and its last step: the file is still the old one.
    path.rename(next_key_file(path))
    shutil.copy(kept, path)
    assert world.signer == new
    assert not next_key_file(path).exists()
    world.messages(1)
    world.seal_all()
    world.check()


def test_a_lost_key_is_replaced_with_a_break_that_everybody_sees(world: World) -> None:
    world.seal_all()
    old = world.signer
    key_file(world.settings).unlink()
    assert code_of(lambda: turn(world)) == "log_key_unknown"
    turn(world, lost=True)
    head = latest(world.connection)
    assert head is not None
    assert code_of(lambda: verify_note(parse_note(head.note), [old.key])) == "note_unsigned"
    world.check()
    assert world.ask("audit")[-1]["action"] == "log:key:lost"


def test_there_is_nothing_to_lose_before_a_key_was_made(world: World) -> None:
    assert code_of(lambda: turn(world, lost=True)) == "log_key_missing"

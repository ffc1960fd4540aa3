"""Recovery codes, and what is sealed with the key file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from store.errors import SettingsError
from store.identity import recovery
from store.identity.sealing import key_file, load_sealer
from store.settings import Settings, load_settings


def test_a_recovery_code_is_read_however_it_is_typed() -> None:
    codes = recovery.new_codes()
    assert len(set(codes)) == recovery.COUNT == 10
    for code in codes:
        plain = recovery.plain(code)
        assert plain is not None and len(plain) == 16
        assert recovery.plain(f" {code.upper()} ") == recovery.plain(code.replace("-", " ")) == plain


@pytest.mark.parametrize(
    "typed", ["", "123456", "abcd-efgh-jkmn", "abcd-efgh-jkmn-pqr0", "abcd-efgh-jkmn-pqrs-t"]
)
def test_what_cannot_be_a_recovery_code_is_none(typed: str) -> None:
    assert recovery.plain(typed) is None


def settings(home: Path, **given: object) -> Settings:
    return load_settings(home=home, **given)


def test_what_is_sealed_opens_with_the_same_key_for_the_same_place_only(tmp_path: Path) -> None:
    sealer = load_sealer(settings(tmp_path))
    sealed = sealer.seal(b"secret", "second_factor:1")
    assert b"secret" not in sealed
    assert sealer.seal(b"secret", "second_factor:1") != sealed, "a fresh nonce each time"
    again = load_sealer(settings(tmp_path))
    assert again.open(sealed, "second_factor:1") == b"secret"
    assert again.open(sealed, "second_factor:2") is None, "moved to another user's row"
    assert again.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "second_factor:1") is None, "changed"
    assert again.open(b"", "second_factor:1") is None
    other = load_sealer(settings(tmp_path / "elsewhere"))
    assert other.open(sealed, "second_factor:1") is None, "another key"


def test_the_key_lies_outside_the_database_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    load_sealer(settings(tmp_path))
    file = tmp_path / "secrets" / "identity-key"
    assert file == key_file(settings(tmp_path))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["identity-key"]
    named = tmp_path / "named"
    load_sealer(settings(tmp_path, identity_key_file=named))
    assert named.exists() and named.read_bytes() != file.read_bytes()


def test_a_key_that_others_read_or_that_is_none_is_refused_without_showing_it(tmp_path: Path) -> None:
    load_sealer(settings(tmp_path))
    file = key_file(settings(tmp_path))
    kept = file.read_text(encoding="ascii").strip()
    file.chmod(0o644)
    with pytest.raises(SettingsError) as refused:
        load_sealer(settings(tmp_path))
    assert refused.value.code == "identity_key_open"
    file.chmod(0o600)
    file.write_text(kept[:-8], encoding="ascii")
    with pytest.raises(SettingsError) as refused:
        load_sealer(settings(tmp_path))
    assert refused.value.code == "identity_key_malformed"
    assert kept[:-8] not in str(refused.value)

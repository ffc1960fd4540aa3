"""What must be read again but not by who reads the database: sealed with a key that lies in a file outside of it.

AES-256-GCM; the place that a sealed text belongs to is authenticated with it, so that nobody can move one to another user's row.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import SettingsError
from store.settings import Settings

KEY_BYTES = 32
NONCE_BYTES = 12


class Sealer:
    """Seals and opens with one key, which no representation shows."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, content: bytes, place: str) -> bytes:
        """Nonce and cipher text; ``place`` says what it is and whose, for example ``second_factor:17``."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes | None:
        """The content, or None when it was sealed with another key, for another place, or was changed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError):
            return None


def key_file(settings: Settings) -> Path:
    """Where the key lies."""
    return settings.identity_key_file or settings.home / "secrets" / "identity-key"


def load_sealer(settings: Settings) -> Sealer:
    """The sealer of this installation; its key is made at the first use.

    Raises SettingsError ``identity_key_malformed``, ``identity_key_open`` (others may read it) and ``identity_key_unwritable``.
    """
    path = key_file(settings)
    key = _read(path)
    return Sealer(key if key is not None else _make(path))


def _read(path: Path) -> bytes | None:
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(
            f"The identity key {path} cannot be read: {error.strerror}.", code="identity_key_malformed"
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(
            f"The identity key {path} may be read by others: run `chmod 600 {path}`.",
            code="identity_key_open",
        )
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError(
            f"{path} does not hold {KEY_BYTES} bytes in base 64. Put the right key there (OUTFALL_IDENTITY_KEY_FILE); if it is "
            "lost, remove the file and reset the second factor of each user (`outfall user reset-totp`).",
            code="identity_key_malformed",
        )
    return key


def _make(path: Path) -> bytes:
    """Write a fresh key that nobody else can read. Of two processes that do so at once, one wins and both use its key."""
    key = secrets.token_bytes(KEY_BYTES)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(base64.b64encode(key) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        try:
            # A link is made only where nothing stands yet.
            os.link(temporary, path)
        except FileExistsError:
            found = _read(path)
            if found is None:
                raise
            return found
        finally:
            temporary.unlink()
    except OSError as error:
        raise SettingsError(
            f"The identity key {path} cannot be written: {error.strerror}. Set OUTFALL_IDENTITY_KEY_FILE.",
            code="identity_key_unwritable",
        ) from error
    return key

"""The key that signs the log: a file outside the database, known to the database by its public side.

The key is made at the first sealing. From then on the database knows which key signs, and a file with another one is refused: two
machines that seal with two keys would each believe the other's checkpoints forged.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from store import audit, clock
from store.database import Connection, connect
from store.errors import LogError, SettingsError
from store.log.notes import Signer, VerifierKey
from store.queries import queries
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signs or has signed the log."""

    key: VerifierKey
    since: datetime
    retired_at: datetime | None


def key_file(settings: Settings) -> Path:
    """Where the private key lies."""
    return settings.log_key_file or settings.home / "log" / "signing-key.pem"


def next_key_file(path: Path) -> Path:
    """Where a new key lies until the database knows it."""
    return path.with_name(f"{path.name}.next")


def public_keys(connection: Connection) -> list[PublicKey]:
    """Every key that has signed, oldest first; the last one signs now."""
    found = connection.execute(queries("log")["keys"]).fetchall()
    return [
        PublicKey(VerifierKey(name, public_key), since, retired_at)
        for name, _, public_key, since, retired_at in found
    ]


def current_key(connection: Connection) -> VerifierKey | None:
    """The key that signs now; None before the first sealing."""
    row = connection.execute(queries("log")["current_key"]).fetchone()
    return None if row is None else VerifierKey(row[0], row[2])


def load_signer(settings: Settings, connection: Connection | None = None) -> Signer:
    """The key that signs now, from its file; before the first sealing it is made, and registered on a connection of its own.

    Raises LogError ``log_key_unknown`` when the database knows another key than the file holds, and SettingsError
    ``log_key_malformed``, ``log_key_open`` (others may read it) or ``log_key_unwritable``.
    """
    if connection is None:
        with connect(settings.database(), name="log-key") as own:
            return load_signer(settings, own)
    path = key_file(settings)
    with connection.transaction():
        private, current = read_key(path), current_key(connection)
    if current is not None and private is not None and _same(private, current):
        return Signer(current.name, private)
    with connection.transaction():
        # Another process may be at the same; it is over when the lock is ours.
        connection.execute(queries("log")["lock_log"])
        private, current = read_key(path), current_key(connection)
        if current is None:
            return _first(settings, connection, path, private)
        if private is not None and _same(private, current):
            return Signer(current.name, private)
        following = read_key(next_key_file(path))
        if following is not None and _same(following, current):
            # A rotation was cut off between its commit and its last step.
            next_key_file(path).replace(path)
            sync_folder(path.parent)
            return Signer(current.name, following)
    found = "does not exist" if private is None else "holds another one"
    raise LogError(
        f"The log is signed by the key {current.key_id.hex()} of {current.name}, and {path} {found}. "
        "Put the right key there (OUTFALL_LOG_KEY_FILE); if it is lost, `outfall log rotate-key --lost` begins with a "
        "new one, and every reader will see the break.",
        code="log_key_unknown",
        key_id=current.key_id.hex(),
    )


def register(
    connection: Connection,
    signer: Signer,
    at: datetime,
    action: str,
    actor: str = "system",
    origin: str = "system",
) -> None:
    """Make a key the one that signs from now on, with its audit entry; what signed until now must be retired already."""
    key = signer.key
    arguments = {"name": key.name, "key_id": key.key_id, "public_key": key.public_key, "since": at}
    connection.execute(queries("log")["add_key"], arguments)
    audit.record(
        connection, actor=actor, origin=origin, action=action, subject=key.name, detail={"vkey": key.vkey()}
    )


def read_key(path: Path) -> Ed25519PrivateKey | None:
    """A private key from its file, None when there is no file. Raises SettingsError."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(
            f"The signing key {path} cannot be read: {error.strerror}.", code="log_key_malformed"
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(
            f"The signing key {path} may be read by others: run `chmod 600 {path}`.", code="log_key_open"
        )
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"{path} holds no private key in PEM without a password.", code="log_key_malformed"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{path} holds a key that is not Ed25519.", code="log_key_malformed")
    return key


def write_key(path: Path, key: Ed25519PrivateKey) -> None:
    """Write a private key that nobody else can read, so that it is whole after a power cut. Raises SettingsError."""
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise SettingsError(
            f"The signing key {path} cannot be written: {error.strerror}.", code="log_key_unwritable"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make names in a folder last over a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _first(
    settings: Settings, connection: Connection, path: Path, private: Ed25519PrivateKey | None
) -> Signer:
    """The log begins: make the key unless a file is there, and the log's name."""
    if private is None:
        private = Ed25519PrivateKey.generate()
        write_key(path, private)
    signer = Signer(settings.log_origin or f"outfall/{secrets.token_hex(8)}", private)
    register(connection, signer, clock.now(), "log:key:made")
    return signer


def _same(private: Ed25519PrivateKey, key: VerifierKey) -> bool:
    return Signer(key.name, private).key == key

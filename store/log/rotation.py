"""A new key for the log: the checkpoint that brings it in is signed by the old one too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from store.database import Connection
from store.errors import LogError
from store.log.checkpoint import Checkpoint
from store.log.keys import current_key, key_file, load_signer, next_key_file, register, write_key
from store.log.notes import Signer
from store.log.sealing import seal_all, seal_step
from store.queries import queries
from store.settings import Settings


def rotate(
    connection: Connection,
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    actor: str = "system",
    origin: str = "system",
    lost: bool = False,
) -> tuple[Signer, Checkpoint]:
    """Make a new key, bring it into the log, and retire the old one; the file is replaced at the very end.

    The new key lies beside the old one until the database knows it, so a cut at any moment leaves one that can go on
    (``load_signer`` finishes what was cut off).

    Parameters
    ----------
    lost : the old key is not there any more: only the new one signs, which every reader sees as a break

    Raises LogError ``log_key_missing`` when no key has signed yet, and what ``load_signer`` and ``seal`` raise.
    """
    path = key_file(settings)
    old = None if lost else load_signer(settings, connection)
    if old is not None:
        seal_all(connection, old, clock)
    sql = queries("log")
    with connection.transaction():
        connection.execute(sql["lock_log"])
        current = current_key(connection)
        if current is None:
            raise LogError(
                "No key has signed the log yet: there is nothing to replace.", code="log_key_missing"
            )
        if old is not None and old.key != current:
            raise LogError("Another rotation was quicker: nothing was done.", code="log_key_unknown")
        new = Signer(current.name, Ed25519PrivateKey.generate())
        write_key(next_key_file(path), new.private_key)
        at = clock()
        connection.execute(sql["retire_key"], {"at": at})
        register(connection, new, at, "log:key:lost" if lost else "log:key:rotated", actor, origin)
        # The records of both keys wait by now, so there is something to seal.
        checkpoint = seal_step(connection, [new] if old is None else [old, new], at)
        assert checkpoint is not None
    return load_signer(settings, connection), checkpoint

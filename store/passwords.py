"""Secrets of people and programs: password hashes, generated passwords, token texts and their digests."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from threading import BoundedSemaphore

import argon2

# OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. The semaphore bounds memory and processor
# time that guesses can take: two hashes at once are 38 MiB.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_TURNS = BoundedSemaphore(2)

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256

# No letters that look alike, because the password is read from a terminal: no 0 O 1 l I.
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def generate_password() -> str:
    """A password of 16 characters (93 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


def hash_password(password: str) -> str:
    """The argon2id hash of a password, in PHC form."""
    with _TURNS:
        return _HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits the hash.

    None as hash (no such user) takes as long as a wrong password and is False, so that nobody learns names by the clock.
    """
    with _TURNS:
        try:
            _HASHER.verify(password_hash or _nobody(), password)
        except argon2.exceptions.VerifyMismatchError:
            return False
    return password_hash is not None


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


def new_secret() -> str:
    """32 random bytes as text: a session secret, a token, a CSRF token."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """SHA-256 of a secret of 32 random bytes; such a secret needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()

"""Passwords: generated once, kept one a file, never fixed and never printed by the stack itself."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

from deploy.stack.home import Home

PASSWORD_BYTES = 24
"""192 random bits, written URL-safe, so that a password needs no quoting in a URL, a shell or stack.env."""

BROKER_ITERATIONS = 101
"""PBKDF2 rounds of Mosquitto's own tool. Stretching protects guessable passwords; ours are random, and every reconnect pays."""

BROKER_SALT_BYTES = 12


def secret(home: Home, name: str) -> str:
    """The password called ``name`` of this home, made on first use."""
    path = home.secrets / name
    known = stored(path)
    if known is not None:
        return known
    made = secrets.token_urlsafe(PASSWORD_BYTES)
    home.write(path, made + "\n")
    return made


def stored(path: Path) -> str | None:
    """The password in a file, or None when there is none."""
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def broker_password_line(user: str, password: str, *, salt: bytes | None = None) -> str:
    """One line of Mosquitto's password file: ``user:$7$iterations$salt$PBKDF2-HMAC-SHA512``, salt and hash in base 64."""
    salt = salt if salt is not None else secrets.token_bytes(BROKER_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, BROKER_ITERATIONS)
    parts = ("7", str(BROKER_ITERATIONS), base64.b64encode(salt).decode(), base64.b64encode(digest).decode())
    return f"{user}:${'$'.join(parts)}"

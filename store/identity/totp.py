"""Codes of an authenticator app. Pure.

TOTP (RFC 6238) with SHA-1, six digits and steps of 30 seconds: what every app knows.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import datetime
from hmac import compare_digest

import pyotp

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226, section 4: 160 bits are recommended
# A telephone's clock may be half a minute off (RFC 6238, section 5.2: one step of delay).
DRIFT_STEPS = 1


def new_secret() -> bytes:
    """A fresh secret."""
    return secrets.token_bytes(SECRET_BYTES)


def key_text(secret: bytes) -> str:
    """The secret as people type it into an app: base 32 in groups of four."""
    text = _base32(secret)
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address(secret: bytes, *, account: str, issuer: str) -> str:
    """The ``otpauth://`` address that an app reads from the QR code."""
    return pyotp.TOTP(_base32(secret)).provisioning_uri(name=account, issuer_name=issuer)


def step_of(moment: datetime) -> int:
    """Number of the 30-second step that a moment lies in."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The six digits of a step."""
    return pyotp.TOTP(_base32(secret)).generate_otp(step)


def accepted_step(secret: bytes, code: str, *, at: datetime, after: int) -> int | None:
    """The step whose code this is, or None when it is of no step around ``at`` or of none later than ``after``.

    ``after`` is the step of the last code that was taken: who reads a code over a shoulder cannot use it again.
    """
    digits = "".join(code.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    now = step_of(at)
    return next(
        (
            step
            for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
            if step > after and compare_digest(code_at(secret, step), digits)
        ),
        None,
    )


def _base32(secret: bytes) -> str:
    return b32encode(secret).decode("ascii").rstrip("=")

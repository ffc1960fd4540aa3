"""One way to the provider and back: what is remembered of it while the browser is away. Pure.

It travels in a cookie of that browser, sealed, so that nothing need be kept for those who never come back, and an answer of the
provider serves in the browser that asked for it and in no other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from store.identity.sealing import Sealer

HOLDS = timedelta(minutes=10)
_PLACE = "openid_attempt"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt.

    Attributes
    ----------
    state : comes back with the answer (RFC 6749, 10.12)
    nonce : comes back within the ID token, so that a token of another attempt is refused
    verifier : proves to the token endpoint that we began this attempt (PKCE, RFC 7636)
    wanted : path to go to afterwards
    until : Unix time after which it is over
    """

    state: str
    nonce: str
    verifier: str
    wanted: str
    until: int

    def challenge(self) -> str:
        """The challenge of the verifier, method S256."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def begin(wanted: str, at: datetime) -> Attempt:
    """A fresh attempt."""
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    return Attempt(state, nonce, secrets.token_urlsafe(48), wanted, int((at + HOLDS).timestamp()))


def seal(attempt: Attempt, sealer: Sealer) -> str:
    """The value of the cookie."""
    content = json.dumps(asdict(attempt), ensure_ascii=True).encode("ascii")
    return base64.urlsafe_b64encode(sealer.seal(content, _PLACE)).rstrip(b"=").decode("ascii")


def unseal(value: str | None, sealer: Sealer, at: datetime) -> Attempt | None:
    """The attempt of a cookie; None when there is none, it is not ours, or it is over."""
    if not value:
        return None
    try:
        sealed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return None
    content = sealer.open(sealed, _PLACE)
    if content is None:
        return None
    attempt = Attempt(**json.loads(content))
    return attempt if at.timestamp() < attempt.until else None

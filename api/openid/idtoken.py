"""The ID token: signature, issuer, audience, times, nonce (OpenID Connect Core, 3.1.3.7). Pure; keys and time are arguments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet

from api.openid.config import Config
from store.errors import NotAllowed
from store.identity.openid import Claimed

LEEWAY_SECONDS = 60  # two clocks that are kept
OLDEST_SECONDS = 600  # a token is made while the browser waits; an older one is of another time
LONGEST_SUBJECT = 255  # OpenID Connect Core, 2
_SIGNING = frozenset({"RSA", "EC", "OKP"})


class UnknownKey(Exception):
    """The token is signed by a key that is not in the set: the provider may have a new one by now."""


def key_set(document: Mapping[str, Any]) -> KeySet:
    """The keys of a JWKS document that can sign; what we do not understand is left out (RFC 7517, 5)."""
    found = document.get("keys")
    keys = []
    for entry in found if isinstance(found, list) else []:
        if (
            not isinstance(entry, dict)
            or entry.get("kty") not in _SIGNING
            or entry.get("use", "sig") != "sig"
        ):
            continue
        try:
            keys.append(JWKRegistry.import_key(entry))
        except (JoseError, ValueError, TypeError):
            continue
    return KeySet(keys)


def verified(token: str, keys: KeySet, algorithms: Collection[str]) -> Mapping[str, Any]:
    """The claims of a token whose signature holds.

    Raises UnknownKey, and NotAllowed ``openid_token_wrong`` with the reason in ``why``.
    """
    if not keys.keys:
        raise UnknownKey
    try:
        return jwt.decode(token, keys, algorithms=sorted(algorithms)).claims
    except InvalidKeyIdError as error:
        raise UnknownKey from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise token_wrong(f"signature ({type(error).__name__})") from error


def check(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, at: datetime) -> str:
    """The subject of claims that are for us, now, and for this attempt. Raises NotAllowed ``openid_token_wrong``."""
    now = at.timestamp()
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    expires, issued = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    subject = claims.get("sub")
    if claims.get("iss") != issuer:
        raise token_wrong("iss")
    if client_id not in audiences:
        raise token_wrong("aud")
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        raise token_wrong("azp")
    if expires is None or now >= expires + LEEWAY_SECONDS:
        raise token_wrong("exp")
    if issued is None or not now - OLDEST_SECONDS - LEEWAY_SECONDS <= issued <= now + LEEWAY_SECONDS:
        raise token_wrong("iat")
    if claims.get("nonce") != nonce:
        raise token_wrong("nonce")
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise token_wrong("sub")
    return subject


def claimed_of(claims: Mapping[str, Any], subject: str, config: Config) -> Claimed:
    """What checked claims say of somebody, in our words."""
    name, shown = claims.get(config.name_claim), claims.get("name")
    given = claims.get(config.role_claim) if config.role_claim is not None else None
    values = given if isinstance(given, list) else [given]
    return Claimed(
        issuer=config.issuer,
        subject=subject,
        name=name.lower() if isinstance(name, str) else None,
        display_name=shown if isinstance(shown, str) else None,
        role=next((role for value, role in config.roles.items() if value in values), None),
        role_claimed=config.role_claim is not None,
    )


def token_wrong(why: str) -> NotAllowed:
    """The error for a token that is refused."""
    return NotAllowed(f"The ID token is refused: {why}.", code="openid_token_wrong", why=why)


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

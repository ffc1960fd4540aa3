"""What a provider says of itself (OpenID Connect Discovery 1.0), checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from store.errors import NotAllowed

# Signatures that need no secret of ours and are not broken. `none` and HS256 are not among them, whatever a provider says.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where a provider's doors are, and what it can do."""

    authorization: str
    token: str
    keys: str
    end_session: str | None
    algorithms: frozenset[str]
    token_auth: frozenset[str]
    names_itself: bool  # adds iss to its answers (RFC 9207)


def metadata_of(document: Mapping[str, Any], issuer: str) -> Metadata:
    """The metadata of a discovery document. Raises NotAllowed ``openid_provider_wrong`` with the reason in ``why``."""
    if document.get("issuer") != issuer:
        raise provider_wrong(f"it calls itself {document.get('issuer')!r:.200}, not {issuer}")
    told = document.get("id_token_signing_alg_values_supported") or ["RS256"]
    algorithms = ALGORITHMS & set(_texts(told))
    if not algorithms:
        raise provider_wrong("it signs with no algorithm that is safe")
    methods = document.get("code_challenge_methods_supported")
    if methods is not None and "S256" not in _texts(methods):
        raise provider_wrong("it knows no PKCE with S256")
    secure = urlsplit(issuer).scheme == "https"
    end = document.get("end_session_endpoint")
    return Metadata(
        authorization=_address(document, "authorization_endpoint", secure),
        token=_address(document, "token_endpoint", secure),
        keys=_address(document, "jwks_uri", secure),
        end_session=None if end is None else _address(document, "end_session_endpoint", secure),
        algorithms=algorithms,
        token_auth=frozenset(
            _texts(document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"])
        ),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def provider_wrong(why: str) -> NotAllowed:
    """The error for a provider that does not keep to the standard."""
    return NotAllowed(f"The OpenID provider cannot be used: {why}.", code="openid_provider_wrong", why=why)


def _address(document: Mapping[str, Any], name: str, secure: bool) -> str:
    address = document.get(name)
    parts = urlsplit(address) if isinstance(address, str) else None
    fits = (
        parts is not None
        and parts.netloc != ""
        and (
            parts.scheme == "https" or (not secure and parts.scheme == "http" and parts.hostname in _LOOPBACK)
        )
    )
    if not fits or not isinstance(address, str):
        raise provider_wrong(f"its {name} is no https address")
    return address


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

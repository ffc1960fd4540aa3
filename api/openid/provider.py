"""The provider: discovered once an hour, its keys fetched anew when a token names one that is unknown."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from joserfc.jwk import KeySet

from api.openid import idtoken
from api.openid.attempt import Attempt
from api.openid.config import Config
from api.openid.fetch import away, fetch
from api.openid.metadata import Metadata, metadata_of
from store.errors import NotAllowed
from store.identity.openid import Claimed

logger = logging.getLogger(__name__)

DISCOVERY_HOLDS = timedelta(hours=1)
WELL_KNOWN = "/.well-known/openid-configuration"


class Provider:
    """Safe to use from several threads; two of them may fetch the same thing, which harms nobody."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._lock = Lock()
        self._metadata: tuple[datetime, Metadata] | None = None
        self._keys: KeySet | None = None

    def authorization_address(self, attempt: Attempt, redirect_uri: str, at: datetime) -> str:
        """Where a browser is sent to. Raises StoreError ``openid_away`` and NotAllowed ``openid_provider_wrong``."""
        query = {
            "response_type": "code",
            "client_id": self.config.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.config.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge(),
            "code_challenge_method": "S256",
        }
        address = self._discovered(at).authorization
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def check_answer(self, answer: Mapping[str, str], attempt: Attempt, at: datetime) -> str:
        """The code in what the browser brought back.

        Raises NotAllowed ``openid_state_wrong``, ``openid_issuer_wrong`` and ``openid_refused``, with what the provider said.
        """
        if answer.get("state") != attempt.state:
            raise NotAllowed("The answer belongs to no sign-in of this browser.", code="openid_state_wrong")
        named = answer.get("iss")
        if (named is not None or self._discovered(at).names_itself) and named != self.config.issuer:
            # Mix-up with another provider (RFC 9207).
            raise NotAllowed("The answer is of another provider.", code="openid_issuer_wrong")
        code = answer.get("code")
        if not code:
            said = answer.get("error", "")[:80]
            raise NotAllowed(f"The provider refused: {said}.", code="openid_refused", why=said)
        return code

    def redeem(self, code: str, attempt: Attempt, redirect_uri: str, at: datetime) -> Claimed:
        """Who a code stands for: exchanged for the ID token, and that checked.

        Raises StoreError ``openid_away`` and NotAllowed ``openid_code_refused``, ``openid_token_wrong`` and
        ``openid_provider_wrong``.
        """
        metadata = self._discovered(at)
        token = self._exchange(metadata, code, attempt, redirect_uri)
        try:
            claims = idtoken.verified(token, self._key_set(metadata), metadata.algorithms)
        except idtoken.UnknownKey:
            claims = self._with_new_keys(metadata, token)
        config = self.config
        subject = idtoken.check(
            claims, issuer=config.issuer, client_id=config.client_id, nonce=attempt.nonce, at=at
        )
        return idtoken.claimed_of(claims, subject, config)

    def end_address(self) -> str | None:
        """Where somebody signs out at the provider too; None when it has no such place, or nothing of it is known yet."""
        with self._lock:
            known = self._metadata
        if known is None or known[1].end_session is None:
            return None
        address = known[1].end_session
        return f"{address}{'&' if '?' in address else '?'}{urlencode({'client_id': self.config.client_id})}"

    def _discovered(self, at: datetime) -> Metadata:
        with self._lock:
            known = self._metadata
        if known is not None and at - known[0] < DISCOVERY_HOLDS:
            return known[1]
        address = self.config.issuer.rstrip("/") + WELL_KNOWN
        status, document = fetch("GET", address)
        if status != 200:
            raise away(address, f"status {status}")
        metadata = metadata_of(document, self.config.issuer)
        with self._lock:
            self._metadata = (at, metadata)
        return metadata

    def _exchange(self, metadata: Metadata, code: str, attempt: Attempt, redirect_uri: str) -> str:
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        secret, auth = self.config.secret(), None
        if secret is not None and "client_secret_basic" in metadata.token_auth:
            # RFC 6749, 2.3.1: both are form-encoded first.
            auth = (quote(self.config.client_id, safe=""), quote(secret, safe=""))
        else:
            data["client_id"] = self.config.client_id
            if secret is not None:
                data["client_secret"] = secret
        status, answer = fetch("POST", metadata.token, data=data, auth=auth)
        if status >= 500:
            raise away(metadata.token, f"status {status}")
        token = answer.get("id_token")
        if status != 200 or not isinstance(token, str):
            said = str(answer.get("error", status))[:80]
            logger.warning("openid: %s: %s", metadata.token, said)
            raise NotAllowed(f"The provider refuses the code: {said}.", code="openid_code_refused", why=said)
        return token

    def _with_new_keys(self, metadata: Metadata, token: str) -> Mapping[str, Any]:
        try:
            return idtoken.verified(token, self._fetch_keys(metadata), metadata.algorithms)
        except idtoken.UnknownKey as error:
            raise idtoken.token_wrong("kid") from error

    def _key_set(self, metadata: Metadata) -> KeySet:
        with self._lock:
            known = self._keys
        return known if known is not None else self._fetch_keys(metadata)

    def _fetch_keys(self, metadata: Metadata) -> KeySet:
        status, document = fetch("GET", metadata.keys)
        if status != 200:
            raise away(metadata.keys, f"status {status}")
        keys = idtoken.key_set(document)
        with self._lock:
            self._keys = keys
        return keys


def provider_of(config: Config | None) -> Provider | None:
    """The provider of a configuration; None when sign-in by OpenID is not configured."""
    return None if config is None else Provider(config)

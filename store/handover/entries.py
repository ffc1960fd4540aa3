"""The entries of a connectors file: where leads can be handed over to, and how Outfall shows there who it is."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from store.channelsentries import SECRET_LEAST, Secret, Url, address_of
from store.sitestypes import Identifier, Part

KINDS = ("city_bureau", "mobile_enforcement", "platform_12369")

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Bearer(Part):
    """A token in ``Authorization: Bearer``."""

    token: Annotated[Secret, Field(repr=False)]


class Hmac(Part):
    """HMAC-SHA256 in ``X-Outfall-Signature`` over moment, key of the hand-over, and the digests of what is sent."""

    key_id: Identifier
    secret: Annotated[Secret, Field(repr=False, min_length=SECRET_LEAST)]


class ConnectorEntry(Part):
    """One receiver.

    Attributes
    ----------
    package : ``along`` sends the file of the evidence package, ``reference`` only its digest and number
    receipt : ``digest`` wants an answer that repeats the digest of the document; ``status`` is content with any 2xx
    trial : a receiver for trials; leads of sample configuration may go there and nowhere else
    """

    id: Identifier
    kind: Literal["city_bureau", "mobile_enforcement", "platform_12369"]
    url: Annotated[Url, Field(repr=False)]
    bearer: Bearer | None = None
    hmac: Hmac | None = None
    timeout_seconds: Annotated[int, Field(ge=1, le=120)] = 30
    package: Literal["along", "reference"] = "along"
    receipt: Literal["digest", "status"] = "digest"
    trial: bool = False

    @model_validator(mode="after")
    def _known_to_the_receiver(self) -> ConnectorEntry:
        if (self.bearer is None) == (self.hmac is None):
            raise ValueError("needs one of bearer and hmac, so that the receiver knows who sends")
        # Loopback without TLS is for trials and for a proxy on the same machine.
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("the address must begin with https://, because a case file goes there")
        return self

    def options(self) -> dict[str, Any]:
        """What may be shown."""
        shown = self.model_dump(mode="json", include={"timeout_seconds", "package", "receipt", "trial"})
        auth = "bearer" if self.bearer is not None else "hmac"
        return {**shown, "address": address_of(self.url), "auth": auth}

    def secrets(self) -> dict[str, Any]:
        """What nobody may see: the whole address too, whose path may be a key."""
        if self.hmac is not None:
            return {"url": self.url, "key_id": self.hmac.key_id, "secret": self.hmac.secret}
        assert self.bearer is not None
        return {"url": self.url, "token": self.bearer.token}

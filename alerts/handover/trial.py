"""Whether a receiver can be reached and knows us, without handing anything over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from alerts.handover.answers import Answer
from alerts.handover.sending import Parcel, send
from store.clock import now
from store.database import Connection
from store.handover.connectors import load_connector
from store.handover.submitting import signed_text
from store.log.canonical import canonical, utc_text
from store.log.notes import Signer, sign_note


def try_connector(
    connection: Connection, connector_id: str, signer: Signer, clock: Callable[[], datetime] = now
) -> Answer:
    """Send a document that says it is a test and holds no lead; nothing is kept. Raises NotFound ``connector_not_found``."""
    connector, at = load_connector(connection, connector_id), clock()
    key = f"test-{uuid4()}"
    document = canonical(
        {
            "format": "outfall-handover",
            "version": 1,
            "test": True,
            "handover": {"key": key, "submitted_at": utc_text(at)},
        }
    )
    digest = hashlib.sha256(document).digest()
    parcel = Parcel(
        key=key,
        document=document,
        signature=sign_note(signed_text(key, digest), [signer]).encode(),
        document_digest=digest.hex(),
        package_digest=hashlib.sha256(b"").hexdigest(),
        package=None,
    )
    return send(connector, parcel, at)

"""Hand-overs as they are kept: reading them with their receipts, and asking for another attempt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from store import audit
from store.database import Connection, rows
from store.errors import Conflict, NotFound
from store.queries import queries
from store.tasks import Caller

_NO_FILTER = dict.fromkeys(("id", "lead_id", "connector", "state", "before"))


def list_handovers(connection: Connection, *, most: int, **filters: object) -> list[dict[str, Any]]:
    """Hand-overs, newest first. Filters: id, lead_id, connector, state, before (an id)."""
    with rows(connection) as cursor:
        found = cursor.execute(
            queries("handover")["handovers"], {**_NO_FILTER, **filters, "most": most}
        ).fetchall()
    return [{**row, "document_digest": row["document_digest"].hex()} for row in found]


def find_handover(connection: Connection, handover_id: int) -> dict[str, Any]:
    """A hand-over with its document, the signature, and every receipt. Raises NotFound ``handover_not_found``."""
    found = list_handovers(connection, most=1, id=handover_id)
    if not found:
        raise NotFound("There is no such hand-over.", code="handover_not_found")
    with rows(connection) as cursor:
        papers = cursor.execute(queries("handover")["papers"], {"id": handover_id}).fetchone()
        receipts = cursor.execute(queries("handover")["receipts"], {"id": handover_id}).fetchall()
    assert papers is not None
    return {**found[0], **papers, "receipts": receipts}


def retry(connection: Connection, handover_id: int, caller: Caller, at: datetime) -> None:
    """Send it again now: after a refusal, or at once instead of later. It stays the same hand-over for the receiver.

    Raises NotFound ``handover_not_found`` and Conflict ``handover_delivered``, ``handed_over`` (anew, since).
    """
    sql = queries("handover")
    with rows(connection) as cursor:
        found = cursor.execute(sql["lock_handover"], {"id": handover_id}).fetchone()
    if found is None:
        raise NotFound("There is no such hand-over.", code="handover_not_found")
    if found["state"] == "delivered":
        raise Conflict(
            f"Hand-over {handover_id} was received.", code="handover_delivered", handover=handover_id
        )
    if found["state"] == "refused":
        standing = connection.execute(sql["handed_over"], found).fetchone()
        if standing is not None:
            raise Conflict(
                f"The lead was handed over to {found['connector_id']} again since (hand-over {standing[0]}).",
                code="handed_over",
                number=found["lead"],
                connector=found["connector_id"],
                handover=standing[0],
            )
    connection.execute(sql["again"], {"id": handover_id, "at": at})
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action="handover:lead:retry",
        subject=str(handover_id),
        detail={"was": found["state"], "connector": found["connector_id"]},
    )

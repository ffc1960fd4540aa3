"""What officers do with alerts. Every action is idempotent and leaves an event and an audit entry."""

from __future__ import annotations

from store import audit
from store.clock import now
from store.database import Connection, rows
from store.errors import NotFound
from store.queries import queries


def acknowledge(
    connection: Connection, alert_id: int, *, actor: str, reason: str | None, origin: str = "system"
) -> bool:
    """Somebody has seen the alert and takes it up, in the caller's transaction.

    Returns False, and changes nothing, when it was acknowledged before: the first name stays. Raises NotFound.
    """
    sql = queries("handling")
    with rows(connection) as cursor:
        alert = cursor.execute(sql["lock_alert"], {"id": alert_id, "site_key": None}).fetchone()
    if alert is None:
        raise NotFound(f"There is no alert {alert_id}.", code="alert_not_found", alert=alert_id)
    if alert["acknowledged_at"] is not None:
        return False
    connection.execute(
        sql["acknowledge_alert"], {"id": alert_id, "at": now(), "actor": actor, "reason": reason}
    )
    audit.record(
        connection,
        actor=actor,
        origin=origin,
        action="alerts:alert:acknowledge",
        subject=alert["number"],
        detail={"reason": reason},
    )
    return True

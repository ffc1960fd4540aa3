"""What people do with alerts: acknowledging."""

from __future__ import annotations

from datetime import datetime

from store import audit
from store.database import Connection, rows
from store.errors import Conflict, NotFound
from store.queries import queries

_SETTLED = ("closed", "lead")


def acknowledge(
    connection: Connection,
    *,
    alert_id: int,
    actor: str,
    origin: str,
    at: datetime,
    reason: str | None = None,
    site_key: int | None = None,
) -> None:
    """Note that ``actor`` has seen the alert and takes it up.

    A cleared alert can be acknowledged too, for it must still be handled.

    Works in the caller's transaction, with an alert event, an audit event and a notification to open pages.

    Raises NotFound ``alert_not_found`` (also for an alert of another site than ``site_key``) and Conflict
    ``already_acknowledged`` or ``alert_settled``.
    """
    sql = queries("handling")
    with rows(connection) as cursor:
        alert = cursor.execute(sql["lock_alert"], {"id": alert_id, "site_key": site_key}).fetchone()
        if alert is None:
            raise NotFound(f"There is no alert {alert_id}.", code="alert_not_found")
        if alert["acknowledged_at"] is not None:
            raise Conflict(
                f"Alert {alert['number']} was acknowledged before, by {alert['acknowledged_by']}.",
                code="already_acknowledged",
                number=alert["number"],
                acknowledged_at=alert["acknowledged_at"].isoformat(),
            )
        if alert["handling"] in _SETTLED:
            raise Conflict(
                f"Alert {alert['number']} is settled ({alert['handling']}); nothing is left to acknowledge.",
                code="alert_settled",
                number=alert["number"],
            )
        cursor.execute(sql["acknowledge_alert"], {"id": alert_id, "at": at, "actor": actor, "reason": reason})
    audit.record(
        connection,
        actor=actor,
        origin=origin,
        action="alerts:alert:acknowledge",
        subject=alert["number"],
        detail={"reason": reason},
    )

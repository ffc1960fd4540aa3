"""Days-late data are told of in one message a site and back-fill: never one a period, never one an alert (预警洪峰, D.2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.book import Book
from alerts.telling import tell_digest
from store.database import Connection
from store.model import Registry
from store.queries import queries
from store.settings import Settings


def digest_late(connection: Connection, registry: Registry, settings: Settings, at: datetime) -> int:
    """Tell of the late alerts of each site whose back-fill has come to rest, once; how many digests. Idempotent.

    A back-fill rests when nothing more was counted for a while and none of its hours waits to be judged. Data that keep trickling
    in are told of after the longest wait.
    """
    sql = queries("alerts")
    arguments = {
        "quiet_before": at - timedelta(minutes=settings.digest_quiet_minutes),
        "waited_before": at - timedelta(minutes=settings.digest_wait_minutes),
    }
    book = Book(connection, at)
    found = connection.execute(sql["sites_to_digest"], arguments).fetchall()
    for site_key, alert_ids in found:
        alerts = book.alerts(alert_ids)
        row = connection.execute(
            sql["keep_digest"], {"site_key": site_key, "alert_ids": alert_ids, "at": at}
        ).fetchone()
        connection.execute(sql["digested"], {"ids": alert_ids})
        for alert in alerts:
            book.note(alert, "digested", detail={"digest": row[0] if row else None, "alerts": len(alert_ids)})
        tell_digest(connection, site_key, alert_ids, at)
    return len(found)

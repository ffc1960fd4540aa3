"""What only time decides about a condition: a pending one has lasted, or one that came back before has been quiet for long."""

from __future__ import annotations

from datetime import datetime

from alerts.book import Book
from alerts.lives import lives_of
from store.database import Connection
from store.model import Registry
from store.queries import queries
from store.settings import Settings

MOST = 500
"""Alerts in one run; the rest waits for the next one, seconds later."""


def watch_conditions(connection: Connection, registry: Registry, settings: Settings, at: datetime) -> int:
    """Raise the pending alerts whose hold time is over, and clear those whose quiet time is; how many. Idempotent."""
    lives = lives_of(settings)
    book = Book(connection, at, lives)
    arguments = {
        "codes": list(lives.hold),
        "seconds": [hold.total_seconds() for hold in lives.hold.values()],
        "at": at,
        "most": MOST,
    }
    lasted = connection.execute(queries("alerts")["pending_over"], arguments).fetchall()
    for alert in book.alerts([row[0] for row in lasted]):
        book.activate(alert)
    quiet = connection.execute(
        queries("alerts")["quiet_over"], {"before": at - lives.flap, "most": MOST}
    ).fetchall()
    for alert in book.alerts([row[0] for row in quiet]):
        book.clear(alert, "quiet", at_once=True)
    return len(lasted) + len(quiet)

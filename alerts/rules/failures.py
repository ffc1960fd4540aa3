"""A rule that throws: an operations alert, the others go on, and it is tried again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.book import Book, Subjects
from alerts.kinds import RULE_FAILED
from alerts.rules.reading import moment
from store.database import Connection
from store.queries import queries

log = logging.getLogger(__name__)

LONGEST = timedelta(hours=1)
"""The wait between two attempts doubles up to this."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A rule that is to look again at the hours or days of [from_time, to_time)."""

    rule: str
    outlet_key: int
    from_time: datetime
    to_time: datetime
    attempts: int = 1


def note(book: Book, failed: Failed, error: Exception, wait: timedelta) -> None:
    """Remember what is to be tried again, and raise or count the alert; in the caller's transaction."""
    log.error("rule %s failed at outlet %d", failed.rule, failed.outlet_key, exc_info=error)
    book.connection.execute(
        queries("rules")["note_failure"],
        {
            "rule": failed.rule,
            "outlet_key": failed.outlet_key,
            "from_time": failed.from_time,
            "to_time": failed.to_time,
            "not_before": book.at + wait,
            "error": described(error),
        },
    )
    keep_alert(book, 1)


def keep_alert(book: Book, more: int) -> None:
    """Bring the one alert about failed rules up to what is still to be tried again; ``more`` failures are new."""
    sql = queries("rules")
    book.connection.execute(sql["lock_failures"])
    failures = book.connection.execute(sql["failures"]).fetchall()
    alerts = book.open_alerts([RULE_FAILED])
    if not failures:
        for alert in alerts:
            book.clear(alert, "rule_works")
        return
    numbers = {"rules": {rule: {"outlets": outlets, "error": error} for rule, outlets, error in failures}}
    if not alerts:
        if more:
            book.raise_alert(RULE_FAILED, Subjects(), seen=book.at, numbers=numbers)
        return
    (alert,) = alerts
    if more or alert.numbers != numbers:
        alert.numbers, alert.last_seen = numbers, max(alert.last_seen, book.at)
        alert.count += more
        book.update(alert)
    if more:
        book.count_again(alert, {"count": alert.count, "at": moment(book.at)})


def settle(connection: Connection, failed: Failed) -> None:
    """It need not be tried again."""
    connection.execute(queries("rules")["settle_failure"], _place(failed))


def postpone(book: Book, failed: Failed, error: Exception, wait: timedelta) -> None:
    """It threw again: wait twice as long as the last time."""
    log.error("rule %s failed again at outlet %d", failed.rule, failed.outlet_key, exc_info=error)
    longer = min(LONGEST, wait * 2 ** min(failed.attempts, 12))
    arguments = {**_place(failed), "not_before": book.at + longer, "error": described(error)}
    book.connection.execute(queries("rules")["postpone_failure"], arguments)


def described(error: Exception) -> str:
    """Kind and message of an error."""
    return f"{type(error).__name__}: {error}"


def _place(failed: Failed) -> dict[str, object]:
    return {"rule": failed.rule, "outlet_key": failed.outlet_key, "from_time": failed.from_time}

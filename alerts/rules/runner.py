"""Runs the rules over what was just judged, and runs those again that threw.

Rules are pure and read one window; each writes its alerts within a savepoint of its own. A rule that throws takes back what it
wrote, raises ``rule_failed`` and stops nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import psycopg

from alerts.book import Book
from alerts.judgement.subject import Subject, subject_of
from alerts.lives import lives_of
from alerts.rules import failures
from alerts.rules.failures import Failed
from alerts.rules.keeping import clear_passed, examined, keep
from alerts.rules.loading import Asked, Loaded, load
from alerts.rules.register import RULES
from alerts.rules.shape import LENGTHS, Rule
from alerts.rules.thresholds import judging_of, thresholds_of
from alerts.windows import hours_between
from store.clock import DAY, day_start
from store.database import Connection
from store.errors import NotFound
from store.model import Outlet, Registry
from store.queries import queries
from store.settings import Settings

MOST = 200
"""Failures tried again in one run of the job."""


def run_rules(
    connection: Connection,
    outlet: Outlet,
    subject: Subject,
    follows: str,
    starts: Collection[datetime],
    settings: Settings,
    at: datetime,
    *,
    judged: bool = True,
    rules: Sequence[Rule] | None = None,
) -> None:
    """Run the rules that follow hours, or days, over some of them, in the caller's transaction.

    Parameters
    ----------
    follows : ``hour`` or ``day``
    starts : starts of the hours or days that were judged, or that minutes came for
    judged : False when none of the hours has a period value yet
    rules : other rules than those registered
    """
    chosen = [rule for rule in (RULES if rules is None else rules) if rule.follows == follows]
    if not starts or not subject.factors or not chosen:
        return
    book = Book(connection, at, lives_of(settings))
    ordered = sorted(starts)
    wait = timedelta(seconds=settings.rule_retry_seconds)

    def failed(rule: Rule, error: Exception) -> None:
        failures.note(
            book, Failed(rule.code, outlet.key, ordered[0], ordered[-1] + LENGTHS[follows]), error, wait
        )

    _run(book, _asked(outlet, subject, chosen, settings, at), follows, ordered, judged, settings, failed)
    if follows == "hour":
        clear_passed(book, outlet.key)


def retry_rules(connection: Connection, registry: Registry, settings: Settings, at: datetime) -> int:
    """Run again what failed and is due, and clear forecasts whose period is over; how many failures were looked at.

    A failure at an outlet that a worker has at this moment waits for the next run.
    """
    sql = queries("rules")
    book = Book(connection, at, lives_of(settings))
    clear_passed(book)
    due = connection.execute(sql["due_failures"], {"at": at, "most": MOST}).fetchall()
    wait = timedelta(seconds=settings.rule_retry_seconds)
    for row in due:
        failed = Failed(*row)
        locked = connection.execute(
            queries("judgement")["try_outlet"], {"outlet_key": failed.outlet_key}
        ).fetchone()
        if not locked or not locked[0]:
            continue
        rule = next((rule for rule in RULES if rule.code == failed.rule), None)
        outlet = _outlet(registry, failed.outlet_key)
        if rule is None or outlet is None:
            failures.settle(connection, failed)
            continue
        starts = _starts(rule, failed)
        asked = _asked(outlet, subject_of(outlet), [rule], settings, at)
        errors: list[Exception] = []

        def again(_: Rule, error: Exception, into: list[Exception] = errors) -> None:
            into.append(error)

        _run(book, asked, rule.follows, starts, True, settings, again)
        if errors:
            failures.postpone(book, failed, errors[0], wait)
        else:
            failures.settle(connection, failed)
    if due:
        failures.keep_alert(book, 0)
    return len(due)


def _run(
    book: Book,
    asked: Asked,
    follows: str,
    starts: Sequence[datetime],
    judged: bool,
    settings: Settings,
    failed: Callable[[Rule, Exception], None],
) -> None:
    """Run some rules over one window; what throws is told to ``failed``. Raises only when the connection is lost."""
    late = timedelta(seconds=settings.late_seconds)
    try:
        with book.connection.transaction():
            loaded = load(book.connection, asked, follows, starts, judged)
            kept = _kept(book, asked, loaded)
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise
    except Exception as error:
        for rule in asked.rules:
            failed(rule, error)
        return
    for rule in asked.rules:
        try:
            own, noticed = examined(rule, loaded.window)
            factors = kept.get(rule.code, set()) | {one.factor for one in noticed}
            if not own.starts or not factors:
                continue
            with book.connection.transaction():
                keep(book, asked.outlet, rule, loaded, own, noticed, factors, late)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except Exception as error:
            failed(rule, error)


def _kept(book: Book, asked: Asked, loaded: Loaded) -> dict[str, set[str | None]]:
    """Where rules have something to withdraw or to clear: factors by code."""
    window = loaded.window
    arguments = {
        "outlet_key": asked.outlet.key,
        "codes": [rule.code for rule in asked.rules],
        "earliest": day_start(window.starts[0]),
        "latest": window.starts[-1] + 2 * DAY,
    }
    kept: dict[str, set[str | None]] = {}
    for code, factor in book.connection.execute(queries("rules")["kept"], arguments):
        kept.setdefault(code, set()).add(factor)
    return kept


def _asked(
    outlet: Outlet, subject: Subject, rules: Sequence[Rule], settings: Settings, at: datetime
) -> Asked:
    return Asked(outlet, subject, rules, thresholds_of(settings), judging_of(settings), at)


def _starts(rule: Rule, failed: Failed) -> list[datetime]:
    hours = list(hours_between(failed.from_time, failed.to_time))
    return hours if rule.follows == "hour" else sorted({day_start(hour) for hour in hours})


def _outlet(registry: Registry, outlet_key: int) -> Outlet | None:
    try:
        return registry.outlet_by_key(outlet_key)
    except NotFound:
        return None

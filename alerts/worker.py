"""Judging what was touched: one transaction an outlet and claim; claim, values, verdicts and alerts stand or fall together.

Any number of workers may run: an outlet is locked for the length of a transaction, whoever comes second takes another one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from alerts.automatic import keep_automatic
from alerts.book import Book
from alerts.days import judge_days
from alerts.hours import Judging, judge_hours
from alerts.judgement.subject import Subject, subject_of
from alerts.judgement.values import Rules
from alerts.keeper import keep_exceedances, keep_missing
from alerts.lives import lives_of
from alerts.rules.runner import run_rules
from alerts.windows import hours_between
from alerts.writing import Change, write
from store.clock import BEIJING, DAY, day_start
from store.database import Connection
from store.errors import NotFound
from store.model import Outlet, Registry
from store.queries import queries
from store.settings import Settings

log = logging.getLogger(__name__)

ROWS_IN_ONE = 2000
"""Touched rows of one claim; a row is small, and the same hour is touched by every batch of its readings."""

SPAN_IN_ONE = timedelta(days=7)
"""Data time of one claim: with minute values of every minute this is some 90,000 readings, below 100 MB of memory."""

DAYS_IN_ONE = 14
"""Days settled in one transaction, for the same reason."""


class Worker:
    """Judges for one process. ``registry`` may be replaced between two calls."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings = settings
        self.lives = lives_of(settings)
        self._subjects: dict[int, Subject] = {}
        self.registry = registry

    @property
    def registry(self) -> Registry:
        """What is registered; the limits are those believed now."""
        return self._registry

    @registry.setter
    def registry(self, registry: Registry) -> None:
        self._registry = registry
        self._subjects.clear()

    def waiting(self, connection: Connection) -> list[int]:
        """Outlets with touched hours, the longest waiting first."""
        with connection.transaction():
            return [row[0] for row in connection.execute(queries("judgement")["waiting_outlets"])]

    def outlets_to_settle(self, connection: Connection, now: datetime) -> list[int]:
        """Outlets with days that can be settled now."""
        with connection.transaction():
            found = connection.execute(
                queries("judgement")["outlets_with_settled_days"], self._settled_arguments(now)
            )
            return [row[0] for row in found]

    def judge_touched(self, connection: Connection, outlet_key: int, now: datetime) -> int:
        """Judge one claim of an outlet's touched hours; the number of hours looked at, 0 when another worker has the outlet."""
        sql = queries("judgement")
        with connection.transaction():
            if not _locked(connection, outlet_key):
                return 0
            outlet = self._outlet(outlet_key)
            if outlet is None:
                log.warning("outlet %d is not registered: its touched hours are dropped", outlet_key)
                connection.execute(sql["drop_touched"], {"outlet_key": outlet_key})
                return 0
            hours, settled = self._claim(connection, outlet_key)
            if not hours:
                return 0
            judging = self._judging(now)
            keep_automatic(connection, outlet, hours, now)
            judged = judge_hours(connection, self._subject(outlet), hours, settled, judging)
            self._keep(connection, outlet, "hour", judged.changes, now)
            keep = [change for change in judged.changes if outlet.judged]
            keep_missing(Book(connection, now, self.lives), outlet, judged.newest, keep, judging.late)
            known = any(start in hours for _, start in judged.newest)
            self._examine(connection, outlet, "hour", hours, now, judged=known)
            days = {day_start(hour) for hour in hours}
            connection.execute(sql["days_due"], {"outlet_key": outlet_key, "days": sorted(days)})
            return len(hours)

    def settle_days(self, connection: Connection, outlet_key: int, now: datetime) -> int:
        """Settle some ended days of an outlet; the number of days, 0 when another worker has the outlet."""
        sql = queries("judgement")
        with connection.transaction():
            if not _locked(connection, outlet_key):
                return 0
            outlet = self._outlet(outlet_key)
            if outlet is None:
                connection.execute(sql["drop_days"], {"outlet_key": outlet_key})
                return 0
            arguments = {
                **self._settled_arguments(now),
                "outlet_key": outlet_key,
                "most": DAYS_IN_ONE,
            }
            claimed = connection.execute(sql["claim_days"], arguments).fetchall()
            patient = self._settings.absent_quiet_seconds > 0
            days = {day.astimezone(BEIJING): patient and not waited for day, waited in claimed}
            settled = judge_days(connection, self._subject(outlet), days, self._judging(now))
            self._keep(connection, outlet, "hour", settled.hours.changes, now)
            self._keep(connection, outlet, "day", settled.changes, now)
            self._examine(connection, outlet, "day", days, now)
            if settled.waiting:
                waiting = {"days": settled.waiting, "absent_seconds": self._settings.absent_quiet_seconds}
                connection.execute(sql["wait_for_days"], {**waiting, "outlet_key": outlet_key})
            return len(days)

    def _keep(
        self, connection: Connection, outlet: Outlet, span: str, changes: Sequence[Change], now: datetime
    ) -> None:
        """Write changed period values of one span and what they mean for the alerts."""
        if not changes:
            return
        write(connection, outlet.key, changes, now)
        late = timedelta(seconds=self._settings.late_seconds)
        keep_exceedances(Book(connection, now, self.lives), outlet, span, changes, late)
        newest = max(change.period.start for change in changes).astimezone(BEIJING)
        payload = {"event": "period", "outlet": outlet.id, "span": span, "start": newest.isoformat()}
        connection.execute(queries("judgement")["notify_live"], {"payload": json.dumps(payload)})

    def _examine(
        self,
        connection: Connection,
        outlet: Outlet,
        follows: str,
        starts: Collection[datetime],
        now: datetime,
        *,
        judged: bool = True,
    ) -> None:
        """Let the rules look at what was judged, or at minutes of an hour that is not over."""
        subject = self._subject(outlet)
        run_rules(connection, outlet, subject, follows, starts, self._settings, now, judged=judged)

    def _claim(self, connection: Connection, outlet_key: int) -> tuple[list[datetime], frozenset[datetime]]:
        """Hours to judge now and those of them that a sweep settled; what goes beyond one claim is put back."""
        sql = queries("judgement")
        arguments = {"outlet_key": outlet_key, "most": ROWS_IN_ONE}
        claimed = connection.execute(sql["claim_touched"], arguments).fetchall()
        if not claimed:
            return [], frozenset()
        until = min(row[0] for row in claimed) + SPAN_IN_ONE
        hours: set[datetime] = set()
        settled: set[datetime] = set()
        for from_time, to_time, cause in claimed:
            here = set(hours_between(from_time, min(to_time, until)))
            hours |= here
            if cause == "sweep":
                settled |= here
            if to_time > until:
                # The rest of a long range stays a range: a limit may have been changed for ten years.
                rest = {
                    "outlet_key": outlet_key,
                    "from_time": max(from_time, until),
                    "to_time": to_time,
                    "cause": cause,
                }
                connection.execute(sql["put_back"], rest)
        return sorted(hours), frozenset(settled)

    def _judging(self, now: datetime) -> Judging:
        settings = self._settings
        return Judging(
            now=now,
            rules=Rules(settings.hour_judged_on, settings.day_judged_on, settings.water_day_weighting),
            hour_grace=timedelta(seconds=settings.hour_grace_seconds),
            late=timedelta(seconds=settings.late_seconds),
        )

    def _settled_arguments(self, now: datetime) -> dict[str, object]:
        grace = timedelta(seconds=self._settings.day_grace_seconds)
        return {"ended_before": now - grace - DAY, "quiet_seconds": self._settings.settle_quiet_seconds}

    def _outlet(self, outlet_key: int) -> Outlet | None:
        try:
            return self._registry.outlet_by_key(outlet_key)
        except NotFound:
            return None

    def _subject(self, outlet: Outlet) -> Subject:
        if outlet.key not in self._subjects:
            self._subjects[outlet.key] = subject_of(outlet)
        return self._subjects[outlet.key]


def _locked(connection: Connection, outlet_key: int) -> bool:
    row = connection.execute(queries("judgement")["try_outlet"], {"outlet_key": outlet_key}).fetchone()
    return bool(row and row[0])

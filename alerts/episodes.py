"""Episodes that follow periods: they open when a period shows the condition, count, withdraw what was judged away, and clear.

What is late, that is older than the setting allows when it is judged, collects in one late alert of its own and calls nobody: a
year of back-fill gives one alert a factor. A late alert is cleared only by a period of the present.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from alerts.book import Book, OpenAlert, Subjects
from store.clock import BEIJING
from store.queries import queries


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one period says about a condition.

    Attributes
    ----------
    shows : the period shows the condition
    ends : the period proves that the condition is over; neither is possible, e.g. for an invalid hour
    late : the period is so old that nobody is called
    """

    factor: str | None
    start: datetime
    span: str
    revision: int
    shows: bool
    ends: bool
    late: bool
    numbers: Mapping[str, Any]
    limit_key: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of episode at one outlet."""

    code: str
    site_key: int
    outlet_key: int
    clause_of: Callable[[int | None], str | None]
    keeps_late: bool = True


def follow(book: Book, kind: Kind, sightings: Sequence[Sighting]) -> None:
    """Bring the episodes of one kind at an outlet up to what its periods say now."""
    if not sightings:
        return
    episodes = _Episodes(book, kind, sightings)
    for sighting in sorted(sightings, key=lambda one: one.start):
        if sighting.shows:
            episodes.show(sighting)
        else:
            episodes.withdraw(sighting)
        if sighting.ends:
            episodes.end(sighting)
    episodes.finish()


class _Episodes:
    """The episodes of one kind and outlet within one transaction."""

    def __init__(self, book: Book, kind: Kind, sightings: Sequence[Sighting]) -> None:
        self._book = book
        self._kind = kind
        self._sql = queries("alerts")
        self._open = {
            (alert.subjects.factor, alert.late): alert
            for alert in book.open_alerts([kind.code], outlet_key=kind.outlet_key)
        }
        self._known = {alert.id: alert for alert in self._open.values()}
        starts = [sighting.start for sighting in sightings]
        arguments = {
            "code": kind.code,
            "outlet_key": kind.outlet_key,
            "earliest": min(starts),
            "latest": max(starts),
        }
        self._standing: dict[tuple[str | None, datetime], tuple[int, Mapping[str, Any]]] = {
            (factor, start): (alert_id, numbers)
            for factor, start, alert_id, numbers in book.connection.execute(
                self._sql["occurrences_of"], arguments
            )
        }
        self._counted: dict[int, list[Sighting]] = {}
        self._withdrawn: dict[int, list[Sighting]] = {}

    def show(self, sighting: Sighting) -> None:
        """The period shows the condition: count it, or keep its newer numbers."""
        standing = self._standing.get((sighting.factor, sighting.start))
        if standing is not None:
            alert_id, numbers = standing
            if numbers != sighting.numbers:
                self._keep(alert_id, sighting)
                self._counted.setdefault(alert_id, [])
            return
        if sighting.late and not self._kind.keeps_late:
            return
        alert = self._open.get((sighting.factor, sighting.late)) or self._raise(sighting)
        self._keep(alert.id, sighting)
        self._counted.setdefault(alert.id, []).append(sighting)
        alert.last_seen = max(alert.last_seen, sighting.start)

    def withdraw(self, sighting: Sighting) -> None:
        """The period was judged again and no longer shows the condition."""
        standing = self._standing.pop((sighting.factor, sighting.start), None)
        if standing is not None:
            arguments = {
                "alert_id": standing[0],
                "start": sighting.start,
                "span": sighting.span,
                "at": self._book.at,
            }
            self._book.connection.execute(self._sql["withdraw_occurrence"], arguments)
            self._withdrawn.setdefault(standing[0], []).append(sighting)

    def end(self, sighting: Sighting) -> None:
        """The period proves that the condition is over, for what was seen before it."""
        for late in (False, True):
            alert = self._open.get((sighting.factor, late))
            if alert is None or sighting.start <= alert.last_seen or (late and sighting.late):
                continue
            self._settle(alert)
            if self._open.pop((sighting.factor, late), None) is not None:
                self._book.clear(alert, "over", {"start": _text(sighting.start), "span": sighting.span})

    def finish(self) -> None:
        """Write what the occurrences say now."""
        for alert_id in [*self._counted.keys(), *self._withdrawn.keys()]:
            if alert_id not in self._known:
                self._known.update((alert.id, alert) for alert in self._book.alerts([alert_id]))
            self._settle(self._known[alert_id])

    def _raise(self, sighting: Sighting) -> OpenAlert:
        kind = self._kind
        alert = self._book.raise_alert(
            kind.code,
            Subjects(kind.site_key, kind.outlet_key, None, sighting.factor),
            seen=sighting.start,
            numbers=sighting.numbers,
            clause=kind.clause_of(sighting.limit_key),
            limit_key=sighting.limit_key,
            late=sighting.late,
        )
        self._open[sighting.factor, sighting.late] = alert
        self._known[alert.id] = alert
        return alert

    def _keep(self, alert_id: int, sighting: Sighting) -> None:
        self._standing[sighting.factor, sighting.start] = (alert_id, sighting.numbers)
        self._book.connection.execute(
            self._sql["keep_occurrence"],
            {
                "alert_id": alert_id,
                "start": sighting.start,
                "span": sighting.span,
                "revision": sighting.revision,
                "limit_key": sighting.limit_key,
                "numbers": Jsonb(dict(sighting.numbers)),
            },
        )

    def _settle(self, alert: OpenAlert) -> None:
        """Bring one alert up to its standing occurrences; nothing to do when none changed."""
        counted, withdrawn = self._counted.pop(alert.id, None), self._withdrawn.pop(alert.id, [])
        if counted is None and not withdrawn:
            return
        row = self._book.connection.execute(self._sql["standing"], {"alert_id": alert.id}).fetchone()
        count, first, last, newest, worst, limit_key = row or (0, None, None, None, None, None)
        before = alert.count
        alert.count = count
        if count:
            alert.first_seen, alert.last_seen = first, last
            alert.numbers = {**worst, "last": newest}
            alert.limit_key, alert.clause = limit_key, self._kind.clause_of(limit_key)
        self._book.update(alert)
        if withdrawn:
            self._book.note(alert, "withdrawn", reason="judged_again", detail=_starts(withdrawn))
        if count > before:
            self._book.count_again(alert, {**_starts(counted or []), "count": count})
        place = (alert.subjects.factor, alert.late)
        if count == 0 and self._open.get(place) is alert:
            del self._open[place]
            self._book.clear(alert, "withdrawn", at_once=True)


def _starts(sightings: Sequence[Sighting]) -> dict[str, Any]:
    """Which periods: how many, the first and the last."""
    starts = [sighting.start for sighting in sightings]
    return {"periods": len(starts), "first": _text(min(starts)), "last": _text(max(starts))}


def _text(moment: datetime) -> str:
    return moment.astimezone(BEIJING).isoformat()

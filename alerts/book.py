"""The book of alerts: raising, counting and clearing in the caller's transaction, with an event and a notification each.

A condition goes pending → active → cleared. It is pending while its kind's hold time runs; one that comes back soon after it was
cleared is the same alert again and is from then on cleared only after a quiet time (``alerts.conditions`` watches both times).
People are told from here, in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from alerts.kinds import severity
from alerts.lives import BY_OFFICER, USUAL, Lives
from alerts.telling import tell
from store.clock import BEIJING
from store.database import Connection, rows
from store.queries import queries

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Subjects:
    """Whom an alert is about. What does not apply is None."""

    site_key: int | None = None
    outlet_key: int | None = None
    gateway: str | None = None
    factor: str | None = None


@dataclass(slots=True)
class OpenAlert:
    """An episode while a transaction works on it."""

    id: int
    number: str
    code: str
    subjects: Subjects
    late: bool
    first_seen: datetime
    last_seen: datetime
    count: int
    numbers: Mapping[str, Any]
    clause: str | None
    limit_key: int | None
    condition: str = "active"
    flaps: int = 0
    quiet_since: datetime | None = None


class Book:
    """Writes alerts at one moment. Numbers are taken in order and a rollback leaves no hole."""

    def __init__(self, connection: Connection, at: datetime, lives: Lives = USUAL) -> None:
        self.connection = connection
        self.at = at
        self._lives = lives
        self._sql = queries("alerts")

    def open_alerts(
        self, codes: Sequence[str], *, outlet_key: int | None = None, gateway: str | None = None
    ) -> list[OpenAlert]:
        """Open episodes of some kinds, locked until the end of the transaction."""
        arguments = {"codes": list(codes), "outlet_key": outlet_key, "gateway": gateway}
        with rows(self.connection) as cursor:
            return [_alert(row) for row in cursor.execute(self._sql["open_alerts"], arguments)]

    def alerts(self, ids: Sequence[int]) -> list[OpenAlert]:
        """Episodes by their ids, also such as are cleared, locked until the end of the transaction."""
        with rows(self.connection) as cursor:
            return [_alert(row) for row in cursor.execute(self._sql["alerts_by_id"], {"ids": list(ids)})]

    def raise_alert(
        self,
        code: str,
        subjects: Subjects,
        *,
        seen: datetime,
        numbers: Mapping[str, Any],
        clause: str | None = None,
        limit_key: int | None = None,
        late: bool = False,
        last_seen: datetime | None = None,
        count: int = 1,
    ) -> OpenAlert:
        """Open an episode; the caller knows of none that is open for this kind and place.

        An episode that was cleared moments ago is taken up again instead; its count grows by ``count``.
        """
        previous = None if late else self._last(code, subjects)
        if previous is not None and self._comes_back(previous):
            alert = _alert(previous)
            alert.count, alert.numbers = alert.count + count, dict(numbers)
            alert.last_seen = max(alert.last_seen, last_seen or seen)
            self._return(alert)
            self.update(alert)
            return alert
        held = not late and self._lives.hold_of(code).total_seconds() > 0
        condition = "pending" if held else "active"
        number = self._number()
        arguments = {
            "number": number,
            "code": code,
            "severity": severity(code, numbers),
            "site_key": subjects.site_key,
            "outlet_key": subjects.outlet_key,
            "gateway": subjects.gateway,
            "factor": subjects.factor,
            "condition": condition,
            "first_seen": seen,
            "last_seen": last_seen or seen,
            "at": self.at,
            "count": count,
            "numbers": Jsonb(dict(numbers)),
            "clause": clause,
            "limit_key": limit_key,
            "late": late,
            "previous_id": previous["id"] if previous is not None else None,
            "company_sees": code not in BY_OFFICER,
        }
        row = self.connection.execute(self._sql["raise_alert"], arguments).fetchone()
        assert row is not None
        alert = OpenAlert(
            row[0],
            number,
            code,
            subjects,
            late,
            seen,
            last_seen or seen,
            count,
            dict(numbers),
            clause,
            limit_key,
            condition,
        )
        self.note(alert, "pending" if held else "raised", detail=numbers)
        if not held:
            tell(self.connection, "raised", alert.id, self.at)
        return alert

    def recurring(self, code: str, subjects: Subjects) -> OpenAlert | None:
        """An episode of this kind and place that was cleared moments ago, taken up again; None when there is none."""
        previous = self._last(code, subjects)
        if previous is None or not self._comes_back(previous):
            return None
        alert = _alert(previous)
        self._return(alert)
        return alert

    def seen_again(self, alert: OpenAlert) -> None:
        """The condition shows: one that was over and only waited for its quiet time has come back."""
        if alert.quiet_since is not None:
            self._return(alert)

    def count_again(self, alert: OpenAlert, detail: Mapping[str, Any]) -> None:
        """Further occurrences were counted."""
        self.seen_again(alert)
        if alert.late:
            self.connection.execute(self._sql["undigested"], {"id": alert.id, "at": self.at})
        self.note(alert, "counted", detail=detail)

    def activate(self, alert: OpenAlert) -> None:
        """A pending condition has lasted: it is raised now, and people are told."""
        self.connection.execute(self._sql["activate_alert"], {"id": alert.id, "at": self.at})
        alert.condition = "active"
        self.note(alert, "activated", detail=alert.numbers)
        tell(self.connection, "raised", alert.id, self.at)

    def _last(self, code: str, subjects: Subjects) -> Mapping[str, Any] | None:
        """The newest episode of this kind and place, whatever its condition, locked."""
        arguments = {
            "code": code,
            "site_key": subjects.site_key,
            "outlet_key": subjects.outlet_key,
            "gateway": subjects.gateway,
            "factor": subjects.factor,
        }
        with rows(self.connection) as cursor:
            return cursor.execute(self._sql["last_of_place"], arguments).fetchone()

    def _comes_back(self, row: Mapping[str, Any]) -> bool:
        """Whether a condition at the place of this episode is the same one again: not when it was judged away, explained by a
        wider outage, or settled by people."""
        if row["condition"] != "cleared":
            return True
        return (
            self._lives.flap.total_seconds() > 0
            and self.at - row["cleared_at"] <= self._lives.flap
            and row["count"] > 0
            and row["inhibited_by"] is None
            and row["handling"] not in ("closed", "lead")
        )

    def _return(self, alert: OpenAlert) -> None:
        """A condition that was over is there again; nothing to do for one that is open and not waiting for its quiet time."""
        if alert.condition != "cleared" and alert.quiet_since is None:
            return
        self.connection.execute(self._sql["flap_alert"], {"id": alert.id})
        alert.condition, alert.quiet_since = "active", None
        alert.flaps += 1
        self.note(alert, "flapped", detail={"flaps": alert.flaps})

    def update(self, alert: OpenAlert) -> None:
        """Store what the alert counts now."""
        self.connection.execute(
            self._sql["update_alert"],
            {
                "id": alert.id,
                "severity": severity(alert.code, alert.numbers),
                "first_seen": alert.first_seen,
                "last_seen": alert.last_seen,
                "count": alert.count,
                "numbers": Jsonb(dict(alert.numbers)),
                "clause": alert.clause,
                "limit_key": alert.limit_key,
            },
        )

    def clear(
        self,
        alert: OpenAlert,
        reason: str,
        detail: Mapping[str, Any] | None = None,
        *,
        at_once: bool = False,
        by: OpenAlert | None = None,
    ) -> None:
        """The condition is over; ``reason`` is a code of the catalogue (``alerts.cleared.*``).

        One that had come back before waits for its quiet time, unless ``at_once``. ``by``: a wider outage takes its place, and
        nobody is called for it any more.
        """
        if alert.condition == "pending":
            self.connection.execute(self._sql["drop_pending"], {"id": alert.id, "at": self.at})
            self.note(alert, "cleared", reason="passed", detail=detail)
            return
        if alert.flaps and not at_once and by is None:
            if alert.quiet_since is None:
                self.connection.execute(self._sql["quiet_alert"], {"id": alert.id, "at": self.at})
                alert.quiet_since = self.at
                self.note(alert, "quieting", reason=reason, detail=detail)
            return
        arguments = {"id": alert.id, "at": self.at, "inhibited_by": by.id if by else None}
        self.connection.execute(self._sql["clear_alert"], arguments)
        alert.condition = "cleared"
        self.note(alert, "cleared", reason=reason, detail=detail)
        tell(self.connection, "cleared", alert.id, self.at)

    def inhibit(self, by: OpenAlert, codes: Sequence[str], since: datetime) -> int:
        """Let a wider outage explain the open alerts of these kinds that were raised since it began; how many."""
        arguments = {"by": by.id, "codes": list(codes), "since": since}
        found = self.connection.execute(self._sql["inhibit_alerts"], arguments).fetchall()
        for alert in self.alerts([row[0] for row in found]):
            self.note(alert, "inhibited", reason=by.code, detail={"by": by.number})
        return len(found)

    def note(
        self,
        alert: OpenAlert,
        action: str,
        *,
        reason: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add to the history of an alert and tell the event stream."""
        self.connection.execute(
            self._sql["note_event"],
            {
                "alert_id": alert.id,
                "at": self.at,
                "actor": SYSTEM,
                "action": action,
                "reason": reason,
                "detail": Jsonb(dict(detail or {})),
            },
        )
        payload = json.dumps({"event": "alert", "id": alert.id, "number": alert.number, "action": action})
        self.connection.execute(queries("judgement")["notify_live"], {"payload": payload})

    def _number(self) -> str:
        day = self.at.astimezone(BEIJING).date()
        row = self.connection.execute(self._sql["take_number"], {"day": day}).fetchone()
        assert row is not None
        return f"YJ-{day:%Y%m%d}-{row[0]:04d}"


def _alert(row: Mapping[str, Any]) -> OpenAlert:
    return OpenAlert(
        row["id"],
        row["number"],
        row["code"],
        Subjects(row["site_key"], row["outlet_key"], row["gateway"], row["factor"]),
        row["late"],
        row["first_seen"],
        row["last_seen"],
        row["count"],
        row["numbers"],
        row["clause"],
        row["limit_key"],
        row["condition"],
        row["flaps"],
        row["quiet_since"],
    )

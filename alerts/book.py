"""The book of alerts: raising, counting and clearing in the caller's transaction, with an event and a notification each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from alerts.kinds import severity
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


class Book:
    """Writes alerts at one moment. Numbers are taken in order and a rollback leaves no hole."""

    def __init__(self, connection: Connection, at: datetime) -> None:
        self.connection = connection
        self.at = at
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
        """Open an episode; the caller knows that there is none of this kind and place."""
        number = self._number()
        arguments = {
            "number": number,
            "code": code,
            "severity": severity(code, numbers),
            "site_key": subjects.site_key,
            "outlet_key": subjects.outlet_key,
            "gateway": subjects.gateway,
            "factor": subjects.factor,
            "first_seen": seen,
            "last_seen": last_seen or seen,
            "at": self.at,
            "count": count,
            "numbers": Jsonb(dict(numbers)),
            "clause": clause,
            "limit_key": limit_key,
            "late": late,
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
        )
        self.note(alert, "raised", detail=numbers)
        return alert

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

    def clear(self, alert: OpenAlert, reason: str, detail: Mapping[str, Any] | None = None) -> None:
        """The condition is over; ``reason`` is a code of the catalogue (``alerts.cleared.*``)."""
        self.connection.execute(self._sql["clear_alert"], {"id": alert.id, "at": self.at})
        self.note(alert, "cleared", reason=reason, detail=detail)

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
    )

"""Legal holds (留存冻结): placed and lifted by a person, and those that stand by themselves while a lead is open.

Every function works in the caller's transaction and writes an audit entry with the deed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import audit, clock
from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.queries import queries
from store.retention.deciding import Scope
from store.tasks import Caller

REASON_CHARACTERS_MOST = 2000


@dataclass(frozen=True, slots=True)
class Subject:
    """What is put under hold: a lead or an alert by its number or id, or an outlet and a half-open time."""

    kind: str
    id: str
    start: datetime | None = None
    end: datetime | None = None


def place_hold(connection: Connection, subject: Subject, reason: str, caller: Caller, at: datetime) -> int:
    """Put a subject under hold; gives the number of the hold.

    Raises NotFound (``lead_not_found``, ``alert_not_found``, ``outlet_not_found``) and Refused (``hold_reason_missing``,
    ``hold_time_wrong``, ``hold_kind_unknown``).
    """
    arguments: dict[str, Any] = {
        "kind": subject.kind,
        "lead_id": None,
        "alert_id": None,
        "outlet_key": None,
        "from_time": None,
        "to_time": None,
        "reason": _reason(reason),
        "by": caller.name,
        "at": at,
    }
    if subject.kind == "lead":
        arguments["lead_id"] = _id_of(connection, "lead", subject.id)
    elif subject.kind == "alert":
        arguments["alert_id"] = _id_of(connection, "alert", subject.id)
    elif subject.kind == "outlet":
        if subject.start is None or subject.end is None or subject.start >= subject.end:
            raise Refused(
                "A hold of an outlet needs its time, and 'from' before 'to'.", code="hold_time_wrong"
            )
        arguments |= {
            "outlet_key": _outlet_key(connection, subject.id),
            "from_time": subject.start,
            "to_time": subject.end,
        }
    else:
        raise Refused(
            f"There is no hold of {subject.kind!r}; a lead, an alert or an outlet can be held.",
            code="hold_kind_unknown",
        )
    hold_id = int(connection.execute(queries("retention")["place_hold"], arguments).fetchall()[0][0])
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action="retention:hold:place",
        subject=str(hold_id),
        detail={"kind": subject.kind, "of": subject.id, "reason": arguments["reason"]},
    )
    return hold_id


def lift_hold(connection: Connection, hold_id: int, reason: str, caller: Caller, at: datetime) -> None:
    """End a hold. Raises NotFound ``hold_not_found``, Conflict ``hold_lifted``, Refused ``hold_reason_missing``."""
    why = _reason(reason)
    found = connection.execute(queries("retention")["find_hold"], {"id": hold_id}).fetchone()
    if found is None:
        raise NotFound(f"There is no hold {hold_id}.", code="hold_not_found")
    if found[1] is not None:
        raise Conflict(f"Hold {hold_id} is lifted already.", code="hold_lifted", id=hold_id)
    connection.execute(
        queries("retention")["lift_hold"], {"id": hold_id, "reason": why, "by": caller.name, "at": at}
    )
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action="retention:hold:lift",
        subject=str(hold_id),
        detail={"reason": why},
    )


def list_holds(
    connection: Connection,
    *,
    hold_id: int | None = None,
    standing: bool = False,
    before: int | None = None,
    most: int,
) -> list[dict[str, Any]]:
    """Holds placed by a person, newest first."""
    arguments = {"id": hold_id, "standing": standing, "before": before, "most": most}
    with rows(connection) as cursor:
        return cursor.execute(queries("retention")["holds"], arguments).fetchall()


def standing_scopes(connection: Connection) -> list[Scope]:
    """What must not be dropped now: holds of people, open leads, evidence packages that lie ready."""
    sql = queries("retention")
    scopes = [
        Scope("hold", id_, number, reason, _keys(outlets), clock.day_start(start), _day_end(end))
        for id_, number, reason, outlets, start, end in connection.execute(sql["hold_scopes"])
    ]
    scopes += [
        Scope("lead", id_, number, state, _keys(outlets), clock.day_start(start), _day_end(end))
        for id_, number, state, outlets, start, end in connection.execute(sql["lead_scopes"])
    ]
    scopes += [
        Scope("package", id_, number, kind, _keys(outlets), start, end)
        for id_, number, kind, outlets, start, end in connection.execute(sql["package_scopes"])
    ]
    return scopes


def _keys(outlets: list[int] | None) -> frozenset[int] | None:
    return None if outlets is None else frozenset(outlets)


def _day_end(moment: datetime) -> datetime:
    """The end of the Beijing day that a half-open time ends in."""
    start = clock.day_start(moment)
    return moment if start == moment else start + clock.DAY


def _reason(text: str) -> str:
    found = text.strip()
    if not found or len(found) > REASON_CHARACTERS_MOST:
        raise Refused(
            f"Say why, in 1 to {REASON_CHARACTERS_MOST} characters.",
            code="hold_reason_missing",
            most=REASON_CHARACTERS_MOST,
        )
    return found


def _id_of(connection: Connection, kind: str, name: str) -> int:
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 19 else None
    found = connection.execute(queries("retention")[f"find_{kind}"], {"number": name, "id": number})
    row = found.fetchone()
    if row is None:
        raise NotFound(f"There is no {kind} {name!r}.", code=f"{kind}_not_found")
    return int(row[0])


def _outlet_key(connection: Connection, outlet: str) -> int:
    row = connection.execute(queries("retention")["find_outlet"], {"outlet": outlet}).fetchone()
    if row is None:
        raise NotFound(f"There is no outlet {outlet!r}.", code="outlet_not_found")
    return int(row[0])

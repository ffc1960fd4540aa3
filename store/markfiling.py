"""Filing and withdrawing marks: by hand, and by what the devices said. Marks are only ever added (regulation.md C.1, C.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from psycopg.types.json import Jsonb

from store import audit
from store.clock import BEIJING, HOUR, hour_start
from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.markrules import USUAL, Clocks, NewMark, by_day, check_mark, deadline_of
from store.marks import Mark, mark_of
from store.model import Outlet
from store.queries import queries
from store.reasons import check_reason

DEVICE = "device"
"""Who files an automatic mark."""


def file_mark(
    connection: Connection,
    outlet: Outlet,
    industry: str,
    new: NewMark,
    *,
    actor: str,
    origin: str,
    at: datetime,
    clocks: Clocks = USUAL,
) -> tuple[Mark, ...]:
    """File a mark by hand: one mark for each day that it speaks of, late ones too.

    Works in the caller's transaction, with an audit event; the marked hours are judged again.

    Parameters
    ----------
    industry : that of the site; it decides the labels
    at : when it was received; what is later than a day's deadline is kept as a statement and changes no value

    Raises Refused with the rule that it breaks (see :func:`store.markrules.check_mark`), ``mark_overlaps`` where the same was
    said of the same time before.
    """
    check_mark(new, outlet, industry, at)
    sql = queries("marks")
    connection.execute(sql["lock_marks"], {"outlet_key": outlet.key})
    period = {"outlet_key": outlet.key, "from_time": new.from_time, "to_time": new.to_time}
    said = {"category": new.category, "label": new.label, "factor": new.factor}
    before = connection.execute(sql["overlapping_mark"], period | said).fetchone()
    if before is not None:
        raise Refused(
            f"Mark {before[0]} says the same of {_minute(before[1])} to {_minute(before[2])}: withdraw it first, "
            "or file the rest only.",
            code="mark_overlaps",
            mark=before[0],
        )
    marks = []
    for start, end in by_day(new.from_time, new.to_time):
        arrived = connection.execute(
            sql["data_received_at"], period | {"from_time": start, "to_time": end, "factor": new.factor}
        ).fetchone()
        deadline = deadline_of(end, arrived[0] if arrived else None, clocks)
        marks.append(
            _insert(connection, outlet.key, new, (start, end), "manual", actor, origin, at, deadline)
        )
    audit.record(
        connection,
        actor=actor,
        origin=origin,
        action="marks:mark:file",
        subject=outlet.id,
        detail={
            **said,
            "marks": [mark.id for mark in marks],
            "late": [mark.id for mark in marks if mark.late],
        },
    )
    _touch(connection, marks)
    return tuple(marks)


def withdraw_mark(
    connection: Connection,
    mark_id: int,
    *,
    actor: str,
    origin: str,
    reason: str,
    at: datetime,
    site_key: int | None = None,
) -> Mark:
    """Take a filed mark back; it stays on record with who, when and why, and its hours are judged again.

    Raises NotFound ``mark_not_found`` (also for a mark of another site than ``site_key``), Refused ``mark_automatic`` or
    ``reason_missing``, Conflict ``mark_already_withdrawn``.
    """
    why = check_reason(reason)
    sql = queries("marks")
    with rows(connection) as cursor:
        row = cursor.execute(sql["lock_mark"], {"id": mark_id, "site_key": site_key}).fetchone()
    if row is None:
        raise NotFound(f"There is no mark {mark_id}.", code="mark_not_found")
    mark = mark_of(row)
    if mark.channel == "automatic":
        raise Refused(
            "An automatic mark says what the device said and is not withdrawn; file a mark of your own beside it.",
            code="mark_automatic",
        )
    if mark.withdrawn_at is not None:
        raise Conflict(
            f"Mark {mark_id} was withdrawn before, by {mark.withdrawn_by}.",
            code="mark_already_withdrawn",
            mark=mark_id,
        )
    _withdraw(connection, [mark_id], actor, origin, why, at)
    audit.record(
        connection,
        actor=actor,
        origin=origin,
        action="marks:mark:withdraw",
        subject=str(mark_id),
        detail={"reason": why},
    )
    _touch(connection, [mark])
    with rows(connection) as cursor:
        return mark_of(cursor.execute(sql["mark"], {"id": mark_id}).fetchall()[0])


def add_automatic(
    connection: Connection, outlet_key: int, new: Iterable[NewMark], *, origin: str, at: datetime
) -> tuple[Mark, ...]:
    """Write down what a device said of itself. It is never late: the device spoke when it was so."""
    return tuple(
        _insert(
            connection,
            outlet_key,
            entry,
            (entry.from_time, entry.to_time),
            "automatic",
            DEVICE,
            origin,
            at,
            max(at, deadline_of(entry.to_time)),
        )
        for entry in new
    )


def take_back_automatic(
    connection: Connection, marks: Iterable[Mark], *, origin: str, reason: str, at: datetime
) -> None:
    """Withdraw automatic marks that later data contradict."""
    ids = [mark.id for mark in marks]
    if ids:
        _withdraw(connection, ids, DEVICE, origin, reason, at)


def _insert(
    connection: Connection,
    outlet_key: int,
    new: NewMark,
    period: tuple[datetime, datetime],
    channel: str,
    actor: str,
    origin: str,
    at: datetime,
    deadline: datetime,
) -> Mark:
    with rows(connection) as cursor:
        row = cursor.execute(
            queries("marks")["add_mark"],
            {
                "outlet_key": outlet_key,
                "category": new.category,
                "label": new.label,
                "factor": new.factor,
                "from_time": period[0],
                "to_time": period[1],
                "reason": new.reason.strip(),
                "channel": channel,
                "filed_by": actor,
                "origin": origin,
                "at": at,
                "deadline": deadline,
                "late": at > deadline,
                "proof": Jsonb(dict(new.proof)),
            },
        ).fetchall()[0]
    return mark_of(row)


def _withdraw(
    connection: Connection, ids: Sequence[int], actor: str, origin: str, reason: str, at: datetime
) -> None:
    connection.execute(
        queries("marks")["withdraw"],
        {"ids": list(ids), "at": at, "actor": actor, "origin": origin, "reason": reason},
    )


def _touch(connection: Connection, marks: Sequence[Mark]) -> None:
    """Have the marked hours judged again, and the hours whose quota they use up."""
    first, last = marks[0], marks[-1]
    sql = queries("marks")
    # Whoever looks at the marks of the outlet hears of it, also where no value changes.
    connection.execute(sql["tell_marked"], {"outlet_key": first.outlet_key})
    connection.execute(
        sql["touch_marked"],
        {
            "outlet_key": first.outlet_key,
            "from_time": hour_start(first.from_time),
            "to_time": hour_start(last.to_time - datetime.resolution) + HOUR,
            "category": first.category,
            "label": first.label,
        },
    )


def _minute(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")

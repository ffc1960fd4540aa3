"""Filing checks of monitors and comparisons along the transmission chain; the hours that they vouch for are judged again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from store import audit
from store.checks import ChainCheck, Check, chain_check_of, check_of
from store.clock import BEIJING, HOUR, hour_start
from store.database import Connection, rows
from store.errors import Refused
from store.markrules import check_factor
from store.model import Outlet
from store.queries import queries
from store.reasons import check_note

KINDS = ("standard", "comparison", "calibration", "verification")
"""标样核查, 实际水样比对, 校准, 校验: each of them vouches for the values around it (HJ 75-2017 12.1, HJ 356-2019 6.2)."""


@dataclass(frozen=True, slots=True)
class NewCheck:
    """A check as it is told; ``measured`` and ``reference`` in the factor's unit, None when only the result is known."""

    factor: str
    kind: str
    checked_at: datetime
    passed: bool
    measured: Decimal | None = None
    reference: Decimal | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NewChainCheck:
    """What the instrument and the logger show for the hour from ``start``, in the factor's unit."""

    factor: str
    start: datetime
    instrument: Decimal
    logger: Decimal | None = None
    note: str | None = None


def file_check(
    connection: Connection, outlet: Outlet, new: NewCheck, *, actor: str, origin: str, at: datetime
) -> Check:
    """File a check by hand, in the caller's transaction and with an audit event.

    A further statement about the same check takes the place of the one before. It never takes the place of what the device
    said: where the two differ, the failed one counts.

    Raises Refused ``check_kind_unknown``, ``check_factor_unknown``, ``check_in_future``, ``check_value_impossible``,
    ``text_too_long``, and ``check_exists`` for what was said before.
    """
    _check(new, outlet, at)
    sql = queries("marks")
    connection.execute(sql["lock_marks"], {"outlet_key": outlet.key})
    arguments = _arguments(new, outlet.key, "filed", actor, at)
    before = connection.execute(sql["same_check_filed"], arguments).fetchone()
    if before is not None and before[0] == new.passed:
        raise Refused(
            f"The {new.kind} check of {new.factor} at {new.checked_at.astimezone(BEIJING).isoformat()} "
            "was filed before with this result.",
            code="check_exists",
        )
    with rows(connection) as cursor:
        check = check_of(cursor.execute(sql["add_check"], arguments).fetchall()[0])
    audit.record(
        connection,
        actor=actor,
        origin=origin,
        action="marks:check:file",
        subject=outlet.id,
        detail={"check": check.id, "factor": new.factor, "kind": new.kind, "passed": new.passed},
    )
    _touch(connection, check, at)
    return check


def add_device_check(
    connection: Connection,
    outlet_key: int,
    new: NewCheck,
    *,
    message_id: int,
    received_at: datetime,
    at: datetime,
) -> Check | None:
    """Write down a check that the device sent (CN 2062); None when it is known.

    ``at`` is the present: the hours up to now have been judged without this check.
    """
    arguments = _arguments(new, outlet_key, "device", "device", received_at) | {"message_id": message_id}
    with rows(connection) as cursor:
        row = cursor.execute(queries("marks")["add_check"], arguments).fetchone()
    if row is None:
        return None
    check = check_of(row)
    _touch(connection, check, at)
    return check


def file_chain_check(
    connection: Connection, outlet: Outlet, new: NewChainCheck, *, actor: str, origin: str, at: datetime
) -> ChainCheck:
    """File what instrument and logger show for an hour; the last one filed for an hour and factor counts.

    Raises Refused ``check_factor_unknown``, ``chain_check_not_an_hour``, ``check_in_future``, ``check_value_impossible``,
    ``text_too_long``.
    """
    check_factor(new.factor, outlet, code="check_factor_unknown")
    if new.start != hour_start(new.start):
        raise Refused(
            "The comparison speaks of a whole hour: give its start, like 08:00.",
            code="chain_check_not_an_hour",
        )
    _check_past(new.start + HOUR, at)
    _check_values(new.instrument, new.logger)
    arguments = {
        "outlet_key": outlet.key,
        "factor": new.factor,
        "start": new.start,
        "instrument": new.instrument,
        "logger": new.logger,
        "actor": actor,
        "at": at,
        "note": check_note(new.note),
    }
    sql = queries("marks")
    with rows(connection) as cursor:
        check = chain_check_of(cursor.execute(sql["add_chain_check"], arguments).fetchall()[0])
    audit.record(
        connection,
        actor=actor,
        origin=origin,
        action="marks:chain_check:file",
        subject=outlet.id,
        detail={"check": check.id, "factor": new.factor, "start": new.start.isoformat()},
    )
    connection.execute(
        sql["touch_hours"],
        {"outlet_key": outlet.key, "from_time": new.start, "to_time": new.start + HOUR, "cause": "check"},
    )
    return check


def _check(new: NewCheck, outlet: Outlet, at: datetime) -> None:
    if new.kind not in KINDS:
        raise Refused(
            f"The kind of a check is one of {', '.join(KINDS)}, not {new.kind!r}.", code="check_kind_unknown"
        )
    check_factor(new.factor, outlet, code="check_factor_unknown")
    _check_past(new.checked_at, at)
    _check_values(new.measured, new.reference)


def _check_past(moment: datetime, at: datetime) -> None:
    if moment > at:
        raise Refused("A check speaks of what has been; this lies in the future.", code="check_in_future")


def _check_values(*values: Decimal | None) -> None:
    if any(value is not None and not value.is_finite() for value in values):
        raise Refused("A value of a check must be a finite number.", code="check_value_impossible")


def _arguments(new: NewCheck, outlet_key: int, source: str, actor: str, at: datetime) -> dict[str, object]:
    return {
        "outlet_key": outlet_key,
        "factor": new.factor,
        "kind": new.kind,
        "checked_at": new.checked_at,
        "passed": new.passed,
        "measured": new.measured,
        "reference": new.reference,
        "source": source,
        "actor": actor,
        "at": at,
        "message_id": None,
        "note": check_note(new.note),
    }


def _touch(connection: Connection, check: Check, at: datetime) -> None:
    connection.execute(
        queries("marks")["touch_checked"],
        {
            "outlet_key": check.outlet_key,
            "factor": check.factor,
            "checked_at": check.checked_at,
            "passed": check.passed,
            "at": at,
        },
    )

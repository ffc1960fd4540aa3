"""The filtered list as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from api.console.alerts.inbox import InboxRow
from api.exports import Column, Sheet, provenance
from store.clock import BEIJING
from store.texts import text


def sheet_of(rows: Sequence[InboxRow], *, who: str, at: datetime, sample: bool, whole: bool) -> Sheet:
    """The list as one table. ``whole``: nothing was left out for its length."""
    heads = (
        ("number", "text"),
        ("severity", "text"),
        ("kind", "text"),
        ("where", "text"),
        ("factor", "text"),
        ("compared", "decimal"),
        ("bound", "decimal"),
        ("multiple", "decimal"),
        ("unit", "text"),
        ("clause", "text"),
        ("first_seen", "time"),
        ("last_seen", "time"),
        ("raised_at", "time"),
        ("cleared_at", "time"),
        ("count", "int"),
        ("condition", "text"),
        ("handling", "text"),
        ("assigned_to", "text"),
        ("acknowledged_by", "text"),
        ("acknowledged_at", "time"),
        ("due_step", "text"),
        ("due_at", "time"),
        ("remark", "text"),
    )
    notes = provenance(source=text("console.alertwork.export.source"), who=who, at=at, sample=sample)
    if not whole:
        notes = (text("console.alertwork.export.cut", count=len(rows)), *notes)
    return Sheet(
        title=text("console.alertwork.export.title"),
        columns=tuple(Column(text(f"console.alertwork.export.{name}"), kind=kind) for name, kind in heads),  # type: ignore[arg-type]
        rows=[_cells(row) for row in rows],
        notes=notes,
    )


def file_name(at: datetime, ending: str) -> str:
    """The name of the file: 预警 2026-11-24.xlsx."""
    day = at.astimezone(BEIJING).date().isoformat()
    return f"{text('console.alertwork.export.title')} {day}.{ending}"


def _cells(row: InboxRow) -> Sequence[object]:
    alert, due = row.alert, row.deadline
    remark = text(f"console.alertwork.apart.{row.apart}") if row.apart else None
    return (
        alert.number,
        alert.severity_word,
        alert.kind,
        alert.where,
        alert.factor,
        _decimal(row.numbers.get("compared")),
        _decimal(row.numbers.get("bound")),
        _decimal(row.numbers.get("multiple")),
        row.numbers.get("unit"),
        alert.clause,
        alert.first_seen,
        alert.last_seen,
        alert.raised_at,
        alert.cleared_at,
        alert.count,
        alert.condition_word,
        alert.handling_word,
        row.assigned_to,
        alert.acknowledged_by,
        alert.acknowledged_at,
        None if due is None else due.step,
        None if due is None else due.at,
        remark,
    )


def _decimal(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None

"""What stands around an alert: marks, tasks, the routing decision, messages, packages, our own outages. Rows into words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.console import alertview, words
from store.marklabels import label_name
from store.texts import has, text


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark that touches the episode."""

    id: int
    label: str
    category: str
    factor: str | None
    start: datetime
    end: datetime
    reason: str
    received_at: datetime
    standing: str
    automatic: bool


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task that the alert led to."""

    id: int
    number: str
    kind: str
    state: str
    due_at: datetime | None
    statement: str | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """Why an officer was sent or not."""

    at: datetime
    way: str
    reasons: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message about the alert and the proof of its delivery."""

    id: int
    channel: str
    purpose: str
    state: str
    state_word: str
    created_at: datetime
    attempts: int
    proof: str | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutageRow:
    """A time in which Outfall itself could not receive."""

    cause: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class NeighbourRow:
    """Another alert that this one names, or that names it."""

    id: int
    number: str
    kind: str
    why: str


def mark_rows(found: Iterable[Mapping[str, Any]], factor: str | None, industry: str) -> list[MarkRow]:
    """Rows of ``marks_over`` that speak of the factor; what a device says hour after hour is one row."""
    return _joined(
        MarkRow(
            id=row["id"],
            label=label_name(industry, row["category"], row["label"]),
            category=row["category"],
            factor=None if row["factor"] is None else words.factor_name(row["factor"]),
            start=row["from_time"],
            end=row["to_time"],
            reason=row["reason"],
            received_at=row["received_at"],
            standing=_standing(row),
            automatic=row["channel"] == "automatic",
        )
        for row in found
        if factor is None or row["factor"] in (None, factor)
    )


def _joined(found: Iterable[MarkRow]) -> list[MarkRow]:
    """Automatic marks that say the same and touch, as one each."""
    rows: list[MarkRow] = []
    for mark in sorted(found, key=lambda one: (one.automatic, one.label, one.factor or "", one.start)):
        last = rows[-1] if rows else None
        if last is not None and mark.automatic and _says(mark) == _says(last) and mark.start <= last.end:
            rows[-1] = replace(last, end=max(last.end, mark.end))
        else:
            rows.append(mark)
    return sorted(rows, key=lambda one: one.start)


def _says(mark: MarkRow) -> tuple[object, ...]:
    return mark.automatic, mark.category, mark.label, mark.factor, mark.standing


def task_rows(found: Iterable[Mapping[str, Any]]) -> list[TaskRow]:
    """Items of ``api.taskread`` in words."""
    return [
        TaskRow(
            id=row["id"],
            number=row["number"],
            kind=text(f"tasks.kind.{row['kind']}"),
            state=text(f"tasks.state.{row['state']}"),
            due_at=row["due_at"],
            statement=row["statement"],
        )
        for row in found
    ]


def decision_rows(found: Iterable[Mapping[str, Any]]) -> list[DecisionRow]:
    """Rows of ``decisions`` in words: the way, why, and what was known."""
    return [
        DecisionRow(
            at=row["at"],
            way=text(f"tasks.way.{row['way']}"),
            reasons=tuple(_reason(code) for code in row["reasons"]),
            facts=tuple(_inputs(row["inputs"])),
        )
        for row in found
    ]


def message_rows(
    found: Iterable[Mapping[str, Any]], deliveries: Mapping[int, Mapping[str, Any]]
) -> list[MessageRow]:
    """Rows of ``messages`` with the newest attempt for each."""
    return [_message(row, deliveries.get(row["id"])) for row in found]


def outage_rows(found: Iterable[Mapping[str, Any]]) -> list[OutageRow]:
    """Our own outages in words."""
    rows = []
    for row in found:
        key = f"console.platform.outage_{row['cause']}"
        cause = text(key) if has(key) else text("console.platform.outage_other", cause=row["cause"])
        rows.append(OutageRow(cause, row["from_time"], row["to_time"]))
    return rows


def neighbour_rows(found: Iterable[Mapping[str, Any]]) -> list[NeighbourRow]:
    """The alerts before, around and after."""
    return [
        NeighbourRow(
            row["id"],
            row["number"],
            alertview.kind_word(row["code"]),
            text(f"console.alertwork.neighbour.{row['why']}"),
        )
        for row in found
    ]


def _standing(row: Mapping[str, Any]) -> str:
    state = "withdrawn" if row["withdrawn_at"] is not None else "late" if row["late"] else "effective"
    return text(f"marks.standing.{state}")


def _message(row: Mapping[str, Any], newest: Mapping[str, Any] | None) -> MessageRow:
    proof = None
    if newest is not None:
        key = "console.alertwork.message.taken" if newest["ok"] else "console.alertwork.message.refused"
        proof = text(key, status=newest["status"] or "—", milliseconds=newest["milliseconds"])
    return MessageRow(
        id=row["id"],
        channel=row["channel"],
        purpose=text(f"console.notifications.purpose.{row['purpose']}"),
        state=row["state"],
        state_word=text(f"console.notifications.state.{row['state']}"),
        created_at=row["created_at"],
        attempts=row["attempts"],
        proof=proof,
        delivered_at=newest["at"] if newest is not None and newest["ok"] else None,
    )


def _reason(code: str) -> str:
    key = f"tasks.reason.{code}"
    return text(key) if has(key) else code


def _inputs(inputs: Mapping[str, Any]) -> Iterable[str]:
    """What the decision knew, as far as it explains it."""
    if inputs.get("visits") is not None and inputs.get("cap") is not None:
        yield text("console.alertwork.decision.visits", visits=inputs["visits"], cap=inputs["cap"])
    if inputs.get("exceeded_days"):
        yield text("console.alertwork.decision.exceeded_days", count=inputs["exceeded_days"])
    if inputs.get("by") and inputs["by"] != "system":
        yield text("console.alertwork.decision.by", who=inputs["by"])

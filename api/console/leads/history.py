"""The history of a lead in words: who did what, when and why, and what it was about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from store.handling import OUTFALL
from store.texts import has, text


@dataclass(frozen=True, slots=True)
class EventRow:
    """One step. ``facts``: what it was about, a line each."""

    at: datetime
    actor: str
    action: str
    word: str
    reason: str | None
    facts: tuple[str, ...]


def event_rows(events: Iterable[Mapping[str, Any]]) -> list[EventRow]:
    """The history, newest first."""
    return [_row(event) for event in reversed(list(events))]


def _row(event: Mapping[str, Any]) -> EventRow:
    actor = event["actor"]
    return EventRow(
        event["at"],
        text("console.actor_system") if actor == OUTFALL.name else actor,
        event["action"],
        text(f"leads.action.{event['action']}"),
        event["reason"],
        tuple(_facts(event["detail"])),
    )


def _facts(detail: Mapping[str, Any]) -> Iterable[str]:
    between = text("leads.between")
    if "from" in detail and "to" in detail and detail["from"] != detail["to"]:
        states = {name: text(f"leads.state.{detail[name]}") for name in ("from", "to")}
        yield text("console.leads.event.moved", **states)
    if detail.get("changed"):
        named = between.join(text(f"console.leads.field.{name}") for name in detail["changed"])
        yield text("console.leads.event.changed", fields=named)
    for name in ("alerts", "norms"):
        if detail.get(name):
            yield text(f"console.leads.event.{name}", named=between.join(map(str, detail[name])))
    if has(f"law.clock.{detail.get('clock')}"):
        yield text(f"law.clock.{detail['clock']}")
    for name in ("to", "name", "connector", "reference", "approved_by", "days", "task"):
        value = detail.get(name)
        # ``to`` is a state where the step moved the lead, and a person where it was assigned.
        if value is not None and not (name == "to" and "from" in detail):
            yield text(f"console.leads.event.{name}", value=value)
    if "in_time" in detail:
        yield text(f"console.leads.event.in_time_{'yes' if detail['in_time'] else 'no'}")
    for name in ("happened_at", "held_at"):
        if detail.get(name):
            moment = datetime.fromisoformat(detail[name])
            yield text(f"console.leads.event.{name}", moment=words.minute(moment))

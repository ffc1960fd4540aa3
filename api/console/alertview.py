"""Alerts as the pages show them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from api.console import words
from store.errors import NotFound
from store.handling.visible import BUREAU, event_for_company
from store.model import Registry
from store.texts import has, text


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert of a list.

    ``figures`` is value against limit with the multiple, e.g. ``211.07 / 200 mg/m³，超标 0.06 倍``;
    empty where the alert is not about a value.
    """

    id: int
    number: str
    kind: str
    means: str | None
    severity: str
    severity_word: str
    where: str
    outlet_id: str | None
    factor: str | None
    figures: str
    clause: str | None
    first_seen: datetime
    last_seen: datetime
    raised_at: datetime
    cleared_at: datetime | None
    count: int
    condition: str
    condition_word: str
    handling_word: str
    late: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One step of an alert's history."""

    at: datetime
    actor: str
    action: str
    word: str
    reason: str | None


def alert_rows(rows: Iterable[Mapping[str, Any]], registry: Registry, *, for_company: bool) -> list[AlertRow]:
    """Rows of the table ``alert`` with the names of the registry."""
    return [alert_row(row, registry, for_company=for_company) for row in rows]


def alert_row(row: Mapping[str, Any], registry: Registry, *, for_company: bool) -> AlertRow:
    """One row of the table ``alert`` with the names of the registry; a company does not learn which officer acknowledged."""
    who = row["acknowledged_by"]
    where, outlet_id = _place(row, registry)
    code = row["factor"]
    means = f"alerts.{row['code']}.means"
    return AlertRow(
        id=row["id"],
        number=row["number"],
        kind=kind_word(row["code"]),
        means=text(means) if has(means) else None,
        severity=row["severity"],
        severity_word=text(f"console.severity.{row['severity']}"),
        where=where,
        outlet_id=outlet_id,
        factor=None if code is None else words.factor_name(code),
        figures=figures(row["numbers"], code),
        clause=row["clause"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        raised_at=row["raised_at"],
        cleared_at=row["cleared_at"],
        count=row["count"],
        condition=row["condition"],
        condition_word=text(f"console.condition.{row['condition']}"),
        handling_word=text(f"console.handling.{row['handling']}"),
        late=row["late"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=text("console.actor_bureau") if who is not None and for_company else who,
    )


def kind_word(code: str) -> str:
    """The kind of an alert in the words of the national clients (regulation.md D.1)."""
    key = f"alerts.{code}.title"
    return text(key) if has(key) else text("console.alert_kind_other", code=code)


def figures(numbers: Mapping[str, Any], factor: str | None) -> str:
    """Value / limit with unit and multiple, from the numbers that the alert or the occurrence carries."""
    compared, bound = _decimal(numbers.get("compared")), _decimal(numbers.get("bound"))
    if compared is None or bound is None:
        return ""
    unit = "" if factor is None else words.factor_unit(factor)
    shown = f"{words.computed(compared, bound)} / {words.plain(bound)} {unit}".rstrip()
    multiple = _decimal(numbers.get("multiple"))
    if multiple is None:
        return shown
    return text("console.figures_multiple", figures=shown, multiple=words.computed(multiple, words.ZERO))


def _decimal(value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _place(row: Mapping[str, Any], registry: Registry) -> tuple[str, str | None]:
    """Site and outlet in words, and the outlet's id for a link. What is no longer registered is named by what is left of it."""
    if row["outlet_key"] is not None:
        try:
            outlet = registry.outlet_by_key(row["outlet_key"])
        except NotFound:
            return text("console.place_unregistered"), None
        return f"{registry.site_of(outlet).name} {outlet.name}", outlet.id
    for site in registry.sites:
        if site.key == row["site_key"]:
            return site.name, None
    if row["gateway"] is not None:
        return text("console.place_gateway", gateway=row["gateway"]), None
    return text("console.place_platform"), None


def event_row(row: Mapping[str, Any], *, for_company: bool) -> EventRow:
    """One row of ``alert_event`` in words. A company learns what happened, not which officer did it or what officers noted."""
    key = f"console.action.{row['action']}"
    word = text(key) if has(key) else row["action"]
    result = row["detail"].get("result")
    if result is not None and has(f"console.handling.{result}"):
        word = text("console.action_result", action=word, result=text(f"console.handling.{result}"))
    shown = event_for_company(row) if for_company else row
    actor = BUREAU if shown is None else shown["actor"]
    return EventRow(
        at=row["at"],
        actor=text("console.actor_bureau") if for_company and actor == BUREAU else _actor(actor),
        action=row["action"],
        word=word,
        reason=None if shown is None else _reason(row["action"], shown["reason"]),
    )


def _reason(action: str, reason: str | None) -> str | None:
    """The alert keeper's reasons are codes; what officers write stays as it is."""
    key = f"alerts.{action}.{reason}"
    return text(key) if has(key) else reason


def _actor(actor: str) -> str:
    return text("console.actor_system") if actor == "system" else actor

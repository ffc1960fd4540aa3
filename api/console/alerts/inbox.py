"""The inbox as the page shows it: rows in words, the views with their counts, the choices of the filters. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import alertview, words
from api.console.alerts.filters import COMPANY_SHOWS, CONDITIONS, GRADES, HANDLINGS, SHOWS, SORTS, Filters
from store.handling.visible import alert_for_company
from store.model import Registry
from store.texts import text


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is due next: ``step`` in words, until when, and whether that moment has passed. ``level`` had to hear of it."""

    step: str
    at: datetime
    overdue: bool
    words: str
    level: int


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the inbox. ``apart``: why it stands apart (``late``, ``inhibited``); ``numbers`` as stored, for exports."""

    alert: alertview.AlertRow
    deadline: Deadline | None
    assigned_to: str | None
    mine: bool
    apart: str | None
    selectable: bool
    numbers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """One view of the inbox with its address and count."""

    name: str
    path: str
    word: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of the filters, each as (value, word)."""

    sites: tuple[tuple[str, str], ...]
    outlets: tuple[tuple[str, str], ...]
    codes: tuple[tuple[str, str], ...]
    severities: tuple[tuple[str, str], ...]
    handlings: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str], ...]
    sorts: tuple[tuple[str, str], ...]


def inbox_rows(
    found: Iterable[Mapping[str, Any]], registry: Registry, *, me: str, for_company: bool, now: datetime
) -> list[InboxRow]:
    """Rows of the statement ``inbox`` in words; a company's without what is the bureau's own."""
    return [inbox_row(row, registry, me=me, for_company=for_company, now=now) for row in found]


def inbox_row(
    row: Mapping[str, Any], registry: Registry, *, me: str, for_company: bool, now: datetime
) -> InboxRow:
    """One row in words."""
    seen = alert_for_company(dict(row)) if for_company else row
    settled = seen["handling"] in ("closed", "lead")
    apart = "late" if seen["late"] else "inhibited" if seen["inhibited_by"] is not None else None
    return InboxRow(
        alert=alertview.alert_row(row, registry, for_company=for_company),
        deadline=deadline_of(seen, now),
        assigned_to=seen["assigned_to"],
        mine=seen["assigned_to"] == me and not for_company,
        apart=apart,
        selectable=not settled and not for_company and seen["condition"] != "pending",
        numbers=row["numbers"],
    )


def deadline_of(row: Mapping[str, Any], now: datetime) -> Deadline | None:
    """What is due next of an alert; None when nothing is."""
    at = row["due_at"]
    if at is None or row["due_step"] is None:
        return None
    overdue = at <= now
    key = "console.alertwork.overdue" if overdue else "console.alertwork.remaining"
    return Deadline(
        step=text(f"console.alertwork.due_step.{row['due_step']}"),
        at=at,
        overdue=overdue,
        words=text(key, span=words.span_words(abs(at - now))),
        level=row["escalation"],
    )


def views_of(filters: Filters, counted: Mapping[str, Mapping[str, int]], *, for_company: bool) -> list[View]:
    """The views with how many alerts each holds under the filters."""
    by_view = counted.get("show", {})
    prefix = "company_show" if for_company else "show"
    return [
        View(
            name=name,
            path=f"/alerts?{filters.query(show=name, sort='')}",
            word=text(f"console.alertwork.{prefix}.{name}"),
            count=by_view.get(name, 0),
            current=filters.show == name,
        )
        for name in (COMPANY_SHOWS if for_company else SHOWS)
    ]


def choices_of(
    filters: Filters, counted: Mapping[str, Mapping[str, int]], registry: Registry, *, for_company: bool
) -> Choices:
    """What the filters can be set to, with how many alerts of the view each would leave."""

    def counted_word(what: str, value: str, word: str) -> tuple[str, str]:
        count = counted.get(what, {}).get(value, 0)
        return value, text("console.alertwork.choice", word=word, count=count)

    chosen_site = filters.site
    outlets = [
        (outlet, site) for site in registry.sites if chosen_site in ("", site.id) for outlet in site.outlets
    ]
    codes = sorted({*counted.get("code", {}), *([filters.code] if filters.code else [])})
    handlings = [one for one in HANDLINGS if not (for_company and one in _INNER)]
    conditions = [one for one in CONDITIONS if not (for_company and one == "pending")]
    return Choices(
        sites=tuple(counted_word("site", site.id, site.name) for site in registry.sites),
        outlets=tuple(
            counted_word("outlet", outlet.id, outlet.name if chosen_site else f"{site.name} {outlet.name}")
            for outlet, site in outlets
        ),
        codes=tuple(counted_word("code", code, alertview.kind_word(code)) for code in codes),
        severities=tuple(counted_word("severity", one, text(f"console.severity.{one}")) for one in GRADES),
        handlings=tuple(counted_word("handling", one, text(f"console.handling.{one}")) for one in handlings),
        conditions=tuple(
            counted_word("condition", one, text(f"console.condition.{one}")) for one in conditions
        ),
        sorts=tuple((one, text(f"console.alertwork.sort.{one}")) for one in SORTS),
    )


_INNER = ("confirmed", "unfounded", "site_visit", "lead")

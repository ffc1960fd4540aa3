"""The page of a unit as values. Pure: from rows to words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.statistics.attainment import Attainment
from alerts.statistics.record import KG_PLACES, RATE_PLACES
from alerts.statistics.transmission import Transmission
from api.console import words
from store.marklabels import label_name
from store.model import Outlet, Site
from store.rounding import half_even, shown
from store.texts import text

MASS_PLACES = KG_PLACES - 3
"""Grams: sums of a month are shown, nothing is counted from them."""


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One stay on the positive list."""

    period: str
    basis: str
    document: str | None
    now: bool


@dataclass(frozen=True, slots=True)
class MonthRow:
    """What was published of one outlet and factor this month, summed over the published days; None = does not apply."""

    outlet: str
    factor: str
    sent: str
    sent_counts: str
    effective: str
    low: bool
    attained: str | None
    exceeded: str | None
    emission: str | None


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark that was filed lately. ``state`` says what is the matter with it, None = nothing."""

    outlet: str
    outlet_id: str
    period: str
    label: str
    factor: str | None
    received_at: datetime
    automatic: bool
    state: str | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in words."""

    id: int
    number: str
    kind: str
    state: str
    open: bool
    due_at: datetime | None
    created_at: datetime


def listing_rows(site: Site, now: datetime) -> tuple[ListingRow, ...]:
    """The stays of a unit on the positive list, the newest first."""
    return tuple(
        ListingRow(
            period=text(
                "console.unit.listing",
                first=words.day_label(listing.valid_from),
                last=text("console.unit.listing_open")
                if listing.valid_to is None
                else words.day_label(listing.valid_to),
            ),
            basis=text("console.unit.listing_basis", basis=listing.basis, by=listing.decided_by),
            document=listing.document,
            now=listing.in_force(now),
        )
        for listing in sorted(site.positive_list, key=lambda listing: listing.valid_from, reverse=True)
    )


def gateway_words(site: Site, states: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The gateways of a unit with their connection."""
    names = dict.fromkeys(outlet.monitor.gateway for outlet in site.outlets if outlet.monitor is not None)
    found: list[str] = []
    for name in names:
        state = states.get(name)
        if state is None:
            found.append(text("console.unit.gateway_unknown", gateway=name))
        else:
            word = text(f"console.unit.gateway_state.{state['state']}")
            since = words.minute(state["since"])
            found.append(text("console.unit.gateway_since", gateway=name, state=word, time=since))
    return tuple(found)


def month_rows(
    outlets: Iterable[Outlet], rows: Sequence[Mapping[str, Any]], threshold: Decimal
) -> tuple[MonthRow, ...]:
    """One row for each outlet and factor that is judged or has a mass, of which anything was published."""
    by_pair: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        by_pair.setdefault((row["outlet_key"], row["factor"]), []).append(row)
    shown = (
        _month_row(outlet, factor, by_pair[outlet.key, factor], threshold)
        for outlet in outlets
        for factor in outlet.factors
        if (outlet.key, factor) in by_pair
    )
    return tuple(row for row in shown if row.attained is not None or row.emission is not None)


def _month_row(
    outlet: Outlet, factor: str, days: Sequence[Mapping[str, Any]], threshold: Decimal
) -> MonthRow:
    sent = sum((_sent(day["sent"]) for day in days), Transmission())
    gas = outlet.medium == "gas"
    span = "hours" if gas else "days"
    judged = [day["attainment"][span] for day in days if day["attainment"][span] is not None]
    # A day may be judged compliant or not without a limit that says so; without a verdict against one there is no rate.
    compliant = sum(found["compliant"] for found in judged)
    exceeded = sum(found["exceeded"] for found in judged)
    rate = Attainment(compliant=compliant, exceeded=exceeded).rate
    counted = "console.unit.month_hours" if gas else "console.unit.month_days"
    masses = [Decimal(day["total_kg"]) for day in days if day["total_kg"] is not None]
    completed, effective = sent.completed, sent.effective
    return MonthRow(
        outlet=outlet.name,
        factor=words.factor_name(factor),
        sent="—" if completed is None else f"{half_even(completed, RATE_PLACES):f} %",
        sent_counts=f"{sent.received} / {sent.due}",
        effective="—" if effective is None else f"{shown(effective, threshold, RATE_PLACES)} %",
        low=effective is not None and effective < threshold,
        attained=None if rate is None else f"{shown(rate, Decimal(100), RATE_PLACES)} %",
        exceeded=None if rate is None else text(counted, count=exceeded),
        emission=text(
            "console.unit.month_emission_kg", kg=f"{half_even(sum(masses, Decimal(0)), MASS_PLACES):f}"
        )
        if masses
        else None,
    )


def _sent(hours: Mapping[str, int]) -> Transmission:
    return Transmission(
        hours["due"],
        hours["in_time"],
        hours["received"],
        hours["valid"],
        hours["stopped"],
        hours["standard_checks"],
    )


def mark_rows(site: Site, rows: Iterable[Mapping[str, Any]]) -> tuple[MarkRow, ...]:
    """Marks in words; outlets that are no longer registered are left out."""
    by_key = {outlet.key: outlet for outlet in site.outlets}
    return tuple(
        MarkRow(
            outlet=by_key[row["outlet_key"]].name,
            outlet_id=by_key[row["outlet_key"]].id,
            period=f"{words.minute(row['from_time'])[5:]}～{words.minute(row['to_time'])[5:]}",
            label=label_name(site.industry, row["category"], row["label"]),
            factor=None if row["factor"] is None else words.factor_name(row["factor"]),
            received_at=row["received_at"],
            automatic=row["channel"] == "automatic",
            state=_state(row),
        )
        for row in rows
        if row["outlet_key"] in by_key
    )


def _state(row: Mapping[str, Any]) -> str | None:
    if row["withdrawn_at"] is not None:
        return text("console.unit.mark_withdrawn")
    return text("console.unit.mark_late") if row["late"] else None


def task_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[TaskRow, ...]:
    """Tasks in words."""
    return tuple(
        TaskRow(
            id=row["id"],
            number=row["number"],
            kind=text(f"tasks.kind.{row['kind']}"),
            state=text(f"console.unit.task_state.{row['state']}"),
            open=row["state"] in ("open", "in_progress"),
            due_at=row["due_at"],
            created_at=row["created_at"],
        )
        for row in rows
    )

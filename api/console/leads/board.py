"""The board and the table of leads in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from store.errors import NotFound
from store.model import Registry
from store.texts import text

COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("draft", ("draft", "returned")),
    ("technical_review", ("technical_review",)),
    ("legal_review", ("legal_review",)),
    ("reviewed", ("reviewed",)),
    ("submitted", ("submitted",)),
    ("outcome", ("instruct", "talk", "filed", "no_case", "transferred", "withdrawn")),
)
"""The columns of the board, and the states whose leads stand in each."""

CARDS = 20
"""Cards of a column; the table has the rest."""


@dataclass(frozen=True, slots=True)
class Card:
    """One lead of a list.

    Attributes
    ----------
    charge : what it is suspected of, in words
    clauses : the legal basis that a person chose, as clauses
    people : who works on it, else who drafted it
    due : what is due first; ``due_at`` is the first moment that is too late
    technical, legal : whether the review of what it says now was passed
    """

    id: int
    number: str
    state: str
    state_word: str
    state_since: datetime
    title: str
    unit: str
    outlets: str
    factors: str
    charge: str
    clauses: tuple[str, ...]
    people: str
    drafter: str
    handler: str | None
    from_time: datetime
    to_time: datetime | None
    due: str | None
    due_at: datetime | None
    due_clause: str | None
    technical: bool
    legal: bool
    sample: bool
    created_at: datetime

    def overdue(self, now: datetime) -> bool:
        """Whether a time of it is over."""
        return self.due_at is not None and self.due_at <= now


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the board; ``count`` counts also what is not shown."""

    id: str
    word: str
    states: tuple[str, ...]
    cards: tuple[Card, ...]
    count: int


def columns_of(rows: Sequence[Mapping[str, Any]], registry: Registry) -> list[Column]:
    """The columns with their cards: what is overdue or due first stands in front, what nothing is due of comes last."""
    counts = {row["state"]: row["of_state"] for row in rows}
    made = []
    for column, states in COLUMNS:
        cards = sorted((card_of(row, registry) for row in rows if row["state"] in states), key=_urgency)
        count = sum(counts.get(state, 0) for state in states)
        made.append(
            Column(column, text(f"console.leads.column.{column}"), states, tuple(cards[:CARDS]), count)
        )
    return made


def _urgency(card: Card) -> tuple[bool, float, float]:
    due = card.due_at
    return due is None, 0.0 if due is None else due.timestamp(), -card.created_at.timestamp()


def cards_of(rows: Iterable[Mapping[str, Any]], registry: Registry) -> list[Card]:
    """Leads of the table in the order in which they were read."""
    return [card_of(row, registry) for row in rows]


def card_of(row: Mapping[str, Any], registry: Registry) -> Card:
    """One row of ``console_leads.sql``, with the names of the registry."""
    between = text("leads.between")
    signed = row["signed"] or ()
    return Card(
        id=row["id"],
        number=row["number"],
        state=row["state"],
        state_word=text(f"leads.state.{row['state']}"),
        state_since=row["state_since"],
        title=row["title"],
        unit=row["site_name"] or row["site"],
        outlets=between.join(outlet_name(registry, key) for key in row["outlet_keys"]),
        factors=between.join(words.factor_name(factor) for factor in row["factors"]),
        charge=text(f"leads.kind.{row['kind']}"),
        clauses=clauses_of(row["basis"], row["candidates"]),
        people=row["handler_name"] or row["created_name"],
        drafter=row["created_name"],
        handler=row["handler_name"],
        from_time=row["from_time"],
        to_time=row["to_time"],
        due=None if row["due_kind"] is None else text(f"law.clock.{row['due_kind']}"),
        due_at=row["due_at"],
        due_clause=row["due_clause"],
        technical="technical" in signed,
        legal="legal" in signed,
        sample=row["sample"],
        created_at=row["created_at"],
    )


def outlet_name(registry: Registry, key: int) -> str:
    """An outlet by its key; one that is no longer registered says so."""
    try:
        return registry.outlet_by_key(key).name
    except NotFound:
        return text("console.place_unregistered")


def clauses_of(basis: Sequence[str] | None, candidates: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The clauses of the chosen norms, each once, in the order of choosing."""
    known = {candidate["norm"]: candidate["clause"] for candidate in candidates}
    return tuple(dict.fromkeys(known.get(norm, norm) for norm in basis or ()))

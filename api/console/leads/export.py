"""The list of leads as a table for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.console.leads.board import Card
from api.exports import Column, Sheet, provenance
from store.texts import text


def leads_sheet(cards: Iterable[Card], who: str, now: datetime) -> Sheet:
    """A row a lead. What was not reviewed says so."""
    shown = list(cards)
    words = {
        name: text(f"console.leads.table.{name}")
        for name in (
            "number", "state", "reviews", "unit", "outlet", "factor", "charge", "title", "clauses", "from", "to", "drafter",
            "handler", "due", "due_at", "created", "sample",
        )
    }  # fmt: skip
    kinds = {"from": "time", "to": "time", "due_at": "time", "created": "time"}
    return Sheet(
        text("console.leads.export.title"),
        [Column(word, kind="time" if name in kinds else "text") for name, word in words.items()],
        (
            [
                card.number,
                card.state_word,
                reviews_word(card),
                card.unit,
                card.outlets,
                card.factors,
                card.charge,
                card.title,
                text("leads.between").join(card.clauses),
                card.from_time,
                card.to_time,
                card.drafter,
                card.handler,
                card.due,
                card.due_at,
                card.created_at,
                text("console.leads.sample") if card.sample else "",
            ]
            for card in shown
        ),
        provenance(
            source=text("console.leads.export.source"),
            who=who,
            at=now,
            sample=any(card.sample for card in shown),
        ),
    )


def reviews_word(card: Card) -> str:
    """Which reviews hold of what the lead says now."""
    if card.technical and card.legal:
        return text("console.leads.reviewed")
    if card.technical:
        return text("console.leads.technical_only")
    return text("console.leads.unreviewed")

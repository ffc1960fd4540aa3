"""A lead as its company sees it: what it was told, as it was then, and what it said. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.leads.content import PaperRow, act_span, paper_rows
from api.console.leads.numbers import PeriodRow, told_rows
from store.texts import text


@dataclass(frozen=True, slots=True)
class ToldCard:
    """A lead of the company's list. ``due``: until when a statement is in time; None = over, or stated."""

    id: int
    number: str
    title: str
    charge: str
    disclosed_at: datetime
    due: datetime | None


@dataclass(frozen=True, slots=True)
class ToldPage:
    """What the company was told and said. ``rows``: the exceeded periods as they stood then."""

    card: ToldCard
    message: str
    facts: str | None
    span: str
    factors: str
    rows: Sequence[PeriodRow]
    exceeded_days: int
    marks: int
    statements: Sequence[Mapping[str, Any]]
    proof_options: Sequence[tuple[int, str]]
    papers: Sequence[PaperRow]
    may_state: bool


def told_card(item: Mapping[str, Any]) -> ToldCard:
    """An item of ``told_item``."""
    return ToldCard(
        item["id"],
        item["number"],
        item["title"],
        text(f"leads.kind.{item['kind']}"),
        item["disclosed_at"],
        item["statement_due"],
    )


def told_page(lead: Mapping[str, Any]) -> ToldPage:
    """A lead as ``lead_detail`` gives it to its company."""
    told = lead["told"]
    numbers = told["numbers"]
    start, end = told["from"], told["to"]
    counts = numbers.get("counts") or {}
    return ToldPage(
        told_card(lead),
        told["message"],
        told["facts"],
        act_span(datetime.fromisoformat(start), None if end is None else datetime.fromisoformat(end)),
        text("leads.between").join(words.factor_name(factor) for factor in told["factors"]),
        told_rows(numbers),
        counts.get("exceeded_days", 0),
        len(numbers.get("marks") or ()),
        lead["statements"],
        [(one["id"], words.minute(one["at"])) for one in reversed(lead["statements"])],
        paper_rows(lead["papers"]),
        "state" in lead["possible"],
    )

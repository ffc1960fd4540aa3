"""The two reviews of a lead side by side: what holds of each, and what was signed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from store.texts import text

Standing = Literal["open", "passed", "returned", "changed", "ahead"]

KINDS = ("technical", "legal")
_STATE_OF = {"technical": "technical_review", "legal": "legal_review"}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review that was made. ``holds``: it signed off what the lead says now."""

    at: datetime
    reviewer: str
    result: str
    result_word: str
    opinion: str
    revision: int
    digest: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two reviews.

    Attributes
    ----------
    standing : ``changed`` = it was passed, and the content is another one since
    last : the newest, ``earlier`` those before it, newest first
    """

    kind: str
    word: str
    standing: Standing
    standing_word: str
    last: ReviewRow | None
    earlier: tuple[ReviewRow, ...]


def sides_of(state: str, reviews: Sequence[Mapping[str, Any]]) -> tuple[Side, ...]:
    """The technical and the legal review of a lead in this state."""
    return tuple(_side(kind, state, [one for one in reviews if one["kind"] == kind]) for kind in KINDS)


def _side(kind: str, state: str, reviews: Sequence[Mapping[str, Any]]) -> Side:
    rows = [_row(review) for review in reversed(reviews)]
    last = rows[0] if rows else None
    standing = _standing(kind, state, last)
    return Side(
        kind,
        text(f"leads.state.{_STATE_OF[kind]}"),
        standing,
        text(f"console.leads.review.{standing}"),
        last,
        tuple(rows[1:]),
    )


def _standing(kind: str, state: str, last: ReviewRow | None) -> Standing:
    if last is not None and last.holds:
        return "passed"
    if state == _STATE_OF[kind]:
        return "open" if last is None or last.result == "return" else "changed"
    if last is None:
        return "ahead"
    return "returned" if last.result == "return" else "changed"


def _row(review: Mapping[str, Any]) -> ReviewRow:
    return ReviewRow(
        review["at"],
        review["display_name"] or review["reviewer"],
        review["result"],
        text(f"console.leads.review.result.{review['result']}"),
        review["opinion"],
        review["revision"],
        review["digest"],
        review["holds"],
    )

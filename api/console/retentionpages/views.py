"""Keeping and dropping in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from store.texts import text

_HOLDER_PAGES: Mapping[str, str] = {"lead": "/leads/{}", "package": "/evidence/{}"}


@dataclass(frozen=True, slots=True)
class Term:
    """How long one kind of data is kept, and why."""

    what: str
    term: str
    why: str


@dataclass(frozen=True, slots=True)
class Holder:
    """What keeps a chunk: its word, and the page that shows it."""

    word: str
    link: str


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk of raw data: what, of which time, when its time is old enough, and what keeps it now."""

    kind: str
    name: str
    start: datetime
    end: datetime
    old_at: datetime
    goes: bool
    reasons: tuple[str, ...]
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A legal hold. ``span`` is the time of an outlet's hold in words; that of a lead or an alert is read from it each time."""

    id: int
    kind: str
    subject: str
    link: str
    span: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lift_reason: str | None

    @property
    def stands(self) -> bool:
        """Whether nobody has lifted it."""
        return self.lifted_at is None


@dataclass(frozen=True, slots=True)
class DropRow:
    """A chunk that was dropped; ``leaf`` is its record in the evidence log, None while that is not sealed."""

    id: int
    kind: str
    name: str
    start: datetime
    end: datetime
    count: int
    messages: int
    keep_years: int
    dropped_at: datetime
    dropped_by: str
    leaf: int | None


def terms(years: int, package_days: int) -> list[Term]:
    """What is kept how long and why, the shortest term last."""
    raw = text("console.retentionpages.term.years", years=years)
    good = text("console.retentionpages.term.for_good")
    days = text("console.retentionpages.term.days", days=package_days)
    return [
        Term(text(f"console.retentionpages.what.{what}"), term, text(f"console.retentionpages.why.{what}"))
        for what, term in (
            ("raw", raw),
            ("judged", good),
            ("records", good),
            ("log", good),
            ("packages_of_leads", good),
            ("packages", days),
        )
    ]


def chunk_rows(items: Sequence[Mapping[str, Any]]) -> list[ChunkRow]:
    """Chunks in words, those whose time is over first."""
    return [_chunk(item) for item in sorted(items, key=lambda item: (item["old_at"], item["kind"]))]


def hold_rows(holds: Sequence[Mapping[str, Any]], numbers: Mapping[int, str]) -> list[HoldRow]:
    """Holds in words. ``numbers``: number of each held lead by its id."""
    return [_hold(hold, numbers) for hold in holds]


def drop_rows(drops: Sequence[Mapping[str, Any]], leaves: Mapping[int, int]) -> list[DropRow]:
    """Drops in words. ``leaves``: leaf of each drop by its id."""
    return [
        DropRow(
            id=drop["id"],
            kind=kind_word(drop["kind"]),
            name=drop["chunk"],
            start=drop["range_start"],
            end=drop["range_end"],
            count=drop["count"],
            messages=drop["messages"],
            keep_years=drop["keep_years"],
            dropped_at=drop["dropped_at"],
            dropped_by=_who(drop["dropped_by"]),
            leaf=leaves.get(drop["id"]),
        )
        for drop in drops
    ]


def kind_word(kind: str) -> str:
    """A kind of raw data in words."""
    return text(f"audit.value.kind.{kind}")


def _chunk(item: Mapping[str, Any]) -> ChunkRow:
    return ChunkRow(
        kind=kind_word(item["kind"]),
        name=item["chunk"],
        start=item["range_start"],
        end=item["range_end"],
        old_at=item["old_at"],
        goes=item["goes"],
        reasons=tuple(
            text(f"console.retentionpages.keeps.{reason}") for reason in item["reasons"] if reason != "held"
        ),
        holders=tuple(_holder(holder) for holder in item["held_by"]),
    )


def _holder(holder: Mapping[str, Any]) -> Holder:
    source = holder["source"]
    name = holder["number"] or holder["id"]
    page = _HOLDER_PAGES.get(source, f"/retention#hold-{holder['id']}")
    return Holder(text(f"console.retentionpages.holder.{source}", name=name), page.format(holder["id"]))


def _hold(hold: Mapping[str, Any], numbers: Mapping[int, str]) -> HoldRow:
    kind = hold["kind"]
    if kind == "lead":
        lead = hold["lead_id"]
        subject, link = numbers.get(lead, str(lead)), f"/leads/{lead}"
    elif kind == "alert":
        subject, link = hold["alert"], f"/alerts/{hold['alert_id']}"
    else:
        subject, link = hold["outlet"], f"/outlets/{hold['outlet']}"
    return HoldRow(
        id=hold["id"],
        kind=text(f"audit.value.kind.{kind}"),
        subject=subject,
        link=link,
        span=_span(hold["from_time"], hold["to_time"], kind),
        reason=hold["reason"],
        placed_by=hold["placed_by"],
        placed_at=hold["placed_at"],
        lifted_by=hold["lifted_by"],
        lifted_at=hold["lifted_at"],
        lift_reason=hold["lift_reason"],
    )


def _span(start: datetime | None, end: datetime | None, kind: str) -> str:
    if start is None or end is None:
        return text(f"console.retentionpages.span_of_{kind}")
    return text("console.retentionpages.span", start=words.stamp(start)[:16], end=words.stamp(end)[:16])


def _who(name: str) -> str:
    return text("audit.actor.system") if name == "system" else name

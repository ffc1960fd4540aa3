"""What a lead says, its legal basis and its papers, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.alertview import kind_word
from store.texts import has, text

DISCRETION = ("multiple", "duration", "times", "sensitivity", "other", "result", "note")


@dataclass(frozen=True, slots=True)
class BasisRow:
    """A norm that may apply.

    Attributes
    ----------
    fines : the ranges in words, one a line
    reasons : why it is shown; where norms conflict or the law changed during the act, it is said here
    span : since when and until when the norm holds
    """

    norm: str
    act: str
    clause: str
    role: str
    role_word: str
    comparison: str | None
    fines: tuple[str, ...]
    effects: tuple[str, ...]
    reasons: tuple[str, ...]
    span: str
    confidence: str
    chosen: bool
    contested: bool


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper that was filed."""

    id: int
    name: str
    part: str
    part_word: str
    size: str
    sha256: str
    note: str | None
    public: bool
    by: str
    at: datetime
    statement_id: int | None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert of the lead."""

    id: int
    number: str
    kind: str
    outlet: str | None
    factor: str | None
    first_seen: datetime
    last_seen: datetime
    count: int


def basis_rows(candidates: Iterable[Mapping[str, Any]], basis: Sequence[str] | None) -> list[BasisRow]:
    """The candidates in the order of the law file, with what was chosen."""
    return [_basis(one, one["norm"] in (basis or ())) for one in candidates]


def _basis(one: Mapping[str, Any], chosen: bool) -> BasisRow:
    comparison = one["comparison"]
    reasons = one["reasons"]
    return BasisRow(
        one["norm"],
        text(f"law.act.{one['act']}") if has(f"law.act.{one['act']}") else one["act_zh"],
        one["clause"],
        one["role"],
        text(f"console.leads.basis.role.{one['role']}"),
        None if comparison is None else text(f"law.comparison.{comparison}"),
        tuple(fine_words(one)),
        tuple(_effect(effect) for effect in one["effects"]),
        tuple(reason["text"] for reason in reasons),
        validity(one["valid_from"], one["valid_to"]),
        one["confidence"],
        chosen,
        any(reason["code"] not in ("in_force", "several_norms") for reason in reasons),
    )


def _effect(effect: Mapping[str, Any]) -> str:
    key = f"law.effect.{effect['code']}"
    return text(key) if has(key) else str(effect["text"])


def fine_words(norm: Mapping[str, Any]) -> Iterable[str]:
    """The ranges of a norm: of the unit, of persons, of each tier."""
    if norm["fine"] is not None:
        yield text("console.leads.basis.fine", low=_yuan(norm["fine"][0]), high=_yuan(norm["fine"][1]))
    elif not norm["tiers"]:
        yield text("console.leads.basis.no_range")
    if norm["persons"] is not None:
        yield text(
            "console.leads.basis.persons", low=_yuan(norm["persons"][0]), high=_yuan(norm["persons"][1])
        )
    for tier in norm["tiers"]:
        if tier["fine"] is not None:
            low, high = tier["fine"]
            when = text(f"law.tier.{tier['when']}") if has(f"law.tier.{tier['when']}") else tier["when_zh"]
            yield text("console.leads.basis.tier", when=when, low=_yuan(low), high=_yuan(high))


def _yuan(amount: str) -> str:
    """Ten thousands where they are whole: 200000 is 20 万."""
    whole = amount.removesuffix(".00")
    if whole.endswith("0000") and len(whole) > 4:
        return text("console.leads.basis.ten_thousand", count=whole[:-4])
    return amount


def validity(valid_from: str | None, valid_to: str | None) -> str:
    """Since when and until when a dated record holds; ``valid_to`` is the first day on which it no longer does."""
    if valid_from is None and valid_to is None:
        return text("console.leads.basis.always")
    if valid_to is None:
        return text("console.leads.basis.since", start=valid_from)
    if valid_from is None:
        return text("console.leads.basis.until", end=valid_to)
    return text("console.leads.basis.between", start=valid_from, end=valid_to)


def paper_rows(papers: Iterable[Mapping[str, Any]]) -> list[PaperRow]:
    """The papers, newest first. A company is not told which officer filed one."""
    rows = [
        PaperRow(
            one["id"],
            one["name"],
            one["part"],
            text(f"console.leads.part.{one['part']}"),
            size_words(one["bytes"]),
            one["sha256"],
            one["note"],
            one["public"],
            text("console.actor_bureau") if one["filed_by"] == "bureau" else one["filed_by"],
            one["filed_at"],
            one["statement_id"],
        )
        for one in papers
    ]
    return rows[::-1]


def size_words(size: int) -> str:
    """A number of bytes: 512 B, 3.4 KB, 12.0 MB, 1.2 GB."""
    units = ("B", "KB", "MB", "GB")
    place = 0
    tenths = size * 10
    while tenths >= 10240 and place < len(units) - 1:
        tenths //= 1024
        place += 1
    return f"{size} B" if place == 0 else f"{tenths // 10}.{tenths % 10} {units[place]}"


def alert_lines(alerts: Iterable[Mapping[str, Any]]) -> list[AlertLine]:
    """The alerts of a lead."""
    return [
        AlertLine(
            one["id"],
            one["number"],
            kind_word(one["code"]),
            one["outlet"],
            None if one["factor"] is None else words.factor_name(one["factor"]),
            one["first_seen"],
            one["last_seen"],
            one["count"],
        )
        for one in alerts
    ]


def discretion_rows(discretion: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What was entered, by its label."""
    found = discretion or {}
    return [(text(f"console.leads.field.{name}"), found[name]) for name in DISCRETION if found.get(name)]


def act_words(acts: Iterable[str]) -> list[str]:
    """The acts in words."""
    return [text(f"law.act.{act}") if has(f"law.act.{act}") else act for act in acts]


def act_span(start: datetime, end: datetime | None) -> str:
    """The time of the act; an act that goes on says so."""
    if end is None:
        return text("console.leads.goes_on", start=words.minute(start))
    return text("console.leads.span", start=words.minute(start), end=words.minute(end))

"""The positive list in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.tasks.facts import listing_at
from alerts.tasks.sample import ALGORITHM, draw, rank
from api.console import words
from api.console.taskpages.reads import VisitCount
from api.console.taskpages.views import reason_word
from store.model import Listing, Registry
from store.tasks import UNFINISHED
from store.texts import text

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay on the list in words. ``until`` is a word where the end is open."""

    since: str
    until: str
    basis: str
    level: str
    decided_by: str
    document: str | None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit at the moment that is asked for."""

    site_id: str
    name: str
    sample: bool
    stay: Stay | None
    visits: VisitCount
    off_site_done: int
    open_proposals: int


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record of a stay: ``replaced`` by a later record it is believed no more."""

    site_id: str
    name: str
    stay: Stay
    recorded_from: datetime
    recorded_to: datetime | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal to take a unit off the list."""

    task_id: int
    number: str
    name: str
    reason: str
    statement: str | None
    state: str
    outcome: str | None
    created_at: datetime
    unfinished: bool


@dataclass(frozen=True, slots=True)
class Rank:
    """One candidate of a sample with its rank: SHA-256 of ``seed|unit``; the lowest are drawn."""

    unit: str
    name: str
    digest: str
    drawn: bool


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample with its proof: ``repeats`` says that the published seed and candidates give what was drawn."""

    period: str
    seed: str
    published_at: datetime
    drawn_at: datetime | None
    ranks: tuple[Rank, ...]
    repeats: bool | None


def joined(now: Registry, then: Registry) -> Registry:
    """The registry of today with the units of another day that are registered no more."""
    known = {site.key for site in now.sites}
    return replace(now, sites=(*now.sites, *(site for site in then.sites if site.key not in known)))


def stay_of(listing: Listing | Row) -> Stay:
    """A stay from the registry or from a record of it."""
    get = listing.__getitem__ if isinstance(listing, Mapping) else lambda name: getattr(listing, name)
    end = get("valid_to")
    return Stay(
        words.day_label(get("valid_from")),
        text("console.positivelist.open_end") if end is None else words.day_label(end),
        get("basis"),
        text(f"console.positivelist.level.{get('level')}"),
        get("decided_by"),
        get("document"),
    )


def unit_rows(
    registry: Registry,
    visits: Iterable[VisitCount],
    off_site: Mapping[int, int],
    proposals: Iterable[Row],
    at: datetime,
) -> list[UnitRow]:
    """Every unit of the registry, listed ones first."""
    counts = {count.site_id: count for count in visits}
    open_: dict[str, int] = {}
    for proposal in proposals:
        if proposal["state"] in UNFINISHED:
            open_[proposal["site"]] = open_.get(proposal["site"], 0) + 1
    made = [
        UnitRow(
            site.id,
            site.name,
            site.sample,
            None if (listing := listing_at(site, at)) is None else stay_of(listing),
            counts[site.id],
            off_site.get(site.key, 0),
            open_.get(site.id, 0),
        )
        for site in registry.sites
    ]
    return sorted(made, key=lambda row: row.stay is None)


def record_rows(rows: Iterable[Row], registry: Registry) -> list[RecordRow]:
    """The records with the names of their units."""
    names = _names(registry)
    return [
        RecordRow(
            row["site"],
            names.get(row["site"], row["site"]),
            stay_of(row),
            row["recorded_from"],
            row["recorded_to"],
            row["in_force"],
        )
        for row in rows
    ]


def proposal_rows(rows: Iterable[Row], registry: Registry) -> list[ProposalRow]:
    """The proposals in words."""
    names = _names(registry)
    return [
        ProposalRow(
            row["id"],
            row["number"],
            names.get(row["site"], row["site"]),
            reason_word(row["reason"]),
            row["statement"],
            text(f"tasks.state.{row['state']}"),
            None if row["outcome"] is None else text(f"tasks.outcome.{row['outcome']}"),
            row["created_at"],
            row["state"] in UNFINISHED,
        )
        for row in rows
    ]


def sample_rows(rows: Iterable[Row], registry: Registry) -> list[SampleRow]:
    """The samples, each drawn again here from what was published."""
    names = _names(registry)
    return [_sample(row, names) for row in rows]


def _sample(row: Row, names: Mapping[str, str]) -> SampleRow:
    seed: str = row["seed"]
    candidates: Sequence[str] = row["candidates"]
    chosen: Sequence[str] = row["chosen"]
    ranks = sorted(
        (Rank(unit, names.get(unit, unit), rank(seed, unit), unit in chosen) for unit in candidates),
        key=lambda one: (one.digest, one.unit),
    )
    repeats = None
    if row["drawn_at"] is not None and row["algorithm"] == ALGORITHM:
        repeats = list(draw(seed, candidates, len(chosen))) == list(chosen)
    return SampleRow(row["period"], seed, row["published_at"], row["drawn_at"], tuple(ranks), repeats)


def _names(registry: Registry) -> Mapping[str, str]:
    return {site.id: site.name for site in registry.sites}

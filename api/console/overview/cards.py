"""The overview as values: a card for each site, a block for each outlet, a row for each factor. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.console import words
from api.console.bar import Bar, draw
from api.console.bound import Bound, shown_bound
from api.console.connection import ConnectionState, connection_state
from api.console.reads import Latest, LatestVerdict
from store.model import Outlet, Site
from store.settings import Settings
from store.texts import has, text

KINDS = ("realtime", "minute", "hour", "day")
"""From the liveliest kind to the slowest: the first that an outlet has ever sent is the one the overview shows."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read from the database for the overview, at a moment."""

    at: datetime
    outlet_states: Mapping[int, Mapping[str, Mapping[str, Any]]]
    gateway_states: Mapping[str, Mapping[str, Any]]
    readings: Mapping[tuple[int, str], Latest]
    verdicts: Mapping[tuple[int, str], LatestVerdict]


@dataclass(frozen=True, slots=True)
class VerdictWord:
    """A verdict in words: result and its period; the title says which value was compared."""

    result: str
    word: str
    period: str
    title: str


@dataclass(frozen=True, slots=True)
class FactorRow:
    """The latest value of a factor. ``value`` is the folded one where the outlet folds, ``measured`` then stands beside it."""

    code: str
    name: str
    unit: str
    value: str
    measured: str | None
    status: str | None
    flag: str | None
    at: datetime | None
    behind: bool
    bound: Bound | None
    bar: Bar | None
    verdict: VerdictWord | None
    share: Decimal | None = None
    """How much of its limit the value takes, 1 = all of it; None where nothing can be set against a limit."""


@dataclass(frozen=True, slots=True)
class OutletBlock:
    """An outlet: factors with a limit as rows, the others as a line of figures."""

    id: str
    name: str
    medium: str
    judged: bool
    connection: ConnectionState
    kind: str | None
    data_time: datetime | None
    judged_rows: tuple[FactorRow, ...]
    other_rows: tuple[FactorRow, ...]


@dataclass(frozen=True, slots=True)
class Worst:
    """The value of a unit that takes most of its limit, and where it is measured."""

    outlet_id: str
    outlet: str
    row: FactorRow


@dataclass(frozen=True, slots=True)
class SiteCard:
    """A unit with its outlets. ``worst`` is None where no value can be set against a limit now."""

    id: str
    name: str
    industry: str
    key_unit: bool
    sample: bool
    listed: bool
    note: str | None
    outlets: tuple[OutletBlock, ...]
    worst: Worst | None

    @property
    def last_data(self) -> datetime | None:
        """When the newest data of the unit are of; None when nothing ever came."""
        return max((block.data_time for block in self.outlets if block.data_time is not None), default=None)

    @property
    def connection(self) -> ConnectionState | None:
        """The state of its worst connected outlet; None for a unit without outlets."""
        return min((block.connection for block in self.outlets), key=_trouble, default=None)


_TROUBLE = ("offline", "silent", "no_data", "online")
"""States of a connection, the one that asks for most first."""


def _trouble(state: ConnectionState) -> int:
    return _TROUBLE.index(state.state)


def shown_kind(states: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The kind of reading that the overview shows of an outlet."""
    return next((kind for kind in KINDS if kind in states), None)


def judged_span(outlet: Outlet) -> str:
    """Gas is judged by the hour, municipal water by the day (regulation.md A.1)."""
    return "hour" if outlet.medium == "gas" else "day"


def site_card(site: Site, facts: Facts, settings: Settings) -> SiteCard:
    """The card of a site."""
    outlets = tuple(outlet_block(outlet, facts, settings) for outlet in site.outlets)
    return SiteCard(
        id=site.id,
        name=site.name,
        industry=text(f"console.industry.{site.industry}"),
        key_unit=site.key_unit,
        sample=site.sample,
        listed=site.listed(facts.at),
        note=site.note,
        outlets=outlets,
        worst=worst_of(outlets),
    )


def worst_of(outlets: Iterable[OutletBlock]) -> Worst | None:
    """The value that takes most of its limit among the present ones of these outlets."""
    found = [
        Worst(block.id, block.name, row)
        for block in outlets
        for row in block.judged_rows
        if row.share is not None and not row.behind
    ]
    return max(found, key=_share, default=None)


def _share(worst: Worst) -> Decimal:
    return worst.row.share or Decimal(0)


def outlet_block(outlet: Outlet, facts: Facts, settings: Settings) -> OutletBlock:
    """The block of an outlet."""
    states = facts.outlet_states.get(outlet.key, {})
    kind = shown_kind(states)
    gateway = None if outlet.monitor is None else facts.gateway_states.get(outlet.monitor.gateway)
    data_time = None if kind is None else states[kind]["data_time"]
    rows = tuple(_factor_row(outlet, factor, facts, data_time) for factor in outlet.factors)
    return OutletBlock(
        id=outlet.id,
        name=outlet.name,
        medium=outlet.medium,
        judged=outlet.judged,
        connection=connection_state(outlet.monitor, states, gateway, settings, facts.at),
        kind=None if kind is None else text(f"console.kind.{kind}"),
        data_time=data_time,
        judged_rows=tuple(row for row in rows if row.bound is not None),
        other_rows=tuple(row for row in rows if row.bound is None),
    )


def _factor_row(outlet: Outlet, factor: str, facts: Facts, newest: datetime | None) -> FactorRow:
    reading = facts.readings.get((outlet.key, factor))
    values = _latest_values(outlet, facts)
    bound = (
        shown_bound(outlet.limits, factor, values, facts.at, outlet.options.built) if outlet.judged else None
    )
    verdict = facts.verdicts.get((outlet.key, factor))
    folds = outlet.oxygen_reference is not None and bound is not None
    value = None if reading is None else reading.folded if folds else reading.value
    normal = reading is not None and reading.status == "normal"
    return FactorRow(
        code=factor,
        name=words.factor_name(factor),
        unit=words.factor_unit(factor),
        value=words.number(value),
        measured=words.number(reading.value) if folds and reading is not None else None,
        status=None if reading is None or normal else status_word(reading.status),
        flag=None if reading is None else reading.flag,
        at=None if reading is None else reading.data_time,
        behind=reading is not None and newest is not None and reading.data_time < newest,
        bound=bound,
        # A value that is not a normal measurement is not set against a limit, not even by the eye.
        bar=draw(value, bound.minimum, bound.maximum) if normal and bound and value is not None else None,
        share=share_of(value, bound.minimum, bound.maximum)
        if normal and bound and value is not None
        else None,
        verdict=None if verdict is None else verdict_words(verdict, facts.at),
    )


def share_of(value: Decimal, minimum: Decimal | None, maximum: Decimal | None) -> Decimal | None:
    """How much of a limit a value takes: of a ceiling its share, of a range the way from the middle to the nearer bound."""
    if minimum is not None and maximum is not None and minimum < maximum:
        return abs(2 * value - minimum - maximum) / (maximum - minimum)
    if minimum is None and maximum is not None and maximum > 0:
        return value / maximum
    return None


def _latest_values(outlet: Outlet, facts: Facts) -> dict[str, Decimal]:
    found = ((factor, facts.readings.get((outlet.key, factor))) for factor in outlet.factors)
    return {
        factor: reading.value
        for factor, reading in found
        if reading is not None and reading.value is not None and reading.status == "normal"
    }


def status_word(status: str) -> str:
    """A normalised status in Chinese."""
    key = f"marks.{status}"
    return text(key) if has(key) else text("console.status_other", status=status)


def verdict_words(verdict: LatestVerdict, now: datetime) -> VerdictWord:
    """A verdict in words."""
    period = words.hour_label(verdict.start) if verdict.span == "hour" else words.day_label(verdict.start)
    compared = words.computed(verdict.compared, verdict.bound)
    return VerdictWord(
        result=verdict.result,
        word=text(f"console.result.{verdict.result}"),
        period=words.short_period(verdict.start, verdict.span, now),
        title=text("console.overview.verdict_title", period=period, compared=compared),
    )

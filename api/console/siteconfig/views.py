"""Dated records in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.bound import condition_text
from api.console.siteconfig.moments import Moments
from api.console.siteconfig.words import bounds_word, moment_word, value_word
from store.model import Outlet, Registry, Site
from store.registryrows import condition_of
from store.texts import text

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands at the moments that are asked for: ``in_force``, ``to_come``, ``closed`` or ``replaced``."""

    code: str

    @property
    def word(self) -> str:
        return text(f"console.siteconfig.standing.{self.code}")

    @property
    def tag(self) -> str:
        """The badge's kind."""
        return {"in_force": "good", "to_come": "calm", "closed": "", "replaced": ""}[self.code]


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One record of a limit."""

    factor: str
    factor_code: str
    bounds: str
    unit: str
    basis: str
    condition: str | None
    standard: str
    clause: str
    source: str | None
    since: str
    until: str
    recorded_from: datetime
    recorded_to: datetime | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class FactRow:
    """One record of an exemption or a monitor, as names and values."""

    title: str
    facts: tuple[tuple[str, str], ...]
    since: str
    until: str
    recorded_from: datetime
    recorded_to: datetime | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class OutletView:
    """An outlet with its records. ``limits`` are those believed then; ``earlier`` the records that were replaced or closed."""

    id: str
    name: str
    medium: str
    oxygen: str | None
    judged: bool
    factors: str
    note: str | None
    limits: tuple[LimitRow, ...]
    earlier: tuple[LimitRow, ...]
    exemptions: tuple[FactRow, ...]
    monitors: tuple[FactRow, ...]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A unit in the list of units."""

    id: str
    name: str
    industry: str
    sample: bool
    listed: bool
    outlets: tuple[tuple[str, str, int, str], ...]


def standing_of(row: Row, moments: Moments) -> Standing:
    """How a record stands: first whether it was believed, then whether it was in force."""
    if not moments.believed(row["recorded_from"], row["recorded_to"]):
        return Standing("replaced")
    if moments.holds(row["valid_from"], row["valid_to"]):
        return Standing("in_force")
    return Standing("to_come" if row["valid_from"] > moments.at else "closed")


def site_rows(registry: Registry, moments: Moments) -> list[SiteRow]:
    """The units with the outlets, how many limits are in force at each, and the MN."""
    return [
        SiteRow(
            site.id,
            site.name,
            value_word("industry", site.industry),
            site.sample,
            site.listed(moments.at),
            tuple(
                (
                    f"{outlet.name}（{value_word('medium', outlet.medium)}）",
                    outlet.id,
                    sum(limit.in_force(moments.at) for limit in outlet.limits),
                    "—" if outlet.monitor is None else outlet.monitor.mn,
                )
                for outlet in site.outlets
            ),
        )
        for site in registry.sites
    ]


def site_facts(site: Site) -> list[tuple[str, str]]:
    """What a unit is."""
    columns = ("industry", "key_unit", "credit_code", "permit", "note")
    return [
        (text(f"console.siteconfig.column.{name}"), value_word(name, getattr(site, name))) for name in columns
    ]


def outlet_views(
    outlets: Sequence[Outlet],
    limits: Mapping[int, Sequence[Row]],
    exemptions: Mapping[int, Sequence[Row]],
    monitors: Mapping[int, Sequence[Row]],
    moments: Moments,
) -> list[OutletView]:
    """The outlets with their records."""
    return [
        _outlet(
            outlet,
            limit_rows(limits.get(outlet.key, ()), moments),
            exemption_rows(exemptions.get(outlet.key, ()), moments),
            monitor_rows(monitors.get(outlet.key, ()), moments),
        )
        for outlet in outlets
    ]


def _outlet(
    outlet: Outlet, limits: list[LimitRow], exemptions: list[FactRow], monitors: list[FactRow]
) -> OutletView:
    current = tuple(row for row in limits if row.standing.code in ("in_force", "to_come"))
    return OutletView(
        outlet.id,
        outlet.name,
        value_word("medium", outlet.medium),
        None if outlet.oxygen_reference is None else words.plain(outlet.oxygen_reference),
        outlet.judged,
        "、".join(words.factor_name(code) for code in outlet.factors),
        outlet.note,
        current,
        tuple(row for row in limits if row not in current),
        tuple(exemptions),
        tuple(monitors),
    )


def limit_rows(rows: Iterable[Row], moments: Moments) -> list[LimitRow]:
    """Every record of limits in words."""
    return [_limit(row, moments) for row in rows]


def _limit(row: Row, moments: Moments) -> LimitRow:
    condition = condition_of(row["condition"])
    return LimitRow(
        words.factor_name(row["factor"]),
        row["factor"],
        bounds_word(row),
        words.factor_unit(row["factor"]),
        text(f"console.basis.{row['basis']}"),
        None if condition is None else condition_text(condition),
        row["standard"],
        row["clause"],
        row["source"],
        moment_word(row["valid_from"]),
        moment_word(row["valid_to"]),
        row["recorded_from"],
        row["recorded_to"],
        standing_of(row, moments),
    )


_EXEMPTION = ("factors", "hours_per_event", "hours_per_year", "ceiling", "source")
_MONITOR = (
    "gateway", "protocol", "has_password", "has_key", "timestamps", "missing_flag", "acknowledge_crc", "realtime_seconds",
    "minute_seconds", "reports_hour", "reports_day",
)  # fmt: skip


def exemption_rows(rows: Iterable[Row], moments: Moments) -> list[FactRow]:
    """Every record of exemptions in words."""
    return [_facts(row, value_word("label", row["label"]), _EXEMPTION, moments) for row in rows]


def monitor_rows(rows: Iterable[Row], moments: Moments) -> list[FactRow]:
    """Every record of monitors in words, without secrets."""
    return [_facts(row, f"MN {row['mn']}", _MONITOR, moments) for row in rows]


def _facts(row: Row, title: str, columns: Sequence[str], moments: Moments) -> FactRow:
    return FactRow(
        title,
        tuple((text(f"console.siteconfig.column.{name}"), value_word(name, row[name])) for name in columns),
        moment_word(row["valid_from"]),
        moment_word(row["valid_to"]),
        row["recorded_from"],
        row["recorded_to"],
        standing_of(row, moments),
    )

"""Published statistics in words: rates, hours, validity of a month, and which revision it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.statistics.spans import span_of
from alerts.statistics.validity import month_of_gas, month_of_water
from api.console import words
from store.clock import BEIJING
from store.model import Outlet
from store.rounding import half_even
from store.texts import text

SPANS = ("day", "month", "quarter", "year")
DAYS_SHOWN = 14
"""Days of the table of days; the calendar has the others."""


@dataclass(frozen=True, slots=True)
class StatisticRow:
    """One revision of the statistics of a factor over a span. ``newest`` = no later one was published."""

    factor: str
    span: str
    start: datetime
    revision: int
    newest: bool
    computed_at: datetime
    due: int
    valid: int
    invalid: int
    missing: int
    stopped: int
    immediate: str
    completed: str
    valid_rate: str
    effective: str
    validity: str
    valid_enough: bool | None
    capture: str


def statistic_rows(rows: Iterable[Mapping[str, Any]], span: str) -> list[StatisticRow]:
    """Rows of the table ``statistic``; of one factor and span the newest revision comes first."""
    found: list[StatisticRow] = []
    seen: set[tuple[str, datetime]] = set()
    for row in rows:
        place = row["factor"], row["start"]
        numbers = row["numbers"]
        hours, rates = numbers["hours"], numbers["transmission"]["hours"]
        validity, capture = numbers["validity"], numbers["capture"]
        found.append(
            StatisticRow(
                factor=words.factor_name(row["factor"]),
                span=_span(row["start"], span),
                start=row["start"].astimezone(BEIJING),
                revision=row["revision"],
                newest=place not in seen,
                computed_at=row["computed_at"].astimezone(BEIJING),
                due=hours["due"],
                valid=hours["valid"],
                invalid=hours["invalid"] + hours["undetermined"],
                missing=hours["missing"],
                stopped=hours["stopped"],
                immediate=percent_words(rates["immediate"]),
                completed=percent_words(rates["completed"]),
                valid_rate=percent_words(rates["valid_rate"]),
                effective=percent_words(rates["effective"]),
                validity="" if validity is None else _sufficiency(validity),
                valid_enough=None if validity is None else bool(validity["valid"]),
                capture="" if capture is None else percent_words(capture["rate"]),
            )
        )
        seen.add(place)
    return found


def _span(start: datetime, span: str) -> str:
    """A day, a month, the first and last month of a quarter, or a year."""
    here = start.astimezone(BEIJING)
    if span == "day":
        return f"{here:%Y-%m-%d}"
    if span == "month":
        return f"{here:%Y-%m}"
    return f"{here:%Y-%m} – {here.replace(month=here.month + 2):%m}" if span == "quarter" else f"{here:%Y}"


def _sufficiency(validity: Mapping[str, Any]) -> str:
    unit = text(f"console.quality.unit.{validity['unit']}")
    return text("console.quality.validity", have=validity["have"], need=validity["need"], unit=unit)


@dataclass(frozen=True, slots=True)
class SoFar:
    """The valid days of the running month of one factor, of those that are published."""

    factor: str
    valid: int
    published: int
    need: int | None


def month_so_far(outlet: Outlet, rows: Iterable[Mapping[str, Any]], month: datetime) -> list[SoFar]:
    """How many days of the running month are valid so far, and how many a valid month needs (HJ 75, HJ 356-2019 7)."""
    valid: dict[str, int] = dict.fromkeys(outlet.factors, 0)
    published: dict[str, int] = dict.fromkeys(outlet.factors, 0)
    for row in rows:
        if row["factor"] in valid:
            valid[row["factor"]] += row["numbers"]["days"]["valid"]
            published[row["factor"]] += 1
    need = days_needed(outlet, month)
    return [
        SoFar(words.factor_name(code), valid[code], published[code], need)
        for code in outlet.factors
        if published[code]
    ]


def days_needed(outlet: Outlet, month: datetime) -> int | None:
    """Valid days that make the month valid; None where the permit of a stack counts running hours instead."""
    span = span_of("month", month)
    if outlet.medium != "gas":
        return month_of_water(span, 0).need
    return None if outlet.options.day_rule == "75pct_running" else month_of_gas(span, 0).need


def percent_words(share: object) -> str:
    """A rate in per cent with two decimals at most; nothing known is a dash."""
    if share is None:
        return "—"
    value = share if isinstance(share, Decimal) else Decimal(str(share))
    return f"{words.plain(half_even(value, 2))}%"

"""The limits of an outlet with their history: what is in force, what was, what is to come, what was corrected. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from api.console import words
from api.console.bound import Bound, in_words
from store.marklabels import label_name
from store.model import Exemption, Limit
from store.texts import text

Record = tuple[Limit, datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One dated record.

    Attributes
    ----------
    standing : ``in_force``, ``ended``, ``to_come`` or ``corrected`` (believed from ``recorded_from`` to ``recorded_to``, no more)
    """

    factor: str
    unit: str
    bound: Bound
    valid_from: datetime
    valid_to: datetime | None
    standing: str
    word: str
    recorded_from: datetime
    recorded_to: datetime | None


def limit_rows(records: Iterable[Record], now: datetime) -> tuple[list[LimitRow], list[LimitRow]]:
    """The limits in force now, and every other record: ended, to come, corrected; each by factor, the newest first."""
    shown = [_row(*record, now) for record in records]
    return (
        [row for row in shown if row.standing == "in_force"],
        [row for row in shown if row.standing != "in_force"],
    )


def by_key(records: Iterable[Record]) -> dict[int, Limit]:
    """The limits by the key that a verdict names; a record that was corrected since stays the one it was judged with."""
    return {limit.key: limit for limit, _, _ in records}


def _row(limit: Limit, since: datetime, until: datetime | None, now: datetime) -> LimitRow:
    if until is not None:
        standing = "corrected"
    elif limit.in_force(now):
        standing = "in_force"
    else:
        standing = "to_come" if limit.valid_from > now else "ended"
    return LimitRow(
        words.factor_name(limit.factor),
        words.factor_unit(limit.factor),
        in_words(limit),
        limit.valid_from,
        limit.valid_to,
        standing,
        text(f"console.outlet.standing.{standing}"),
        since,
        until,
    )


@dataclass(frozen=True, slots=True)
class ExemptionRow:
    """One dated exemption."""

    label: str
    factors: str
    caps: tuple[str, ...]
    source: str
    valid_from: datetime
    valid_to: datetime | None
    in_force: bool


def exemption_rows(exemptions: Iterable[Exemption], industry: str, now: datetime) -> list[ExemptionRow]:
    """The exemptions that are believed, of any time."""
    return [
        ExemptionRow(
            label_name(industry, "condition", exemption.label),
            text("console.outlet.join").join(words.factor_name(factor) for factor in exemption.factors),
            tuple(
                text(f"console.outlet.exemption_{name}", value=words.plain(value))
                for name, value in (
                    ("event", exemption.hours_per_event),
                    ("year", exemption.hours_per_year),
                    ("ceiling", exemption.ceiling),
                )
                if value is not None
            ),
            exemption.source,
            exemption.valid_from,
            exemption.valid_to,
            exemption.in_force(now),
        )
        for exemption in exemptions
    ]

"""The period values of a package while its report is made: the newest revision of each, and which results changed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from store.clock import BEIJING

GRAVEST_FIRST = ("exceeded", "exempt", "undetermined", "invalid", "missing", "compliant", "no_limit")

Columns = tuple[Decimal | None, Decimal | None]
"""Measured and folded."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """One verdict of a period value."""

    limit: int | None
    result: str
    bound: Decimal | None
    side: str | None
    compared: Decimal | None
    multiple: Decimal | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A revision of a period value, as much as a report tells of it. ``result``: the gravest of its verdicts."""

    start: datetime
    revision: int
    reported: Columns
    recomputed: Columns
    computed_at: datetime
    result: str
    rulings: tuple[Ruling, ...]

    @property
    def deciding(self) -> Ruling | None:
        """The verdict that gave the result; None without a verdict."""
        return next((ruling for ruling in self.rulings if ruling.result == self.result), None)


@dataclass(frozen=True, slots=True)
class Change:
    """A result that a later revision changed."""

    factor: str
    span: str
    value: Value
    was: str


@dataclass(slots=True)
class PeriodBook:
    """Takes the leaves of period values in the order of their numbers, so each revision after the one before it."""

    newest: dict[tuple[int, str, str], dict[datetime, Value]] = field(default_factory=dict)
    changes: dict[int, list[Change]] = field(default_factory=dict)
    revisions: int = 0

    def take(self, outlet_key: int, leaf: bytes) -> None:
        """The next leaf."""
        document = json.loads(leaf)
        value = _value(document)
        factor, span = document["factor"], document["span"]
        series = self.newest.setdefault((outlet_key, span, factor), {})
        before = series.get(value.start)
        self.revisions += 1
        if before is not None and before.revision > value.revision:
            return
        series[value.start] = value
        if before is not None and before.result != value.result:
            self.changes.setdefault(outlet_key, []).append(Change(factor, span, value, before.result))

    @property
    def periods(self) -> int:
        """How many different periods were judged."""
        return sum(map(len, self.newest.values()))


def _value(document: dict[str, Any]) -> Value:
    rulings = tuple(
        Ruling(
            verdict["limit_key"],
            verdict["result"],
            _decimal(verdict["bound"]),
            verdict["bound_side"],
            _decimal(verdict["compared"]),
            _decimal(verdict["multiple"]),
            tuple(verdict["reasons"]),
        )
        for verdict in document["verdicts"]
    )
    unjudged = "missing" if document["status"] == "missing" else "no_limit"
    return Value(
        datetime.fromisoformat(document["start"]).astimezone(BEIJING),
        document["revision"],
        _columns(document, "reported"),
        _columns(document, "recomputed"),
        datetime.fromisoformat(document["computed_at"]).astimezone(BEIJING),
        min((ruling.result for ruling in rulings), key=GRAVEST_FIRST.index, default=unjudged),
        rulings,
    )


def _columns(document: dict[str, Any], name: str) -> Columns:
    return _decimal(document[f"{name}_measured"]), _decimal(document[f"{name}_folded"])


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)

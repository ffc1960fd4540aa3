"""The periods that an alert counts, each with its three value columns and the verdict on it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.console import alertview, words
from store.texts import has, text

COLUMNS = ("reported", "recomputed", "after_marking")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value column: folded above measured, as the outlet's table has it; ``folded`` is None where nothing is folded."""

    folded: str | None
    measured: str


@dataclass(frozen=True, slots=True)
class CountedPeriod:
    """One counted period. ``cells`` is empty where the alert is not about a value of a period."""

    start: datetime
    label: str
    figures: str
    cells: tuple[Cell, ...]
    result: str | None
    result_word: str
    reasons: tuple[str, ...]
    share: str
    revision: int | None
    withdrawn: bool


def counted_periods(found: Iterable[Mapping[str, Any]], factor: str | None) -> list[CountedPeriod]:
    """Rows of ``counted_periods`` in words."""
    return [_period(row, factor) for row in found]


def _period(row: Mapping[str, Any], factor: str | None) -> CountedPeriod:
    labels = {"hour": words.hour_label, "day": words.day_label}
    valued = row["revision"] is not None
    bound = row["bound"]
    return CountedPeriod(
        start=row["start"],
        label=labels.get(row["span"], words.stamp)(row["start"]),
        figures=alertview.figures(row["numbers"], factor),
        cells=tuple(_cell(row, name, bound) for name in COLUMNS) if valued else (),
        result=row["result"],
        result_word=text(f"console.result.{row['result']}") if row["result"] else "",
        reasons=tuple(
            _reason(code)
            for code in dict.fromkeys([*(row["reasons"] or ()), *(row["verdict_reasons"] or ())])
        ),
        share=f"{row['count']}/{row['expected']}" if valued else "",
        revision=row["revision"],
        withdrawn=row["withdrawn_at"] is not None,
    )


def _cell(row: Mapping[str, Any], name: str, bound: Decimal | None) -> Cell:
    folded = row[f"{name}_folded"]
    return Cell(
        None if folded is None else words.computed(folded, bound),
        words.computed(row[f"{name}_measured"], bound),
    )


def _reason(code: str) -> str:
    key = f"reasons.{code}"
    return text(key) if has(key) else text("console.reason_other", code=code)

"""What a company has to do now: answer alerts, file marks, state its case. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.alertview import kind_word
from api.console.markpages.stretches import MISSING, Stretch
from store.clock import DAY, HOUR, day_start
from store.model import Outlet
from store.texts import text


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do. ``kind`` is ``answer``, ``mark``, ``statement`` or ``query``; ``due`` None = no time is set."""

    kind: str
    what: str
    where: str
    path: str
    due: datetime | None

    @property
    def word(self) -> str:
        """What is to be done, in a word."""
        return text(f"console.unit.duty.{self.kind}")


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of hours of one outlet that is invalid or missing and that nobody marked, while it still can be marked."""

    outlet: Outlet
    stretch: Stretch
    deadline: datetime


def gap_words(gap: Gap) -> str:
    """The period and what is wrong with it: 11-26 08:00～10:00 缺失."""
    start, end = gap.stretch.start, gap.stretch.end
    key = "console.unit.gap_missing" if gap.stretch.kind == MISSING else "console.unit.gap_invalid"
    # A period that ends the day ends at 24:00 of it, not at 00:00 of the next.
    last = f"{end:%m-%d %H:%M}" if day_start(end - HOUR) != day_start(start) else f"{end:%H:%M}"
    shown = "24:00" if end == day_start(start) + DAY else last
    return text(key, period=f"{start:%m-%d %H:%M}～{shown}")


def factor_words(gap: Gap) -> str:
    """The factors of a gap; all of an outlet are called so."""
    if set(gap.stretch.factors) >= set(gap.outlet.factors):
        return text("console.unit.gap_all_factors")
    return "、".join(words.factor_name(code) for code in gap.stretch.factors)


def duties_of(
    alerts: Iterable[Mapping[str, Any]],
    gaps: Sequence[Gap],
    leads: Iterable[Mapping[str, Any]],
    tasks: Iterable[Mapping[str, Any]],
    names: Mapping[int, str],
) -> tuple[Duty, ...]:
    """Everything, what is due first first; what has no time at the end.

    Parameters
    ----------
    alerts : rows of ``to_answer``
    leads : items of ``store.leads.reading.told_item``
    tasks : rows of ``queries_to_company`` that are about no alert that is to be answered anyway
    names : name of an outlet by its key
    """
    found = [
        Duty(
            "answer",
            kind_word(row["code"]),
            _place(row, names),
            f"/alerts/{row['id']}",
            row["due_at"],
        )
        for row in alerts
    ]
    found += [
        Duty(
            "mark",
            gap_words(gap),
            f"{gap.outlet.name} · {factor_words(gap)}",
            "/marks/todo",
            gap.deadline,
        )
        for gap in gaps
    ]
    found += [
        Duty("statement", lead["title"], lead["number"], f"/leads/{lead['id']}", lead["statement_due"])
        for lead in leads
    ]
    found += [
        Duty("query", text(f"tasks.kind.{row['kind']}"), row["number"], f"/tasks/{row['id']}", row["due_at"])
        for row in tasks
    ]
    return tuple(sorted(found, key=lambda duty: (duty.due is None, duty.due and duty.due.timestamp())))


def _place(row: Mapping[str, Any], names: Mapping[int, str]) -> str:
    outlet = names.get(row["outlet_key"]) if row["outlet_key"] is not None else None
    factor = None if row["factor"] is None else words.factor_name(row["factor"])
    return " · ".join(part for part in (outlet, factor, row["number"]) if part)

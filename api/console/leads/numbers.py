"""The numbers of a lead in words, and what differs between two takings. Pure: both are snapshots as the store keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.console import words
from store.texts import has, text

SHOWN = 60
"""Periods that a page names; the package has them all."""

PROVING = frozenset({"exceeded", "exempt"})


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One judged period: value against limit with the verdict. ``revision`` of the period value that was judged."""

    outlet: str
    factor: str
    period: str
    figures: str
    result: str
    result_word: str
    revision: int
    clause: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the numbers come to.

    Attributes
    ----------
    counts : verdicts by span and result, as (words, count)
    rows : the exceeded and exempt periods, the highest multiple first, at most SHOWN
    more : how many of them are not shown
    cut : not every period of the time is in the numbers, because there are too many
    """

    counts: tuple[tuple[str, int], ...]
    periods: int
    exceeded_days: int
    worst: PeriodRow | None
    rows: tuple[PeriodRow, ...]
    more: int
    marks: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A period that is judged otherwise than before; None = it is not in those numbers."""

    outlet: str
    factor: str
    period: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two takings. Nothing: ``same``."""

    counts: tuple[tuple[str, int, int], ...]
    changes: tuple[Change, ...]
    more: int
    others: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs that people are shown."""
        return not (self.counts or self.changes or self.others)


def numbers_of(content: Mapping[str, Any]) -> Numbers:
    """A snapshot in words."""
    names = _names(content)
    clauses = {limit["id"]: f"{limit['standard']} {limit['clause']}" for limit in content["limits"]}
    judged = [
        (period, verdict)
        for period in content["periods"]
        for verdict in period["verdicts"]
        if verdict["result"] in PROVING
    ]
    judged.sort(key=lambda one: (-_multiple(one[1]), one[0]["start"]))
    rows = [_row(period, verdict, names, clauses) for period, verdict in judged]
    counts = content["counts"]
    return Numbers(
        tuple(
            (_count_word(span, result), count)
            for span, results in counts["results"].items()
            for result, count in results.items()
        ),
        counts["periods"],
        counts["exceeded_days"],
        rows[0] if rows else None,
        tuple(rows[:SHOWN]),
        max(0, len(rows) - SHOWN),
        len(content["marks"]),
        bool(content.get("more_periods")),
    )


def difference_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """What the later numbers say otherwise: counts, single periods, and whether limits or marks are others."""
    names = {**_names(before), **_names(after)}
    old, new = _periods(before), _periods(after)
    places = sorted(
        (place for place in old.keys() | new.keys() if old.get(place) != new.get(place)),
        key=lambda place: (place[3], place[0] or "", place[1], place[2]),
    )
    changes = [
        Change(
            names.get(outlet, outlet or ""),
            words.factor_name(factor),
            _period_label(span, start),
            old.get((outlet, factor, span, start)),
            new.get((outlet, factor, span, start)),
        )
        for outlet, factor, span, start in places
    ]
    others = [
        text(f"console.leads.numbers.other.{name}")
        for name in ("limits", "marks", "positive_list")
        if before.get(name) != after.get(name)
    ]
    return Difference(
        tuple(_count_changes(before, after)),
        tuple(changes[:SHOWN]),
        max(0, len(changes) - SHOWN),
        tuple(others),
    )


def _count_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[tuple[str, int, int]]:
    results = [content["counts"]["results"] for content in (before, after)]
    kinds = sorted({(span, result) for one in results for span in one for result in one[span]})
    for span, result in kinds:
        was, now = (one.get(span, {}).get(result, 0) for one in results)
        if was != now:
            yield _count_word(span, result), was, now
    was, now = (content["counts"]["exceeded_days"] for content in (before, after))
    if was != now:
        yield text("console.leads.numbers.exceeded_days"), was, now


Place = tuple[str | None, str, str, str]


def _periods(content: Mapping[str, Any]) -> dict[Place, str]:
    """What each period says, in words that differ when its verdicts or its revision do."""
    return {
        (period["outlet"], period["factor"], period["span"], period["start"]): _said(period)
        for period in content["periods"]
    }


def _said(period: Mapping[str, Any]) -> str:
    verdicts = text("leads.between").join(
        f"{text('console.result.' + verdict['result'])} {_figures(period['factor'], verdict)}".rstrip()
        for verdict in period["verdicts"]
    )
    return text(
        "console.leads.numbers.said",
        verdicts=verdicts or text("console.result.not_judged"),
        revision=period["revision"],
    )


def _row(
    period: Mapping[str, Any],
    verdict: Mapping[str, Any],
    names: Mapping[str | None, str],
    clauses: Mapping[int, str],
) -> PeriodRow:
    return PeriodRow(
        names.get(period["outlet"], period["outlet"] or ""),
        words.factor_name(period["factor"]),
        _period_label(period["span"], period["start"]),
        _figures(period["factor"], verdict),
        verdict["result"],
        text(f"console.result.{verdict['result']}"),
        period["revision"],
        clauses.get(verdict["limit_id"], ""),
    )


def _figures(factor: str, verdict: Mapping[str, Any]) -> str:
    """Value / limit with unit and multiple; empty where nothing was compared."""
    if verdict["compared"] is None or verdict["bound"] is None:
        return ""
    compared, bound = Decimal(verdict["compared"]), Decimal(verdict["bound"])
    shown = f"{words.computed(compared, bound)} / {words.plain(bound)} {words.factor_unit(factor)}".rstrip()
    if verdict["multiple"] is None:
        return shown
    multiple = words.computed(Decimal(verdict["multiple"]), words.ZERO)
    return text("console.figures_multiple", figures=shown, multiple=multiple)


def _names(content: Mapping[str, Any]) -> dict[str | None, str]:
    return {outlet["id"]: outlet["name"] for outlet in content["outlets"] or ()}


def _multiple(verdict: Mapping[str, Any]) -> Decimal:
    return Decimal(verdict["multiple"] or 0)


def _period_label(span: str, start: str) -> str:
    moment = datetime.fromisoformat(start)
    labels = {"hour": words.hour_label, "day": words.day_label}
    year = f"{moment:%Y}-" if span == "hour" else ""
    return year + labels.get(span, words.stamp)(moment)


def _count_word(span: str, result: str) -> str:
    basis = f"console.kind.{span}"
    return f"{text(basis) if has(basis) else span} {text('console.result.' + result)}"


def told_rows(numbers: Mapping[str, Any]) -> Sequence[PeriodRow]:
    """The proving periods of what a company was told."""
    content = {
        "outlets": numbers.get("outlets") or [],
        "limits": numbers.get("limits") or [],
        "periods": numbers.get("periods") or [],
        "marks": numbers.get("marks") or [],
        "counts": numbers.get("counts") or {"results": {}, "periods": 0, "exceeded_days": 0},
    }
    return numbers_of(content).rows

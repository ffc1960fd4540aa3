"""From what a rule noticed to its alerts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from alerts.book import Book
from alerts.episodes import Kind, Sighting, follow
from alerts.rules.loading import Loaded, length_of, starts_of
from alerts.rules.reading import moment
from alerts.rules.register import RULES
from alerts.rules.shape import Noticed, Rule, Window
from store.factors import find_factor
from store.model import Outlet
from store.queries import queries


def examined(rule: Rule, window: Window) -> tuple[Window, list[Noticed]]:
    """The window as the rule sees it, and what it notices there."""
    starts = starts_of(rule, window)
    if rule.passes:
        starts = tuple(start for start in starts if window.current(start, rule.span))
    own = replace(window, starts=starts)
    return own, rule.examine(own) if starts else []


def keep(
    book: Book,
    outlet: Outlet,
    rule: Rule,
    loaded: Loaded,
    own: Window,
    noticed: Sequence[Noticed],
    factors: Collection[str | None],
    late: timedelta,
) -> None:
    """Open, count, withdraw and clear the alerts of one rule at an outlet, for some factors in the periods of its window."""
    found = {(one.factor, one.start): one for one in noticed}
    ended = rule.ends(own)
    length = length_of(rule)
    sightings = []
    for start in own.starts:
        for factor in factors:
            one = found.get((factor, start))
            sightings.append(
                Sighting(
                    factor=factor,
                    start=start,
                    span=rule.span,
                    revision=loaded.revisions.get((rule.span, factor or "", start), 1),
                    shows=one is not None,
                    ends=one is None and (factor, start) in ended,
                    late=start + length + late < book.at,
                    numbers=numbers_of(rule, one, length) if one is not None else {},
                    limit_key=one.limit_key if one is not None else None,
                )
            )
    clauses = {limit.key: f"{limit.standard} {limit.clause}" for limit in outlet.limits}

    def clause_of(limit_key: int | None) -> str | None:
        return rule.clause if limit_key is None else clauses.get(limit_key, rule.clause)

    follow(book, Kind(rule.code, outlet.site_key, outlet.key, clause_of, rule.keeps_late), sightings)


def numbers_of(rule: Rule, one: Noticed, length: timedelta) -> dict[str, Any]:
    """What the alert stores of a notice: its numbers, the period, and the evidence with the rule that gave it."""
    known = find_factor(one.factor) if one.factor is not None else None
    numbers = {
        **one.numbers,
        "unit": known.unit if known else None,
        "span": rule.span,
        "start": moment(one.start),
        "end": moment(one.start + length),
        "rule": rule.name,
        "evidence": dict(one.evidence),
        "ruled_out": list(one.ruled_out),
    }
    return numbers | ({"source": one.clause} if one.clause is not None else {})


def clear_passed(book: Book, outlet_key: int | None = None) -> int:
    """Clear the forecasts whose hour or day is over: the judgement of the period takes their place. Returns how many."""
    lengths = {rule.code: length_of(rule) for rule in RULES if rule.passes}
    arguments = {"codes": list(lengths), "outlet_key": outlet_key}
    found = book.connection.execute(queries("rules")["open_forecasts"], arguments).fetchall()
    over = [
        alert
        for alert in book.alerts([row[0] for row in found])
        if _over(alert.last_seen, lengths[alert.code], book.at)
    ]
    for alert in over:
        book.clear(alert, "period_over", at_once=True)
    return len(over)


def _over(start: datetime, length: timedelta, at: datetime) -> bool:
    return start + length <= at

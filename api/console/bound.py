"""Which limit a live value is shown against.

A live value is never judged; the limit beside it tells the officer where the hour or the day is heading. Verdicts come from the
alerts process and are shown apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from api.console import words
from store.model import Condition, Limit
from store.texts import text


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit in words: ``≤ 200``, its standard and clause, what it is judged on, and the condition it depends on."""

    key: int
    minimum: Decimal | None
    maximum: Decimal | None
    text: str
    basis: str
    clause: str
    source: str | None
    condition: str | None


def shown_bound(
    limits: Iterable[Limit],
    factor: str,
    values: Mapping[str, Decimal],
    at: datetime,
    built: date | None = None,
) -> Bound | None:
    """The strictest limit of ``factor`` in force at ``at`` whose condition is met by ``values`` (latest value by factor).

    Where the value that a condition asks for is unknown every such limit counts, so the stricter one is shown.
    """
    candidates = [
        limit
        for limit in limits
        if limit.factor == factor and limit.in_force(at) and _may_hold(limit.condition, values, built)
    ]
    if not candidates:
        return None
    return in_words(min(candidates, key=_strictness))


def in_words(limit: Limit) -> Bound:
    """The words of one limit."""
    return Bound(
        key=limit.key,
        minimum=limit.minimum,
        maximum=limit.maximum,
        text=bounds_text(limit.minimum, limit.maximum),
        basis=text(f"console.basis.{limit.basis}"),
        clause=f"{limit.standard} {limit.clause}",
        source=limit.source,
        condition=None if limit.condition is None else condition_text(limit.condition),
    )


def bounds_text(minimum: Decimal | None, maximum: Decimal | None) -> str:
    """Bounds as officers write them: ``≤ 200``, ``≥ 6``, ``6～9``."""
    if minimum is not None and maximum is not None:
        return f"{words.plain(minimum)}～{words.plain(maximum)}"
    if maximum is not None:
        return f"≤ {words.plain(maximum)}"
    return "—" if minimum is None else f"≥ {words.plain(minimum)}"


def condition_text(condition: Condition) -> str:
    """A condition as the standards print it: 水温＞12 ℃."""
    if condition.factor is None:
        day, key = (
            (condition.built_by, "built_by") if condition.built_by else (condition.built_from, "built_from")
        )
        return text(f"console.condition.{key}", day="—" if day is None else day.isoformat())
    sign, value = ("＞", condition.above) if condition.above is not None else ("≤", condition.at_most)
    shown = "—" if value is None else words.plain(value)
    return (
        f"{words.factor_name(condition.factor)}{sign}{shown} {words.factor_unit(condition.factor)}".rstrip()
    )


def _may_hold(condition: Condition | None, values: Mapping[str, Decimal], built: date | None) -> bool:
    return condition is None or condition.holds(values, built) is not False


def _strictness(limit: Limit) -> tuple[Decimal, Decimal]:
    ceiling = Decimal("Infinity") if limit.maximum is None else limit.maximum
    floor = Decimal("-Infinity") if limit.minimum is None else limit.minimum
    return ceiling, -floor

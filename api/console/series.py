"""A factor's values and limits in a time, as points to draw. Pure; the floats are for drawing only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from api.console import words
from api.console.bound import condition_text
from api.console.overview import status_word
from store.model import Outlet
from store.texts import text

PERIODS = {"minute": timedelta(minutes=10), "hour": timedelta(hours=1), "day": timedelta(days=1)}

NOT_JUDGED = ("invalid", "undetermined", "missing")
"""Results that are neither compliant nor exceeded and are hatched (regulation.md J 4)."""


def factor_series(
    outlet: Outlet,
    factor: str,
    kind: str,
    window: tuple[datetime, datetime],
    readings: Iterable[Mapping[str, Any]],
    results: Mapping[datetime, str],
) -> dict[str, Any]:
    """One factor's panel as the page's script wants it.

    ``points`` are [milliseconds, value or null, exceeded]; ``invalid`` are stretches, [from, to, why], that are no
    normal measurement or were judged so; ``limits`` are the dated bounds.
    """
    folds = outlet.oxygen_reference is not None and any(limit.factor == factor for limit in outlet.limits)
    points: list[list[object]] = []
    invalid: list[list[object]] = []
    step = PERIODS.get(kind, timedelta(0))
    seen: set[datetime] = set()
    for row in readings:
        moment = row["data_time"]
        seen.add(moment)
        value = row["folded"] if folds and row["folded"] is not None else row["value"]
        result = results.get(moment)
        points.append([_milliseconds(moment), _float(value), result == "exceeded"])
        if row["status"] != "normal":
            _stretch(invalid, moment, step, status_word(row["status"]))
        elif result in NOT_JUDGED:
            _stretch(invalid, moment, step, text(f"console.result.{result}"))
    for moment, result in results.items():
        if result in NOT_JUDGED and moment not in seen:
            points.append([_milliseconds(moment), None, False])
            _stretch(invalid, moment, step, text(f"console.result.{result}"))
    points.sort(key=lambda point: int(str(point[0])))
    return {
        "factor": factor,
        "name": words.factor_name(factor),
        "unit": words.factor_unit(factor),
        "what": text("console.chart.folded" if folds else "console.chart.measured"),
        "points": points,
        "invalid": sorted(invalid, key=lambda stretch: int(str(stretch[0]))),
        "limits": limit_lines(outlet, factor, window),
    }


def limit_lines(outlet: Outlet, factor: str, window: tuple[datetime, datetime]) -> list[dict[str, Any]]:
    """The limits of a factor as they were in force within the window, each as one line."""
    start, end = window
    lines: list[dict[str, Any]] = []
    for limit in outlet.limits:
        begins = max(start, limit.valid_from)
        ends = end if limit.valid_to is None else min(end, limit.valid_to)
        if limit.factor != factor or begins >= ends or not outlet.judged:
            continue
        for bound in (limit.minimum, limit.maximum):
            if bound is not None:
                condition = "" if limit.condition is None else f"（{condition_text(limit.condition)}）"
                lines.append(
                    {
                        "from": _milliseconds(begins),
                        "to": _milliseconds(ends),
                        "value": float(bound),
                        "label": text(
                            "console.chart.limit",
                            bound=f"{bound.normalize():f}",
                            basis=text(f"console.basis.{limit.basis}"),
                            condition=condition,
                        ),
                        "clause": f"{limit.standard} {limit.clause}",
                    }
                )
    return lines


def _stretch(into: list[list[object]], moment: datetime, step: timedelta, word: str) -> None:
    """Add a stretch, or lengthen the last one when it is of the same kind and touches."""
    start, end = _milliseconds(moment), _milliseconds(moment + step)
    if into and into[-1][2] == word and into[-1][1] == start:
        into[-1][1] = end
    else:
        into.append([start, end, word])


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)

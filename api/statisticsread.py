"""Statistics of an outlet, from the judged periods to items and table rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.statistics.loading import Wanted, load_material
from alerts.statistics.record import numbers_of, transmission_numbers
from alerts.statistics.report import RULE, Report
from alerts.statistics.spans import Span
from alerts.statistics.transmission import Transmission
from api.exports import Kind
from api.replies import Number
from store.database import Connection
from store.model import Outlet
from store.queries import queries
from store.settings import Settings

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Statistics of one span of one outlet; ``factors`` None = every factor of the outlet."""

    outlet: Outlet
    span: Span
    factors: tuple[str, ...] | None


def statistics(
    connection: Connection, asked: Asked, settings: Settings, at: datetime
) -> tuple[list[Item], Item]:
    """The statistics of each factor as they are now, and the transmission of these factors together."""
    outlet, span = asked.outlet, asked.span
    report = Report(outlet, load_material(connection, Wanted(outlet, [span], asked.factors), settings, at))
    arguments = {"outlet_key": outlet.key, "span": span.name, "starts": [span.start]}
    published = {
        row[0]: {"revision": row[2], "computed_at": row[5], "current": False, "numbers": row[3]}
        for row in connection.execute(queries("statistics")["published"], arguments)
    }
    items: list[Item] = []
    together = Transmission()
    for factor in report.factors if asked.factors is None else asked.factors:
        found = report.statistic(factor, span)
        together += found.transmission_hours
        numbers = numbers_of(found, settings.transmission_percent)
        items.append(
            {
                "outlet": outlet.id,
                "factor": factor,
                "span": span.name,
                "start": span.start,
                "end": span.end,
                **numbers,
                "rule": RULE,
                "published": _published(published.get(factor), numbers),
            }
        )
    return items, transmission_numbers(together, settings.transmission_percent)


def _published(row: Item | None, numbers: Mapping[str, Any]) -> Item | None:
    """What was published of it last, and whether the numbers are still those."""
    if row is None:
        return None
    return {
        "revision": row["revision"],
        "computed_at": row["computed_at"],
        "current": row["numbers"] == numbers,
    }


_COUNTS = ("due", "valid", "undetermined", "invalid", "missing", "stopped")
_RATES = (
    "due",
    "in_time",
    "received",
    "valid",
    "immediate",
    "completed",
    "valid_rate",
    "effective_immediate",
    "effective",
)
_RESULTS = ("compliant", "exceeded", "exempt", "invalid", "undetermined", "missing", "no_limit", "rate")
_PATHS: tuple[tuple[str, ...], ...] = (
    ("outlet",), ("factor",), ("span",), ("start",), ("end",), ("complete",),
    *(("hours", name) for name in _COUNTS), ("days", "due"), ("days", "valid"),
    ("mean", "measured"), ("mean", "folded"), ("validity", "valid"), ("validity", "have"), ("validity", "need"),
    *(("capture", name) for name in ("rate", "hours", "invalid", "stopped", "enough")),
    *(("transmission", "hours", name) for name in _RATES), *(("transmission", "days", name) for name in _RATES),
    *(("attainment", "hours", name) for name in _RESULTS), *(("attainment", "days", name) for name in _RESULTS),
    ("attainment", "exceeded_hours"), ("attainment", "exceeded_days"),
    *(("emission", name) for name in ("measured_kg", "substituted_kg", "total_kg", "without")), ("no_emission",),
)  # fmt: skip
STATISTIC_COLUMNS: Sequence[str] = tuple("_".join(path) for path in _PATHS)
STATISTIC_KINDS: Mapping[str, Kind] = {
    name: "time" if name in ("start", "end") else "decimal"
    for name in STATISTIC_COLUMNS
    if name not in ("outlet", "factor", "span", "complete", "validity_valid", "capture_enough", "no_emission")
}
_TEXTS = 5
"""The first columns are words and times, those after them numbers."""


def statistic_cells(items: Sequence[Item]) -> Iterator[list[object]]:
    """The rows of a table, one a factor; what does not apply is empty."""
    for item in items:
        found = [_at(item, path) for path in _PATHS]
        numbers = [Number(value) if isinstance(value, str) else value for value in found[_TEXTS:-1]]
        yield [*found[:_TEXTS], *numbers, found[-1]]


def _at(item: Mapping[str, Any], path: Sequence[str]) -> Any:
    value: Any = item
    for name in path:
        if value is None:
            return None
        value = value[name]
    return value

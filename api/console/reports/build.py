"""From the judged periods of an outlet to a report table. Pure; page, workbook, text and paper are all made from what this gives.

Values are those after marking (regulation.md C.1): what marks and flags took out is shown with its sign and enters no mean.
Emission that stands in for invalid hours is shown as such and is never a sign of an exceedance (B.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.statistics.material import Material
from alerts.statistics.report import Report, Statistic
from alerts.statistics.spans import span_of
from api.console.reports.cells import Cells
from api.console.reports.columns import Shown, limits_text
from api.console.reports.masses import Masses
from api.console.reports.minutes import Minute, minute_rows
from api.console.reports.model import NOTHING, Cell, Head, Published, Row, Sign, Table
from api.console.reports.periods import Period
from api.console.reports.rounding import Places
from store.model import Outlet, Site
from store.texts import text


@dataclass(frozen=True, slots=True)
class Asked:
    """Which table: of which outlet, over which time, with how many decimals."""

    site: Site
    outlet: Outlet
    period: Period
    places: Places


def build_table(
    asked: Asked,
    material: Material,
    published: Published | None = None,
    minutes: Sequence[Minute] = (),
) -> Table:
    """The table of what was asked.

    Parameters
    ----------
    material : of the statistics, of the day, month or quarter; for an hour that of its day
    minutes : readings of the hour by time, for the table of an hour only
    """
    shown = Shown(asked.outlet)
    period = asked.period
    hourly = period.kind == "hour"
    groups = shown.groups(minutes=hourly)
    heads = [head for group in groups for head in group.heads]
    maker = _Maker(asked, material, heads)
    rows = minute_rows(asked.period, heads, minutes) if hourly else maker.rows()
    return Table(
        kind=period.kind,
        medium=asked.outlet.medium,
        site=asked.site.name,
        outlet=asked.outlet.name,
        outlet_id=asked.outlet.id,
        sample=asked.site.sample,
        start=period.start,
        end=period.end,
        groups=groups,
        rows=tuple(rows),
        summary=tuple(maker.summary(rows)),
        published=published,
        places=_places_said(asked.places, heads),
        complete=material.until >= period.end,
    )


class _Maker:
    """Makes the rows of one table; what they share is worked out once."""

    def __init__(self, asked: Asked, material: Material, heads: Sequence[Head]) -> None:
        self.asked, self.period, self.heads = asked, asked.period, heads
        self.report = Report(asked.outlet, material)
        self.cells = Cells(asked.outlet, asked.period, asked.places, material)
        self.masses = Masses(asked.outlet, asked.period, asked.places, material, self.report)
        self._statistics: dict[tuple[str, datetime], Statistic] = {}

    def rows(self) -> list[Row]:
        """The periods."""
        return [
            Row(self.period.label(start), tuple(self._cell(head, start) for head in self.heads), start=start)
            for start in self.period.rows()
        ]

    def summary(self, rows: Sequence[Row]) -> list[Row]:
        """The lines below: limits, mean, extremes, counts, exceedances, totals; lines that would be empty are left out."""
        columns = list(zip(*(row.cells for row in rows), strict=True)) or [() for _ in self.heads]
        lines = [
            ("limit", [self._limit(head) for head in self.heads]),
            ("mean", [self._mean(head) for head in self.heads]),
            (
                "maximum",
                [_extreme(column, max, head) for head, column in zip(self.heads, columns, strict=True)],
            ),
            (
                "minimum",
                [_extreme(column, min, head) for head, column in zip(self.heads, columns, strict=True)],
            ),
            ("count", [self._count(head, column) for head, column in zip(self.heads, columns, strict=True)]),
            (
                "exceeded",
                [self._exceeded(head, column) for head, column in zip(self.heads, columns, strict=True)],
            ),
            ("total", [self._total(head) for head in self.heads]),
        ]
        return [
            Row(text(f"console.reports.line.{name}"), tuple(cells), name=name)
            for name, cells in lines
            if any(cell != NOTHING for cell in cells)
        ]

    def _statistic(self, factor: str, start: datetime) -> Statistic:
        """The statistic of a month of a quarter, or of the whole span."""
        if (factor, start) not in self._statistics:
            whole = start == self.period.span.start and self.period.kind != "quarter"
            span = self.period.span if whole else span_of("month", start)
            self._statistics[factor, start] = self.report.statistic(factor, span)
        return self._statistics[factor, start]

    def _cell(self, head: Head, start: datetime) -> Cell:
        if head.measure == "mass":
            return self.masses.mass(head.factor, start)
        if head.measure == "volume":
            return self.masses.volume(start)
        if self.period.kind == "quarter":
            return self.cells.month(head, self._statistic(head.factor, start), row=True)
        return self.cells.period(head, start)

    def _limit(self, head: Head) -> Cell:
        if not head.judged:
            return NOTHING
        said = limits_text(self.asked.outlet, head.factor, self.period.start, self.period.end)
        return Cell(words=said) if said else NOTHING

    def _mean(self, head: Head) -> Cell:
        if head.measure in ("mass", "volume"):
            return NOTHING
        if self.period.kind in ("hour", "day"):
            return self.cells.whole(head)
        statistic = self.report.statistic(head.factor, self.period.span)
        return self.cells.month(head, statistic, row=False)

    def _count(self, head: Head, column: Sequence[Cell]) -> Cell:
        if head.measure in ("mass", "volume", "folded"):
            return NOTHING
        due = [cell for cell in column if cell != NOTHING]
        return Cell(words=f"{sum(cell.counts for cell in due)}/{len(due)}") if due else NOTHING

    def _exceeded(self, head: Head, column: Sequence[Cell]) -> Cell:
        if not head.judged or self.period.kind == "hour":
            # Minutes are not judged.
            return NOTHING
        found = sum(cell.times or (Sign.EXCEEDED in cell.signs) for cell in column)
        return Cell(value=Decimal(found))

    def _total(self, head: Head) -> Cell:
        if self.period.kind == "hour":
            return NOTHING
        if head.measure == "mass":
            return self.masses.total(head.factor)
        return self.masses.total_volume() if head.measure == "volume" else NOTHING


def _extreme(column: Iterable[Cell], pick: Callable[[Iterable[Decimal]], Decimal], head: Head) -> Cell:
    """The largest or smallest of the values that count."""
    if head.measure == "volume":
        return NOTHING
    values = [cell.value for cell in column if cell.counts and cell.value is not None]
    return Cell(value=pick(values)) if values else NOTHING


def _places_said(places: Places, heads: Sequence[Head]) -> tuple[str, ...]:
    """What the report says about its decimals."""
    said = [text("console.reports.places.rounding")]
    if any(head.factor in places.by_factor for head in heads):
        said.append(text("console.reports.places.setting"))
    else:
        said.append(text("console.reports.places.declared"))
    if any(head.measure == "mass" for head in heads):
        said.append(text("console.reports.places.mass", places=places.mass))
    return tuple(said)

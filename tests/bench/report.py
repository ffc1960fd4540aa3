"""The table of benchmark rows, for people and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One figure with the limit of design §8 (or of the present step) beside it; ``limit`` None = for comparison only."""

    name: str
    value: float
    unit: str
    limit: float | None
    at_least: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the limit is kept; None without one."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value < self.limit


def show(rows: Iterable[Row]) -> None:
    """Print the table, with the load of the machine, which says how far to trust it."""
    table = Table("what", "value", "unit", "limit", "reached")
    for row in rows:
        limit = "" if row.limit is None else f"{'≥' if row.at_least else '<'} {row.limit:,.10g}"
        reached = {True: "yes", False: "NO", None: ""}[row.reached]
        table.add_row(
            row.name,
            f"{row.value:,.2f}" if row.value < 100 else f"{row.value:,.0f}",
            row.unit,
            limit,
            reached,
        )
    console = Console()
    console.print(table)
    console.print(
        f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.2f} at the end, Python {platform.python_version()}"
    )


def save(rows: Iterable[Row], path: Path) -> None:
    """Write the rows as JSON."""
    path.parent.mkdir(exist_ok=True)
    document = {
        "measured_at": datetime.now(UTC).isoformat(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
        "python": platform.python_version(),
        "rows": [{**asdict(row), "reached": row.reached} for row in rows],
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

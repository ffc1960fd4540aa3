"""What a table for people consists of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "decimal", "int", "time", "day"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``unit`` stands in a row of its own below the headings when any column has one.

    ``kind``: ``decimal`` takes a Decimal or its text, ``int`` a whole number, ``time`` an aware datetime (or its ISO 8601 text),
    ``day`` a date or an aware datetime; ``text`` anything, shown by ``str``.
    """

    heading: str
    unit: str = ""
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Marked:
    """A value with a sign after it: exceeded, invalid, substituted. ``strong`` sets it in bold as well, in XLSX."""

    value: object
    sign: str
    strong: bool = False


Cell = str | int | Decimal | datetime | date | Marked | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. ``rows`` is read once, row by row; each has one cell a column.

    ``title`` and ``notes`` stand above the headings in XLSX; in CSV the notes follow the table. Without both the headings are the
    first row, as programs want it.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell | object]]
    notes: Sequence[str] = ()

    @property
    def has_units(self) -> bool:
        """Whether there is a row of units."""
        return any(column.unit for column in self.columns)

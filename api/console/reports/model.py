"""What a report table consists of. Pure values; every form (page, workbook, text, paper) is made from these alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, get_args

from store.texts import text

Kind = Literal["hour", "day", "month", "quarter"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Measure = Literal["measured", "folded", "mass", "value", "volume"]


class Sign(StrEnum):
    """What tells a cell apart; the sign itself and its meaning are ``console.reports.sign`` and ``.legend``."""

    EXCEEDED = "exceeded"
    EXEMPT = "exempt"
    INVALID = "invalid"
    UNDETERMINED = "undetermined"
    MISSING = "missing"
    STOPPED = "stopped"
    MARKED = "marked"
    SUBSTITUTED = "substituted"
    INCOMPLETE = "incomplete"

    @property
    def shown(self) -> str:
        """The sign itself."""
        return text(f"console.reports.sign.{self.value}")

    @property
    def means(self) -> str:
        """What it says."""
        return text(f"console.reports.legend.{self.value}")


COUNTED_OUT = frozenset({Sign.INVALID, Sign.UNDETERMINED, Sign.MISSING, Sign.STOPPED})
"""Signs of values that enter no mean, maximum, minimum or count."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``value`` is rounded as it is shown; ``words`` stands in place of a number (a limit, a share).

    ``times`` says how often the limit was exceeded within the row, where the row is longer than what is judged.
    """

    value: Decimal | None = None
    signs: tuple[Sign, ...] = ()
    why: str = ""
    words: str = ""
    times: int = 0

    @property
    def counts(self) -> bool:
        """Whether the value enters the mean, the extremes and the count."""
        return (self.value is not None or bool(self.words)) and not COUNTED_OUT.intersection(self.signs)

    @property
    def marks(self) -> str:
        """The signs as they stand after the value."""
        return " ".join(
            f"{sign.shown}{self.times}" if sign is Sign.EXCEEDED and self.times else sign.shown
            for sign in self.signs
        )

    @property
    def number(self) -> str:
        """The value, or the words in its place, without signs."""
        return self.words or ("" if self.value is None else format(self.value, "f"))

    @property
    def shown(self) -> str:
        """Everything that stands in the cell; a dash for nothing."""
        return f"{self.number} {self.marks}".strip() or text("console.reports.nothing")

    @property
    def strong(self) -> bool:
        """Whether it is to be seen at a glance."""
        return Sign.EXCEEDED in self.signs


NOTHING = Cell()


@dataclass(frozen=True, slots=True)
class Head:
    """One column of values. ``judged`` is the one that is compared with the limits of the factor."""

    factor: str
    measure: Measure
    word: str
    unit: str
    judged: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one factor under its name."""

    name: str
    heads: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One period, or one line of the summary below (``name`` is set then)."""

    label: str
    cells: tuple[Cell, ...]
    name: str = ""
    start: datetime | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """The statistic as it was published: the newest revision, when, and whether the numbers are still those."""

    revision: int
    at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A report table.

    Attributes
    ----------
    start, end : the time it is of, Beijing, half-open
    summary : limits, mean, maximum, minimum, counts, totals
    empty : no row has any value: nothing was received in this time
    complete : whether the whole time has passed and was waited for
    """

    kind: Kind
    medium: str
    site: str
    outlet: str
    outlet_id: str
    sample: bool
    start: datetime
    end: datetime
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    summary: tuple[Row, ...]
    published: Published | None
    places: tuple[str, ...]
    complete: bool

    @property
    def heads(self) -> Sequence[Head]:
        """Every column of values, from left to right."""
        return [head for group in self.groups for head in group.heads]

    @property
    def signs(self) -> Sequence[Sign]:
        """The signs that occur, for the legend."""
        found = {sign for row in (*self.rows, *self.summary) for cell in row.cells for sign in cell.signs}
        return [sign for sign in Sign if sign in found]

    @property
    def counted(self) -> bool:
        """Whether a sign says how often."""
        return any(cell.times for row in self.rows for cell in row.cells)

    @property
    def empty(self) -> bool:
        return all(cell == NOTHING for row in self.rows for cell in row.cells)

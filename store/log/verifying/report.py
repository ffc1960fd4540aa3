"""What a verification finds, counted without bound and kept with one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from store import texts

KEPT_MOST = 100
"""Differences that are kept of each code; all are counted."""

SHOWN_CHARACTERS_MOST = 300
"""A value of a megabyte says no more than its beginning."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it must be.

    Attributes
    ----------
    code : what kind of difference, stable (``logverify.code.*`` of the texts)
    table, key : the row; key columns joined by '/'
    column : which column differs, None = the row as a whole
    stored, expected : the two values as text, None where there is none
    """

    code: str
    table: str
    key: str
    column: str | None = None
    stored: str | None = None
    expected: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """For output as JSON, with a sentence in Chinese."""
        return {
            "code": self.code,
            "table": self.table,
            "key": self.key,
            "column": self.column,
            "stored": self.stored,
            "expected": self.expected,
            "text": self.sentence(),
        }

    def sentence(self) -> str:
        """What is wrong, in Chinese."""
        return texts.text(
            f"logverify.code.{self.code}",
            table=self.table,
            key=self.key,
            column=self.column or "",
            stored=self.stored if self.stored is not None else texts.text("logverify.nothing"),
            expected=self.expected if self.expected is not None else texts.text("logverify.nothing"),
        )


@dataclass(slots=True)
class Report:
    """Everything that a verification found.

    Attributes
    ----------
    checked : what was looked at -> how many
    unverifiable : what could not be checked, by reason -> how many; no differences
    """

    kept_most: int = KEPT_MOST
    checked: Counter[str] = field(default_factory=Counter)
    unverifiable: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    kept: list[Difference] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.counts

    def add(self, found: Difference) -> None:
        """Count a difference, and keep it while there is room."""
        self.counts[found.code] += 1
        if self.counts[found.code] <= self.kept_most:
            self.kept.append(found)

    def differ(
        self,
        code: str,
        table: str,
        key: object,
        column: str | None = None,
        stored: object = None,
        expected: object = None,
    ) -> None:
        """Add a difference from plain values."""
        self.add(Difference(code, table, str(key), column, shown(stored), shown(expected)))

    def as_dict(self) -> dict[str, Any]:
        """For output as JSON."""
        return {
            "clean": self.clean,
            "checked": dict(self.checked),
            "unverifiable": dict(self.unverifiable),
            "counts": dict(self.counts),
            "differences": [difference.as_dict() for difference in self.kept],
        }


def shown(value: object) -> str | None:
    """A value as short text."""
    if value is None:
        return None
    text = bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
    return text if len(text) <= SHOWN_CHARACTERS_MOST else text[:SHOWN_CHARACTERS_MOST] + "…"


Advance = Callable[[int], None]
"""Hears how many more were done."""

Progress = Callable[[str, int], Advance]
"""Begins a stretch of work: its name and how many there are; gives what hears of each step."""


def unheard(kind: str, total: int) -> Advance:
    """The progress that nobody watches."""
    return lambda done: None


def counted(found: Iterable[Item], advance: Advance, every: int = 1000) -> Iterator[Item]:
    """The same items, telling of every thousandth."""
    done = 0
    for item in found:
        yield item
        done += 1
        if done == every:
            advance(done)
            done = 0
    advance(done)

"""The law as dated records: ``store/law.yaml``, read and checked once a process.

What is in force on a day is a question of records, never of code (regulation.md E). The file is data of this release: a
mistake in it is a mistake of ours, so that reading it raises ValueError and no domain error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Annotated, Any, Literal, Protocol

import yaml
from pydantic import BeforeValidator, ConfigDict, Field

from store import texts
from store.sitestypes import Part

Kind = Literal["exceedance", "missing", "abnormal", "falsification", "device"]
Medium = Literal["gas", "water"]
Unit = Literal["hours", "days", "working_days", "years"]


def _day(value: object) -> object:
    # YAML reads an unquoted day as a date; either is meant.
    return date.fromisoformat(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
NormId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Yuan = Annotated[str, Field(pattern=r"^[1-9][0-9]*(\.[0-9]{1,2})?$")]
Fine = tuple[Yuan, Yuan]


class Entry(Part):
    """A record that nobody changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Dated(Entry):
    """A record that holds from one day to another: ``valid_from`` inclusive, ``valid_to`` exclusive, None = open."""

    id: NormId
    law: Code
    article: str | None
    valid_from: Day | None
    valid_to: Day | None
    confidence: Annotated[str, Field(pattern=r"^(V\d+b?|V\*|K|k|S|P)$")]

    def in_force(self, day: date) -> bool:
        """Whether it holds on this Beijing day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )

    def touches(self, first: date, last: date) -> bool:
        """Whether it holds on any day from ``first`` to ``last``, both counted."""
        return (self.valid_from is None or self.valid_from <= last) and (
            self.valid_to is None or first < self.valid_to
        )

    @property
    def clause(self) -> str:
        """The law by its title, and the article where there is one: what people are shown."""
        return clause_text(self.law, self.article)


def clause_text(law: str, article: str | None) -> str:
    """A law by its title, and the article."""
    title = texts.text(f"law.title.{law}")
    return title if article is None else texts.text("law.clause", law=title, article=article)


class Tier(Entry):
    """A range by gravity."""

    when: Code
    fine: Fine


class Norm(Dated):
    """A penalty norm. Fines in yuan; ``persons`` is the range for those responsible."""

    acts: tuple[Code, ...]
    media: tuple[Medium, ...]
    line: Literal["statute", "regulation"]
    fine: Fine | None
    persons: Fine | None = None
    tiers: tuple[Tier, ...] = ()
    effects: tuple[Code, ...]


class Extension(Entry):
    """More days, and what they need."""

    days: Annotated[int, Field(ge=1)]
    needs: Literal["approval", "discussion"]


class ClockNorm(Dated):
    """How long something may take. ``pauses``: what does not count."""

    kind: Code
    amount: Annotated[int, Field(ge=1)]
    unit: Unit
    extensions: tuple[Extension, ...] = ()
    pauses: tuple[Code, ...] = ()


class Threshold(Dated):
    """A sum in yuan: ``above`` is exceeded by more than it, ``at_most`` includes it."""

    party: Code
    above: Yuan | None = None
    at_most: Yuan | None = None


class Principle(Dated):
    """What holds beside every norm."""

    code: Code


class Lighter(Entry):
    law: Code
    article: str
    confidence: str


class Change(Entry):
    """The day from which a new law takes the place of older ones, and its rule on older acts."""

    since: Day
    law: Code
    article: str
    lighter: Lighter
    confidence: str


class Act(Entry):
    """What a norm punishes. ``kinds`` of lead that it is proposed for; ``same_conduct``: acts that the same conduct is too."""

    code: Code
    kinds: tuple[Kind, ...]
    same_conduct: tuple[Code, ...] = ()


class Law(Entry):
    """Every record of the file."""

    changes: tuple[Change, ...]
    acts: tuple[Act, ...]
    norms: tuple[Norm, ...]
    clocks: tuple[ClockNorm, ...]
    thresholds: tuple[Threshold, ...]
    principles: tuple[Principle, ...]

    def acts_of(self, kind: str) -> tuple[str, ...]:
        """The acts that are proposed for a kind of lead."""
        return tuple(act.code for act in self.acts if kind in act.kinds)

    def norm(self, norm_id: str) -> Norm | None:
        """The penalty norm with this id."""
        return next((norm for norm in self.norms if norm.id == norm_id), None)

    def clock(self, kind: str, day: date) -> ClockNorm | None:
        """The record of a clock that is in force on a day; None when the law knows none then."""
        return next((clock for clock in self.clocks if clock.kind == kind and clock.in_force(day)), None)

    def in_force(self, day: date) -> dict[str, list[Dated]]:
        """Everything in force on a day, by what it is."""
        groups: Mapping[str, Sequence[Dated]] = {
            "norms": self.norms,
            "clocks": self.clocks,
            "thresholds": self.thresholds,
            "principles": self.principles,
        }
        return {name: [entry for entry in group if entry.in_force(day)] for name, group in groups.items()}


def parse_law(content: Any) -> Law:
    """The records of a file that was read. Raises ValueError naming what is wrong."""
    law = Law.model_validate(content)
    _check_ids([*law.norms, *law.clocks, *law.thresholds, *law.principles])
    known = {act.code for act in law.acts}
    for act in law.acts:
        if strange := set(act.same_conduct) - known:
            raise ValueError(f"act {act.code}: no such act: {', '.join(sorted(strange))}")
    for norm in law.norms:
        if strange := set(norm.acts) - known:
            raise ValueError(f"norm {norm.id}: no such act: {', '.join(sorted(strange))}")
        for name, fine in [
            ("fine", norm.fine),
            ("persons", norm.persons),
            *((t.when, t.fine) for t in norm.tiers),
        ]:
            if fine is not None and Decimal(fine[0]) >= Decimal(fine[1]):
                raise ValueError(f"norm {norm.id}: {name} is no range")
    for code in sorted(known):
        for medium in ("gas", "water"):
            for line in ("statute", "regulation"):
                _check_line(
                    f"{code} ({medium}, {line})",
                    [n for n in law.norms if code in n.acts and medium in n.media and n.line == line],
                )
    for kind in sorted({clock.kind for clock in law.clocks}):
        _check_line(f"clock {kind}", [clock for clock in law.clocks if clock.kind == kind])
    return law


def _check_ids(entries: Iterable[Dated]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise ValueError(f"the id {entry.id} occurs twice")
        seen.add(entry.id)
        if entry.valid_from is not None and entry.valid_to is not None and entry.valid_from >= entry.valid_to:
            raise ValueError(f"{entry.id}: valid_to must be after valid_from")


class _Lasting(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


def _check_line(name: str, entries: Sequence[_Lasting]) -> None:
    """Records of one line follow each other: neither two at a time nor none between two."""
    in_order = sorted(entries, key=lambda entry: entry.valid_from or date.min)
    for earlier, later in pairwise(in_order):
        if earlier.valid_to is None or later.valid_from is None or earlier.valid_to > later.valid_from:
            raise ValueError(f"{name}: {earlier.id} and {later.id} overlap")
        if earlier.valid_to < later.valid_from:
            raise ValueError(f"{name}: a gap between {earlier.id} and {later.id}")


@cache
def load_law() -> Law:
    """The law of this release. Raises ValueError when the file is wrong."""
    text = resources.files("store").joinpath("law.yaml").read_text(encoding="utf-8")
    return parse_law(yaml.safe_load(text))

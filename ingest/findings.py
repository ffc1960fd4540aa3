"""What ingest notices while it stores: collected by batch, one finding a kind and place, with counts and examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

RULE = "ingest 1"
"""Name and version of the rule set that these findings carry."""

EXAMPLES_MOST = 5
"""Examples are for the eye of an officer; the ledger and the quarantine hold the whole."""

EVERY = timedelta(seconds=60)
"""A finding of the same kind and place is written at most this often; counts add up meanwhile."""

ALWAYS = frozenset({"resent_value_differs"})
"""Findings that carry numbers of readings are never put off."""


class FindingKey(NamedTuple):
    """Kind and place of a finding. ``gateway`` and ``factor`` are empty where they do not apply, ``outlet_key`` 0."""

    code: str
    gateway: str
    outlet_key: int
    factor: str


@dataclass(slots=True)
class Noticed:
    """A finding in the making: the span of times it speaks of, how often, and some examples."""

    from_time: datetime
    to_time: datetime
    count: int = 0
    examples: list[Mapping[str, object]] = field(default_factory=list)

    def extend(self, other: Noticed) -> None:
        """Take in what was noticed later."""
        self.from_time = min(self.from_time, other.from_time)
        self.to_time = max(self.to_time, other.to_time)
        self.count += other.count
        for example in other.examples:
            self.add_example(example)

    def add_example(self, example: Mapping[str, object]) -> None:
        """Keep an example unless it is known or there are enough."""
        if len(self.examples) < EXAMPLES_MOST and example not in self.examples:
            self.examples.append(example)

    def numbers(self) -> dict[str, object]:
        """What the column ``numbers`` of the finding holds."""
        return {"count": self.count, "examples": self.examples}


class Findings:
    """Findings of one batch by kind and place."""

    def __init__(self) -> None:
        self._noticed: dict[FindingKey, Noticed] = {}

    def __len__(self) -> int:
        return len(self._noticed)

    def notice(
        self,
        code: str,
        *,
        at: datetime,
        gateway: str = "",
        outlet_key: int = 0,
        factor: str = "",
        example: Mapping[str, object] | None = None,
        count: int = 1,
    ) -> None:
        """Note one more case. ``at`` is the data time where there is one, otherwise the receive time."""
        key = FindingKey(code, gateway, outlet_key, factor)
        noticed = self._noticed.get(key)
        if noticed is None:
            noticed = self._noticed[key] = Noticed(at, at)
        noticed.from_time = min(noticed.from_time, at)
        noticed.to_time = max(noticed.to_time, at)
        noticed.count += count
        if example is not None:
            noticed.add_example(example)

    def take(self, key: FindingKey, noticed: Noticed) -> None:
        """Add what was noticed elsewhere."""
        mine = self._noticed.get(key)
        if mine is None:
            self._noticed[key] = Noticed(
                noticed.from_time, noticed.to_time, noticed.count, list(noticed.examples)
            )
        else:
            mine.extend(noticed)

    def items(self) -> Iterator[tuple[FindingKey, Noticed]]:
        """Every finding with its kind and place."""
        yield from self._noticed.items()


class Pacing:
    """Puts off findings of the same kind and place so that a flood of bad frames makes one finding a minute.

    What is put off stays here, in memory: after a crash the ledger and the quarantine still have every frame.
    """

    def __init__(self) -> None:
        self._held = Findings()
        self._written: dict[FindingKey, datetime] = {}

    def due(self, fresh: Findings, now: datetime) -> Findings:
        """The findings to write now, those put off earlier included. Changes nothing: see ``settle``."""
        return self._split(fresh, now)[0]

    def settle(self, fresh: Findings, now: datetime) -> None:
        """What ``due`` gave for the same arguments has been committed."""
        due, held = self._split(fresh, now)
        self._held = held
        for key, _ in due.items():
            self._written[key] = now
        self._written = {key: at for key, at in self._written.items() if now - at < EVERY}

    def _split(self, fresh: Findings, now: datetime) -> tuple[Findings, Findings]:
        due, held = Findings(), Findings()
        for source in (self._held, fresh):
            for key, noticed in source.items():
                written = self._written.get(key)
                soon = written is not None and now - written < EVERY and key.code not in ALWAYS
                (held if soon else due).take(key, noticed)
        return due, held

"""Marks (标记): what a company or a device says about a period of an outlet (regulation.md C).

A device mark (自动监测设备标记) takes the marked data out; a condition mark (工况标记) leaves them and may open an exemption.
Marks are statements: they are only ever added (``store/markfiling.py``). A wrong one is withdrawn, a late one is kept and changes
no value. Here they are values; ``store/markreads.py`` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.clock import BEIJING

STANDARD_CHECK = "standard_check"
"""The device item that stays visible beside a mark filed by hand (C.1)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement about a period, within one Beijing day.

    Attributes
    ----------
    category : ``device`` or ``condition``
    label : code of ``store/marklabels.yaml``, e.g. ``fault``, ``stopped``
    factor : the only factor it speaks of; None = every factor of the outlet
    from_time, to_time : whole minutes, from inclusive, to exclusive
    channel : ``automatic`` (from the state of a device) or ``manual`` (filed)
    deadline : until when it had to be filed to take effect (C.3)
    late : filed after the deadline
    """

    id: int
    outlet_key: int
    category: str
    label: str
    factor: str | None
    from_time: datetime
    to_time: datetime
    reason: str
    channel: str
    filed_by: str
    received_at: datetime
    deadline: datetime
    late: bool
    withdrawn_at: datetime | None
    withdrawn_by: str | None = None
    withdrawn_reason: str | None = None

    @property
    def effective(self) -> bool:
        """Whether it takes part in the judgement: neither late nor withdrawn (status 1 of the national client)."""
        return not self.late and self.withdrawn_at is None

    @property
    def standing(self) -> str:
        """``effective``, ``late`` or ``withdrawn``; the last word counts."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "late" if self.late else "effective"

    def covers(self, factor: str) -> bool:
        """Whether it speaks of this factor."""
        return self.factor is None or self.factor == factor


def mark_of(row: dict[str, Any]) -> Mark:
    """A mark from a row of marks.sql; its times in Beijing time."""
    times = {name: value.astimezone(BEIJING) for name, value in row.items() if isinstance(value, datetime)}
    return Mark(**{**row, **times})


def outranked(marks: Sequence[Mark]) -> frozenset[int]:
    """Ids of automatic marks that filed ones of the same category and factor leave nothing of (C.1).

    A standard check is never outranked: it stays visible next to what was filed.
    """
    filed = [mark for mark in marks if mark.channel == "manual" and mark.effective]
    automatic = (mark for mark in marks if mark.channel == "automatic" and mark.label != STANDARD_CHECK)
    return frozenset(
        mark.id
        for mark in automatic
        if covered(
            (mark.from_time, mark.to_time),
            (
                (other.from_time, other.to_time)
                for other in filed
                if other.category == mark.category and other.factor in (None, mark.factor)
            ),
        )
    )


def covered(span: tuple[datetime, datetime], by: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether some periods together leave nothing of ``span`` over."""
    reached, end = span
    for start, finish in sorted(by):
        if start > reached:
            return False
        reached = max(reached, finish)
        if reached >= end:
            return True
    return reached >= end

"""Earlier alerts of the same kind, and how they ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import alertview
from store.clock import BEIJING
from store.model import Registry
from store.texts import has, text

NIGHT_BEGINS, NIGHT_ENDS = 22, 6
"""Beijing hours of the night, as the statement ``same_time`` has them."""


@dataclass(frozen=True, slots=True)
class KindOfTime:
    """When something begins: at night or by day, at the weekend or not."""

    night: bool
    weekend: bool

    @property
    def word(self) -> str:
        """In words: 工作日夜间."""
        name = ("weekend_" if self.weekend else "workday_") + ("night" if self.night else "day")
        return text(f"console.alertwork.kind_of_time.{name}")


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier alert and how it ended."""

    alert: alertview.AlertRow
    ending: str
    why: str | None


def kind_of_time(moment: datetime) -> KindOfTime:
    """The kind of time that a moment belongs to, in Beijing."""
    local = moment.astimezone(BEIJING)
    return KindOfTime(local.hour >= NIGHT_BEGINS or local.hour < NIGHT_ENDS, local.isoweekday() >= 6)


def past_alerts(found: Iterable[Mapping[str, Any]], registry: Registry, *, for_company: bool) -> list[Past]:
    """Rows of ``similar`` and ``same_time`` in words. What officers found and wrote stays inside."""
    return [
        Past(
            alertview.alert_row(row, registry, for_company=for_company),
            _ending(row, for_company=for_company),
            None if for_company else row["why"],
        )
        for row in found
    ]


def endings(past: Iterable[Past]) -> list[tuple[str, int]]:
    """How often each ending occurs, the most frequent first."""
    counted: dict[str, int] = {}
    for one in past:
        counted[one.ending] = counted.get(one.ending, 0) + 1
    return sorted(counted.items(), key=lambda item: -item[1])


def _ending(row: Mapping[str, Any], *, for_company: bool) -> str:
    handling, result = row["handling"], None if for_company else row["result"]
    word = text(f"console.handling.{handling}")
    if handling in ("closed", "lead") and result is not None and has(f"console.handling.{result}"):
        return text("console.alertwork.ended", result=text(f"console.handling.{result}"), handling=word)
    return word

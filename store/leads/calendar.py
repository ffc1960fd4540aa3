"""Working days. Pure but for reading the file.

Saturdays and Sundays are off. The public holidays of a year, and the weekends that are worked instead (调休), are announced
each year and stand in a file that the bureau keeps; without one only weekends count, and every clock in working days says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BeforeValidator, ConfigDict, ValidationError

from store.errors import SettingsError
from store.sitestypes import Part

_ONE = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """``off``: days that are free beside weekends; ``worked``: weekend days that are worked."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    name: str = "weekends_only"

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.off)

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, which itself is not counted. Raises ValueError for less than one."""
        if count < 1:
            raise ValueError("count at least one working day")
        while count:
            day += _ONE
            count -= self.works(day)
        return day


WEEKENDS = Calendar()
"""No holidays known."""


def _day(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else value


class _File(Part):
    model_config = ConfigDict(extra="forbid")

    holidays: frozenset[Annotated[date, BeforeValidator(_day)]] = frozenset()
    workdays: frozenset[Annotated[date, BeforeValidator(_day)]] = frozenset()


def read_calendar(path: Path | None) -> Calendar:
    """The calendar of a file ``{holidays: [2026-10-01, ...], workdays: [2026-10-10, ...]}``; None = weekends only.

    Raises SettingsError ``holidays_file_wrong``.
    """
    if path is None:
        return WEEKENDS
    try:
        given = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        first = str(error).strip().splitlines()[0]
        raise SettingsError(
            f"The file of holidays {path} cannot be used: {first}. Write holidays: and workdays: with days as 2026-10-01.",
            code="holidays_file_wrong",
        ) from error
    if both := given.holidays & given.workdays:
        raise SettingsError(
            f"The file of holidays {path} says of {min(both)} that it is a holiday and a workday.",
            code="holidays_file_wrong",
        )
    return Calendar(given.holidays, given.workdays, path.name)

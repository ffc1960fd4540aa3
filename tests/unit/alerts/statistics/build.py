"""Small builders: hours and days as the statistics see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.statistics.facts import Fact
from store.clock import BEIJING
from store.clock import HOUR as ONE_HOUR

DAY = datetime(2026, 5, 6, tzinfo=BEIJING)
SO2, FLOW_GAS, COD, FLOW_WATER = "a21026", "a00000", "w01018", "w00000"


def at(text: str) -> datetime:
    """A Beijing moment, e.g. ``2026-05-06 08``."""
    return datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=BEIJING)


def hours_from(start: datetime, count: int) -> list[datetime]:
    return [start + number * ONE_HOUR for number in range(count)]


def fact(
    start: datetime,
    measured: str | None = "10",
    *,
    valid: bool | None = None,
    status: str = "normal",
    volume: str | None = None,
    reasons: tuple[str, ...] = (),
    result: str | None = None,
    folded: str | None = None,
    reported: str | None = None,
) -> Fact:
    """Valid when it has a value, unless said otherwise."""
    return Fact(
        start=start,
        valid=(measured is not None) if valid is None else valid,
        status=status,
        measured=None if measured is None else Decimal(measured),
        folded=None if folded is None else Decimal(folded),
        reported=None if reported is None else Decimal(reported),
        volume=None if volume is None else Decimal(volume),
        reasons=reasons,
        result=result,
    )


def facts(values: Iterable[Fact]) -> Mapping[datetime, Fact]:
    return {one.start: one for one in values}


def days_from(start: datetime, count: int) -> list[datetime]:
    return [start + timedelta(days=number) for number in range(count)]

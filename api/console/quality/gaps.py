"""Gaps in the data: hours in a row in which something did not come, and what explains them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from store.clock import BEIJING, HOUR
from store.model import Outlet

Row = Mapping[str, Any]

OWN, CONNECTION, MISSING = "own", "connection", "missing"
KINDS = (MISSING, CONNECTION, OWN)


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours in a row that lack the same factors.

    Attributes
    ----------
    whole : every factor of the outlet is lacking
    kind : ``own`` when Outfall itself could not receive for part of it (then it is not the unit's fault), ``connection`` when an
        alert says that outlet, gateway or site was not heard, else ``missing``
    own : how long Outfall was down during it
    alert : id and number of the alert that speaks of it
    """

    outlet_key: int
    factors: tuple[str, ...]
    whole: bool
    start: datetime
    end: datetime
    kind: str
    own: timedelta
    alert: tuple[int, str] | None

    @property
    def hours(self) -> int:
        """How long it is."""
        return int((self.end - self.start) / HOUR)


def gaps(
    rows: Iterable[Row],
    outlets: Mapping[int, Outlet],
    outages: Sequence[Row],
    alerts: Sequence[Row],
    now: datetime,
) -> list[Gap]:
    """Gaps of known outlets out of ``missing_hours``, the newest first."""
    runs: list[list[Any]] = []
    for row in rows:
        start = row["start"].astimezone(BEIJING)
        factors = tuple(row["factors"])
        last = runs[-1] if runs else None
        if last is not None and last[0] == row["outlet_key"] and last[2] == start and last[3] == factors:
            last[2] = start + HOUR
        else:
            runs.append([row["outlet_key"], start, start + HOUR, factors])
    found = [
        _gap(outlets[key], start, end, factors, outages, alerts, now) for key, start, end, factors in runs
    ]
    return sorted(found, key=lambda gap: (gap.start, gap.outlet_key), reverse=True)


def _gap(
    outlet: Outlet,
    start: datetime,
    end: datetime,
    factors: tuple[str, ...],
    outages: Sequence[Row],
    alerts: Sequence[Row],
    now: datetime,
) -> Gap:
    own = down_within(outages, start, end, now)
    alert = next(
        (row for row in alerts if _speaks(row, outlet) and row["first_seen"] < end and row["until"] > start),
        None,
    )
    return Gap(
        outlet_key=outlet.key,
        factors=tuple(code for code in outlet.factors if code in factors),
        whole=set(factors) >= set(outlet.factors),
        start=start,
        end=end,
        kind=OWN if own else CONNECTION if alert is not None else MISSING,
        own=own,
        alert=None if alert is None else (alert["id"], alert["number"]),
    )


def down_within(outages: Iterable[Row], start: datetime, end: datetime, now: datetime) -> timedelta:
    """How long Outfall itself was down within a time; outages that overlap count once."""
    total, reached = timedelta(0), start
    for begin, finish in sorted((row["from_time"], row["to_time"] or now) for row in outages):
        here, until = max(begin, reached), min(finish, end)
        if until > here:
            total += until - here
            reached = until
    return total


def _speaks(alert: Row, outlet: Outlet) -> bool:
    """Whether an alert about a connection is of this outlet, its gateway or its site."""
    if alert["code"] == "outlet_silent":
        return bool(alert["outlet_key"] == outlet.key)
    if alert["code"] == "gateway_offline":
        return outlet.monitor is not None and bool(alert["gateway"] == outlet.monitor.gateway)
    return bool(alert["site_key"] == outlet.site_key)

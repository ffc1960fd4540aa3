"""From new period values to alerts: exceedances by the hour and by the day, and data that are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.book import Book
from alerts.episodes import Kind, Sighting, follow
from alerts.judgement.collecting import Place
from alerts.judgement.values import MISSING, Period, Verdict
from alerts.kinds import DATA_MISSING, EXCEEDANCE, GATEWAY_OFFLINE, OUTLET_SILENT, SITE_OFFLINE
from alerts.writing import Change
from store.clock import BEIJING, DAY, HOUR
from store.factors import find_factor
from store.model import Outlet
from store.queries import queries

LENGTHS = {"hour": HOUR, "day": DAY}


def keep_exceedances(
    book: Book, outlet: Outlet, span: str, changes: Sequence[Change], late_after: timedelta
) -> None:
    """Open, count, withdraw and clear the exceedance alerts (数据超标) of an outlet."""
    sightings = [_exceedance(change, book.at, late_after) for change in changes if change.period.verdicts]
    follow(book, Kind(EXCEEDANCE[span], outlet.site_key, outlet.key, _Clauses(outlet)), sightings)


def keep_missing(
    book: Book,
    outlet: Outlet,
    newest: Mapping[Place, Period],
    changes: Sequence[Change],
    late_after: timedelta,
) -> None:
    """Open, count and clear the alerts for missing hours (数据缺失).

    An hour of which nothing came counts once for the outlet, not once a factor; in a partial hour those factors count that have a
    limit. While the outlet or its gateway is known to be
    off-line, or Outfall itself was down, missing hours follow from that and open no alert. Old gaps call nobody and open none.
    """
    limited = {limit.factor for limit in outlet.limits}
    changed: dict[datetime, dict[str, Change]] = {}
    for change in changes:
        changed.setdefault(change.period.start, {})[change.period.factor] = change
    hours: dict[datetime, dict[str, Period]] = {}
    for (factor, start), period in newest.items():
        if start in changed:
            hours.setdefault(start, {})[factor] = period
    sightings: list[Sighting] = []
    for start, by_factor in changed.items():
        late = start + HOUR + late_after < book.at
        hour = hours[start]
        missing = sorted(factor for factor, period in hour.items() if period.status == MISSING)
        whole = len(missing) == len(hour)
        revision = max(change.revision for change in by_factor.values())
        quiet = late or (bool(missing) and _explained(book, outlet, start))
        sightings.append(
            Sighting(
                None, start, "hour", revision, whole, not whole, quiet, {"factors": missing} if whole else {}
            )
        )
        for factor, change in by_factor.items():
            if factor not in limited:
                continue
            absent = not whole and change.period.status == MISSING
            sightings.append(
                Sighting(
                    factor, start, "hour", change.revision, absent, change.period.status != MISSING, quiet, {}
                )
            )
    follow(book, Kind(DATA_MISSING, outlet.site_key, outlet.key, lambda _: None, keeps_late=False), sightings)


def _explained(book: Book, outlet: Outlet, start: datetime) -> bool:
    """Whether an outage that has its own alert or record explains that an hour is missing."""
    if book.open_alerts([OUTLET_SILENT], outlet_key=outlet.key):
        return True
    if outlet.monitor is not None and book.open_alerts([GATEWAY_OFFLINE], gateway=outlet.monitor.gateway):
        return True
    if any(alert.subjects.site_key == outlet.site_key for alert in book.open_alerts([SITE_OFFLINE])):
        return True
    arguments = {"from_time": start, "to_time": start + HOUR}
    row = book.connection.execute(queries("alerts")["outages_over"], arguments).fetchone()
    return bool(row and row[0])


def _exceedance(change: Change, at: datetime, late_after: timedelta) -> Sighting:
    period = change.period
    exceeded = [verdict for verdict in period.verdicts if verdict.result == "exceeded"]
    worst = max(exceeded, key=_multiple) if exceeded else None
    return Sighting(
        factor=period.factor,
        start=period.start,
        span=period.span,
        revision=change.revision,
        shows=worst is not None,
        ends=period.valid
        and worst is None
        and any(verdict.result == "compliant" for verdict in period.verdicts),
        late=period.start + LENGTHS[period.span] + late_after < at,
        numbers=_numbers(period, worst) if worst is not None else {},
        limit_key=worst.limit_key if worst is not None else None,
    )


def _multiple(verdict: Verdict) -> Decimal:
    return verdict.multiple if verdict.multiple is not None else Decimal(0)


def _numbers(period: Period, verdict: Verdict) -> dict[str, Any]:
    """The numbers of an exceeded period as decimal texts, with the period they belong to."""
    known = find_factor(period.factor)
    return {
        "compared": _text(verdict.compared),
        "bound": _text(verdict.bound),
        "bound_side": verdict.bound_side,
        "multiple": _text(verdict.multiple),
        "unit": known.unit if known else None,
        "span": period.span,
        "start": period.start.astimezone(BEIJING).isoformat(),
        "end": (period.start + LENGTHS[period.span]).astimezone(BEIJING).isoformat(),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


class _Clauses:
    """Standard and clause of a limit by its key, as the alert shows it."""

    def __init__(self, outlet: Outlet) -> None:
        self._texts = {limit.key: f"{limit.standard} {limit.clause}" for limit in outlet.limits}

    def __call__(self, limit_key: int | None) -> str | None:
        return None if limit_key is None else self._texts.get(limit_key)

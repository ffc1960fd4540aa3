"""How the units and the bureau stand, in words. Pure: from rows to values."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.statistics.transmission import Transmission
from alerts.tasks.routing import Facts as Routed
from alerts.tasks.routing import Policy, cap_of
from api.console.overview.reads import WEEKS_BEFORE
from store.model import Site
from store.rounding import half_even, shown
from store.texts import text

RATE_PLACES = 2


@dataclass(frozen=True, slots=True)
class Sent:
    """A transmission rate in words: ``rate`` is 传输率, ``title`` the counts and the effective rate."""

    rate: str
    title: str
    low: bool


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """What stands at the head of a unit's card. ``sent_yesterday`` is None until it is published."""

    raised: int
    standing: int
    active: int
    sent_today: Sent | None
    sent_yesterday: Sent | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """One kind of work of which some is overdue or open."""

    kind: str
    path: str
    overdue: int
    open: int | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Exceeded hours or days of a unit: of this week, and of a week of the four before on the average.

    ``direction`` is ``worse``, ``better``, ``same``, ``none`` (nothing exceeded in all the time) or ``new`` (nothing was judged
    before this week).
    """

    site_id: str
    name: str
    span: str
    this_week: int
    before: Decimal
    direction: str


@dataclass(frozen=True, slots=True)
class VisitRow:
    """On-site visits of a unit in this year against its cap."""

    site_id: str
    name: str
    listed: bool
    made: int
    planned: int
    cap: int


def sent_words(counts: Transmission | None, threshold: Decimal) -> Sent | None:
    """The rate of what has come of what was due; None when nothing was due."""
    if counts is None or counts.completed is None:
        return None
    effective = counts.effective
    return Sent(
        rate=f"{half_even(counts.completed, RATE_PLACES):f} %",
        title=text(
            "console.overview.sent_title",
            received=counts.received,
            due=counts.due,
            valid=counts.valid,
            effective="—" if effective is None else shown(effective, threshold, RATE_PLACES),
        ),
        low=effective is not None and effective < threshold,
    )


def site_figures(
    site: Site,
    alerts: Mapping[int | None, Mapping[str, Any]],
    today: Mapping[int, Transmission],
    yesterday: Mapping[int, Transmission],
    threshold: Decimal,
) -> SiteFigures:
    """The figures of one unit; rates are those of all its outlets and factors together."""
    counted = alerts.get(site.key, {"raised": 0, "standing": 0, "active": 0})
    return SiteFigures(
        raised=counted["raised"],
        standing=counted["standing"],
        active=counted["active"],
        sent_today=sent_words(_together(site, today), threshold),
        sent_yesterday=sent_words(_together(site, yesterday), threshold),
    )


def _together(site: Site, counts: Mapping[int, Transmission]) -> Transmission | None:
    found = [counts[outlet.key] for outlet in site.outlets if outlet.key in counts]
    return sum(found, Transmission()) if found else None


def trends(
    sites: Iterable[Site], counted: Iterable[Mapping[str, Any]], judged_before: Container[int]
) -> tuple[Trend, ...]:
    """One row for each unit and length of its judgement, those that get worse first."""
    by_site = {(row["site_key"], row["span"]): row for row in counted}
    found: list[Trend] = []
    for site in sites:
        for medium, span in (("gas", "hour"), ("water", "day")):
            if any(outlet.medium == medium and outlet.judged for outlet in site.outlets):
                row = by_site.get((site.key, span), {"this_week": 0, "before": 0})
                found.append(_trend(site, span, row["this_week"], row["before"], site.key in judged_before))
    order = ("worse", "same", "better", "new", "none")
    return tuple(sorted(found, key=lambda row: (order.index(row.direction), row.before - row.this_week)))


def _trend(site: Site, span: str, this_week: int, before: int, comparable: bool) -> Trend:
    mean = Decimal(before) / WEEKS_BEFORE
    if not this_week and not before:
        direction = "none"
    elif not comparable:
        direction = "new"
    elif this_week > mean:
        direction = "worse"
    else:
        direction = "better" if this_week < mean else "same"
    return Trend(site.id, site.name, span, this_week, half_even(mean, 1), direction)


def visit_rows(
    sites: Iterable[Site], visits: Mapping[int, Mapping[str, Any]], policy: Policy, now: datetime
) -> tuple[VisitRow, ...]:
    """The listed units, and others that had or will have a visit this year; listed ones first."""
    found: list[VisitRow] = []
    for site in sites:
        listed = site.listed(now)
        row = visits.get(site.key, {"made": 0, "planned": 0})
        if listed or row["made"] or row["planned"]:
            cap = cap_of(Routed(listed), policy)
            found.append(VisitRow(site.id, site.name, listed, row["made"], row["planned"], cap))
    return tuple(sorted(found, key=lambda row: not row.listed))
